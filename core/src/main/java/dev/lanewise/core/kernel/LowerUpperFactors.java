package dev.lanewise.core.kernel;

/**
 * {@code P·A = L·U} of a square matrix: Gaussian elimination with the largest element of a column as its pivot, as
 * LAPACK's getrf does it.
 */
public final class LowerUpperFactors {
    /** U on and above the diagonal, L, whose diagonal is 1, below it. */
    private final double[][] factors;

    /** Of each row of the factors, its number in A. */
    private final int[] order;

    private double sign = 1;

    /** Factors a matrix, whose array is used up. */
    public LowerUpperFactors(double[][] a) {
        int n = a.length;
        factors = a;
        order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int k = 0; k < n; k++) {
            exchange(k, pivot(k));
            double pivot = a[k][k];
            if (pivot == 0) { // the column is 0 from here on: nothing to eliminate
                continue;
            }
            for (int i = k + 1; i < n; i++) {
                double factor = a[i][k] / pivot;
                a[i][k] = factor;
                MatrixRows.add(a[i], -factor, a[k], k + 1, n);
            }
        }
    }

    /** The row with the largest element in column k; a not-a-number counts as largest, so that it spreads. */
    private int pivot(int k) {
        int best = k;
        for (int i = k + 1; i < order.length && !Double.isNaN(factors[best][k]); i++) {
            if (!(Math.abs(factors[i][k]) <= Math.abs(factors[best][k]))) {
                best = i;
            }
        }
        return best;
    }

    private void exchange(int i, int j) {
        if (i != j) {
            double[] row = factors[i];
            factors[i] = factors[j];
            factors[j] = row;
            int number = order[i];
            order[i] = order[j];
            order[j] = number;
            sign = -sign;
        }
    }

    /** The first pivot that is 0, counted from 0; −1 if there is none. */
    public int zeroPivot() {
        return TriangularSolve.zeroOnDiagonal(factors);
    }

    /** The determinant; 1 of a matrix without rows. */
    public double determinant() {
        double product = sign;
        for (int i = 0; i < factors.length; i++) {
            product *= factors[i][i];
        }
        return product;
    }

    /** The sign of the determinant: −1, 0 or 1. */
    public double determinantSign() {
        double product = sign;
        for (int i = 0; i < factors.length; i++) {
            product *= Math.signum(factors[i][i]);
        }
        return product == 0 ? 0 : product; // not −0
    }

    /** ln |determinant|; −∞ of a singular matrix. */
    public double logDeterminant() {
        double sum = 0;
        for (int i = 0; i < factors.length; i++) {
            sum += StrictMath.log(Math.abs(factors[i][i]));
        }
        return sum;
    }

    /** The solution of {@code A·X = B}, or of {@code Aᵀ·X = B}; B is used up. */
    public double[][] solve(double[][] b, boolean transposed) {
        int n = factors.length;
        double[][] x = new double[n][];
        if (transposed) { // Aᵀ = Uᵀ·Lᵀ·P
            TriangularSolve.solve(factors, true, true, false, b);
            TriangularSolve.solve(factors, false, true, true, b);
            for (int i = 0; i < n; i++) {
                x[order[i]] = b[i];
            }
        } else {
            for (int i = 0; i < n; i++) {
                x[i] = b[order[i]];
            }
            TriangularSolve.solve(factors, false, false, true, x);
            TriangularSolve.solve(factors, true, false, false, x);
        }
        return x;
    }

    /** A⁻¹. */
    public double[][] inverse() {
        return solve(MatrixRows.identity(factors.length, factors.length), false);
    }
}
