package dev.lanewise.nn.train;

import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import java.util.Map;

/**
 * A number, or some, that tell how good a model's outputs are, counted up batch by batch. One counts one evaluation;
 * for the next one makes a new one.
 */
public interface Metric {
    /** Takes the outputs for a batch into account. */
    void add(Tensor outputs, Batch batch);

    /** What came out so far, by name, in a fixed order. */
    Map<String, Double> values();
}
