package dev.lanewise.nn.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well a model does on some data.
 *
 * @param loss the mean over all examples
 * @param metrics by name, in the order in which they were asked for
 */
public record Evaluation(double loss, Map<String, Double> metrics) {
    /** Copies the map. */
    public Evaluation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
