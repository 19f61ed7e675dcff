package dev.lanewise.core.kernel;

/**
 * The lanes of dot products of one row with some vectors, all with consecutive elements: lane {@code l} is a chain of
 * fused multiply-adds over the elements {@code l}, {@code l + 16}, {@code l + 32} …, begun at 0.
 */
public interface DotKernel {
    /**
     * Puts lane {@code l} of the dot product with vector {@code i} to {@code lanes[16·i + l]}. The number of vectors is
     * the kernel's own.
     *
     * @param k the elements of the row and of each vector, a multiple of 16
     */
    void dot(int k, float[] row, int at, float[] vectors, int vectorsAt, int vectorsStride, float[] lanes);
}
