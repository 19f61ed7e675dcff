package dev.lanewise.core.kernel;

/**
 * The innermost part of a matrix product for a single column of C, a few of which are left when C's columns have been
 * divided into tiles: its vectors run along C's rows, where a tile would leave most of its lanes empty.
 */
public interface ThinKernel {
    /** The vectors of sums. */
    int VECTORS = 4;

    /**
     * Adds {@code k} steps, in their order, to the sums: lane {@code l} of vector {@code v}, at {@code sums[v·lanes +
     * l]}, takes the product of {@code a[aOffset + v·aPitch + p·aStep + l]} and {@code b[bOffset + p·bStep]}.
     */
    void multiply(
            int k, float[] a, int aOffset, int aPitch, int aStep, float[] b, int bOffset, int bStep, float[] sums);
}
