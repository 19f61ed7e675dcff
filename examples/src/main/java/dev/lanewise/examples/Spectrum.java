package dev.lanewise.examples;

/**
 * The largest and smallest eigenvalue of a symmetric matrix, by Jacobi's rotations: each makes one pair of elements off
 * the diagonal zero; after some sweeps over all pairs the diagonal holds the eigenvalues (Golub and Van Loan, "Matrix
 * Computations", 8.5).
 *
 * @param largest the largest eigenvalue
 * @param smallest the smallest one
 */
record Spectrum(double largest, double smallest) {
    private static final int MOST_SWEEPS = 50; // convergence is quadratic: ten are many

    /** The spectrum of a matrix, which is changed. */
    static Spectrum of(double[][] matrix) {
        int size = matrix.length;
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            boolean rotated = false;
            for (int p = 0; p < size; p++) {
                for (int q = p + 1; q < size; q++) {
                    double scale = Math.abs(matrix[p][p]) + Math.abs(matrix[q][q]);
                    if (Math.abs(matrix[p][q]) > Math.ulp(scale) / 4) {
                        rotate(matrix, p, q);
                        rotated = true;
                    }
                }
            }
            if (!rotated) {
                break;
            }
        }
        double largest = matrix[0][0];
        double smallest = matrix[0][0];
        for (int i = 1; i < size; i++) {
            largest = Math.max(largest, matrix[i][i]);
            smallest = Math.min(smallest, matrix[i][i]);
        }
        return new Spectrum(largest, smallest);
    }

    /** A ← JᵀAJ with the rotation J in the plane of p and q that makes A[p][q] zero. */
    private static void rotate(double[][] matrix, int p, int q) {
        double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        double tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cosine = 1 / Math.sqrt(tangent * tangent + 1);
        double sine = tangent * cosine;
        for (double[] row : matrix) {
            double left = row[p];
            row[p] = cosine * left - sine * row[q];
            row[q] = sine * left + cosine * row[q];
        }
        for (int k = 0; k < matrix.length; k++) {
            double upper = matrix[p][k];
            matrix[p][k] = cosine * upper - sine * matrix[q][k];
            matrix[q][k] = sine * upper + cosine * matrix[q][k];
        }
    }
}
