package dev.lanewise.core.kernel;

/**
 * Multiplies a block of A by some micro-panels of B, tile by tile: what BLIS calls its macro-kernel.
 *
 * <p>A micro-panel of A, which stays in the first-level cache, is multiplied by all of B's, then the next one. So C is
 * written from front to back. Down its rows instead, each in a page and often in the same sets of a cache as others,
 * tiles took 1.1 to 1.3 times as long on a Zen 3 core, the more so the fewer steps.
 */
final class MacroKernel {
    private final Tiles tiles;
    private final Matrix c;
    private final float[] scratch;

    /**
     * For one thread.
     *
     * @param scratch room for {@link #scratchSize} floats
     */
    MacroKernel(Tiles tiles, Matrix c, float[] scratch) {
        this.tiles = tiles;
        this.c = c;
        this.scratch = scratch;
    }

    static int scratchSize(Tiles tiles) {
        return Math.max(tiles.mr * tiles.nr, ThinKernel.VECTORS * tiles.lanes);
    }

    /**
     * Adds the products of some rows and columns.
     *
     * @param row the first row of C, whose elements of A are the first of the block
     * @param continues whether to what C holds, and not to 0
     */
    void multiply(int row, int rows, Panels left, RightPanels right, int steps, boolean continues) {
        int whole = (right.end() - right.column()) / tiles.nr;
        int height;
        for (int i = 0; i < rows && whole > 0; i += height) {
            height = tiles.rows(rows - i);
            if (height > rows - i) {
                lastRows(row, rows, i, whole, left, right, steps, continues);
                break;
            }
            int at = c.index(row + i, right.column());
            tiles(whole, height, tiles.nr, i, 0, left, right, steps, c.values, at, c.rowStride, continues);
        }
        if (right.column() + whole * tiles.nr < right.end()) {
            lastColumns(row, rows, left, right, whole, steps, continues);
        }
    }

    /** Multiplies the last rows, which are fewer than a tile's, by whole micro-panels of B. */
    private void lastRows(
            int row, int rows, int i, int panels, Panels left, RightPanels right, int steps, boolean continues) {
        for (int panel = 0; panel < panels; panel++) {
            int column = right.column() + panel * tiles.nr;
            partOfTile(row, rows, i, column, tiles.nr, panel, left, right, steps, continues);
        }
    }

    /** Multiplies the last micro-panel of B, which is narrower than others. */
    private void lastColumns(
            int row, int rows, Panels left, RightPanels right, int panel, int steps, boolean continues) {
        int column = right.column() + panel * tiles.nr;
        int columns = right.end() - column;
        int width = tiles.width(columns);
        int rightAt = right.at(panel, width);
        ThinKernel thin = columns == width || left.kind == TileKernel.Left.ROWS ? null : tiles.thin(columns);
        int height;
        for (int i = thin == null ? 0 : thin(thin, row, rows, column, columns, left, right, rightAt, steps, continues);
                i < rows;
                i += height) {
            height = tiles.rows(rows - i);
            if (columns < width || height > rows - i) {
                partOfTile(row, rows, i, column, columns, panel, left, right, steps, continues);
            } else {
                int at = c.index(row + i, column);
                tiles(1, height, width, i, panel, left, right, steps, c.values, at, c.rowStride, continues);
            }
        }
    }

    /** Multiplies a tile of which C does not have all rows or not all columns. */
    private void partOfTile(
            int row,
            int rows,
            int i,
            int column,
            int columns,
            int panel,
            Panels left,
            RightPanels right,
            int steps,
            boolean continues) {
        int height = tiles.rows(rows - i);
        int width = tiles.width(columns);
        int inside = Math.min(height, rows - i);
        int at = c.index(row + i, column);
        if (continues) {
            copyRows(inside, columns, c.values, at, c.rowStride, scratch, 0, width);
        }
        tiles(1, height, width, i, panel, left, right, steps, scratch, 0, width, continues);
        copyRows(inside, columns, scratch, 0, width, c.values, at, c.rowStride);
    }

    /**
     * Multiplies tiles that lie side by side.
     *
     * @param i the first row within the block of A
     * @param panel the first micro-panel of B
     * @param to where the tiles are, C's array or another
     */
    private void tiles(
            int count,
            int height,
            int width,
            int i,
            int panel,
            Panels left,
            RightPanels right,
            int steps,
            float[] to,
            int at,
            int stride,
            boolean continues) {
        tiles.kernel(height, width / tiles.lanes, left.kind, right.isPacked())
                .multiply(
                        count,
                        right.pitch(),
                        steps,
                        left.values,
                        left.at(i),
                        left.step(height),
                        right.values(),
                        right.at(panel, width),
                        right.step(width),
                        to,
                        at,
                        stride,
                        continues);
    }

    /** Multiplies as many rows as fill the kernel's vectors by a few single columns; how many rows these were. */
    private int thin(
            ThinKernel kernel,
            int row,
            int rows,
            int column,
            int columns,
            Panels left,
            RightPanels right,
            int rightAt,
            int steps,
            boolean continues) {
        int height = left.isPacked() ? tiles.mr : tiles.lanes; // rows in a vector
        int pitch = left.at(height) - left.at(0);
        int atOnce = height * ThinKernel.VECTORS;
        int whole = left.isPacked() ? tiles.rowsOfWholePanels(rows) : rows;
        int rightStep = right.step(tiles.width(columns));
        int i = 0;
        for (; i + atOnce <= whole; i += atOnce) {
            for (int j = 0; j < columns; j++) {
                for (int r = 0; r < atOnce; r++) {
                    scratch[r / height * tiles.lanes + r % height] =
                            continues ? c.values[c.index(row + i + r, column + j)] : 0;
                }
                kernel.multiply(
                        steps,
                        left.values,
                        left.at(i),
                        pitch,
                        left.step(height),
                        right.values(),
                        rightAt + j,
                        rightStep,
                        scratch);
                for (int r = 0; r < atOnce; r++) {
                    c.values[c.index(row + i + r, column + j)] = scratch[r / height * tiles.lanes + r % height];
                }
            }
        }
        return i;
    }

    private static void copyRows(
            int rows, int columns, float[] from, int at, int stride, float[] to, int offset, int toStride) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(from, at + row * stride, to, offset + row * toStride, columns);
        }
    }
}
