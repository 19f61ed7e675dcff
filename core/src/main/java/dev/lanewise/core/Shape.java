package dev.lanewise.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a tensor's axes, outermost first: {@code [32, 128]} is 32 rows of 128 columns, {@code []} a single
 * number.
 *
 * <p>Axes are counted from 0, and negative axes from the end, so {@code -1} is the last one. A size may be 0: the
 * tensor then has no element. A tensor holds at most 2<sup>31</sup>−1 elements.
 */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0], 1);

    private final int[] sizes;
    private final int count;

    private Shape(int[] sizes, int count) {
        this.sizes = sizes;
        this.count = count;
    }

    /**
     * A shape of the given sizes.
     *
     * @throws IllegalArgumentException if a size is negative, or if there would be more than 2<sup>31</sup>−1 elements
     */
    public static Shape of(int... sizes) {
        return sizes.length == 0 ? SCALAR : owning(sizes.clone());
    }

    /** The shape of a single number: no axes, one element. */
    public static Shape scalar() {
        return SCALAR;
    }

    static Shape owning(int[] sizes) {
        long count = 1;
        boolean empty = false;
        for (int size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "shape: size %d in %s is negative".formatted(size, Arrays.toString(sizes)));
            }
            empty |= size == 0;
        }
        for (int size : sizes) {
            count = empty ? 0 : count * size;
            if (count > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "shape: %s has more than 2^31-1 elements, the most that one tensor holds; split it"
                                .formatted(Arrays.toString(sizes)));
            }
        }
        return new Shape(sizes, (int) count);
    }

    /** The number of axes. */
    public int rank() {
        return sizes.length;
    }

    /**
     * The size of one axis.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int size(int axis) {
        return sizes[existing(axis)];
    }

    /** The number of elements along an axis: its size, or 1 along axis 0 or −1 of a scalar. */
    int sizeAlong(int axis) {
        int along = axis(axis);
        return sizes.length == 0 ? 1 : sizes[along];
    }

    /** The number of elements: the product of all sizes, 1 for a scalar. */
    public int count() {
        return count;
    }

    /** The product of the sizes from this axis on: 1 if there is none. */
    int countFrom(int axis) {
        int product = 1;
        for (int i = axis; i < sizes.length; i++) {
            product *= sizes[i];
        }
        return product;
    }

    /** Whether there is no element. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** The sizes, in a new array. */
    public int[] toArray() {
        return sizes.clone();
    }

    /**
     * The given axis counted from 0: {@code axis} itself, or {@code axis + rank()} where it is negative. Of a scalar, 0
     * for 0 and −1: what goes along an axis takes it for one element, as in PyTorch.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int axis(int axis) {
        return sizes.length == 0 && (axis == 0 || axis == -1) ? 0 : existing(axis);
    }

    /** {@link #axis} of what needs an axis to be there: a scalar has none. */
    int existing(int axis) {
        int normalized = axis < 0 ? axis + sizes.length : axis;
        if (normalized < 0 || normalized >= sizes.length) {
            throw new IndexOutOfBoundsException(
                    sizes.length == 0
                            ? "axis %d: a scalar has no axes".formatted(axis)
                            : "axis %d is out of range for shape %s: expected %d to %d"
                                    .formatted(axis, this, -sizes.length, sizes.length - 1));
        }
        return normalized;
    }

    /**
     * This shape with one axis of another size.
     *
     * @throws IllegalArgumentException if this is a scalar, and the size not 1
     */
    public Shape withSize(int axis, int size) {
        int changed = axis(axis);
        if (sizes.length == 0) {
            if (size != 1) {
                throw new IllegalArgumentException("axis %d: a scalar has one element, not %d".formatted(axis, size));
            }
            return this;
        }
        int[] others = sizes.clone();
        others[changed] = size;
        return owning(others);
    }

    /** This shape without the given axis. */
    public Shape without(int axis) {
        int dropped = axis(axis);
        if (sizes.length == 0) {
            return this;
        }
        int[] kept = new int[sizes.length - 1];
        System.arraycopy(sizes, 0, kept, 0, dropped);
        System.arraycopy(sizes, dropped + 1, kept, dropped, kept.length - dropped);
        return owning(kept);
    }

    /** This shape with a new axis of the given size, which stands at {@code axis} afterwards. */
    public Shape with(int axis, int size) {
        int position = axis < 0 ? axis + sizes.length + 1 : axis;
        if (position < 0 || position > sizes.length) {
            throw new IndexOutOfBoundsException("axis %d is out of range for a new axis of shape %s: expected %d to %d"
                    .formatted(axis, this, -sizes.length - 1, sizes.length));
        }
        int[] widened = new int[sizes.length + 1];
        System.arraycopy(sizes, 0, widened, 0, position);
        widened[position] = size;
        System.arraycopy(sizes, position, widened, position + 1, sizes.length - position);
        return owning(widened);
    }

    /**
     * The shape that both shapes broadcast to, by NumPy's rule: aligned at the last axis, sizes must be equal or one of
     * them 1; a missing axis counts as 1.
     *
     * @throws IllegalArgumentException if the shapes do not fit together
     */
    public Shape broadcast(Shape other) {
        if (equals(other)) {
            return this;
        }
        int rank = Math.max(rank(), other.rank());
        int[] result = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            int mine = alignedSize(axis, rank);
            int theirs = other.alignedSize(axis, rank);
            if (mine != theirs && mine != 1 && theirs != 1) {
                throw new IllegalArgumentException(
                        "shapes %s and %s do not broadcast: sizes %d and %d at axis %d (counted from the end) are neither equal nor 1"
                                .formatted(this, other, mine, theirs, axis - rank));
            }
            result[axis] = mine == 1 ? theirs : mine;
        }
        return owning(result);
    }

    /** {@link #broadcast(Shape)}, whose error names the operation. */
    Shape broadcast(String operation, Shape other) {
        try {
            return broadcast(other);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(operation + ": " + e.getMessage(), e);
        }
    }

    /** Whether a tensor of this shape can be repeated to the given one. */
    boolean broadcastsTo(Shape to) {
        boolean fits = rank() <= to.rank();
        for (int axis = 0; fits && axis < to.rank(); axis++) {
            int size = alignedSize(axis, to.rank());
            fits = size == 1 || size == to.size(axis);
        }
        return fits;
    }

    /** The size that stands at the given axis of a wider shape of {@code rank} axes, 1 where this shape has none. */
    int alignedSize(int axis, int rank) {
        int own = axis - rank + sizes.length;
        return own < 0 ? 1 : sizes[own];
    }

    /** Strides in elements of a row-major array of this shape. */
    int[] contiguousStrides() {
        int[] strides = new int[sizes.length];
        int stride = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(sizes[axis], 1);
        }
        return strides;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Shape shape && Arrays.equals(sizes, shape.sizes));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** The sizes as in {@code [32, 128]}. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
