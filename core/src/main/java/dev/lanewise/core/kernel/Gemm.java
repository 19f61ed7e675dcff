package dev.lanewise.core.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products {@code C = A·B} and {@code C += A·B} over arrays, in float32 and float64.
 *
 * <p>{@code A} is {@code m × k}, {@code B} is {@code k × n}, each with any stride per row and per column, so that a
 * transposed operand is its own strides swapped and a broadcast one has a stride of 0; {@code C} is {@code m × n} with
 * consecutive columns. {@code C} must not overlap {@code A} or {@code B}.
 *
 * <h2>The same bits</h2>
 *
 * <p>Each {@code c[i][j]} is one chain of fused multiply-adds over {@code k} ascending, begun at 0, or at the old
 * {@code c[i][j]} if accumulating:
 *
 * <pre>{@code
 * for (p = 0; p < k; p++) c = Math.fma(a[i][p], b[p][j], c);
 * }</pre>
 *
 * Every way to compute it here keeps to that chain, so blocking, vectors and threads are free to be chosen for speed.
 * The one exception is for {@linkplain FewRows products of few rows whose B has consecutive elements along k}, which in
 * float32 are dot products in 16 lanes; whether a product is one of these depends on shapes and strides alone.
 *
 * <h2>The ways</h2>
 *
 * <ul>
 *   <li>{@link BlockedProduct}: packed panels and tile kernels on vectors, the fast way.
 *   <li>{@link ScalarProduct}: plain loops, where there are no vectors, and until the tile kernels are {@linkplain Hot
 *       compiled}.
 *   <li>{@link FewRows}: dot products, bound by the speed of memory.
 *   <li>float64: the plain loops as they stand above; what float32 is tested against.
 * </ul>
 */
public final class Gemm {
    /** Fewer multiply-adds than these are a loop on the caller's thread: to share them costs about as much. */
    private static final long WORTH_SHARING = 1_000_000;

    /** Multiply-adds up to which a product of a batch is one task of the batch, and not itself divided into tasks. */
    private static final long WORTH_DIVIDING = 16_000_000;

    private Gemm() {}

    /** {@code C = A·B}, or {@code C += A·B} if {@code accumulate}, in float32. */
    public static void sgemm(int m, int n, int k, Matrix a, Matrix b, Matrix c, boolean accumulate) {
        multiply(new MatrixProduct(m, n, k, a, b, c, accumulate, null));
    }

    /** {@code C = A·B} in float32, and the epilogue. */
    public static void sgemm(int m, int n, int k, Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        multiply(new MatrixProduct(m, n, k, a, b, c, false, epilogue));
    }

    private static void multiply(MatrixProduct product) {
        multiply(Vectors.tiles(product.work()), product);
    }

    /** {@link #sgemm} for each of a number of products that differ in their offsets alone. */
    public static void sgemmBatch(
            int batches,
            int m,
            int n,
            int k,
            float[] a,
            int[] aOffsets,
            int aRowStride,
            int aColumnStride,
            float[] b,
            int[] bOffsets,
            int bRowStride,
            int bColumnStride,
            float[] c,
            int[] cOffsets,
            int cRowStride,
            boolean accumulate) {
        Parallel.RangeBody products = (from, to) -> {
            for (int batch = from; batch < to; batch++) {
                sgemm(
                        m,
                        n,
                        k,
                        new Matrix(a, aOffsets[batch], aRowStride, aColumnStride),
                        new Matrix(b, bOffsets[batch], bRowStride, bColumnStride),
                        new Matrix(c, cOffsets[batch], cRowStride, 1),
                        accumulate);
            }
        };
        shareBatch(batches, (long) m * n * k, products);
    }

