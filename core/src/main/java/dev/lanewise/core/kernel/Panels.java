package dev.lanewise.core.kernel;

/** Where the micro-panels of a block of A are, and which kind of tile kernels reads them. */
final class Panels {
    final float[] values;
    final TileKernel.Left kind;

    private final Tiles tiles;
    private final int offset;
    private final int pitch;
    private final int step;

    private Panels(Tiles tiles, TileKernel.Left kind, float[] values, int offset, int pitch, int step) {
        this.tiles = tiles;
        this.kind = kind;
        this.values = values;
        this.offset = offset;
        this.pitch = pitch;
        this.step = step;
    }

    /** Packed micro-panels of {@code k} columns, one after the other, from an index on. */
    static Panels packed(Tiles tiles, float[] values, int offset, int k) {
        return new Panels(tiles, TileKernel.Left.PACKED, values, offset, k, 0);
    }

    /** Rows {@link Tiles#rowPitch} apart, from an index on. */
    static Panels rows(Tiles tiles, float[] values, int offset) {
        return new Panels(tiles, TileKernel.Left.ROWS, values, offset, tiles.rowPitch(), 1);
    }

    /** The matrix itself, with consecutive elements down its columns, from this row and column on. */
    static Panels inPlace(Tiles tiles, Matrix a, int row, int column) {
        return new Panels(tiles, TileKernel.Left.IN_PLACE, a.values, a.index(row, column), 1, a.columnStride);
    }

    /** Where the micro-panel of a row begins. */
    int at(int row) {
        return offset + (isPacked() ? tiles.packedRows(row) : row) * pitch;
    }

    /** From a column to the next in a micro-panel of this many rows. */
    int step(int rows) {
        return isPacked() ? tiles.panelStep(rows) : step;
    }

    boolean isPacked() {
        return kind == TileKernel.Left.PACKED;
    }
}
