package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation over the last axis, or over several last axes together: (x − mean) / √(variance + ε) · weight +
 * bias (Ba et al. 2016, arXiv:1607.06450).
 *
 * <p>Parameters: {@code weight} of the shape of these axes, ones at first, and, unless left out, {@code bias} of the
 * same shape, zeros.
 */
public final class LayerNorm extends Layer implements Transform {
    private final Shape sizes;
    private final double epsilon;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A normalisation of the last axis with a bias and ε = 1e-5, PyTorch's default. */
    public LayerNorm(int size) {
        this(size, true, 1e-5);
    }

    /**
     * A normalisation of the last axis.
     *
     * @param size of the last axis
     * @param epsilon added to the variance, at least 0
     */
    public LayerNorm(int size, boolean bias, double epsilon) {
        this(Shape.of(checkSize(size)), bias, epsilon);
    }

    /**
     * A normalisation of the last axes together.
     *
     * @param sizes of these axes
     * @param epsilon added to the variance, at least 0
     */
    public LayerNorm(Shape sizes, boolean bias, double epsilon) {
        if (sizes.rank() == 0) {
            throw new IllegalArgumentException("LayerNorm: no sizes; give that of the last axis at least");
        }
        for (int size : sizes.toArray()) {
            checkSize(size);
        }
        Checks.epsilon("LayerNorm", epsilon);
        this.sizes = sizes;
        this.epsilon = epsilon;
        this.weight = parameter("weight", sizes, Initializer.ones());
        this.bias = bias ? parameter("bias", sizes, Initializer.zeros()) : null;
    }

    private static int checkSize(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("LayerNorm: size %d is not positive".formatted(size));
        }
        return size;
    }

    /** Normalises each vector along the last axis, or each block of the last axes. */
    public Variable forward(Variable x) {
        int axes = sizes.rank();
        int first = x.shape().rank() - axes;
        for (int axis = 0; axis < axes; axis++) {
            if (first < 0 || x.shape().size(first + axis) != sizes.size(axis)) {
                throw new IllegalArgumentException(
                        "%s: input has shape %s, expected [.., %s]".formatted(describeSelf(), x.shape(), numbers()));
            }
        }
        checkType(x, weight);
        return x.layerNorm(axes, weight.value(), bias == null ? null : bias.value(), epsilon);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x);
    }

    private String numbers() {
        String shape = sizes.toString();
        return shape.substring(1, shape.length() - 1);
    }

    @Override
    public String toString() {
        return "LayerNorm(%s%s)".formatted(numbers(), bias == null ? ", no bias" : "");
    }
}
