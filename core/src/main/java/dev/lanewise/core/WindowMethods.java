package dev.lanewise.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link TensorOps} that looks at axes through windows: padding, convolution, pooling. Images are [batch,
 * channels, height, width]; sequences have one axis behind the channels, volumes three.
 *
 * @param <T> the implementing type itself
 */
interface WindowMethods<T extends TensorOps<T>> extends ShapeMethods<T>, ReductionMethods<T>, IndexMethods<T> {
    /** {@link #pad(int, int, int, double)} with zeros. */
    default T pad(int axis, int before, int after) {
        return pad(axis, before, after, 0);
    }

    /**
     * Puts elements of one value in front of an axis and behind it. Negative numbers cut off as many instead.
     *
     * @throws IllegalArgumentException if more is cut off than there is
     */
    default T pad(int axis, int before, int after, double value) {
        int along = shape().axis(axis);
        int n = shape().size(along);
        int from = Math.max(-before, 0);
        int to = n - Math.max(-after, 0);
        if (from > to) {
            throw new IllegalArgumentException("pad: %d and %d cut more than the %d elements of axis %d of shape %s"
                    .formatted(before, after, n, axis, shape()));
        }
        T kept = self().slice(along, from, to);
        int front = Math.max(before, 0);
        int behind = Math.max(after, 0);
        if (front == 0 && behind == 0) {
            return kept;
        }
        if (Double.compare(value, 0) == 0) { // not −0
            return kept.apply(new ViewOp.PlaceSlice(along, front, 1, front + to - from + behind));
        }
        T values = constant(value);
        return TensorOps.concat(
                along,
                List.of(
                        values.expand(kept.shape().withSize(along, front)),
                        kept,
                        values.expand(kept.shape().withSize(along, behind))));
    }

    /**
     * Continues an axis at both ends by its reflection, without repeating the outermost elements: abc by 2 and 1 is
     * cbabcb.
     *
     * @throws IllegalArgumentException if there are not more elements than are asked for
     */
    default T padReflect(int axis, int before, int after) {
        return padFrom("padReflect", axis, before, after, 1, (i, n) -> i < 0 ? -i : i < n ? i : 2 * (n - 1) - i);
    }

    /** Continues an axis at both ends by its outermost elements: abc by 2 and 1 is aaabcc. */
    default T padReplicate(int axis, int before, int after) {
        return padFrom("padReplicate", axis, before, after, -1, (i, n) -> Math.clamp(i, 0, n - 1));
    }

    /** Continues an axis at both ends by its other end: abc by 2 and 1 is bcabca. */
    default T padCircular(int axis, int before, int after) {
        return padFrom("padCircular", axis, before, after, 0, (i, n) -> Math.floorMod(i, n));
    }

    private T padFrom(String operation, int axis, int before, int after, int fewer, IndexRule from) {
        int along = shape().axis(axis);
        int n = shape().size(along);
        int most = fewer < 0 ? Integer.MAX_VALUE : n - fewer;
        if (before < 0 || after < 0 || before > most || after > most || n == 0) {
            throw new IllegalArgumentException("%s: %d and %d do not fit axis %d of shape %s: expected 0 to %d of each"
                    .formatted(operation, before, after, axis, shape(), n == 0 ? -1 : most));
        }
        int[] numbers = new int[Math.addExact(n, Math.addExact(before, after))];
        Arrays.setAll(numbers, i -> from.of(i - before, n));
        return self().indexSelect(along, IntTensor.of(numbers));
    }

    /** Windows of neighbouring elements; see {@link #unfold(int, int, int, int)}. */
    default T unfold(int axis, int size, int step) {
        return unfold(axis, size, step, 1);
    }

    /**
     * Windows along an axis: the axis then counts the windows, and a new last axis the {@code size} elements of each.
     * [a, b, c, d] in windows of 2 by steps of 1 is [[a, b], [b, c], [c, d]]. A view. The gradients of elements in
     * several windows add up. Of a scalar there is one window, of size 1, and no axis that counts it.
     *
     * @param step the elements from one window to the next
     * @param dilation the elements from one of a window's to the next
     * @throws IllegalArgumentException if size, step or dilation is not positive, or the axis is shorter than a window
     */
    default T unfold(int axis, int size, int step, int dilation) {
        int along = shape().axis(axis);
        if (shape().rank() == 0) {
            return self().reshape(1).unfold(along, size, step, dilation).squeeze(0); // its one window
        }
        if (size < 1 || step < 1 || dilation < 1 || Views.windows(shape().size(along), size, step, dilation) == 0) {
            throw new IllegalArgumentException(
                    "unfold: windows of size %d, step %d, dilation %d do not fit axis %d of shape %s"
                            .formatted(size, step, dilation, axis, shape()));
        }
        return apply(new ViewOp.Unfold(along, size, step, dilation));
    }

