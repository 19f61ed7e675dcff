package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Tensor;

/**
 * In training, sets each element to 0 with a given probability and divides the others by what is left of 1, so that the
 * expectation stays (Srivastava et al. 2014); otherwise hands the input on.
 */
public final class Dropout extends Layer implements Transform {
    private final double probability;

    /**
     * A dropout.
     *
     * @param probability of an element to be dropped, at least 0 and below 1
     */
    public Dropout(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "Dropout: probability %s, expected at least 0 and below 1".formatted(probability));
        }
        this.probability = probability;
    }

    /** Whether this layer does anything in the given pass. */
    public boolean isActive(Pass pass) {
        return pass.isTraining() && probability > 0;
    }

    /** Drops elements in a training pass. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (!isActive(pass)) {
            return x;
        }
        Tensor kept = pass.rng(this).uniform(x.dtype(), x.shape(), 0, 1).ge(probability); // 1 where kept
        return x.mul(Variable.constantOf(kept)).mul(1 / (1 - probability));
    }

    @Override
    public String toString() {
        return "Dropout(%s)".formatted(probability);
    }
}
