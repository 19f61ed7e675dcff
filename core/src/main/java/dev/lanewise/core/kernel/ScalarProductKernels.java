package dev.lanewise.core.kernel;

/** The innermost parts of products on plain loops, each sum in the same order as on vectors. */
final class ScalarProductKernels implements ProductKernels {
    /** Columns of a tile in one "vector": enough for the compiler to make good use of the hardware's vectors. */
    private static final int LANES = 16;

    private static final int MOST_ROWS = 4;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int mostRows() {
        return MOST_ROWS;
    }

    @Override
    public TileKernel tile(int rows, int vectors, TileKernel.Left left, int rowPitch, boolean rightPacked) {
        boolean rowMajor = left == TileKernel.Left.ROWS;
        int rowStep = rowMajor ? rowPitch : 1;
        return (tiles, bPitch, k, a, aOffset, aStep, b, bOffset, bStep, c, cOffset, cRowStride, continues) -> {
            for (int i = 0; i < tiles; i++) {
                int at = cOffset + i * vectors * LANES;
                var tile = new Tile(rows, vectors * LANES, c, at, cRowStride, continues);
                for (int p = 0; p < k; p++) {
                    int aAt = aOffset + p * (rowMajor ? 1 : aStep);
                    tile.step(a, aAt, rowStep, b, bOffset + i * bPitch + p * bStep);
                }
                tile.store(c, at, cRowStride);
            }
        };
    }

    @Override
    public int panelStep(int rows) {
        return rows;
    }

    @Override
    public GatherKernel gathering(int rows, int vectors) {
        return (k, a, aOffset, first, b, bOffset, table, c, cOffset, cRowStride, continues) -> {
            var tile = new Tile(rows, vectors * LANES, c, cOffset, cRowStride, continues);
            for (int p = 0; p < k; p++) {
                tile.step(a, aOffset + p * rows, 1, b, bOffset + table[first + p]);
            }
            tile.store(c, cOffset, cRowStride);
        };
    }

    /** The sums of a tile, each row an array of its own, as the compiler then makes vector code of its loop. */
    private static final class Tile {
        private final float[][] sums;
        private final float[] right;

        Tile(int rows, int columns, float[] c, int offset, int rowStride, boolean continues) {
            sums = new float[rows][columns];
            right = new float[columns];
            for (int row = 0; continues && row < rows; row++) {
                System.arraycopy(c, offset + row * rowStride, sums[row], 0, columns);
            }
        }

        void step(float[] a, int at, int rowStep, float[] b, int bAt) {
            System.arraycopy(b, bAt, right, 0, right.length);
            for (int row = 0; row < sums.length; row++) {
                add(a[at + row * rowStep], right, sums[row]);
            }
        }

        private static void add(float factor, float[] right, float[] sums) {
            for (int column = 0; column < right.length; column++) {
                sums[column] = Math.fma(factor, right[column], sums[column]);
            }
        }

        void store(float[] c, int offset, int rowStride) {
            for (int row = 0; row < sums.length; row++) {
                System.arraycopy(sums[row], 0, c, offset + row * rowStride, right.length);
            }
        }
    }

    @Override
    public boolean hasTilesForPacked() {
        return false;
    }

    @Override
    public ThinKernel thin() {
        return (k, a, aOffset, aPitch, aStep, b, bOffset, bStep, sums) -> {
            for (int p = 0; p < k; p++) {
                for (int i = 0; i < ThinKernel.VECTORS * LANES; i++) {
                    float factor = a[aOffset + i / LANES * aPitch + p * aStep + i % LANES];
                    sums[i] = Math.fma(factor, b[bOffset + p * bStep], sums[i]);
                }
            }
        };
    }

    @Override
    public int mostTransposed() {
        return LANES;
    }

    @Override
    public PanelTranspose transpose(int rows, int step) {
        return (k, from, at, rowStride, to, offset) -> {
            for (int p = 0; p < k; p++) {
                for (int row = 0; row < rows; row++) {
                    to[offset + p * step + row] = from[at + row * rowStride + p];
                }
            }
            return k;
        };
    }

    @Override
    public PanelCopy copy() {
        return (panels, width, k, from, at, columnStride, to, offset, step) -> {
            for (int i = 0; i < panels; i++) {
                for (int p = 0; p < k; p++) {
                    System.arraycopy(from, at + i * width + p * columnStride, to, offset + (i * k + p) * step, width);
                }
            }
            return k;
        };
    }

    @Override
    public DotKernel dots(int vectors) {
        return (k, row, at, all, allAt, stride, lanes) -> {
            for (int i = 0; i < vectors * Finish.LANES; i++) {
                float sum = 0;
                for (int p = i % Finish.LANES; p < k; p += Finish.LANES) {
                    sum = Math.fma(row[at + p], all[allAt + i / Finish.LANES * stride + p], sum);
                }
                lanes[i] = sum;
            }
        };
    }

    @Override
    public int mostGatheringDots() {
        return 1;
    }

    @Override
    public GatherDotKernel gatheringDots(int vectors) {
        return (k, row, at, all, allAt, table, first, lanes, lanesAt) -> {
            float[] sums = new float[Finish.LANES];
            for (int i = 0; i < vectors; i++) {
                System.arraycopy(lanes, lanesAt + i * Finish.LANES, sums, 0, Finish.LANES);
                int vector = allAt + table[first + i];
                for (int p = 0; p < k; p += Finish.LANES) {
                    addProducts(row, at + p, all, vector + p, sums);
                }
                System.arraycopy(sums, 0, lanes, lanesAt + i * Finish.LANES, Finish.LANES);
            }
        };
    }

    private static void addProducts(float[] a, int aAt, float[] b, int bAt, float[] sums) {
        for (int lane = 0; lane < Finish.LANES; lane++) {
            sums[lane] = Math.fma(a[aAt + lane], b[bAt + lane], sums[lane]);
        }
    }
}
