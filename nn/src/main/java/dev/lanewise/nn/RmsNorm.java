package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;

/**
 * x / √(mean of x² over the last axis + ε) · weight (Zhang and Sennrich 2019, arXiv:1910.07467): Llama's normalisation.
 *
 * <p>Parameter: {@code weight} [size], ones at first.
 */
public final class RmsNorm extends Layer implements Transform {
    private final double epsilon;
    private final Parameter weight;

    /** A normalisation of the last axis; Llama's ε is 1e-5. */
    public RmsNorm(int size, double epsilon) {
        if (size < 1) {
            throw new IllegalArgumentException("RmsNorm: size %d is not positive".formatted(size));
        }
        Checks.epsilon("RmsNorm", epsilon);
        this.epsilon = epsilon;
        weight = parameter("weight", Shape.of(size), Initializer.ones());
    }

    /** Normalises each vector along the last axis. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (x.shape().rank() == 0 || x.shape().size(-1) != weight.shape().size(0)) {
            throw new IllegalArgumentException("%s: input has shape %s, expected [.., %d]"
                    .formatted(describeSelf(), x.shape(), weight.shape().size(0)));
        }
        checkType(x, weight);
        return x.rmsNorm(weight.value(), epsilon);
    }

    @Override
    public String toString() {
        return "RmsNorm(%d)".formatted(weight.shape().size(0));
    }
}
