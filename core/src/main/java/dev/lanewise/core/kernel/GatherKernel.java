package dev.lanewise.core.kernel;

/**
 * A tile of C as a {@link TileKernel} computes it, of packed rows of A and of rows of B that begin wherever a table
 * says: in a convolution they are pieces of the same image, which so need not be copied for each element of a window.
 *
 * <p>Step {@code p} takes of each row the element {@code a[aOffset + p·panelStep + row]}, with the
 * {@link ProductKernels#panelStep} of its rows, and of B as many consecutive elements from {@code b[bOffset +
 * table[first + p]]} on as the kernel has columns.
 */
public interface GatherKernel {
    /**
     * Adds {@code k} steps, in their order, to the tile's sums.
     *
     * @param first the place in the table of the first step
     * @param continues whether the sums begin with what C holds, and not at 0
     */
    void multiply(
            int k,
            float[] a,
            int aOffset,
            int first,
            float[] b,
            int bOffset,
            int[] table,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean continues);
}
