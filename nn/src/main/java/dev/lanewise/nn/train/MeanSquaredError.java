package dev.lanewise.nn.train;

import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import java.util.Map;

/** The mean of (prediction − target)² over all elements. */
public final class MeanSquaredError implements Metric {
    private final ElementErrors errors = new ElementErrors("MeanSquaredError", error -> error * error);

    /** Nothing counted yet. */
    public MeanSquaredError() {}

    /**
     * Takes predictions into account.
     *
     * @throws IllegalArgumentException unless predictions and targets are of the same shape
     */
    public void add(Tensor predictions, Tensor targets) {
        errors.add(predictions, targets);
    }

    @Override
    public void add(Tensor outputs, Batch batch) {
        add(outputs, batch.targets());
    }

    /** The mean; NaN of nothing. */
    public double value() {
        return errors.mean();
    }

    /** The root of the mean, which is of the targets' own unit. */
    public double root() {
        return Math.sqrt(value());
    }

    @Override
    public Map<String, Double> values() {
        return Map.of("mean squared error", value());
    }
}
