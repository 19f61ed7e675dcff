package dev.lanewise.core.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Products of few rows with a matrix whose elements are consecutive along {@code k}, such as one token's activations
 * with weights that are stored as {@code [out, in]}: dot products, each element of the matrix read once from memory
 * and, unlike for tiles, not packed first. Likewise products of a matrix and one column.
 *
 * <p>A product is one of these by its shapes and strides alone, since its sums are made in another order than those of
 * all other products: in 16 lanes, as {@link DotKernel} says, which {@link Finish#sum} joins. Accumulating adds the dot
 * product to the old element.
 */
final class FewRows {
    /**
     * The most rows. All of them use a row of B while it is in the cache; at four that takes about as long as it takes
     * memory to bring the next one, and tiles begin to be faster.
     */
    static final int MOST_ROWS = 4;

    /** Multiply-adds that make a task: 10 microseconds from memory. */
    private static final int TASK = 65_536;

    /** Rows of B that one row of A is multiplied by at a time. */
    private static final int STREAMS = MOST_ROWS;

    private static final int LANES = Finish.LANES;
    private static final DotKernel SCALAR = new ScalarDots();

    private FewRows() {}

    /** Whether a product is one of these. */
    static boolean isOne(MatrixProduct product) {
        return isOneOfRows(product) || (product.n() == 1 && product.a().columnStride == 1);
    }

    private static boolean isOneOfRows(MatrixProduct product) {
        return product.m() <= MOST_ROWS && product.b().rowStride == 1;
    }

    /** Computes one, but for its epilogue; neither of m, n, k is 0. Without tiles it runs on scalar loops. */
    static void multiply(@Nullable Tiles tiles, MatrixProduct product) {
        if (!isOneOfRows(product)) {
            // One column: the transposed product is that of one row.
            multiply(tiles, product.transposed());
            return;
        }
        int m = product.m();
        int k = product.k();
        Matrix a = product.a();
        Matrix b = product.b();
        Matrix c = product.c();
        boolean accumulate = product.accumulate();
        Matrix rows = a.columnStride == 1 ? a : consecutive(m, k, a);
        Parallel.forRange(product.n(), Math.max(1, TASK / m / k), (from, to) -> {
            if (m == 1) {
                oneRow(tiles, from, to, k, rows, b, c, accumulate);
            } else {
                severalRows(tiles, m, from, to, k, rows, b, c, accumulate);
            }
        });
    }

    /** Each row of B with all rows of A. */
    private static void severalRows(
            @Nullable Tiles tiles,
            int m,
            int from,
            int to,
            int k,
            Matrix rows,
            Matrix b,
            Matrix c,
            boolean accumulate) {
        DotKernel all = tiles == null ? null : tiles.dots(m);
        DotKernel kernel = all == null ? SCALAR : all;
        int atOnce = all == null ? 1 : m;
        float[] lanes = new float[m * LANES];
        int whole = k - k % LANES;
        for (int j = from; j < to; j++) {
            for (int i = 0; i < m; i += atOnce) {
                kernel.dot(whole, b.values, b.index(0, j), rows.values, rows.index(i, 0), rows.rowStride, lanes);
                for (int row = 0; row < atOnce; row++) {
                    finish(k, b, j, rows, i + row, lanes, row * LANES, c, accumulate);
                }
            }
        }
    }

    /**
     * The one row of A with several rows of B: these are read in as many streams, of which the processor foresees more
     * than of a single one.
     */
    private static void oneRow(
            @Nullable Tiles tiles, int from, int to, int k, Matrix row, Matrix b, Matrix c, boolean accumulate) {
        DotKernel several = tiles == null ? null : tiles.dots(STREAMS);
        DotKernel one = tiles == null ? null : tiles.dots(1);
        DotKernel single = one == null ? SCALAR : one;
        float[] lanes = new float[STREAMS * LANES];
        int whole = k - k % LANES;
        int count;
        for (int j = from; j < to; j += count) {
            count = several != null && to - j >= STREAMS ? STREAMS : 1;
            DotKernel kernel = several == null || count == 1 ? single : several;
            kernel.dot(whole, row.values, row.index(0, 0), b.values, b.index(0, j), b.columnStride, lanes);
            for (int i = 0; i < count; i++) {
                finish(k, b, j + i, row, 0, lanes, i * LANES, c, accumulate);
            }
        }
    }

    /** Takes the last elements, joins the lanes, and stores. */
    private static void finish(
            int k, Matrix b, int j, Matrix rows, int i, float[] lanes, int lanesAt, Matrix c, boolean accumulate) {
        int whole = k - k % LANES;
        for (int p = whole; p < k; p++) {
            int lane = lanesAt + p - whole;
            lanes[lane] = Math.fma(b.values[b.index(p, j)], rows.values[rows.index(i, p)], lanes[lane]);
        }
        float dot = Finish.sum(lanes, lanesAt);
        int to = c.index(i, j);
        c.values[to] = accumulate ? c.values[to] + dot : dot;
    }

    private static Matrix consecutive(int m, int k, Matrix a) {
        float[] copy = new float[m * k];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                copy[i * k + p] = a.values[a.index(i, p)];
            }
        }
        return new Matrix(copy, 0, k, 1);
    }
}
