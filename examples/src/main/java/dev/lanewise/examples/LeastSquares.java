package dev.lanewise.examples;

/**
 * The closed-form solution that gradient descent is to reach: the intercept and coefficients with the least sum of
 * squared residuals.
 *
 * <p>The columns are centred first, which takes the intercept out of the problem. What remains, X·b ≈ y, is solved by
 * Householder's reflections (Golub and Van Loan, "Matrix Computations", 5.3.2): each turns one column of X into a
 * column that is 0 below the diagonal, and turns y along. That leaves a triangular system. The normal equations XᵀX·b =
 * Xᵀy would be shorter to write, but square the condition number: they lose twice as many digits.
 */
final class LeastSquares {
    /**
     * Below this share of its length, what is left of a column is rounding: the column is a combination of those
     * before.
     */
    private static final double RANK_TOLERANCE = 1e-13;

    private final LinearModel model;
    private final double[] standardErrors;

    private LeastSquares(LinearModel model, double[] standardErrors) {
        this.model = model;
        this.standardErrors = standardErrors;
    }

    /** The solution. */
    LinearModel model() {
        return model;
    }

    /**
     * How far the intercept may be off from chance alone, as a standard deviation; NaN where there are too few rows to
     * tell.
     */
    double interceptError() {
        return standardErrors[0];
    }

    /** The same of a feature's coefficient. */
    double coefficientError(int feature) {
        return standardErrors[feature + 1];
    }

    /** Solves for the given rows. */
    static LeastSquares fit(Observations data) {
        int rows = data.rows();
        int count = data.features();
        double[][] x = new double[count][];
        double[] means = new double[count];
        for (int j = 0; j < count; j++) {
            means[j] = Observations.mean(data.column(j));
            x[j] = minus(data.column(j), means[j]);
        }
        double meanOfTarget = Observations.mean(data.target());
        double[] right = minus(data.target(), meanOfTarget);
        double[] diagonal = new double[count];
        for (int j = 0; j < count; j++) {
            double length = norm(x[j], 0);
            double left = norm(x[j], j);
            if (left <= RANK_TOLERANCE * length || j >= rows) {
                throw Problem.failure(
                        ("Column %s is a linear combination of the others before it (%s): there is no unique solution;"
                                        + " leave it out by --features")
                                .formatted(
                                        data.names().get(j),
                                        String.join(", ", data.names().subList(0, j))));
            }
            // The vector v = x + sign(x₁)·|x|·e₁ of the reflection I − 2vvᵀ/vᵀv, which turns x into −sign(x₁)·|x|·e₁.
            diagonal[j] = x[j][j] > 0 ? -left : left;
            x[j][j] -= diagonal[j];
            for (int k = j + 1; k < count; k++) {
                reflect(x[j], x[k], j);
            }
            reflect(x[j], right, j);
        }
        double[] coefficients = solve(x, diagonal, right);
        double intercept = meanOfTarget;
        for (int j = 0; j < count; j++) {
            intercept -= coefficients[j] * means[j];
        }
        double residuals = 0;
        for (int i = count; i < rows; i++) {
            residuals += right[i] * right[i];
        }
        double variance = residuals / Math.max(0, rows - count - 1); // NaN or infinite if there are just enough rows
        return new LeastSquares(
                new LinearModel(intercept, coefficients), standardErrors(x, diagonal, means, variance, rows));
    }

    /** target ← (I − 2vvᵀ/vᵀv)·target, in rows from the given one on. */
    private static void reflect(double[] v, double[] target, int from) {
        double inner = 0;
        double square = 0;
        for (int i = from; i < v.length; i++) {
            inner += v[i] * target[i];
            square += v[i] * v[i];
        }
        double factor = 2 * inner / square;
        for (int i = from; i < v.length; i++) {
            target[i] -= factor * v[i];
        }
    }

    /** Solves R·b = right from the last row up; R has the diagonal, and above it the columns of x. */
    private static double[] solve(double[][] x, double[] diagonal, double[] right) {
        double[] solution = new double[diagonal.length];
        for (int i = diagonal.length - 1; i >= 0; i--) {
            double sum = right[i];
            for (int j = i + 1; j < diagonal.length; j++) {
                sum -= x[j][i] * solution[j];
            }
            solution[i] = sum / diagonal[i];
        }
        return solution;
    }

    /** √ of the diagonal of variance · (XᵀX)⁻¹ = variance · R⁻¹R⁻ᵀ; the intercept's from the same and the means. */
    private static double[] standardErrors(double[][] x, double[] diagonal, double[] means, double variance, int rows) {
        int count = diagonal.length;
        double[] squares = new double[count + 1];
        squares[0] = 1.0 / rows;
        for (int k = 0; k < count; k++) {
            double[] unit = new double[count];
            unit[k] = 1;
            double[] column = solve(x, diagonal, unit); // of R⁻¹
            double atMeans = 0;
            for (int j = 0; j < count; j++) {
                squares[j + 1] += column[j] * column[j];
                atMeans += column[j] * means[j];
            }
            squares[0] += atMeans * atMeans;
        }
        for (int j = 0; j <= count; j++) {
            squares[j] = Double.isFinite(variance) ? Math.sqrt(squares[j] * variance) : Double.NaN;
        }
        return squares;
    }

    private static double[] minus(double[] values, double number) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i] - number;
        }
        return result;
    }

    private static double norm(double[] values, int from) {
        double sum = 0;
        for (int i = from; i < values.length; i++) {
            sum += values[i] * values[i];
        }
        return Math.sqrt(sum);
    }
}
