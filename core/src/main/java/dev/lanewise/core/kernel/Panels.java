package dev.lanewise.core.kernel;

/** Where the micro-panels of a block of A are, and which of the two kinds of tile kernels reads them. */
final class Panels {
    final float[] values;

    private final int offset;
    private final int pitch;
    private final int step;
    private final Kind kind;

    private enum Kind {
        PACKED,
        ROWS,
        IN_PLACE
    }

    private Panels(Kind kind, float[] values, int offset, int pitch, int step) {
        this.kind = kind;
        this.values = values;
        this.offset = offset;
        this.pitch = pitch;
        this.step = step;
    }

    /** Packed micro-panels of {@code k} columns, one after the other, from an index on. */
    static Panels packed(float[] values, int offset, int k) {
        return new Panels(Kind.PACKED, values, offset, k, 0);
    }

    /** Rows {@link TileKernel#ROW_PITCH} apart, from an index on. */
    static Panels rows(float[] values, int offset) {
        return new Panels(Kind.ROWS, values, offset, TileKernel.ROW_PITCH, 1);
    }

    /** The matrix itself, with consecutive elements down its columns, from this row and column on. */
    static Panels inPlace(Matrix a, int row, int column) {
        return new Panels(Kind.IN_PLACE, a.values, a.index(row, column), 1, a.columnStride);
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
        return kind == Kind.PACKED;
    }

    boolean isInPlace() {
        return kind == Kind.IN_PLACE;
    }

    /** Whether the kernels for rows read them. */
    boolean isRowMajor() {
        return kind == Kind.ROWS;
    }
}
