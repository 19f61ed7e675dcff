package dev.lanewise.core.kernel;

/**
 * {@code A = Q·R} by Householder's reflections (Golub and Van Loan, "Matrix Computations", 5.2), with the signs of
 * LAPACK's geqrf: each reflection {@code I − factor·v·vᵀ} turns a column into one that is 0 below the diagonal, where
 * the element gets the sign opposite to what stood there. What is 0 below the diagonal already is left alone.
 */
public final class HouseholderFactors {
    /** Squares within these bounds neither overflow when many are added, nor lose digits below the normal numbers. */
    private static final double SMALLEST_SQUARE = 0x1p-900;

    private static final double LARGEST_SQUARE = 0x1p900;

    /** R on and above the diagonal; below it the vectors v, whose first element is 1. */
    private final double[][] a;

    private final double[] factors;
    private final int columns;

    /** Factors a matrix of so many columns, whose array is used up. */
    public HouseholderFactors(double[][] a, int columns) {
        this.a = a;
        this.columns = columns;
        this.factors = new double[Math.min(a.length, columns)];
        for (int k = 0; k < factors.length; k++) {
            double diagonal = a[k][k];
            if (!hasElementsBelow(k)) {
                continue;
            }
            double turned = -Math.copySign(length(a, k, k, a.length), diagonal);
            for (int i = k + 1; i < a.length; i++) {
                a[i][k] /= diagonal - turned;
            }
            factors[k] = (turned - diagonal) / turned;
            reflect(k, a, k + 1);
            a[k][k] = turned;
        }
    }

    private boolean hasElementsBelow(int k) {
        for (int i = k + 1; i < a.length; i++) {
            if (a[i][k] != 0) {
                return true;
            }
        }
        return false;
    }

    /** The length of a column, in rows {@code from} to {@code to} (exclusive). */
    private static double length(double[][] matrix, int column, int from, int to) {
        double sum = 0;
        double largest = 0;
        for (int i = from; i < to; i++) {
            sum = Math.fma(matrix[i][column], matrix[i][column], sum);
            largest = Math.max(largest, Math.abs(matrix[i][column]));
        }
        if ((sum >= SMALLEST_SQUARE && sum <= LARGEST_SQUARE) || largest == 0 || !Double.isFinite(largest)) {
            return Math.sqrt(sum);
        }
        sum = 0;
        for (int i = from; i < to; i++) {
            double share = matrix[i][column] / largest;
            sum = Math.fma(share, share, sum);
        }
        return largest * Math.sqrt(sum);
    }

    /** Applies reflection k to the columns of b from the given one on. */
    private void reflect(int k, double[][] b, int from) {
        if (factors[k] == 0) {
            return;
        }
        int to = b[k].length;
        double[] products = b[k].clone(); // vᵀ·b
        for (int i = k + 1; i < b.length; i++) {
            MatrixRows.add(products, a[i][k], b[i], from, to);
        }
        MatrixRows.add(b[k], -factors[k], products, from, to);
        for (int i = k + 1; i < b.length; i++) {
            MatrixRows.add(b[i], -factors[k] * a[i][k], products, from, to);
        }
    }

    /** b ← Qᵀ·b, with Q square. */
    void applyTransposed(double[][] b) {
        for (int k = 0; k < factors.length; k++) {
            reflect(k, b, 0);
        }
    }

    /** b ← Q·b, with Q square. */
    void apply(double[][] b) {
        for (int k = factors.length - 1; k >= 0; k--) {
            reflect(k, b, 0);
        }
    }

    /** The first columns of Q, as many as A has, or as it has rows if those are fewer. */
    public double[][] q() {
        double[][] q = MatrixRows.identity(a.length, factors.length);
        for (int k = factors.length - 1; k >= 0; k--) {
            reflect(k, q, k); // columns before k are still those of the identity, and 0 where v is not
        }
        return q;
    }

    /** R without the rows of zeros below it. */
    public double[][] r() {
        double[][] r = new double[factors.length][columns];
        for (int i = 0; i < factors.length; i++) {
            System.arraycopy(a[i], i, r[i], i, columns - i);
        }
        return r;
    }

    /** The array that holds R on and above its diagonal. */
    double[][] upper() {
        return a;
    }

    /**
     * Of R, the first column that is a combination of those before it: whose element on the diagonal is not more than
     * the given share of the column's length; −1 if there is none.
     */
    public static int dependentColumn(double[][] r, int columns, double share) {
        for (int j = 0; j < columns; j++) {
            double length = length(r, j, 0, j + 1);
            if (length == 0 || Math.abs(r[j][j]) / length <= share) { // false of what is not finite
                return j;
            }
        }
        return -1;
    }
}
