package dev.lanewise.core;

import java.util.List;

/**
 * The part of {@link TensorOps} that asks for ranks among elements, for distances of all pairs, and whether something
 * holds.
 *
 * @param <T> the implementing type itself
 */
interface OrderMethods<T extends TensorOps<T>> extends ReductionMethods<T>, IndexMethods<T> {
    /**
     * The k-th smallest element along an axis, which is dropped; NaN is larger than all. The gradient goes to the
     * element, the first one of those that tie.
     *
     * @param k counted from 1
     * @throws IllegalArgumentException if the axis has fewer than k elements
     */
    default T kthValue(int k, int axis) {
        int size = shape().sizeAlong(axis);
        if (k < 1 || k > size) {
            throw new IllegalArgumentException(
                    "kthValue: k is %d, expected 1 to %d, the size of axis %d of %s".formatted(k, size, axis, shape()));
        }
        return line().sort(axis, false).select(axis, k - 1);
    }

    /**
     * The median along an axis, which is dropped: of an even number of elements the smaller one of the two in the
     * middle, as in PyTorch; NaN if there is one.
     *
     * @throws IllegalArgumentException if the axis is empty
     */
    default T median(int axis) {
        int size = shape().sizeAlong(axis);
        if (size == 0) {
            throw new IllegalArgumentException(
                    "median: axis %d of %s has no element; reduce an axis that has some".formatted(axis, shape()));
        }
        return orNaN(axis, kthValue((size + 1) / 2, axis));
    }

    /**
     * The quantile along an axis, which is dropped: the sorted element number q · (n − 1), counted from 0; between two
     * elements on the straight line from one to the other. NaN if there is one.
     *
     * @param q 0 to 1: 0.5 for the median
     * @throws IllegalArgumentException if q is not in this range or the axis is empty
     */
    default T quantile(double q, int axis) {
        int size = shape().sizeAlong(axis);
        if (!(q >= 0 && q <= 1) || size == 0) {
            throw new IllegalArgumentException(
                    "quantile: q is %s and axis %d of shape %s, expected 0 to 1 and at least one element"
                            .formatted(q, axis, shape()));
        }
        double place = q * (size - 1);
        int below = (int) place;
        T sorted = line().sort(axis, false);
        T low = sorted.select(axis, below);
        T high = sorted.select(axis, Math.min(below + 1, size - 1));
        return orNaN(axis, low.lerp(high, place - below));
    }

    /** This, or of a scalar its one element along an axis. */
    private T line() {
        return shape().rank() == 0 ? self().reshape(1) : self();
    }

    private T orNaN(int axis, T chosen) {
        return isNaN().amax(axis).where(constant(Double.NaN), chosen);
    }

    /** 1 if any element is not 0, else 0; of shape {@code []}. NaN is not 0. It has no gradient. */
    default T any() {
        return any(Axes.all());
    }

    /** 1 where any element along an axis, which is dropped, is not 0. */
    default T any(int axis) {
        return any(Axes.of(axis));
    }

    /** 1 where any element over axes is not 0; 0 if there is none. */
    default T any(Axes axes) {
        return ne(0).sum(axes).gt(0);
    }

    /** 1 if no element is 0, else 0; of shape {@code []}. NaN is not 0. It has no gradient. */
    default T all() {
        return all(Axes.all());
    }

    /** 1 where no element along an axis, which is dropped, is 0. */
    default T all(int axis) {
        return all(Axes.of(axis));
    }

    /** 1 where no element over axes is 0; 1 if there is none. */
    default T all(Axes axes) {
        return eq(0).sum(axes).eq(0);
    }

    /**
     * 1 where |x − y| ≤ absolute + relative · |y|, and where both are the same infinity; 0 elsewhere, also where either
     * is NaN.
     *
     * @param relative tolerance, commonly 1e-5
     * @param absolute tolerance, commonly 1e-8
     */
    default T isClose(T other, double relative, double absolute) {
        T same = eq(other);
        T finite = other.abs().lt(Double.POSITIVE_INFINITY);
        T near = sub(other).abs().le(other.abs().mul(relative).add(absolute)).mul(finite);
        return same.maximum(near);
    }

    /** This, with other numbers where there is none or an infinite one; no gradient goes there. */
    default T nanToNum(double nan, double positiveInfinity, double negativeInfinity) {
        T numbers = isNaN().where(constant(nan), self());
        T below = numbers.eq(Double.POSITIVE_INFINITY).where(constant(positiveInfinity), numbers);
        return below.eq(Double.NEGATIVE_INFINITY).where(constant(negativeInfinity), below);
    }

    /**
     * The distances of all pairs: of vectors [.., n, size] and [.., m, size], [.., n, m].
     *
     * @param p of the norm: 1, 2, ∞ or any number of at least 0, of which 0 counts elements that differ. The gradient
     *     of a distance of 0 is 0
     */
    default T cdist(T other, double p) {
        if (!(p >= 0)) {
            throw new IllegalArgumentException("cdist: p is %s, expected 0 or more".formatted(p));
        }
        if (shape().rank() < 2
                || other.shape().rank() < 2
                || shape().size(-1) != other.shape().size(-1)) {
            throw new IllegalArgumentException("cdist: shapes %s and %s, expected [.., n, size] and [.., m, size]"
                    .formatted(shape(), other.shape()));
        }
        return self().unsqueeze(-2).sub(other.unsqueeze(-3)).norm(p, Axes.of(-1));
    }

    /** The cross product of vectors of three numbers along the last axis; other axes broadcast. */
    default T cross(T other) {
        for (T vectors : List.of(self(), other)) {
            if (vectors.shape().rank() == 0 || vectors.shape().size(-1) != 3) {
                throw new IllegalArgumentException("cross: shapes %s and %s, expected a last axis of 3 numbers in both"
                        .formatted(shape(), other.shape()));
            }
        }
        IntTensor next = IntTensor.of(1, 2, 0);
        IntTensor after = IntTensor.of(2, 0, 1);
        T x = self();
        return x.indexSelect(-1, next)
                .mul(other.indexSelect(-1, after))
                .sub(x.indexSelect(-1, after).mul(other.indexSelect(-1, next)));
    }

    /**
     * The Kronecker product: each element times all of the other; axes of sizes m and n become one of m · n, and what
     * has fewer axes gets axes of size 1 in front.
     */
    default T kron(T other) {
        int rank = Math.max(shape().rank(), other.shape().rank());
        int[] outer = new int[2 * rank];
        int[] inner = new int[2 * rank];
        int[] joined = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            int ofThis = axis - rank + shape().rank();
            int ofOther = axis - rank + other.shape().rank();
            outer[2 * axis] = ofThis < 0 ? 1 : shape().size(ofThis);
            outer[2 * axis + 1] = 1;
            inner[2 * axis] = 1;
            inner[2 * axis + 1] = ofOther < 0 ? 1 : other.shape().size(ofOther);
            joined[axis] = outer[2 * axis] * inner[2 * axis + 1];
        }
        return self().reshape(outer).mul(other.reshape(inner)).reshape(joined);
    }
}
