package dev.lanewise.core;

/**
 * How a window slides along an axis, in convolutions and pooling.
 *
 * @param stride the elements from one window to the next, 1 or more
 * @param before the elements of padding in front of the axis, 0 or more
 * @param after the elements of padding behind it, 0 or more
 * @param dilation the elements from one of the window's to the next, 1 if they are neighbours
 * @param partial whether in pooling a last window counts that reaches beyond the axis and its padding, if it begins
 *     before the padding behind the axis: PyTorch's {@code ceil_mode}
 */
public record Sliding(int stride, int before, int after, int dilation, boolean partial) {
    /** By one element at a time, without padding, over neighbours, whole windows alone. */
    public static final Sliding DENSE = new Sliding(1, 0, 0, 1, false);

    /** Checks the numbers. */
    public Sliding {
        if (stride < 1 || dilation < 1 || before < 0 || after < 0) {
            throw new IllegalArgumentException(
                    "Sliding: stride %d and dilation %d must be 1 or more, padding %d and %d must be 0 or more"
                            .formatted(stride, dilation, before, after));
        }
    }

    /** Whole windows alone. */
    public Sliding(int stride, int before, int after, int dilation) {
        this(stride, before, after, dilation, false);
    }

    /** By that many elements at a time. */
    public static Sliding by(int stride) {
        return DENSE.withStride(stride);
    }

    /** The same, by that many elements at a time. */
    public Sliding withStride(int elements) {
        return new Sliding(elements, before, after, dilation, partial);
    }

    /** The same, with so many elements of padding at both ends. */
    public Sliding withPadding(int elements) {
        return withPadding(elements, elements);
    }

    /** The same, with so much padding in front and behind. */
    public Sliding withPadding(int front, int behind) {
        return new Sliding(stride, front, behind, dilation, partial);
    }

    /** The same, over every so many-th element. */
    public Sliding withDilation(int elements) {
        return new Sliding(stride, before, after, elements, partial);
    }

    /** The same, with a partial window at the end or not. */
    public Sliding withPartial(boolean on) {
        return new Sliding(stride, before, after, dilation, on);
    }

    /** The elements from a window's first to its last one, and between them. */
    int span(int size) {
        return Math.addExact(Math.multiplyExact(dilation, size - 1), 1);
    }

    /** How many elements the last window of a size reaches beyond an axis of n elements and its padding. */
    int beyond(int n, int size) {
        if (!partial) {
            return 0;
        }
        int room = Math.addExact(n, Math.addExact(before, after)) - span(size);
        int last = Math.ceilDiv(Math.max(room, 0), stride) * stride; // where the last window begins
        last -= last >= n + before ? stride : 0;
        return Math.max(last - room, 0);
    }

    /** How many windows of a size there are along an axis of n elements; 0 if not even one fits. */
    int windows(int n, int size) {
        return Views.windows(Math.addExact(n, Math.addExact(before, after)), size, stride, dilation);
    }
}
