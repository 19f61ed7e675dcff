package dev.lanewise.core;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

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

    /** The sample variance of all elements, of shape {@code []}. */
    default T var() {
        return var(Axes.all(), 1);
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

    /** The sample standard deviation of all elements, of shape {@code []}. */
    default T std() {
        return std(Axes.all(), 1);
    }

    /** The sample standard deviation over one axis, which is dropped. */
    default T std(int axis) {
        return std(Axes.of(axis), 1);
    }

    /** The standard deviation over axes, √var; see {@link #var(Axes, int)}. The gradient of equal elements is 0. */
    default T std(Axes axes, int correction) {
        return rootOrZero(var(axes, correction));
    }

    /** The largest element of all, of shape {@code []}; see {@link #amax(Axes)}. */
    default T amax() {
        return amax(Axes.all());
    }

    /** The largest element along an axis, which is dropped; see {@link #amax(Axes)}. */
    default T amax(int axis) {
        return amax(Axes.of(axis));
    }

    /**
     * The largest element over axes; NaN if there is one. Elements that tie share the gradient evenly.
     *
     * @throws IllegalArgumentException if there is no element to choose from
     */
    default T amax(Axes axes) {
        return apply(new ReductionOp.Extreme(axes, true));
    }

    /** The smallest element of all, of shape {@code []}; see {@link #amin(Axes)}. */
    default T amin() {
        return amin(Axes.all());
    }

    /** The smallest element along an axis, which is dropped; see {@link #amin(Axes)}. */
    default T amin(int axis) {
        return amin(Axes.of(axis));
    }

    /** The smallest element over axes; NaN if there is one. Elements that tie share the gradient evenly. */
    default T amin(Axes axes) {
        return apply(new ReductionOp.Extreme(axes, false));
    }

    /** The largest element of all, of shape {@code []}: {@link #amax()}, as in PyTorch. */
    default T max() {
        return amax();
    }

    /** The smallest element of all, of shape {@code []}: {@link #amin()}, as in PyTorch. */
    default T min() {
        return amin();
    }

    /**
     * The largest element along an axis, which is dropped; NaN if there is one. The gradient goes to the first of
     * elements that tie, whose number {@link Tensor#argmax} tells; {@link #amax} divides it.
     *
     * @throws IllegalArgumentException if the axis is empty
     */
    default T max(int axis) {
        return picked(axis, value().argmax(axis));
    }

    /** The smallest element along an axis, which is dropped; see {@link #max}. */
    default T min(int axis) {
        return picked(axis, value().argmin(axis));
    }

    private T picked(int axis, IntTensor numbers) {
        int along = shape().axis(axis);
        int[] kept = shape().withSize(along, 1).toArray();
        return self().gather(along, numbers.reshape(kept)).squeeze(along);
    }

    /** The product of all elements, of shape {@code []}; 1 if there is none. */
    default T prod() {
        return prod(Axes.all());
    }

    /** The product over one axis, which is dropped. */
    default T prod(int axis) {
        return prod(Axes.of(axis));
    }

    /**
     * The product over axes, 1 of no elements: the first half times the second, and so on. An element's gradient is the
     * product of the others, also where one of them is 0.
     */
    default T prod(Axes axes) {
        boolean[] reduced = axes.reduced(shape());
        int rank = reduced.length;
        int count = axes.count(shape());
        if (count == 0) { // an empty product is 1
            return sum(axes).add(1);
        }
        int[] order = new int[rank];
        int at = 0;
        for (boolean last : new boolean[] {false, true}) {
            for (int axis = 0; axis < rank; axis++) {
                if (reduced[axis] == last) {
                    order[at++] = axis;
                }
            }
        }
        T factors = self().permute(order).reshape(shape().count() / count, count); // (results, factors)
        for (int n = count; n > 1; n = (n + 1) / 2) {
            int half = n / 2;
            T pairs = factors.slice(1, 0, half).mul(factors.slice(1, half, 2 * half));
            factors = n % 2 == 0 ? pairs : TensorOps.concat(1, List.of(pairs, factors.slice(1, n - 1, n)));
        }
        return factors.reshape(axes.result(shape()).toArray());
    }

    /** ln Σ exp(x) over all elements, of shape {@code []}; see {@link #logSumExp(Axes)}. */
    default T logSumExp() {
        return logSumExp(Axes.all());
    }

    /** ln Σ exp(x) over one axis, which is dropped; see {@link #logSumExp(Axes)}. */
    default T logSumExp(int axis) {
        return logSumExp(Axes.of(axis));
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

    /** The sum of all absolute values, of shape {@code []}. */
    default T norm1() {
        return norm1(Axes.all());
    }

    /** The sum of absolute values over one axis, which is dropped. */
    default T norm1(int axis) {
        return norm1(Axes.of(axis));
    }

    /** The sum of absolute values over axes; the gradient at 0 is 0. */
    default T norm1(Axes axes) {
        return abs().sum(axes);
    }

    /** The Euclidean norm of all elements, of shape {@code []}. */
    default T norm2() {
        return norm2(Axes.all());
    }

    /** The Euclidean norm over one axis, which is dropped. */
    default T norm2(int axis) {
        return norm2(Axes.of(axis));
    }

    /** The Euclidean norm over axes, √Σx²; the gradient of a zero vector is 0. */
    default T norm2(Axes axes) {
        return rootOrZero(square().sum(axes));
    }

    private T rootOrZero(T x) {
        return zeroOr(x, positive -> positive.sqrt());
    }

    /** A root of x, whose gradient at 0 is 0 instead of 0 · ∞: a zero takes the constant branch. */
    private T zeroOr(T x, UnaryOperator<T> root) {
        T zero = x.eq(0);
        return zero.where(x.constant(0), root.apply(zero.where(x.constant(1), x)));
    }

    /** The largest absolute value of all, of shape {@code []}. */
    default T normInf() {
        return normInf(Axes.all());
    }

    /** The largest absolute value along one axis, which is dropped. */
    default T normInf(int axis) {
        return normInf(Axes.of(axis));
    }

    /** The largest absolute value over axes. */
    default T normInf(Axes axes) {
        return abs().amax(axes);
    }

    /**
     * The p-norm over axes, (Σ|x|ᵖ)^(1/p): 1 for the sum of absolute values, 2 for the Euclidean norm, ∞ for the
     * largest absolute value, −∞ for the smallest; 0 for the number of elements that are not 0, which has no gradient.
     * The gradient of a zero vector is 0, and if p is less than 1 that of a zero too.
     *
     * @throws IllegalArgumentException if p is NaN, or if it is negative or ∞ and there is no element
     */
    default T norm(double p, Axes axes) {
        if (Double.isNaN(p)) {
            throw new IllegalArgumentException("norm: p is NaN, expected a number");
        }
        if (p == 0) {
            return ne(0).sum(axes);
        }
        if (p == 1) {
            return norm1(axes);
        }
        if (p == 2) {
            return norm2(axes);
        }
        if (Double.isInfinite(p)) {
            return p > 0 ? normInf(axes) : abs().amin(axes);
        }
        if (p < 0 && axes.count(shape()) == 0) {
            throw new IllegalArgumentException(
                    "norm: axes %s of shape %s hold no element, of which there is no norm with p = %s"
                            .formatted(axes, shape(), p));
        }
        T powers = p > 1 ? abs().pow(p) : powersOrZero(p);
        return p > 0
                ? zeroOr(powers.sum(axes), sum -> sum.pow(1 / p))
                : powers.sum(axes).pow(1 / p);
    }

    /** |x|ᵖ of p less than 1, whose gradient at 0 is infinite, but here 0: a zero takes the constant branch. */
    private T powersOrZero(double p) {
        T zero = self().eq(0);
        T power = zero.where(constant(1), self()).abs().pow(p);
        return zero.where(constant(p > 0 ? 0 : Double.POSITIVE_INFINITY), power);
    }

    /** Running sums along an axis: element i is the sum of elements 0 to i, added in that order in double precision. */
    default T cumSum(int axis) {
        return apply(new ReductionOp.CumSum(shape().axis(axis), false));
    }

    /**
     * Running products along an axis: element i is the product of elements 0 to i, multiplied in that order. An
     * element's gradient is made of the products of the others, also where one of them is 0.
     */
    default T cumProd(int axis) {
        int along = shape().axis(axis);
        int n = shape().sizeAlong(along);
        if (n < 2) {
            return self();
        }
        T first = self().slice(along, 0, 1).pad(along, 0, n - 1, -0.0); // adding −0 changes no product
        return applyAll(new ReductionOp.CumMulAdd(along, false), List.of(self(), first))
                .getFirst();
    }

    /** Running {@link #logSumExp} along an axis, without overflow: element i is ln Σ exp(x) over elements 0 to i. */
    default T logCumSumExp(int axis) {
        return scan(axis, (x, y) -> x.logAddExp(y));
    }

    /**
     * The largest element so far along an axis: element i is the largest of elements 0 to i, and NaN from the first NaN
     * on. The gradient goes to that element, the last one of those that tie, whose number {@link Tensor#argCumMax}
     * tells.
     */
    default T cumMax(int axis) {
        return self().gather(axis, value().argCumMax(axis));
    }

    /** The smallest element so far along an axis; see {@link #cumMax}. */
    default T cumMin(int axis) {
        return self().gather(axis, value().argCumMin(axis));
    }

    /**
     * The element that occurs most often along an axis, which is dropped; the smallest of those that do equally often.
     * NaN counts as smaller than all, and each as another one, as in PyTorch. The gradient goes to the last of the
     * equal elements, whose number {@link Tensor#argMode} tells.
     *
     * @throws IllegalArgumentException if the axis is empty
     */
    default T mode(int axis) {
        return picked(axis, value().argMode(axis));
    }

    /**
     * Element i is elements 0 to i joined by an associative function: in as many steps as the number of elements has
     * binary digits, each of which joins what lies 1, 2, 4, … elements apart (Hillis and Steele 1986, Data parallel
     * algorithms).
     */
    private T scan(int axis, BinaryOperator<T> join) {
        int along = shape().axis(axis);
        int n = shape().sizeAlong(along);
        T result = self();
        for (int apart = 1; apart < n; apart *= 2) {
            T joined = join.apply(result.slice(along, apart, n), result.slice(along, 0, n - apart));
            result = TensorOps.concat(along, List.of(result.slice(along, 0, apart), joined));
        }
        return result;
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
