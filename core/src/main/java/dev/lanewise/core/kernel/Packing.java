package dev.lanewise.core.kernel;

/**
 * Copies blocks of A and B into the order in which the tile kernels read them: micro-panel after micro-panel, each of
 * them column by column (of A), or row by row (of B).
 */
final class Packing {
    /** What a vector may overwrite beyond the end of a panel: buffers are longer by this. */
    static final int SLACK = 16;

    /**
     * Where what is consecutive in memory goes to different panels, so many steps of k are taken to all of them before
     * the next ones: memory is then read from front to back, in so many streams, as the processor foresees it. From
     * panel to panel instead, products of operands that are in no cache took 1.02 times as long.
     */
    private static final int COLUMNS_AT_ONCE = 32;

    private Packing() {}

    /** Packs a block of A from this row and column on, without regard to what lies up to {@link #SLACK} beyond it. */
    static void left(Tiles tiles, Matrix a, int row, int rows, int column, int k, float[] to, int offset) {
        int atOnce = a.rowStride == 1 ? COLUMNS_AT_ONCE : k;
        for (int p = 0; p < k; p += atOnce) {
            int columns = Math.min(atOnce, k - p);
            int height;
            for (int i = 0; i < rows; i += height) {
                height = tiles.rows(rows - i);
                int at = a.index(row + i, column + p);
                int panel = offset + i * k + p * height;
                // What may be overwritten beyond these columns must be this panel's own: the next one has been begun.
                boolean exact = p > 0 && (k - p - columns) * height < SLACK;
                panel(tiles, height, columns, a.values, at, a.rowStride, a.columnStride, to, panel, height, exact);
            }
        }
    }

    /** Copies rows with consecutive elements, to {@link TileKernel#ROW_PITCH} from one to the next. */
    static void rows(Matrix a, int row, int rows, int column, int k, float[] to, int offset) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(a.values, a.index(row + i, column), to, offset + i * TileKernel.ROW_PITCH, k);
        }
    }

    /** Packs micro-panels of B, from this row and column on and one after the other; overwrites nothing beyond them. */
    static void right(Tiles tiles, Matrix b, int row, int k, int column, int columns, float[] to, int offset) {
        Matrix t = b.transposed();
        int atOnce = b.columnStride == 1 ? COLUMNS_AT_ONCE : k;
        for (int p = 0; p < k; p += atOnce) {
            int steps = Math.min(atOnce, k - p);
            for (int j = 0; j < columns; j += tiles.nr) {
                int width = Math.min(tiles.nr, columns - j);
                int step = tiles.width(width);
                int at = b.index(row + p, column + j);
                int panel = offset + j * k + p * step;
                panel(tiles, width, steps, t.values, at, t.rowStride, t.columnStride, to, panel, step, true);
            }
        }
    }

    /**
     * Packs a micro-panel: element {@code r} of column {@code p}, {@code from[at + r·rowStride + p·columnStride]}, goes
     * to {@code to[offset + p·step + r]}.
     *
     * @param exact whether nothing beyond the panel may be overwritten; otherwise up to {@link #SLACK} elements may
     */
    private static void panel(
            Tiles tiles,
            int rows,
            int k,
            float[] from,
            int at,
            int rowStride,
            int columnStride,
            float[] to,
            int offset,
            int step,
            boolean exact) {
        int part;
        for (int r = 0; r < rows; r += part) {
            part = rowStride == 1 ? rows : columnStride == 1 ? tiles.transposed(rows - r) : 0;
            int columns = 0;
            // Whole vectors are written, so also over what follows in the column: that must not have been written yet.
            int vectors = (part + SLACK - 1) / SLACK * SLACK;
            boolean runsOver = r + vectors > step;
            if (part == 0 || (r > 0 && runsOver)) {
                part = rows - r;
            } else {
                int most = exact && runsOver ? Math.max(0, k - (r + vectors - 1) / step) : k;
                columns = rowStride == 1
                        ? copy(tiles, part, most, from, at, columnStride, to, offset, step)
                        : transpose(tiles, part, most, from, at + r * rowStride, rowStride, to, offset + r, step);
            }
            int begin = at + r * rowStride + columns * columnStride;
            int end = offset + r + columns * step;
            single(part, k - columns, from, begin, rowStride, columnStride, to, end, step);
        }
    }

    private static int copy(
            Tiles tiles, int rows, int k, float[] from, int at, int columnStride, float[] to, int offset, int step) {
        PanelCopy copy = tiles.copy();
        return copy == null ? 0 : copy.copy(rows, k, from, at, columnStride, to, offset, step);
    }

    private static int transpose(
            Tiles tiles, int rows, int k, float[] from, int at, int rowStride, float[] to, int offset, int step) {
        PanelTranspose transpose = tiles.transpose(rows);
        return transpose == null ? 0 : transpose.transpose(k, from, at, rowStride, to, offset, step);
    }

    /** Element by element, but for eight columns at once where they are consecutive, which is twice as fast. */
    private static void single(
            int rows, int k, float[] from, int at, int rowStride, int columnStride, float[] to, int offset, int step) {
        int p = 0;
        if (columnStride == 1) {
            for (; p + 8 <= k; p += 8) {
                for (int r = 0; r < rows; r++) {
                    int f = at + r * rowStride + p;
                    int t = offset + p * step + r;
                    to[t] = from[f];
                    to[t + step] = from[f + 1];
                    to[t + 2 * step] = from[f + 2];
                    to[t + 3 * step] = from[f + 3];
                    to[t + 4 * step] = from[f + 4];
                    to[t + 5 * step] = from[f + 5];
                    to[t + 6 * step] = from[f + 6];
                    to[t + 7 * step] = from[f + 7];
                }
            }
        }
        for (; p < k; p++) {
            for (int r = 0; r < rows; r++) {
                to[offset + p * step + r] = from[at + r * rowStride + p * columnStride];
            }
        }
    }
}