    /** {@link #conv} along one axis: [batch, in, n] and [out, in, k] → [batch, out, n']. */
    default T conv1d(T weight, @Nullable T bias, Sliding axis) {
        return spatial("conv1d", 1, weight).conv(weight, bias, 1, List.of(axis));
    }

    /** {@link #conv} along two axes, by the same rule: [batch, in, h, w] and [out, in, k, l] → [batch, out, h', w']. */
    default T conv2d(T weight, @Nullable T bias, Sliding axes) {
        return spatial("conv2d", 2, weight).conv(weight, bias, 1, Collections.nCopies(2, axes));
    }

    /** {@link #conv} along three axes, by the same rule. */
    default T conv3d(T weight, @Nullable T bias, Sliding axes) {
        return spatial("conv3d", 3, weight).conv(weight, bias, 1, Collections.nCopies(3, axes));
    }

    private T spatial(String operation, int axes, T weight) {
        if (shape().rank() != axes + 2 || weight.shape().rank() != axes + 2) {
            throw new IllegalArgumentException("%s: input %s and weight %s, expected %d axes each"
                    .formatted(operation, shape(), weight.shape(), axes + 2));
        }
        return self();
    }

    /**
     * Convolution, as neural networks use the word: each output is the sum over a window of Σ x · weight, all channels
     * of a group together, plus bias; [batch, in, ..] and [out, in / groups, size..] → [batch, out, ..]. An axis of n
     * elements, padding included, gives (n − dilation · (size − 1) − 1) / stride + 1. Gradients: x' is the transposed
     * convolution of the gradient by the same weight, weight' sums gradient · x over all windows.
     *
     * @param weight [out, in / groups, size of each axis]
     * @param bias [out], or null for none
     * @param groups how many groups channels are divided into; each sees only itself
     * @param axes how the window slides along each axis
     * @throws IllegalArgumentException if the sizes do not fit
     */
    default T conv(T weight, @Nullable T bias, int groups, List<Sliding> axes) {
        Convolutions.check("conv", shape(), weight.shape(), bias == null ? null : bias.shape(), groups, axes, false);
        return Convolutions.apply(new Convolution(groups, List.copyOf(axes)), self(), weight, bias);
    }

    /** {@link #convTranspose} along one axis. */
    default T convTranspose1d(T weight, @Nullable T bias, Sliding axis) {
        return spatial("convTranspose1d", 1, weight).convTranspose(weight, bias, 1, List.of(axis), new int[1]);
    }

    /** {@link #convTranspose} along two axes, by the same rule. */
    default T convTranspose2d(T weight, @Nullable T bias, Sliding axes) {
        return spatial("convTranspose2d", 2, weight)
                .convTranspose(weight, bias, 1, Collections.nCopies(2, axes), new int[2]);
    }

    /** {@link #convTranspose} along three axes, by the same rule. */
    default T convTranspose3d(T weight, @Nullable T bias, Sliding axes) {
        return spatial("convTranspose3d", 3, weight)
                .convTranspose(weight, bias, 1, Collections.nCopies(3, axes), new int[3]);
    }

    /**
     * Transposed convolution: what the gradient of {@link #conv} does. Each element of x adds its multiple of the
     * weight to a window; [batch, in, ..] and [in, out / groups, size..] → [batch, out, ..]. An axis of n elements
     * gives (n − 1) · stride − padding + dilation · (size − 1) + 1 + more.
     *
     * @param weight [in, out / groups, size of each axis]
     * @param bias [out], or null for none
     * @param more elements to be added behind each axis: several sizes convolve to the same one, this tells which is
     *     meant
     * @throws IllegalArgumentException if the sizes do not fit
     */
    default T convTranspose(T weight, @Nullable T bias, int groups, List<Sliding> axes, int[] more) {
        Convolutions.check(
                "convTranspose", shape(), weight.shape(), bias == null ? null : bias.shape(), groups, axes, true);
        Shape image = Convolutions.transposedImage(shape(), weight.shape(), axes, more);
        Convolution convolution = new Convolution(groups, List.copyOf(axes));
        return Convolutions.apply(new TransposedConvolution(convolution, image), self(), weight, bias);
    }

    /**
     * The largest element of each window, over the last axes: [.., n] → [.., n']. Padding is less than everything. The
     * gradient goes to the first of elements that tie, whose number {@link Tensor#argMaxPool} tells.
     *
     * @param sizes the window's size along each of the last axes
     * @param axes how it slides along each
     * @throws IllegalArgumentException if no window fits, or one would be nothing but padding
     */
    default T maxPool(int[] sizes, List<Sliding> axes) {
        T windows = Convolutions.windows("maxPool", self(), sizes, axes, Double.NEGATIVE_INFINITY);
        return windows.max(-1);
    }

    /** {@link #maxPool(int[], List)} over the last two axes with square windows. */
    default T maxPool2d(int size, Sliding axes) {
        return maxPool(new int[] {size, size}, Collections.nCopies(2, axes));
    }

