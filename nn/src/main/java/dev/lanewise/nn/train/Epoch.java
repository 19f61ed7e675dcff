package dev.lanewise.nn.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An epoch that is over.
 *
 * @param number counted from 0
 * @param steps of the optimizer from the beginning of epoch 0 on
 * @param trainingLoss the mean over the epoch's examples, each seen with the weights that the model had then
 * @param evaluations how the model did after the epoch, by the data's names, in the order in which they were asked for
 * @param learningRate of the epoch's last step
 * @param seconds that the epoch took, evaluations included
 */
public record Epoch(
        long number,
        long steps,
        double trainingLoss,
        Map<String, Evaluation> evaluations,
        double learningRate,
        double seconds) {
    /** The name of the loss on training data in {@link #values}. */
    public static final String TRAINING_LOSS = "training loss";

    /** The name of the loss on validation data in {@link #values}. */
    public static final String VALIDATION_LOSS = "validation loss";

    static final String VALIDATION = "validation";
    static final String LEARNING_RATE = "learning rate";

    /** Copies the map. */
    public Epoch {
        evaluations = Collections.unmodifiableMap(new LinkedHashMap<>(evaluations));
    }

    /** How the model did on the validation data; null if there are none. */
    public @Nullable Evaluation validation() {
        return evaluations.get(VALIDATION);
    }

    /**
     * All numbers that tell how the training goes, by name: {@value #TRAINING_LOSS}; if there are validation data
     * {@value #VALIDATION_LOSS} and the metrics; for other data these with the data's name in front; {@code learning
     * rate}.
     */
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(TRAINING_LOSS, trainingLoss);
        evaluations.forEach((name, evaluation) -> {
            values.put(name + " loss", evaluation.loss());
            String front = name.equals(VALIDATION) ? "" : name + " ";
            evaluation.metrics().forEach((metric, value) -> values.put(front + metric, value));
        });
        values.put(LEARNING_RATE, learningRate);
        return values;
    }
}
