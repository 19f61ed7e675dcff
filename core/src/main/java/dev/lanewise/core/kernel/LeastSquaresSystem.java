package dev.lanewise.core.kernel;

import java.util.Arrays;

/**
 * For a matrix A of independent columns, [m, n] with m ≥ n, the system
 *
 * <pre>
 *     r  + A·x = f
 *     Aᵀ·r     = g
 * </pre>
 *
 * For g = 0 its x has the least sum of squared residuals r = f − A·x; for f = 0 its r is the shortest solution of Aᵀ·r
 * = g.
 *
 * <p>It is solved by A = Q·R: Qᵀ·r = [R⁻ᵀ·g; d₂] and R·x = d₁ − R⁻ᵀ·g, where Qᵀ·f = [d₁; d₂]. The solution is refined
 * by solving again for what it leaves of f and g, computed with twice the digits (Björck 1967, Iterative refinement of
 * linear least squares solutions I, BIT 7): so each step gains as many digits as the first solution had, and all digits
 * are right in the end unless A's columns are dependent up to rounding. The columns are first scaled to a length of
 * about 1, by powers of two, so that units of measurement make no difference.
 */
public final class LeastSquaresSystem {
    /** More than enough: with 2 right digits in the first solution, 8 steps give 16. */
    private static final int MOST_STEPS = 10;

    /** Steps go on while they shrink by this factor; where a solution has its digits, they do not. */
    private static final double SHRINKING = 0.5;

    private final int m;
    private final int n;
    private final double[][] a; // scaled
    private final int[] exponents; // column j was divided by 2^exponents[j]
    private final HouseholderFactors factors;

    /** The system of a matrix with that many columns, whose array is used up. */
    public LeastSquaresSystem(double[][] a, int columns) {
        this.m = a.length;
        this.n = columns;
        this.a = a;
        this.exponents = new int[n];
        for (int j = 0; j < n; j++) {
            double largest = 0;
            for (double[] row : a) {
                largest = Math.max(largest, Math.abs(row[j]));
            }
            double square = 0;
            for (double[] row : a) {
                double share = largest == 0 ? 0 : row[j] / largest;
                square = Math.fma(share, share, square);
            }
            double length = largest * Math.sqrt(square);
            exponents[j] = length > 0 && Double.isFinite(length) ? Math.getExponent(length) : 0;
            for (double[] row : a) {
                row[j] = Math.scalb(row[j], -exponents[j]);
            }
        }
        this.factors = new HouseholderFactors(MatrixRows.copy(a), n);
    }

    /**
     * The first column that is a combination of those before it, but for the given share of its length; −1 if there is
     * none.
     */
    public int dependentColumn(double share) {
        return HouseholderFactors.dependentColumn(factors.upper(), n, share);
    }

    /**
     * Solves the system for each column of f and g.
     *
     * @param f [m, k]
     * @param g [n, k]
     * @param r [m, k], for the result
     * @param x [n, k], for the result
     */
    public void solve(double[][] f, double[][] g, double[][] r, double[][] x) {
        int k = MatrixRows.columns(m > 0 ? f : g);
        double[][] scaledG = MatrixRows.copy(g);
        scale(scaledG);
        solveOnce(f, scaledG, r, x);
        double[] lengthOfR = lengths(r, k);
        double[] lengthOfX = lengths(x, k);
        double[][] stepOfR = new double[m][k];
        double[][] stepOfX = new double[n][k];
        boolean[] refined = new boolean[k]; // a column is the same whatever stands beside it
        for (int step = 0; step < MOST_STEPS; step++) {
            solveOnce(leftOfF(f, r, x, k), leftOfG(scaledG, r, k), stepOfR, stepOfX);
            double[] nextOfR = lengths(stepOfR, k);
            double[] nextOfX = lengths(stepOfX, k);
            boolean all = true;
            for (int c = 0; c < k; c++) {
                refined[c] |= !(nextOfR[c] < SHRINKING * lengthOfR[c] || nextOfX[c] < SHRINKING * lengthOfX[c]);
                all &= refined[c];
            }
            if (all) {
                break;
            }
            addUnless(refined, stepOfR, r);
            addUnless(refined, stepOfX, x);
            lengthOfR = nextOfR;
            lengthOfX = nextOfX;
        }
        scale(x);
    }

