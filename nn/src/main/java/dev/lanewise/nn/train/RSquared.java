package dev.lanewise.nn.train;

import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The share of the targets' variance that predictions explain: R² = 1 − Σ(t − p)² / Σ(t − mean t)². 1 at best; 0 is
 * what the mean itself reaches; negative if worse.
 *
 * <p>Where an example has several targets, it is the mean of each one's R². If all targets are the same, it is 1 for
 * predictions that meet them and 0 for others; of fewer than two examples it is NaN: all as scikit-learn's
 * {@code r2_score}.
 */
public final class RSquared implements Metric {
    private @Nullable Shape example;
    private double[] means = {};
    private double[] squares = {}; // of deviations from the mean
    private double[] errors = {}; // squared, summed
    private long count;

    /** Nothing counted yet. */
    public RSquared() {}

    /**
     * Takes predictions into account.
     *
     * @param predictions [count, ..]
     * @param targets [count, ..]
     * @throws IllegalArgumentException unless predictions and targets are of the same shape, and examples of the same
     *     as those before
     */
    public void add(Tensor predictions, Tensor targets) {
        Scores.checkSame("RSquared", predictions, targets);
        if (targets.shape().rank() == 0) {
            throw new IllegalArgumentException(
                    "RSquared: targets are a scalar, expected a first axis for the examples");
        }
        Shape shape = targets.shape().without(0);
        int outputs = shape.count();
        if (example == null) {
            example = shape;
            means = new double[outputs];
            squares = new double[outputs];
            errors = new double[outputs];
        } else if (!shape.equals(example)) {
            throw new IllegalArgumentException("RSquared: targets of shape %s have %s an example, those before had %s"
                    .formatted(targets.shape(), shape, example));
        }
        double[] predicted = predictions.toDoubles();
        double[] wanted = targets.toDoubles();
        for (int row = 0; row < targets.shape().size(0); row++) {
            count++;
            for (int i = 0; i < outputs; i++) {
                double target = wanted[row * outputs + i];
                double error = target - predicted[row * outputs + i];
                errors[i] += error * error;
                double deviation = target - means[i]; // Welford 1962
                means[i] += deviation / count;
                squares[i] += deviation * (target - means[i]);
            }
        }
    }

    @Override
    public void add(Tensor outputs, Batch batch) {
        add(outputs, batch.targets());
    }

    /** R²; NaN of fewer than two examples. */
    public double value() {
        if (count < 2) {
            return Double.NaN;
        }
        double sum = 0;
        for (int i = 0; i < means.length; i++) {
            sum += squares[i] != 0 ? 1 - errors[i] / squares[i] : errors[i] == 0 ? 1 : 0;
        }
        return sum / means.length;
    }

    @Override
    public Map<String, Double> values() {
        return Map.of("r2", value());
    }
}
