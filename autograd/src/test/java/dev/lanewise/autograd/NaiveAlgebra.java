package dev.lanewise.autograd;

import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Linear algebra as its definitions have it: by determinants, and those by Laplace's expansion. */
final class NaiveAlgebra {
    private NaiveAlgebra() {}

    /** The matrix of a batch that an index, of which the last two numbers do not count, lies in. */
    static double[][] matrix(Tensor x, int[] index) {
        int rank = x.shape().rank();
        double[][] matrix = new double[x.shape().size(-2)][x.shape().size(-1)];
        int[] at = Arrays.copyOf(index, rank);
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                at[rank - 2] = i;
                at[rank - 1] = j;
                matrix[i][j] = x.at(at);
            }
        }
        return matrix;
    }

    static double det(double[][] a) {
        if (a.length == 0) {
            return 1;
        }
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (j % 2 == 0 ? 1 : -1) * a[0][j] * det(without(a, 0, j));
        }
        return sum;
    }

    private static double[][] without(double[][] a, int row, int column) {
        double[][] rest = new double[a.length - 1][a.length - 1];
        for (int i = 0; i < rest.length; i++) {
            for (int j = 0; j < rest.length; j++) {
                rest[i][j] = a[i < row ? i : i + 1][j < column ? j : j + 1];
            }
        }
        return rest;
    }

    static double cofactor(double[][] a, int row, int column) {
        return ((row + column) % 2 == 0 ? 1 : -1) * det(without(a, row, column));
    }

    static Tensor det(Tensor x) {
        return Naive.tensor(x.shape().without(-1).without(-1), i -> det(matrix(x, i)));
    }

    static Tensor cofactors(Tensor x) {
        int last = x.shape().rank() - 1;
        return Naive.tensor(x.shape(), i -> cofactor(matrix(x, i), i[last - 1], i[last]));
    }

    static Tensor inverse(Tensor x) {
        int last = x.shape().rank() - 1;
        return Naive.tensor(x.shape(), i -> {
            double[][] a = matrix(x, i);
            return cofactor(a, i[last], i[last - 1]) / det(a);
        });
    }

    /** The triangle of x, zeros beside it. */
    static Tensor triangle(Tensor x, boolean upper) {
        int last = x.shape().rank() - 1;
        return Naive.tensor(x.shape(), i -> (upper ? i[last - 1] <= i[last] : i[last - 1] >= i[last]) ? x.at(i) : 0);
    }

    /** L[i][j] = the minor of rows 0 … j−1, i and columns 0 … j, by √ of the product of the leading minors j, j+1. */
    static Tensor cholesky(Tensor x) {
        int last = x.shape().rank() - 1;
        return Naive.tensor(x.shape(), index -> {
            int i = index[last - 1];
            int j = index[last];
            double[][] a = matrix(x, index);
            double[][] minor = leading(a, j + 1);
            if (i < j) {
                return 0;
            }
            double scale = Math.sqrt(det(leading(a, j)) * det(minor));
            minor[j] = Arrays.copyOf(a[i], j + 1);
            return det(minor) / scale;
        });
    }

    private static double[][] leading(double[][] a, int order) {
        double[][] minor = new double[order][];
        Arrays.setAll(minor, i -> Arrays.copyOf(a[i], order));
        return minor;
    }

    /** (Aᵀ·A)⁻¹·Aᵀ·B, or for wide matrices Aᵀ·(A·Aᵀ)⁻¹·B. */
    static Tensor lstsq(Tensor a, Tensor b) {
        Tensor transposed = Naive.transpose(a);
        return a.shape().size(-2) >= a.shape().size(-1)
                ? Naive.matmul(inverse(Naive.matmul(transposed, a)), Naive.matmul(transposed, b))
                : Naive.matmul(transposed, Naive.matmul(inverse(Naive.matmul(a, transposed)), b));
    }

    /** Q and R, by reflections that are matrices I − 2·v·vᵀ/vᵀ·v. */
    static List<Tensor> qr(Tensor x) {
        int m = x.shape().size(-2);
        int n = x.shape().size(-1);
        int k = Math.min(m, n);
        int last = x.shape().rank() - 1;
        List<double[][]> factors = new ArrayList<>();
        Shape batch = x.shape().without(-1).without(-1);
        for (int number = 0; number < batch.count(); number++) {
            double[][] r = matrix(x, Naive.index(batch, number));
            double[][] q = new double[m][m];
            for (int i = 0; i < m; i++) {
                q[i][i] = 1;
            }
            for (int j = 0; j < k && j < m - 1; j++) { // in the last row there is nothing to turn
                double[] v = new double[m];
                double square = 0;
                for (int i = j; i < m; i++) {
                    v[i] = r[i][j];
                    square += v[i] * v[i];
                }
                v[j] += (v[j] < 0 ? -1 : 1) * Math.sqrt(square);
                double norm = Arrays.stream(v).map(e -> e * e).sum();
                double[][] h = new double[m][m];
                for (int a = 0; a < m; a++) {
                    for (int b = 0; b < m; b++) {
                        h[a][b] = (a == b ? 1 : 0) - 2 * v[a] * v[b] / norm;
                    }
                }
                r = product(h, r);
                q = product(q, h);
            }
            factors.add(q);
            factors.add(r);
        }
        int[] strides = new int[batch.rank()];
        for (int axis = batch.rank() - 1, stride = 1; axis >= 0; stride *= batch.size(axis), axis--) {
            strides[axis] = stride;
        }
        return List.of(
                Naive.tensor(x.shape().withSize(-1, k), i -> factors.get(2 * number(i, strides))[i[last - 1]][i[last]]),
                Naive.tensor(
                        x.shape().withSize(-2, k), i -> factors.get(2 * number(i, strides) + 1)[i[last - 1]][i[last]]));
    }

    private static int number(int[] index, int[] strides) {
        int number = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            number += index[axis] * strides[axis];
        }
        return number;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b.length == 0 ? 0 : b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < product[i].length; j++) {
                for (int l = 0; l < b.length; l++) {
                    product[i][j] += a[i][l] * b[l][j];
                }
            }
        }
        return product;
    }
}
