package dev.lanewise.core.kernel;

/**
 * The innermost part of a matrix product: a tile of C, small enough for its sums to stay in registers, times as many
 * steps along {@code k} as are asked for.
 *
 * <p>The numbers of rows and columns are the kernel's own. Step {@code p} takes one element of each row of A,
 * {@code a[aOffset + row·aRowStride + p·aStep]}, and consecutive elements of B from {@code b[bOffset + p·bStep]}, as
 * many as the kernel has columns. Some kernels ask for {@code aRowStride == 1}, others for {@code aStep == 1}.
 */
public interface TileKernel {
    /**
     * Adds {@code k} steps, in their order, to the tile's sums.
     *
     * @param continues whether the sums begin with what C holds, and not at 0
     */
    void multiply(
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aStep,
            float[] b,
            int bOffset,
            int bStep,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean continues);
}
