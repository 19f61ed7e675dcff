package dev.lanewise.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The axes over which a reduction runs, and whether they stay in the result with size 1.
 *
 * <p>{@code Axes.of(0, 2)} reduces axes 0 and 2 and drops them; {@code Axes.of(-1).kept()} reduces the last axis and
 * keeps it, so that the result broadcasts against the operand; {@link #all()} reduces every axis.
 */
public final class Axes {
    private static final Axes ALL = new Axes(null, false);

    private final int @Nullable [] axes; // null means every axis, of whatever rank
    private final boolean keep;

    private Axes(int @Nullable [] axes, boolean keep) {
        this.axes = axes;
        this.keep = keep;
    }

    /** The given axes, dropped from the result. No axis given means none is reduced. */
    public static Axes of(int... axes) {
        return new Axes(axes.clone(), false);
    }

    /** Every axis. */
    public static Axes all() {
        return ALL;
    }

    /** The same axes, kept in the result with size 1. */
    public Axes kept() {
        return new Axes(axes, true);
    }

    /** Whether the reduced axes stay in the result with size 1. */
    public boolean keeps() {
        return keep;
    }

    /**
     * For each axis of the shape, whether it is reduced.
     *
     * @throws IndexOutOfBoundsException if the shape lacks an axis
     * @throws IllegalArgumentException if an axis is named twice
     */
    boolean[] reduced(Shape shape) {
        boolean[] reduced = new boolean[shape.rank()];
        if (axes == null) {
            Arrays.fill(reduced, true);
            return reduced;
        }
        for (int axis : axes) {
            int normalized = shape.axis(axis);
            if (reduced.length == 0) {
                continue; // one element along the axis is reduced to itself
            }
            if (reduced[normalized]) {
                throw new IllegalArgumentException(
                        "axes %s name axis %d of shape %s twice".formatted(this, normalized, shape));
            }
            reduced[normalized] = true;
        }
        return reduced;
    }

    /** The number of elements of the operand that make one element of the result. */
    int count(Shape shape) {
        boolean[] reduced = reduced(shape);
        int count = 1;
        for (int axis = 0; axis < reduced.length; axis++) {
            count *= reduced[axis] ? shape.size(axis) : 1;
        }
        return count;
    }

    /** The shape of the result. */
    Shape result(Shape shape) {
        return keep ? keptShape(shape) : droppedShape(shape);
    }

    /** The operand's shape with each reduced axis of size 1. */
    Shape keptShape(Shape shape) {
        boolean[] reduced = reduced(shape);
        int[] sizes = shape.toArray();
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = reduced[axis] ? 1 : sizes[axis];
        }
        return Shape.owning(sizes);
    }

    private Shape droppedShape(Shape shape) {
        boolean[] reduced = reduced(shape);
        int rank = 0;
        int[] sizes = new int[reduced.length];
        for (int axis = 0; axis < reduced.length; axis++) {
            if (!reduced[axis]) {
                sizes[rank++] = shape.size(axis);
            }
        }
        return Shape.owning(Arrays.copyOf(sizes, rank));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Axes that && keep == that.keep && Arrays.equals(axes, that.axes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(axes) + Boolean.hashCode(keep);
    }

    @Override
    public String toString() {
        return (axes == null ? "all" : Arrays.toString(axes)) + (keep ? " kept" : "");
    }
}
