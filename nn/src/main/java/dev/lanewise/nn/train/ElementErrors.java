package dev.lanewise.nn.train;

import dev.lanewise.core.Tensor;
import java.util.function.DoubleUnaryOperator;

/** The mean of what a function makes of prediction − target, over all elements seen so far. */
final class ElementErrors {
    private final String metric;
    private final DoubleUnaryOperator measure;
    private double sum;
    private long count;

    /** Nothing counted yet. */
    ElementErrors(String metric, DoubleUnaryOperator measure) {
        this.metric = metric;
        this.measure = measure;
    }

    /**
     * Takes predictions into account.
     *
     * @throws IllegalArgumentException naming the metric, unless predictions and targets are of the same shape
     */
    void add(Tensor predictions, Tensor targets) {
        Scores.checkSame(metric, predictions, targets);
        double[] predicted = predictions.toDoubles();
        double[] wanted = targets.toDoubles();
        for (int i = 0; i < predicted.length; i++) {
            sum += measure.applyAsDouble(predicted[i] - wanted[i]);
        }
        count += predicted.length;
    }

    /** The mean; NaN of nothing. */
    double mean() {
        return sum / count;
    }
}
