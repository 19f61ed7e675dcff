package dev.lanewise.core.kernel;

/** Where the micro-panels of a block of A are: packed one after the other, or as they stand in the matrix. */
final class Panels {
    final float[] values;

    /** From a row to the next within a micro-panel. */
    final int rowStride;

    private final int offset;
    private final int pitch;
    private final int step;

    private Panels(float[] values, int offset, int pitch, int rowStride, int step) {
        this.values = values;
        this.offset = offset;
        this.pitch = pitch;
        this.rowStride = rowStride;
        this.step = step;
    }

    /** Packed micro-panels of {@code k} columns, from an index on. */
    static Panels packed(float[] values, int offset, int k) {
        return new Panels(values, offset, k, 1, 0);
    }

    /** The rows of the matrix from this row and column on. */
    static Panels inPlace(Matrix a, int row, int column) {
        return new Panels(a.values, a.index(row, column), a.rowStride, a.rowStride, a.columnStride);
    }

    /** Where the micro-panel of a row begins. */
    int at(int row) {
        return offset + row * pitch;
    }

    /** From a column to the next in a micro-panel of this many rows. */
    int step(int rows) {
        return isPacked() ? rows : step;
    }

    boolean isPacked() {
        return pitch != rowStride;
    }

    /** Whether tile kernels for row-major A are needed. */
    boolean isRowMajor() {
        return rowStride != 1;
    }
}
