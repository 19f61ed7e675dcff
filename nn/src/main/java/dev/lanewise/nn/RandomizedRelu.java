package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Tensor;

/**
 * x where positive, else x times a slope: in training drawn for each element, evenly spread between two bounds,
 * otherwise their mean (Xu et al. 2015, arXiv:1505.00853). PyTorch's RReLU.
 */
public final class RandomizedRelu extends Layer implements Transform {
    private final double low;
    private final double high;

    /** With PyTorch's bounds, 1/8 and 1/3. */
    public RandomizedRelu() {
        this(1.0 / 8, 1.0 / 3);
    }

    /** With the given bounds of the slope. */
    public RandomizedRelu(double low, double high) {
        if (!(low <= high) || Double.isInfinite(high - low)) {
            throw new IllegalArgumentException(
                    "RandomizedRelu: slopes from %s to %s, expected finite numbers in ascending order"
                            .formatted(low, high));
        }
        this.low = low;
        this.high = high;
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        if (!pass.isTraining()) {
            return x.leakyRelu((low + high) / 2);
        }
        Tensor slopes = pass.rng(this).uniform(x.dtype(), x.shape(), low, high);
        return x.prelu(Variable.constantOf(slopes));
    }

    @Override
    public String toString() {
        return "RandomizedRelu(%s to %s)".formatted(low, high);
    }
}
