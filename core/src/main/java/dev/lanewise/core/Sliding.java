package dev.lanewise.core;

/**
 * How a window slides along an axis, in convolutions and pooling.
 *
 * @param stride the elements from one window to the next, 1 or more
 * @param before the elements of padding in front of the axis, 0 or more
 * @param after the elements of padding behind it, 0 or more
 * @param dilation the elements from one of the window's to the next, 1 if they are neighbours
 */
public record Sliding(int stride, int before, int after, int dilation) {
    /** By one element at a time, without padding, over neighbours. */
    public static final Sliding DENSE = new Sliding(1, 0, 0, 1);

    /** Checks the numbers. */
    public Sliding {
        if (stride < 1 || dilation < 1 || before < 0 || after < 0) {
            throw new IllegalArgumentException(
                    "Sliding: stride %d and dilation %d must be 1 or more, padding %d and %d must be 0 or more"
                            .formatted(stride, dilation, before, after));
        }
    }

    /** By that many elements at a time. */
    public static Sliding by(int stride) {
        return DENSE.withStride(stride);
    }

    /** The same, by that many elements at a time. */
    public Sliding withStride(int elements) {
        return new Sliding(elements, before, after, dilation);
    }

    /** The same, with so many elements of padding at both ends. */
    public Sliding withPadding(int elements) {
        return withPadding(elements, elements);
    }

    /** The same, with so much padding in front and behind. */
    public Sliding withPadding(int front, int behind) {
        return new Sliding(stride, front, behind, dilation);
    }

    /** The same, over every so many-th element. */
    public Sliding withDilation(int elements) {
        return new Sliding(stride, before, after, elements);
    }

    /** How many windows of a size there are along an axis of n elements; 0 if not even one fits. */
    int windows(int n, int size) {
        return Views.windows(Math.addExact(n, Math.addExact(before, after)), size, stride, dilation);
    }
}
