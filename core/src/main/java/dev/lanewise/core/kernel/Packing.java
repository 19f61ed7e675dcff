package dev.lanewise.core.kernel;

/**
 * Copies blocks of A and B into the order in which the tile kernels read them: micro-panel after micro-panel, each of
 * them column by column (of A), or row by row (of B). A's begin, and their columns follow one another, as
 * {@link Tiles#packedRows} and {@link Tiles#panelStep} say.
 */
final class Packing {
    /** What a vector may overwrite beyond the end of a panel: buffers are longer by this. */
    static final int SLACK = 16;

    private Packing() {}

    /** Packs a block of A from this row and column on, without regard to what lies up to {@link #SLACK} beyond it. */
    static void left(Tiles tiles, Matrix a, int row, int rows, int column, int k, float[] to, int offset) {
        int at = a.index(row, column);
        int first = 0;
        if (a.rowStride == 1) {
            first = tiles.rowsOfWholePanels(rows);
            int step = tiles.panelStep(tiles.mr);
            copy(tiles, first / tiles.mr, tiles.mr, k, a.values, at, a.columnStride, to, offset, step);
        }
        int height;
        for (int i = first; i < rows; i += height) {
            height = tiles.rows(rows - i);
            int begin = at + i * a.rowStride;
            int target = offset + tiles.packedRows(i) * k;
            int step = tiles.panelStep(height);
            int inside = Math.min(height, rows - i);
            panel(tiles, inside, k, a.values, begin, a.rowStride, a.columnStride, to, target, step, false);
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
        int at = b.index(row, column);
        int first = 0;
        if (b.columnStride == 1) {
            first = columns / tiles.nr * tiles.nr;
            copy(tiles, first / tiles.nr, tiles.nr, k, t.values, at, t.columnStride, to, offset, tiles.nr);
        }
        for (int j = first; j < columns; j += tiles.nr) {
            int width = Math.min(tiles.nr, columns - j);
            int begin = at + j * t.rowStride;
            int step = tiles.width(width);
            panel(tiles, width, k, t.values, begin, t.rowStride, t.columnStride, to, offset + j * k, step, true);
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
        if (rowStride == 1) {
            copy(tiles, 1, rows, k, from, at, columnStride, to, offset, step);
            return;
        }
        int part;
        for (int r = 0; r < rows; r += part) {
            part = columnStride == 1 ? tiles.transposed(rows - r) : 0;
            int columns = 0;
            // Whole vectors are written, so also over what follows in the column: that must not have been written yet.
            int written = tiles.mostTransposed();
            boolean runsOver = r + written > step;
            if (part == 0 || (r > 0 && runsOver)) {
                part = rows - r;
            } else {
                int most = exact && runsOver ? Math.max(0, k - (r + written - 1) / step) : k;
                columns = transpose(tiles, part, most, from, at + r * rowStride, rowStride, to, offset + r, step);
            }
            int begin = at + r * rowStride + columns * columnStride;
            int end = offset + r + columns * step;
            single(part, k - columns, from, begin, rowStride, columnStride, to, end, step);
        }
    }

    /** Packs micro-panels of a width whose columns have consecutive elements, one beside the other. */
    private static void copy(
            Tiles tiles,
            int panels,
            int width,
            int k,
            float[] from,
            int at,
            int columnStride,
            float[] to,
            int offset,
            int step) {
        PanelCopy copy = tiles.copy();
        int done = copy == null ? 0 : copy.copy(panels, width, k, from, at, columnStride, to, offset, step);
        for (int i = 0; i < panels; i++) {
            int begin = at + i * width + done * columnStride;
            single(width, k - done, from, begin, 1, columnStride, to, offset + (i * k + done) * step, step);
        }
    }

    private static int transpose(
            Tiles tiles, int rows, int k, float[] from, int at, int rowStride, float[] to, int offset, int step) {
        PanelTranspose transpose = tiles.transpose(rows, step);
        return transpose == null ? 0 : transpose.transpose(k, from, at, rowStride, to, offset);
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
