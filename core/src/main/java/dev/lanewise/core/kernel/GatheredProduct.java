package dev.lanewise.core.kernel;

import java.util.Arrays;

/**
 * A product whose B consists of rows that begin where a table says, C[i, j] = Σ A[i, p] · b[table[p] + j], in order of
 * p: a convolution, of which A are the weights and B's rows pieces of {@link Planes}. A is packed once for all columns.
 */
final class GatheredProduct {
    /** Steps in a block of A. Those of B's rows for one tile's columns are then at home in the first-level cache. */
    private static final int STEPS = 256;

    /**
     * Rows in a block of A, a multiple of all tiles': with its steps some 100 KB, at home in the second-level cache.
     */
    private static final int ROWS = 96;

    /** Columns that are multiplied before they are written to where they belong. */
    private static final int COLUMNS = 512;

    /**
     * What rows of a block of C are apart beyond its columns, so that they do not all lie in the same sets of a cache.
     */
    private static final int GAP = 16;

    private final Tiles tiles;
    private final int rows;
    private final int packedRows;
    private final int[] table;
    private final float[] packed;

    /** Packs A, [rows, table.length]. */
    GatheredProduct(Tiles tiles, int rows, Matrix a, int[] table) {
        this.tiles = tiles;
        this.rows = rows;
        packedRows = tiles.packedRows(rows);
        this.table = table;
        packed = new float[packedRows * table.length + Packing.SLACK];
        for (int p = 0; p < table.length; p += STEPS) {
            int steps = Math.min(STEPS, table.length - p);
            // Block by block, as they are multiplied: what is left of all rows may be divided otherwise.
            for (int row = 0; row < rows; row += ROWS) {
                Packing.left(tiles, a, row, Math.min(ROWS, rows - row), p, steps, packed, at(row, p, steps));
            }
        }
    }

    /** Takes columns of a row. */
    interface Sink {
        /** A stretch of so many columns of a row, the first of which is {@code begin}, from {@code at} on. */
        void accept(int row, int begin, int count, float[] values, int at);
    }

    /** How many elements beyond the last column asked for are read, and thrown away. */
    static int overrun(Tiles tiles, int rows) {
        int most = 0;
        int height;
        for (int row = 0; row < rows; row += height) {
            height = tiles.rows(Math.min(rows, row / ROWS * ROWS + ROWS) - row);
            most = Math.max(most, tiles.widthToGather(height));
        }
        return most;
    }

    /** Computes the columns from one to another. */
    void multiply(float[] b, int from, int to, Sink sink) {
        int most = Math.min(COLUMNS, roundedUp(to - from)); // COLUMNS is a multiple of all tiles' columns
        int pitch = most + GAP;
        float[] c = ScratchBuffers.take(rows * pitch);
        if (table.length == 0) {
            Arrays.fill(c, 0, rows * pitch, 0);
        }
        for (int begin = from; begin < to; begin += most) {
            int columns = Math.min(most, to - begin);
            for (int row = 0; row < rows; row += ROWS) {
                block(row, Math.min(ROWS, rows - row), b, begin, columns, c, pitch);
            }
            for (int row = 0; row < rows; row++) {
                sink.accept(row, begin, columns, c, row * pitch);
            }
        }
        ScratchBuffers.give(c);
    }

    private void block(int row, int count, float[] b, int begin, int columns, float[] c, int pitch) {
        for (int p = 0; p < table.length; p += STEPS) {
            int steps = Math.min(STEPS, table.length - p);
            for (int j = 0; j < columns; j += tiles.nr) {
                int height;
                for (int i = row; i < row + count; i += height) {
                    height = tiles.rows(row + count - i);
                    if (j % tiles.widthToGather(height) == 0) {
                        tiles.gathering(height)
                                .multiply(
                                        steps,
                                        packed,
                                        at(i, p, steps),
                                        p,
                                        b,
                                        begin + j,
                                        table,
                                        c,
                                        i * pitch + j,
                                        pitch,
                                        p > 0);
                    }
                }
            }
        }
    }

    /** Where the micro-panel of a row begins, of a block of so many steps. */
    private int at(int row, int step, int steps) {
        return packedRows * step + tiles.packedRows(row) * steps;
    }

    private int roundedUp(int columns) {
        int width = overrun(tiles, rows);
        return (columns + width - 1) / width * width;
    }
}
