package dev.lanewise.nn.optim;

import dev.lanewise.core.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer has come to: enough to go on later as if there had been no break.
 *
 * @param steps the number of steps done
 * @param tensors what is kept for each parameter, by its path and a name, as in {@code hidden.weight.mean}
 */
public record OptimizerState(long steps, Map<String, Tensor> tensors) {
    /** Copies the map. */
    public OptimizerState {
        if (steps < 0) {
            throw new IllegalArgumentException("OptimizerState: %d steps, expected 0 or more".formatted(steps));
        }
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }
}
