package dev.lanewise.core.kernel;

/** Linear systems with a triangular matrix, row after row. */
public final class TriangularSolve {
    private TriangularSolve() {}

    /**
     * Solves {@code T·X = B}, or {@code Tᵀ·X = B}, in the place of B.
     *
     * @param t its first rows and columns, as many as B has rows, hold the triangle; what is beside it is not read
     * @param upper whether T, as it is stored, is the upper triangle
     * @param unit whether the diagonal counts as 1 and is not read
     */
    public static void solve(double[][] t, boolean upper, boolean transposed, boolean unit, double[][] b) {
        int n = b.length;
        boolean fromEnd = upper != transposed;
        for (int step = 0; step < n; step++) {
            int i = fromEnd ? n - 1 - step : step;
            double[] row = b[i];
            for (int done = 0; done < step; done++) {
                int j = fromEnd ? n - 1 - done : done;
                MatrixRows.add(row, transposed ? -t[j][i] : -t[i][j], b[j], 0, row.length);
            }
            if (!unit) {
                double diagonal = t[i][i];
                for (int column = 0; column < row.length; column++) {
                    row[column] /= diagonal;
                }
            }
        }
    }

    /** The first place of a zero on the diagonal; −1 if there is none. */
    public static int zeroOnDiagonal(double[][] t) {
        for (int i = 0; i < t.length; i++) {
            if (t[i][i] == 0) {
                return i;
            }
        }
        return -1;
    }
}
