package dev.lanewise.examples;

/** A prediction of a target: the intercept and, for each feature, a coefficient times the feature. */
final class LinearModel {
    private final double intercept;
    private final double[] coefficients;

    LinearModel(double intercept, double... coefficients) {
        this.intercept = intercept;
        this.coefficients = coefficients.clone();
    }

    double intercept() {
        return intercept;
    }

    double coefficient(int feature) {
        return coefficients[feature];
    }

    /** The predictions of all rows. */
    double[] predict(Observations data) {
        double[] predictions = new double[data.rows()];
        for (int row = 0; row < predictions.length; row++) {
            double sum = intercept;
            for (int feature = 0; feature < coefficients.length; feature++) {
                sum += coefficients[feature] * data.column(feature)[row];
            }
            predictions[row] = sum;
        }
        return predictions;
    }

    /** Σ (prediction − target)². */
    double residualSumOfSquares(Observations data) {
        double[] predictions = predict(data);
        double sum = 0;
        for (int row = 0; row < predictions.length; row++) {
            double residual = predictions[row] - data.target()[row];
            sum += residual * residual;
        }
        return sum;
    }

    /** How far predictions are off, as the root of the mean square. */
    double error(Observations data) {
        return Math.sqrt(residualSumOfSquares(data) / data.rows());
    }
}
