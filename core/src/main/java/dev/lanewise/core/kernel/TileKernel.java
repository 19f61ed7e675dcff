package dev.lanewise.core.kernel;

/**
 * The innermost part of a matrix product: tiles of C, each small enough for its sums to stay in registers, times as
 * many steps along {@code k} as are asked for. The tiles lie one beside the other and have the same rows of A.
 *
 * <p>The numbers of rows and columns are the kernel's own. There are kinds that differ in how they read A: step
 * {@code p} takes of each row the element {@code a[aOffset + p·aStep + row]}, or {@code a[aOffset + row·pitch + p]},
 * the pitch being the kernel's own, too. Of B all take consecutive elements from {@code b[bOffset + p·bStep]} on, as
 * many as the kernel has columns.
 */
public interface TileKernel {
    /** How the rows of A lie that a kernel reads. */
    enum Left {
        /** A packed micro-panel, whose {@code aStep} is {@link ProductKernels#panelStep}. */
        PACKED,
        /** Rows of consecutive elements, where they stand or copied to {@link #ROW_PITCH} from one to the next. */
        ROWS,
        /** The matrix itself, with consecutive elements down its columns. */
        IN_PLACE
    }

    /**
     * From one row of A to the next for the kernels that read copied rows: a constant, so that one index and twelve
     * offsets in the instructions reach all rows. With the distance in a variable there are more addresses than
     * registers, and products of 128 x 128 x 128 took 1.2 times as long. It is no multiple of a cache's way, 4 KB, so
     * that a step's elements are in different sets.
     */
    int ROW_PITCH = BlockedProduct.KC + 16;

    /**
     * Adds {@code k} steps, in their order, to each tile's sums.
     *
     * @param tiles how many tiles
     * @param bPitch from where in B a tile begins to where the next one does
     * @param aStep what kernels for copied rows do not look at; the panel's step, if A is a packed one
     * @param bStep the kernel's columns, if B is a packed panel
     * @param continues whether the sums begin with what C holds, and not at 0
     */
    void multiply(
            int tiles,
            int bPitch,
            int k,
            float[] a,
            int aOffset,
            int aStep,
            float[] b,
            int bOffset,
            int bStep,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean continues);
}
