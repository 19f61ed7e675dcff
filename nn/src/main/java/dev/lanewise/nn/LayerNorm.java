package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation over the last axis: (x − mean) / √(variance + ε) · weight + bias (Ba et al. 2016,
 * arXiv:1607.06450).
 *
 * <p>Parameters: {@code weight} [size], ones at first, and, unless left out, {@code bias} [size], zeros.
 */
public final class LayerNorm extends Layer implements Transform {
    private final int size;
    private final double epsilon;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A normalisation with a bias and ε = 1e-5, PyTorch's default. */
    public LayerNorm(int size) {
        this(size, true, 1e-5);
    }

    /**
     * A normalisation.
     *
     * @param size of the last axis
     * @param epsilon added to the variance, at least 0
     */
    public LayerNorm(int size, boolean bias, double epsilon) {
        if (size < 1) {
            throw new IllegalArgumentException("LayerNorm: size %d is not positive".formatted(size));
        }
        Checks.epsilon("LayerNorm", epsilon);
        this.size = size;
        this.epsilon = epsilon;
        this.weight = parameter("weight", Shape.of(size), Initializer.ones());
        this.bias = bias ? parameter("bias", Shape.of(size), Initializer.zeros()) : null;
    }

    /** Normalises each vector along the last axis. */
    public Variable forward(Variable x) {
        if (x.shape().rank() == 0 || x.shape().size(-1) != size) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [.., %d]".formatted(describeSelf(), x.shape(), size));
        }
        checkType(x, weight);
        return x.layerNorm(weight.value(), bias == null ? null : bias.value(), epsilon);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x);
    }

    @Override
    public String toString() {
        return "LayerNorm(%d%s)".formatted(size, bias == null ? ", no bias" : "");
    }
}
