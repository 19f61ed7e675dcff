package dev.lanewise.core.kernel;

/** {@code A = L·Lᵀ} of a symmetric positive definite matrix, column after column. */
public final class CholeskyFactor {
    private CholeskyFactor() {}

    /**
     * Puts L in the place of A, of which the lower triangle is read, and zeros above it.
     *
     * @return 0; or the order of the first leading minor that is not positive, where it stopped
     */
    public static int factor(double[][] a) {
        int n = a.length;
        double[] column = new double[n];
        for (int k = 0; k < n; k++) {
            if (!(a[k][k] > 0)) {
                return k + 1;
            }
            a[k][k] = Math.sqrt(a[k][k]);
            for (int i = k + 1; i < n; i++) {
                a[i][k] /= a[k][k];
                column[i] = a[i][k];
                a[k][i] = 0;
            }
            for (int i = k + 1; i < n; i++) {
                MatrixRows.add(a[i], -a[i][k], column, k + 1, i + 1);
            }
        }
        return 0;
    }
}
