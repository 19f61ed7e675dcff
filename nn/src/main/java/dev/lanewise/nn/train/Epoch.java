package dev.lanewise.nn.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An epoch that is over.
 *
 * @param number counted from 0
 * @param steps of the optimizer from the beginning of epoch 0 on
 * @param trainingLoss the mean over the epoch's examples, each seen with the weights that the model had then
 * @param validation how the model did after the epoch; null if there are no validation data
 * @param learningRate of the epoch's last step
 * @param seconds that the epoch took, evaluation included
 */
public record Epoch(
        long number,
        long steps,
        double trainingLoss,
        @Nullable Evaluation validation,
        double learningRate,
        double seconds) {
    /** The name of the loss on training data in {@link #values}. */
    public static final String TRAINING_LOSS = "training loss";

    /** The name of the loss on validation data in {@link #values}. */
    public static final String VALIDATION_LOSS = "validation loss";

    static final String LEARNING_RATE = "learning rate";

    /**
     * All numbers that tell how the training goes, by name: {@value #TRAINING_LOSS}; if there are validation data
     * {@value #VALIDATION_LOSS} and the metrics; {@code learning rate}.
     */
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(TRAINING_LOSS, trainingLoss);
        if (validation != null) {
            values.put(VALIDATION_LOSS, validation.loss());
            values.putAll(validation.metrics());
        }
        values.put(LEARNING_RATE, learningRate);
        return values;
    }
}