    /** {@code C = A·B}, or {@code C += A·B} if {@code accumulate}, in float64, by the plain loops. */
    public static void dgemm(
            int m,
            int n,
            int k,
            double[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            double[] b,
            int bOffset,
            int bRowStride,
            int bColumnStride,
            double[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        long rowWork = Math.max(1, (long) n * k);
        Parallel.forRange(m, Math.clamp(WORTH_SHARING / rowWork, 1, Integer.MAX_VALUE), (from, to) -> {
            for (int i = from; i < to; i++) {
                int row = cOffset + i * cRowStride;
                if (!accumulate) {
                    Arrays.fill(c, row, row + n, 0);
                }
                for (int p = 0; p < k; p++) {
                    double factor = a[aOffset + i * aRowStride + p * aColumnStride];
                    int bRow = bOffset + p * bRowStride;
                    for (int j = 0; j < n; j++) {
                        c[row + j] = Math.fma(factor, b[bRow + j * bColumnStride], c[row + j]);
                    }
                }
            }
        });
    }

    /** {@link #dgemm} for each of a number of products that differ in their offsets alone. */
    public static void dgemmBatch(
            int batches,
            int m,
            int n,
            int k,
            double[] a,
            int[] aOffsets,
            int aRowStride,
            int aColumnStride,
            double[] b,
            int[] bOffsets,
            int bRowStride,
            int bColumnStride,
            double[] c,
            int[] cOffsets,
            int cRowStride,
            boolean accumulate) {
        Parallel.RangeBody products = (from, to) -> {
            for (int batch = from; batch < to; batch++) {
                dgemm(
                        m,
                        n,
                        k,
                        a,
                        aOffsets[batch],
                        aRowStride,
                        aColumnStride,
                        b,
                        bOffsets[batch],
                        bRowStride,
                        bColumnStride,
                        c,
                        cOffsets[batch],
                        cRowStride,
                        accumulate);
            }
        };
        shareBatch(batches, (long) m * n * k, products);
    }

    /** Small products are divided among threads by the batch, large ones each in itself. */
    private static void shareBatch(int batches, long work, Parallel.RangeBody products) {
        if (work >= WORTH_DIVIDING) {
            products.accept(0, batches);
        } else {
            int grain = (int) Math.min(batches, WORTH_SHARING / 2 / Math.max(1, work) + 1);
            Parallel.forRange(batches, grain, products);
        }
    }

    /** The kernels for so many more multiply-adds, null if they are to be done without. */
    static @Nullable Tiles tiles(long work) {
        return Vectors.tiles(work);
    }

    /** Computes a product with the given tile kernels, or without any if they are null. */
    static void multiply(@Nullable Tiles tiles, MatrixProduct product) {
        int m = product.m();
        int n = product.n();
        if (m <= 0 || n <= 0) {
            return;
        }
        boolean hasSteps = product.k() > 0;
        boolean isOfFewRows = FewRows.isOne(product);
        if (hasSteps && !isOfFewRows && tiles != null) {
            BlockedProduct blocked = BlockedProduct.ready(tiles, product);
            if (blocked != null) {
                blocked.run();
                return;
            }
        }
        if (!hasSteps) {
            if (!product.accumulate()) {
                product.c().clear(m, n);
            }
        } else if (isOfFewRows) {
            FewRows.multiply(tiles, product);
        } else {
            ScalarProduct.multiply(product);
        }
        Epilogue epilogue = product.epilogue();
        if (epilogue != null) {
            epilogue.apply(0, m, 0, n);
        }
    }

    /** Where there are vectors, their kernels. In a class of its own, since float64 does not need it. */
    private static final class Vectors {
        /**
         * Multiply-adds before kernels on vectors are made and compiled, which costs some tenths of a second of one
         * core, if in the background: programs that hardly multiply are spared that. Scalar loops do so many in a
         * millisecond.
         */
        private static final long WORTH_COMPILING = 20_000_000;

        private static final @Nullable Tiles TILES = tiles();

        /**
         * What has been done before that. Threads may overwrite each other's counts: nothing depends on its exactness.
         */
        private static long done;

        private static @Nullable Tiles tiles() {
            ProductKernels kernels = Lanes.vectorImplementation(ProductKernels.class, "VectorProductKernels");
            return kernels == null ? null : new Tiles(kernels);
        }

        /** The kernels for so many more multiply-adds, null if they are to be done without. */
        static @Nullable Tiles tiles(long work) {
            if (done >= WORTH_COMPILING || WarmUp.isSkipped()) {
                return TILES;
            }
            done += work;
            return null;
        }
    }
}
