package dev.lanewise.core;

import java.util.Arrays;

/**
 * The part of {@link TensorOps} that reduces axes. Where axes are given as numbers they are dropped; {@link Axes#kept}
 * keeps them.
 *
 * @param <T> the implementing type itself
 */
interface ReductionMethods<T extends TensorOps<T>> extends ElementwiseMethods<T> {
    /** The sum of all elements, of shape {@code []}; 0 if there is none. */
    default T sum() {
        return sum(Axes.all());
    }

    /** The sum over one axis, which is dropped. */
    default T sum(int axis) {
        return sum(Axes.of(axis));
    }

    /** The sum over axes. The order of summation depends on shape and strides alone. The gradient is spread evenly. */
    default T sum(Axes axes) {
        return apply(new ReductionOp.Sum(axes));
    }

    /** The mean of all elements, of shape {@code []}; NaN if there is none. */
    default T mean() {
        return mean(Axes.all());
    }

    /** The mean over one axis, which is dropped. */
    default T mean(int axis) {
        return mean(Axes.of(axis));
    }

    /** The mean over axes: the sum divided by the number of elements. */
    default T mean(Axes axes) {
        return sum(axes).div(axes.count(shape()));
    }

    /** The sample variance over one axis, which is dropped: Σ(x − mean)² / (n − 1). */
    default T var(int axis) {
        return var(Axes.of(axis), 1);
    }

    /**
     * The variance over axes: Σ(x − mean)² / (n − correction).
     *
     * @param correction 1 for the unbiased estimate from a sample (Bessel), 0 for the variance of the elements
     *     themselves
     */
    default T var(Axes axes, int correction) {
        T centered = sub(mean(axes.kept()));
        return centered.square().sum(axes).div(Math.max(0, axes.count(shape()) - correction));
    }

    /** The sample standard deviation over one axis, which is dropped. */
    default T std(int axis) {
        return std(Axes.of(axis), 1);
    }

    /** The standard deviation over axes, √var; see {@link #var(Axes, int)}. The gradient of equal elements is 0. */
    default T std(Axes axes, int correction) {
        return rootOrZero(var(axes, correction));
    }

    /**
     * The largest element over axes; NaN if there is one. Elements that tie share the gradient evenly.
     *
     * @throws IllegalArgumentException if there is no element to choose from
     */
    default T amax(Axes axes) {
        return apply(new ReductionOp.Extreme(axes, true));
    }

    /** The smallest element over axes; NaN if there is one. Elements that tie share the gradient evenly. */
    default T amin(Axes axes) {
        return apply(new ReductionOp.Extreme(axes, false));
    }

    /** ln Σ exp(x) over axes, without overflow; the gradient is the softmax. */
    default T logSumExp(Axes axes) {
        if (axes.count(shape()) == 0) { // the logarithm of an empty sum
            return sum(axes).log();
        }
        // Any shift gives the same value; an infinite one would make NaN of ∞ − ∞.
        Tensor largest = value().amax(axes.kept());
        T shift = constant(largest.abs().eq(Double.POSITIVE_INFINITY).where(largest.constant(0), largest));
        T sum = sub(shift).exp().sum(axes);
        return sum.log().add(shift.reshape(sum.shape().toArray()));
    }

    /** The sum of absolute values over axes; the gradient at 0 is 0. */
    default T norm1(Axes axes) {
        return abs().sum(axes);
    }

    /** The Euclidean norm over axes, √Σx²; the gradient of a zero vector is 0. */
    default T norm2(Axes axes) {
        return rootOrZero(square().sum(axes));
    }

    /** √x, whose gradient at 0 is 0 instead of 0 · ∞: a zero takes the constant branch. */
    private T rootOrZero(T x) {
        T zero = x.eq(0);
        return zero.where(x.constant(0), zero.where(x.constant(1), x).sqrt());
    }

    /** The largest absolute value over axes. */
    default T normInf(Axes axes) {
        return abs().amax(axes);
    }

    /** Running sums along an axis: element i is the sum of elements 0 to i. */
    default T cumSum(int axis) {
        return apply(new ReductionOp.CumSum(shape().axis(axis), false));
    }

    /**
     * Sums a tensor of broadcast shape back to the given one: the adjoint of {@link TensorOps#expand}.
     *
     * @throws IllegalArgumentException if the given shape does not broadcast to this one
     */
    default T sumTo(Shape to) {
        if (shape().equals(to)) {
            return self();
        }
        int added = shape().rank() - to.rank();
        if (!to.broadcastsTo(shape())) {
            throw new IllegalArgumentException("sumTo: shape %s does not broadcast to %s".formatted(to, shape()));
        }
        int[] axes = new int[shape().rank()];
        int count = 0;
        for (int axis = 0; axis < axes.length; axis++) {
            if (axis < added || to.size(axis - added) != shape().size(axis)) {
                axes[count++] = axis;
            }
        }
        T sum = sum(Axes.of(Arrays.copyOf(axes, count)));
        return sum.reshape(to.toArray());
    }
}
