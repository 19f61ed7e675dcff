package dev.lanewise.core.kernel;

import java.util.Arrays;

/**
 * The axes over which a loop runs, with the strides of each array in it: axes of size 1 are dropped, and neighbours
 * that every array walks as one are merged, so that the innermost loop is as long as can be.
 */
public final class Collapsed {
    private final int[] sizes; // [axis]
    private final boolean[] marks; // [axis]
    private final int[][] strides; // [array][axis]

    private Collapsed(int[] sizes, boolean[] marks, int[][] strides) {
        this.sizes = sizes;
        this.marks = marks;
        this.strides = strides;
    }

    /** Collapses the axes of the given sizes (none of them 0) for arrays of the given strides. */
    public static Collapsed of(int[] sizes, int[]... strides) {
        return of(sizes, new boolean[sizes.length], strides);
    }

    /**
     * Collapses axes, merging only neighbours with an equal mark.
     *
     * @param marked of each axis, whether it is marked (as one that is reduced, say)
     */
    public static Collapsed of(int[] sizes, boolean[] marked, int[][] strides) {
        int arrays = strides.length;
        int[] keptSizes = new int[sizes.length];
        boolean[] keptMarks = new boolean[sizes.length];
        int[][] keptStrides = new int[arrays][sizes.length];
        int rank = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            int size = sizes[axis];
            if (size == 1) {
                continue;
            }
            boolean merge = rank > 0 && keptMarks[rank - 1] == marked[axis];
            for (int array = 0; array < arrays && merge; array++) {
                merge = keptStrides[array][rank - 1] == strides[array][axis] * size;
            }
            if (merge) {
                keptSizes[rank - 1] *= size;
            } else {
                keptSizes[rank] = size;
                keptMarks[rank] = marked[axis];
                rank++;
            }
            for (int array = 0; array < arrays; array++) {
                keptStrides[array][rank - 1] = strides[array][axis];
            }
        }
        for (int array = 0; array < arrays; array++) {
            keptStrides[array] = Arrays.copyOf(keptStrides[array], rank);
        }
        return new Collapsed(Arrays.copyOf(keptSizes, rank), Arrays.copyOf(keptMarks, rank), keptStrides);
    }

    /** The axes as they are, none dropped or merged. */
    public static Collapsed exactly(int[] sizes, int[][] strides) {
        return new Collapsed(sizes, new boolean[sizes.length], strides);
    }

    /** The number of axes left: 0 where there is a single element. */
    public int rank() {
        return sizes.length;
    }

    /** The size of an axis. */
    public int size(int axis) {
        return sizes[axis];
    }

    /** Of each axis, whether it is marked. */
    public boolean[] marks() {
        return marks.clone();
    }

    /** The strides of an array. */
    public int[] strides(int array) {
        return strides[array].clone();
    }

    /** The stride of an array along an axis. */
    public int stride(int array, int axis) {
        return strides[array][axis];
    }

    /** What is done at each position of the outer axes. */
    public interface Body {
        /**
         * Called once for each position.
         *
         * @param offsets of each array, the offset of the position; reused between calls
         * @param position the row-major number of the position
         */
        void at(int[] offsets, int position);
    }

    /** The number of positions that all but the {@code inner} last axes have together. */
    public int outerCount(int inner) {
        int count = 1;
        for (int axis = 0; axis < sizes.length - inner; axis++) {
            count *= sizes[axis];
        }
        return count;
    }

    /** Calls the body for each position of all axes but the {@code inner} last ones, in row-major order. */
    public void forEachOuter(int inner, Body body) {
        forEachOuter(inner, 0, outerCount(inner), body);
    }

    /**
     * Calls the body for the positions {@code from} to {@code to} (exclusive) of all axes but the {@code inner} last
     * ones.
     */
    public void forEachOuter(int inner, int from, int to, Body body) {
        int rank = Math.max(sizes.length - inner, 0);
        int[] index = new int[rank];
        int[] offsets = new int[strides.length];
        int rest = from;
        for (int axis = rank - 1; axis >= 0; axis--) {
            index[axis] = rest % sizes[axis];
            rest /= sizes[axis];
            for (int array = 0; array < offsets.length; array++) {
                offsets[array] += index[axis] * strides[array][axis];
            }
        }
        for (int position = from; position < to; position++) {
            body.at(offsets, position);
            for (int axis = rank - 1; axis >= 0; axis--) {
                index[axis]++;
                for (int array = 0; array < offsets.length; array++) {
                    offsets[array] += strides[array][axis];
                }
                if (index[axis] < sizes[axis]) {
                    break;
                }
                for (int array = 0; array < offsets.length; array++) {
                    offsets[array] -= sizes[axis] * strides[array][axis];
                }
                index[axis] = 0;
            }
        }
    }
}