    private void scale(double[][] rows) {
        for (int j = 0; j < n; j++) {
            for (int c = 0; c < rows[j].length; c++) {
                rows[j][c] = Math.scalb(rows[j][c], -exponents[j]);
            }
        }
    }

    private void solveOnce(double[][] f, double[][] g, double[][] r, double[][] x) {
        for (int j = 0; j < n; j++) {
            System.arraycopy(g[j], 0, x[j], 0, x[j].length);
        }
        TriangularSolve.solve(factors.upper(), true, true, false, x); // R⁻ᵀ·g
        for (int i = 0; i < m; i++) {
            System.arraycopy(f[i], 0, r[i], 0, r[i].length);
        }
        factors.applyTransposed(r); // d
        for (int j = 0; j < n; j++) {
            for (int c = 0; c < x[j].length; c++) {
                double first = x[j][c];
                x[j][c] = r[j][c] - first;
                r[j][c] = first;
            }
        }
        TriangularSolve.solve(factors.upper(), true, false, false, x);
        factors.apply(r);
    }

    /** f − r − A·x. */
    private double[][] leftOfF(double[][] f, double[][] r, double[][] x, int k) {
        double[][] left = new double[m][];
        double[] errors = new double[k];
        for (int i = 0; i < m; i++) {
            double[] sums = f[i].clone();
            Arrays.fill(errors, 0);
            subtractProducts(sums, errors, 1, r[i]);
            for (int j = 0; j < n; j++) {
                subtractProducts(sums, errors, a[i][j], x[j]);
            }
            addTo(sums, errors);
            left[i] = sums;
        }
        return left;
    }

    /** g − Aᵀ·r. */
    private double[][] leftOfG(double[][] g, double[][] r, int k) {
        double[][] left = MatrixRows.copy(g);
        double[][] errors = new double[n][k];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                subtractProducts(left[j], errors[j], a[i][j], r[i]);
            }
        }
        for (int j = 0; j < n; j++) {
            addTo(left[j], errors[j]);
        }
        return left;
    }

    /**
     * {@code sums −= factor · row}, with what is lost in rounding added to the errors (Ogita, Rump and Oishi 2005,
     * Accurate sum and dot product, algorithm 5.3: as if computed with twice the digits).
     */
    private static void subtractProducts(double[] sums, double[] errors, double factor, double[] row) {
        for (int c = 0; c < row.length; c++) {
            double product = -factor * row[c];
            double lostInProduct = Math.fma(-factor, row[c], -product);
            double sum = sums[c] + product;
            double added = sum - sums[c];
            double lostInSum = (sums[c] - (sum - added)) + (product - added);
            sums[c] = sum;
            errors[c] += lostInProduct + lostInSum;
        }
    }

    private static void addTo(double[] sums, double[] errors) {
        for (int c = 0; c < sums.length; c++) {
            sums[c] += errors[c];
        }
    }

    private static double[] lengths(double[][] rows, int k) {
        double[] squares = new double[k];
        for (double[] row : rows) {
            for (int c = 0; c < k; c++) {
                squares[c] = Math.fma(row[c], row[c], squares[c]);
            }
        }
        for (int c = 0; c < k; c++) {
            squares[c] = Math.sqrt(squares[c]);
        }
        return squares;
    }

    private static void addUnless(boolean[] refined, double[][] step, double[][] sum) {
        for (int i = 0; i < sum.length; i++) {
            for (int c = 0; c < refined.length; c++) {
                if (!refined[c]) {
                    sum[i][c] += step[i][c];
                }
            }
        }
    }
}
