package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.Product;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;
import org.bytedeco.openblas.global.openblas;

/** A product by a BLAS, {@code cblas_sgemm}, from memory outside the Java heap into such memory. */
abstract sealed class BlasWork implements Work {
    // The standard's numbers (cblas.h), the same in both libraries.
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    final int batch;
    final int m;
    final int n;
    final int k;
    final int left;
    final int right;
    final int leftStride;
    final int rightStride;
    final FloatPointer a;
    final FloatPointer b;
    final FloatPointer c;

    private BlasWork(Product product) {
        batch = product.count();
        m = product.m();
        n = product.n();
        k = product.k();
        left = product.leftTransposed() ? TRANSPOSE : NO_TRANSPOSE;
        right = product.rightTransposed() ? TRANSPOSE : NO_TRANSPOSE;
        leftStride = product.leftTransposed() ? m : k;
        rightStride = product.rightTransposed() ? k : n;
        a = new FloatPointer(product.left());
        b = new FloatPointer(product.right());
        c = new FloatPointer((long) batch * m * n);
    }

    /** OpenBLAS's. A batch is a loop: it has no call for that. */
    static Work openBlas(Product product) {
        openblas.blas_set_num_threads(Work.threads());
        return new OpenBlas(product);
    }

    /** Intel MKL's. */
    static Work mkl(Product product) {
        mkl_rt.MKL_Set_Num_Threads(Work.threads());
        return product.count() == 1 ? new Mkl(product) : new MklBatch(product);
    }

    @Override
    public float[] result() {
        run();
        float[] result = new float[batch * m * n];
        c.get(result);
        return result;
    }

    @Override
    public void close() {
        a.close();
        b.close();
        c.close();
    }

    private static final class OpenBlas extends BlasWork {
        private final FloatPointer[] lefts;
        private final FloatPointer[] rights;
        private final FloatPointer[] results;

        OpenBlas(Product product) {
            super(product);
            lefts = parts(a, m * k);
            rights = parts(b, k * n);
            results = parts(c, m * n);
        }

        private FloatPointer[] parts(FloatPointer whole, int size) {
            FloatPointer[] parts = new FloatPointer[batch];
            for (int i = 0; i < batch; i++) {
                parts[i] = whole.getPointer((long) i * size);
            }
            return parts;
        }

        @Override
        public FloatPointer run() {
            for (int i = 0; i < batch; i++) {
                openblas.cblas_sgemm(
                        ROW_MAJOR,
                        left,
                        right,
                        m,
                        n,
                        k,
                        1f,
                        lefts[i],
                        leftStride,
                        rights[i],
                        rightStride,
                        0f,
                        results[i],
                        n);
            }
            return c;
        }
    }

    private static final class Mkl extends BlasWork {
        Mkl(Product product) {
            super(product);
        }

        @Override
        public FloatPointer run() {
            mkl_rt.cblas_sgemm(ROW_MAJOR, left, right, m, n, k, 1f, a, leftStride, b, rightStride, 0f, c, n);
            return c;
        }
    }

    private static final class MklBatch extends BlasWork {
        MklBatch(Product product) {
            super(product);
        }

        @Override
        public FloatPointer run() {
            mkl_rt.cblas_sgemm_batch_strided(
                    ROW_MAJOR,
                    left,
                    right,
                    m,
                    n,
                    k,
                    1f,
                    a,
                    leftStride,
                    m * k,
                    b,
                    rightStride,
                    k * n,
                    0f,
                    c,
                    n,
                    m * n,
                    batch);
            return c;
        }
    }
}
