package dev.lanewise.core.kernel;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Products of random matrices, and what they must give. */
final class Products {
    final int m;
    final int n;
    final int k;
    final Matrix a;
    final Matrix b;
    final Matrix c;
    final boolean accumulate;

    Products(int m, int n, int k, Matrix a, Matrix b, Matrix c, boolean accumulate) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.b = b;
        this.c = c;
        this.accumulate = accumulate;
    }

    /**
     * A matrix of random elements, all its rows (columns, if transposed) with gaps between them and between elements.
     */
    static Matrix matrix(Random random, int rows, int columns, boolean transposed, int gap, int elementGap) {
        int outer = transposed ? columns : rows;
        int inner = transposed ? rows : columns;
        int offset = random.nextInt(5);
        int elementStride = 1 + elementGap;
        int stride = inner * elementStride + gap;
        float[] values =
                new float[offset + Math.max(0, outer - 1) * stride + Math.max(0, inner - 1) * elementStride + 1];
        fill(random, values);
        return transposed
                ? new Matrix(values, offset, elementStride, stride)
                : new Matrix(values, offset, stride, elementStride);
    }

    static void fill(Random random, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
    }

    /** A product whose operands are transposed or not, with consecutive elements. */
    static Products plain(Random random, int m, int n, int k, String layout, boolean accumulate) {
        return new Products(
                m,
                n,
                k,
                matrix(random, m, k, layout.charAt(0) == 'T', 0, 0),
                matrix(random, k, n, layout.charAt(1) == 'T', 0, 0),
                matrix(random, m, n, false, 0, 0),
                accumulate);
    }

    /** A product whose operands have any strides, 0 included. */
    static Products strided(Random random, int m, int n, int k) {
        Matrix a = matrix(random, m, k, random.nextBoolean(), random.nextInt(4), random.nextInt(5) / 4);
        Matrix b = matrix(random, k, n, random.nextBoolean(), random.nextInt(4), random.nextInt(5) / 4);
        switch (random.nextInt(16)) {
            case 0 -> a = new Matrix(a.values, a.offset, 0, a.columnStride);
            case 1 -> a = new Matrix(a.values, a.offset, a.rowStride, 0);
            case 2 -> b = new Matrix(b.values, b.offset, 0, b.columnStride);
            case 3 -> b = new Matrix(b.values, b.offset, b.rowStride, 0);
            default -> {}
        }
        return new Products(m, n, k, a, b, matrix(random, m, n, false, random.nextInt(4), 0), random.nextBoolean());
    }

    /** What C's array holds afterwards, by one chain for each element, or dot products where those are taken. */
    float[] expected() {
        return expected(FewRows.isOne(of(c, null)));
    }

    /** What C's array holds afterwards, by one chain for each element. */
    float[] chains() {
        return expected(false);
    }

    private float[] expected(boolean dots) {
        float[] expected = c.values.clone();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                expected[c.index(i, j)] = dots && k > 0 ? dot(i, j) : chain(i, j);
            }
        }
        return expected;
    }

    private float chain(int i, int j) {
        float sum = accumulate ? c.values[c.index(i, j)] : 0;
        for (int p = 0; p < k; p++) {
            sum = Math.fma(a.values[a.index(i, p)], b.values[b.index(p, j)], sum);
        }
        return sum;
    }

    private float dot(int i, int j) {
        float[] lanes = new float[16];
        for (int p = 0; p < k; p++) {
            lanes[p % 16] = Math.fma(a.values[a.index(i, p)], b.values[b.index(p, j)], lanes[p % 16]);
        }
        for (int distance = 8; distance > 0; distance /= 2) {
            for (int lane = 0; lane < distance; lane++) {
                lanes[lane] += lanes[lane + distance];
            }
        }
        return accumulate ? c.values[c.index(i, j)] + lanes[0] : lanes[0];
    }

    /** The product, into the given matrix. */
    MatrixProduct of(Matrix result, @Nullable Epilogue epilogue) {
        return new MatrixProduct(m, n, k, a, b, result, accumulate, epilogue);
    }

    /** C's array after the product, which is made in a copy. */
    float[] run(Tiles tiles) {
        var result = new Matrix(c.values.clone(), c.offset, c.rowStride, 1);
        Gemm.multiply(tiles, of(result, null));
        return result.values;
    }

    /** C's array after the product to which a row was added, made in a copy. */
    float[] runPlusRow(@Nullable Tiles tiles) {
        var result = new Matrix(c.values.clone(), c.offset, c.rowStride, 1);
        Gemm.multiply(tiles, of(result, addedRow(row(), 3, result)));
        return result.values;
    }

    /** An epilogue that adds a row of numbers to each row of a product. */
    static Epilogue addedRow(float[] row, int rowOffset, Matrix product) {
        RowKernel add = (in, inOffset, inRowStride, out, outOffset, outRowStride, rows, n) -> {
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < n; i++) {
                    out[0][outOffset[0] + r * outRowStride[0] + i] =
                            in[0][inOffset[0] + r * inRowStride[0] + i] + in[1][inOffset[1] + r * inRowStride[1] + i];
                }
            }
        };
        return new Epilogue(
                add,
                new float[][] {product.values, row},
                new int[] {product.offset, rowOffset},
                new int[] {product.rowStride, 0},
                new float[][] {product.values},
                new int[] {product.offset},
                new int[] {product.rowStride});
    }

    /** The same, the row being added to the expected product. */
    float[] expectedPlusRow() {
        var result = new Matrix(expected(), c.offset, c.rowStride, 1);
        float[] row = row();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                result.values[result.index(i, j)] += row[3 + j];
            }
        }
        return result.values;
    }

    private float[] row() {
        float[] row = new float[n + 3];
        for (int j = 0; j < row.length; j++) {
            row[j] = 1 / (j + 1f);
        }
        return row;
    }

    float[] runScalar() {
        var result = new Matrix(c.values.clone(), c.offset, c.rowStride, 1);
        Gemm.multiply(null, of(result, null));
        return result.values;
    }

    /** By the public method. */
    float[] runPublic() {
        float[] result = c.values.clone();
        Gemm.sgemm(m, n, k, a, b, new Matrix(result, c.offset, c.rowStride, 1), accumulate);
        return result;
    }

    @Override
    public String toString() {
        return "%d x %d x %d, A %d %d, B %d %d, %s"
                .formatted(
                        m,
                        n,
                        k,
                        a.rowStride,
                        a.columnStride,
                        b.rowStride,
                        b.columnStride,
                        accumulate ? "accumulating" : "fresh");
    }
}
