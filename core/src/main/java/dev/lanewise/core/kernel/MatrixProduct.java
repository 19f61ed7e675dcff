package dev.lanewise.core.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What is to be computed: {@code C = A·B}, or {@code C += A·B} if {@code accumulate}, and the epilogue if there is one.
 *
 * @param m the rows of A and C
 * @param n the columns of B and C
 * @param k the columns of A, the rows of B
 */
record MatrixProduct(
        int m,
        int n,
        int k,
        Matrix a,
        Matrix b,
        Matrix c,
        boolean accumulate,
        @Nullable Epilogue epilogue) {
    /** Its multiply-adds. */
    long work() {
        return (long) m * n * k;
    }

    /** The same with rows as columns, {@code Cᵀ = Bᵀ·Aᵀ}, without the epilogue. */
    MatrixProduct transposed() {
        return new MatrixProduct(n, m, k, b.transposed(), a.transposed(), c.transposed(), accumulate, null);
    }

    /** Some of its rows. */
    MatrixProduct rows(int from, int to) {
        return new MatrixProduct(
                to - from,
                n,
                k,
                new Matrix(a.values, a.index(from, 0), a.rowStride, a.columnStride),
                b,
                new Matrix(c.values, c.index(from, 0), c.rowStride, c.columnStride),
                accumulate,
                epilogue == null ? null : epilogue.fromRow(from));
    }
}
