package dev.lanewise.core.kernel;

import java.util.Arrays;

/**
 * Where the elements of a matrix are: row {@code i}, column {@code j} at {@code values[offset + i·rowStride +
 * j·columnStride]}.
 */
public final class Matrix {
    final float[] values;
    final int offset;
    final int rowStride;
    final int columnStride;

    /** The matrix in an array, from an offset on. */
    public Matrix(float[] values, int offset, int rowStride, int columnStride) {
        this.values = values;
        this.offset = offset;
        this.rowStride = rowStride;
        this.columnStride = columnStride;
    }

    /** The index of an element. */
    int index(int row, int column) {
        return offset + row * rowStride + column * columnStride;
    }

    /** Makes its first rows zeros, of so many columns, which are consecutive. */
    void clear(int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            Arrays.fill(values, index(row, 0), index(row, 0) + columns, 0);
        }
    }

    /** The same elements, rows as columns. */
    public Matrix transposed() {
        return new Matrix(values, offset, columnStride, rowStride);
    }
}
