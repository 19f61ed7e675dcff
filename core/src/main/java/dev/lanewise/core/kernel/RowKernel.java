package dev.lanewise.core.kernel;

/**
 * A loop over rows of floats, made for one formula.
 *
 * <p>For each row r and each i from 0 to n, operand o is read at {@code in[o][inOffset[o] + r * inRowStride[o] + i]},
 * or without the {@code + i} where the kernel was made for an operand that is constant along a row. The arrays of
 * operands that do not occur in the formula are not touched. Result q becomes what its {@link Reduction} says, at
 * {@code outOffset[q] + r * outRowStride[q]}, plus i where it is not reduced.
 *
 * <p>A result may be the same array as an operand at the same positions. Kernels are safe for use by many threads and
 * check nothing.
 */
@FunctionalInterface
public interface RowKernel {

    /** Runs the loop over {@code rows} rows of {@code n} elements. */
    void run(
            float[][] in,
            int[] inOffset,
            int[] inRowStride,
            float[][] out,
            int[] outOffset,
            int[] outRowStride,
            int rows,
            int n);
}
