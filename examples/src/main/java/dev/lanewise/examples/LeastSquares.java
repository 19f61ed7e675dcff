package dev.lanewise.examples;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/**
 * The closed-form solution that gradient descent is to reach: the intercept and coefficients with the least sum of
 * squared residuals.
 *
 * <p>The columns are centred first, which takes the intercept out of the problem. What remains, X·b ≈ y, is
 * {@link Tensor#lstsq}; how far b may be off is told by the R of X = Q·R, since (XᵀX)⁻¹ = R⁻¹R⁻ᵀ.
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
        Tensor columns = Tensor.fill(DType.FLOAT64, Shape.of(rows, count), i -> data.column(i % count)[i / count]);
        Tensor target = Tensor.of(data.target());
        Tensor means = columns.mean(0); // (features)
        Tensor x = columns.sub(means); // (rows, features)
        Tensor y = target.sub(target.mean());
        Tensor r = x.qr().get(1);
        checkIndependent(r, data);
        Tensor coefficients = x.lstsq(y);
        double intercept = target.mean().item() - means.dot(coefficients).item();
        double residuals = y.sub(x.matmul(coefficients)).sumOfSquares();
        double variance = residuals / Math.max(0, rows - count - 1); // NaN or infinite if there are just enough rows
        return new LeastSquares(
                new LinearModel(intercept, coefficients.toDoubles()), standardErrors(r, means, variance, rows));
    }

    /** Finds the first column that is a combination of those before it, of which R has nothing on its diagonal. */
    private static void checkIndependent(Tensor r, Observations data) {
        double share = Math.max(RANK_TOLERANCE, data.rows() * 0x1p-52); // the latter is what lstsq asks for
        Tensor squares = r.square().sum(0);
        for (int j = 0; j < data.features(); j++) {
            boolean more = j >= data.rows();
            if (more || Math.abs(r.at(j, j)) <= share * Math.sqrt(squares.at(j))) {
                throw Problem.failure(
                        ("Column %s is a linear combination of the others before it (%s): there is no unique solution;"
                                        + " leave it out by --features")
                                .formatted(
                                        data.names().get(j),
                                        String.join(", ", data.names().subList(0, j))));
            }
        }
    }

    /** √ of the diagonal of variance · (XᵀX)⁻¹ = variance · R⁻¹R⁻ᵀ; the intercept's from the same and the means. */
    private static double[] standardErrors(Tensor r, Tensor means, double variance, int rows) {
        Tensor inverse = r.inverse(); // (features, features)
        double[] ofCoefficients = inverse.square().sum(1).toDoubles();
        double[] squares = new double[ofCoefficients.length + 1];
        squares[0] = 1.0 / rows + means.matmul(inverse).sumOfSquares();
        System.arraycopy(ofCoefficients, 0, squares, 1, ofCoefficients.length);
        for (int j = 0; j < squares.length; j++) {
            squares[j] = Double.isFinite(variance) ? Math.sqrt(squares[j] * variance) : Double.NaN;
        }
        return squares;
    }
}
