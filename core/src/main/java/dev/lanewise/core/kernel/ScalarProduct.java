package dev.lanewise.core.kernel;

/**
 * The matrix product on scalar loops: what runs where there are no vectors, and until the vector kernels are compiled.
 *
 * <p>The loops are shaped so that HotSpot vectorises them by itself, which it does only if every array in the loop has
 * the same index: rows of B are copied to arrays of their own, and the row of C at work to another one. So they reach
 * 30 to 50 GFLOP/s where the vector kernels reach 230 and loops over the operands in place reach 7.
 */
final class ScalarProduct {
    /** BLIS's KC and NC, the rows and columns of the block of B at work: 256 KB, at home in the second-level cache. */
    private static final int KC = 64;

    private static final int NC = 1024;

    /** Multiply-adds up to which copying costs more than it gains. */
    private static final int TINY = 512;

    /** Multiply-adds that make a task, some 20 microseconds of work. */
    private static final long TASK = 500_000;

    private final int n;
    private final int k;
    private final Matrix a;
    private final Matrix b;
    private final Matrix c;
    private final boolean accumulate;

    private ScalarProduct(MatrixProduct product) {
        n = product.n();
        k = product.k();
        a = product.a();
        b = product.b();
        c = product.c();
        accumulate = product.accumulate();
    }

    /** Computes a product, but for its epilogue; neither of m, n, k is 0. */
    static void multiply(MatrixProduct product) {
        var loops = new ScalarProduct(product);
        long rowWork = (long) product.n() * product.k();
        if (product.work() <= TINY) {
            loops.inPlace(product.m());
        } else {
            Parallel.forRange(product.m(), Math.clamp(TASK / rowWork, 4, Integer.MAX_VALUE), loops::rows);
        }
    }

    private void inPlace(int m) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = accumulate ? c.values[c.index(i, j)] : 0;
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a.values[a.index(i, p)], b.values[b.index(p, j)], sum);
                }
                c.values[c.index(i, j)] = sum;
            }
        }
    }

    private void rows(int from, int to) {
        int width = Math.min(NC, n);
        float[][] block = new float[Math.min(KC, k)][width];
        float[] sums = new float[width];
        for (int jc = 0; jc < n; jc += NC) {
            int nc = Math.min(NC, n - jc);
            for (int pc = 0; pc < k; pc += KC) {
                int kc = Math.min(KC, k - pc);
                for (int p = 0; p < kc; p++) {
                    copyRow(b.values, b.index(pc + p, jc), b.columnStride, block[p], nc);
                }
                for (int i = from; i < to; i++) {
                    int row = c.index(i, jc);
                    if (accumulate || pc > 0) {
                        System.arraycopy(c.values, row, sums, 0, nc);
                    } else {
                        java.util.Arrays.fill(sums, 0, nc, 0);
                    }
                    addRow(a.values, a.index(i, pc), a.columnStride, block, kc, sums, nc);
                    System.arraycopy(sums, 0, c.values, row, nc);
                }
            }
        }
    }

    private static void copyRow(float[] from, int offset, int stride, float[] to, int length) {
        if (stride == 1) {
            System.arraycopy(from, offset, to, 0, length);
            return;
        }
        for (int j = 0; j < length; j++) {
            to[j] = from[offset + j * stride];
        }
    }

    /** Adds to the sums the products of one row of A with a block of rows of B, in the order of these rows. */
    private static void addRow(float[] a, int offset, int stride, float[][] block, int kc, float[] sums, int nc) {
        int p = 0;
        for (; p + 8 <= kc; p += 8) {
            int at = offset + p * stride;
            addEight(
                    a[at],
                    a[at + stride],
                    a[at + 2 * stride],
                    a[at + 3 * stride],
                    a[at + 4 * stride],
                    a[at + 5 * stride],
                    a[at + 6 * stride],
                    a[at + 7 * stride],
                    block[p],
                    block[p + 1],
                    block[p + 2],
                    block[p + 3],
                    block[p + 4],
                    block[p + 5],
                    block[p + 6],
                    block[p + 7],
                    sums,
                    nc);
        }
        for (; p < kc; p++) {
            addOne(a[offset + p * stride], block[p], sums, nc);
        }
    }

    private static void addOne(float a, float[] b, float[] sums, int nc) {
        for (int j = 0; j < nc; j++) {
            sums[j] = Math.fma(a, b[j], sums[j]);
        }
    }

    private static void addEight(
            float a0,
            float a1,
            float a2,
            float a3,
            float a4,
            float a5,
            float a6,
            float a7,
            float[] b0,
            float[] b1,
            float[] b2,
            float[] b3,
            float[] b4,
            float[] b5,
            float[] b6,
            float[] b7,
            float[] sums,
            int nc) {
        for (int j = 0; j < nc; j++) {
            float sum = Math.fma(a0, b0[j], sums[j]);
            sum = Math.fma(a1, b1[j], sum);
            sum = Math.fma(a2, b2[j], sum);
            sum = Math.fma(a3, b3[j], sum);
            sum = Math.fma(a4, b4[j], sum);
            sum = Math.fma(a5, b5[j], sum);
            sum = Math.fma(a6, b6[j], sum);
            sums[j] = Math.fma(a7, b7[j], sum);
        }
    }
}
