package dev.lanewise.core.kernel;

/**
 * Dot products as a {@link DotKernel} computes them, of one row with vectors that begin wherever a table says: in a
 * convolution, of a channel of the results' gradient with what the elements of a window see of an image.
 */
public interface GatherDotKernel {
    /**
     * Adds the products with vector {@code i}, which begins at {@code vectors[vectorsAt + table[first + i]]}, to the
     * lanes from {@code lanes[lanesAt + 16·i]} on, each product of element {@code p} to lane {@code p mod 16}, in order
     * of p. The number of vectors is the kernel's own.
     *
     * @param k the elements of the row and of each vector, a multiple of 16
     */
    void dot(
            int k,
            float[] row,
            int at,
            float[] vectors,
            int vectorsAt,
            int[] table,
            int first,
            float[] lanes,
            int lanesAt);
}
