package dev.lanewise.core.kernel;

import java.util.Arrays;

/** One call of a row kernel, its operands and results named one after the other; see {@link RowKernel#run}. */
final class RowCall {
    /** More than any kernel called this way has. */
    private static final int MOST = 4;

    private final RowKernel kernel;
    private final float[][] in = new float[MOST][];
    private final int[] inOffset = new int[MOST];
    private final int[] inRowStride = new int[MOST];
    private int operands;
    private final float[][] out = new float[MOST][];
    private final int[] outOffset = new int[MOST];
    private final int[] outRowStride = new int[MOST];
    private int results;

    private RowCall(RowKernel kernel) {
        this.kernel = kernel;
    }

    static RowCall of(RowKernel kernel) {
        return new RowCall(kernel);
    }

    /** Reads the rows of a matrix. */
    RowCall read(Matrix matrix) {
        return read(matrix.values, matrix.offset, matrix.rowStride);
    }

    /** Reads an array, moving on by the stride from row to row: by 1 for one value a row, by 0 for the same for all. */
    RowCall read(float[] array, int offset, int rowStride) {
        in[operands] = array;
        inOffset[operands] = offset;
        inRowStride[operands++] = rowStride;
        return this;
    }

    /** Writes the rows of a matrix. */
    RowCall write(Matrix matrix) {
        return write(matrix.values, matrix.offset, matrix.rowStride);
    }

    /** Writes an array, moving on by the stride from row to row. */
    RowCall write(float[] array, int offset, int rowStride) {
        out[results] = array;
        outOffset[results] = offset;
        outRowStride[results++] = rowStride;
        return this;
    }

    void run(int rows, int n) {
        kernel.run(
                Arrays.copyOf(in, operands),
                inOffset,
                inRowStride,
                Arrays.copyOf(out, results),
                outOffset,
                outRowStride,
                rows,
                n);
    }
}
