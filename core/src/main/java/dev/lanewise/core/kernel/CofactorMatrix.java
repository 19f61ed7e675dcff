package dev.lanewise.core.kernel;

/**
 * The cofactors of a square matrix, which are the gradient of its determinant: {@code det(A)·A⁻ᵀ}, but also where A has
 * no inverse.
 *
 * <p>The cofactors of a product are the product of the cofactors. Elimination with the largest of all remaining
 * elements as pivot gives {@code P·A·Q = L·U}; the cofactors of P, Q and L are {@code det(P)·P}, {@code det(Q)·Q} and
 * {@code L⁻ᵀ}. If A has no inverse then the last pivot of U is 0, by which the formula for U below never divides; and
 * if one before it is 0 too, then so are all cofactors.
 */
public final class CofactorMatrix {
    private final double[][] a;
    private final int[] rowOrder;
    private final int[] columnOrder;
    private double sign = 1;

    private CofactorMatrix(double[][] a) {
        this.a = a;
        int n = a.length;
        rowOrder = new int[n];
        columnOrder = new int[n];
        for (int i = 0; i < n; i++) {
            rowOrder[i] = i;
            columnOrder[i] = i;
        }
    }

    /** The cofactors of a matrix, whose array is used up. */
    public static double[][] of(double[][] a) {
        var elimination = new CofactorMatrix(a);
        int n = a.length;
        double[][] result = new double[n][n];
        if (n == 0 || !elimination.eliminate()) {
            return result;
        }
        double[][] cofactors = elimination.ofUpper();
        TriangularSolve.solve(a, false, true, true, cofactors); // L⁻ᵀ times those of U
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                result[elimination.rowOrder[i]][elimination.columnOrder[j]] = elimination.sign * cofactors[i][j];
            }
        }
        return result;
    }

    /** Leaves L and U in the array; false if a pivot but the last one is 0. */
    private boolean eliminate() {
        int n = a.length;
        for (int k = 0; k < n - 1; k++) {
            int row = k;
            int column = k;
            for (int i = k; i < n; i++) {
                for (int j = k; j < n; j++) {
                    if (Math.abs(a[i][j]) > Math.abs(a[row][column])) {
                        row = i;
                        column = j;
                    }
                }
            }
            exchange(k, row, column);
            if (a[k][k] == 0) {
                return false;
            }
            for (int i = k + 1; i < n; i++) {
                double factor = a[i][k] / a[k][k];
                a[i][k] = factor;
                MatrixRows.add(a[i], -factor, a[k], k + 1, n);
            }
        }
        return true;
    }

    private void exchange(int k, int row, int column) {
        if (row != k) {
            double[] other = a[k];
            a[k] = a[row];
            a[row] = other;
            exchange(rowOrder, k, row);
        }
        if (column != k) {
            for (double[] elements : a) {
                double element = elements[k];
                elements[k] = elements[column];
                elements[column] = element;
            }
            exchange(columnOrder, k, column);
        }
    }

    private void exchange(int[] order, int i, int j) {
        int number = order[i];
        order[i] = order[j];
        order[j] = number;
        sign = -sign;
    }

    /**
     * The cofactors of U = [V c; 0 p], with V all but the last row and column, and d its determinant: the transpose of
     * [d·p·V⁻¹, −d·V⁻¹·c; 0, d].
     */
    private double[][] ofUpper() {
        int last = a.length - 1;
        double determinant = 1;
        double[][] inverse = new double[last][last + 1]; // V⁻¹, and behind it V⁻¹·c
        for (int i = 0; i < last; i++) {
            determinant *= a[i][i];
            inverse[i][i] = 1;
            inverse[i][last] = a[i][last];
        }
        TriangularSolve.solve(a, true, false, false, inverse);
        double[][] cofactors = new double[last + 1][last + 1];
        for (int i = 0; i < last; i++) {
            for (int j = 0; j < last; j++) {
                cofactors[j][i] = determinant * a[last][last] * inverse[i][j];
            }
            cofactors[last][i] = -determinant * inverse[i][last];
        }
        cofactors[last][last] = determinant;
        return cofactors;
    }
}