    /**
     * The mean of each window, over the last axes: [.., n] → [.., n'].
     *
     * @param sizes the window's size along each of the last axes
     * @param axes how it slides along each
     * @param countPadding whether padding counts as zeros; otherwise the mean is over the elements there are
     * @throws IllegalArgumentException if no window fits, or one would be nothing but padding
     */
    default T avgPool(int[] sizes, List<Sliding> axes, boolean countPadding) {
        T sums = Convolutions.windows("avgPool", self(), sizes, axes, 0).sum(-1);
        if (countPadding && axes.stream().noneMatch(Sliding::partial)) {
            return sums.div(Arrays.stream(sizes).reduce(1, Math::multiplyExact));
        }
        return sums.div(constant(Convolutions.elements("avgPool", dtype(), shape(), sizes, axes, countPadding)));
    }

    /** {@link #avgPool(int[], List, boolean)} over the last two axes with square windows, padding counted. */
    default T avgPool2d(int size, Sliding axes) {
        return avgPool(new int[] {size, size}, Collections.nCopies(2, axes), true);
    }

    /**
     * The p-norm of each window, over the last axes: (Σ xᵖ)^(1/p), [.., n] → [.., n']; of an odd p too the powers keep
     * their signs. Padding is 0. PyTorch's {@code lp_pool} by its definition; where the sum is 0 the gradient is 0.
     *
     * @param p the power, above 0
     * @param sizes the window's size along each of the last axes
     * @param axes how it slides along each
     * @throws IllegalArgumentException if p is not above 0, or no window fits
     */
    default T lpPool(double p, int[] sizes, List<Sliding> axes) {
        if (!(p > 0)) {
            throw new IllegalArgumentException("lpPool: p is %s, expected a number above 0".formatted(p));
        }
        // The powers first: of padding they have no derivatives to go wrong at 0.
        T sums = Convolutions.windows("lpPool", self().pow(p), sizes, axes, 0).sum(-1);
        T zero = sums.eq(0);
        return zero.where(constant(0), zero.where(constant(1), sums).pow(1 / p));
    }

    /**
     * Puts each element where {@link #maxPool} took it from, zeros elsewhere, [.., n'] → [.., n]: what is left when
     * pooling is undone. Of places that occur twice the last element stays.
     *
     * @param places of each element, the row-major number of its place in the last axes of the result, as
     *     {@link Tensor#argMaxPool} gives them
     * @param sizes the sizes of the result's last axes
     * @throws IllegalArgumentException if the places are not of this shape
     * @throws IndexOutOfBoundsException if a place lies outside the result
     */
    default T maxUnpool(IntTensor places, int... sizes) {
        int first = shape().rank() - sizes.length;
        if (sizes.length == 0 || first < 0 || !places.shape().equals(shape())) {
            throw new IllegalArgumentException("maxUnpool: places of shape %s and %d sizes do not fit shape %s"
                    .formatted(places.shape(), sizes.length, shape()));
        }
        int elements = shape().countFrom(first);
        int rows = elements == 0 ? 0 : shape().count() / elements;
        Shape flat = Shape.of(rows, Arrays.stream(sizes).reduce(1, Math::multiplyExact));
        places.checkRange("maxUnpool", "place", flat.size(1));
        int[] outer = Arrays.copyOf(shape().toArray(), first);
        return constant(Tensor.zeros(dtype(), flat))
                .scatter(1, places.reshape(rows, elements), self().reshape(rows, elements))
                .reshape(Views.joined(outer, sizes));
    }

    /**
     * x divided by (k + α / size · Σ x²)^β, the sum over as many neighbouring channels, the second axis, as
     * {@code size} tells (Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks): as
     * many before as behind, one more before if the number is even; beyond the first and the last channel are zeros.
     *
     * @param size how many channels, 1 or more
     */
    default T localResponseNorm(int size, double alpha, double beta, double k) {
        if (size < 1 || shape().rank() < 2) {
            throw new IllegalArgumentException(
                    "localResponseNorm: size %d and shape %s, expected a size of 1 or more and channels as axis 1"
                            .formatted(size, shape()));
        }
        T squares = square().pad(1, size / 2, (size - 1) / 2);
        T mean = squares.unfold(1, size, 1).mean(-1);
        return div(mean.mul(alpha).add(k).pow(beta));
    }

    /**
     * Means over the last axes, of as many windows as give the sizes asked for: window i of n elements is from ⌊i · n /
     * size⌋ to ⌈(i + 1) · n / size⌉.
     */
    default T adaptiveAvgPool(int... sizes) {
        return Convolutions.adaptive(
                "adaptiveAvgPool",
                self(),
                sizes,
                (window, axis) -> window.mean(Axes.of(axis).kept()));
    }

    /** The largest elements in the windows of {@link #adaptiveAvgPool}. */
    default T adaptiveMaxPool(int... sizes) {
        return Convolutions.adaptive(
                "adaptiveMaxPool",
                self(),
                sizes,
                (window, axis) -> window.max(axis).unsqueeze(axis));
    }
}
