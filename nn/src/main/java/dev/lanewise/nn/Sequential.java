package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layers and functions one after the other. Those that are layers are children, named by their number among all:
 * {@code 0.weight}, {@code 2.weight} with a function between them, as in PyTorch.
 *
 * <pre>{@code
 * var model = new Sequential(new Linear(784, 128), (x, pass) -> x.relu(), new Linear(128, 10));
 * }</pre>
 */
public final class Sequential extends Layer implements Transform {
    private final Steps steps;

    /** The steps in their order. */
    public Sequential(Transform... steps) {
        this.steps = Steps.of(steps);
        this.steps.layers().forEach(this::child);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return steps.forward(x, pass);
    }

    /** One after the other. */
    record Steps(List<Transform> all) implements Transform {
        static Steps of(Transform... steps) {
            return new Steps(List.of(steps));
        }

        /** Those that are layers, by their number among all. */
        Map<String, Layer> layers() {
            Map<String, Layer> layers = new LinkedHashMap<>();
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i) instanceof Layer layer) {
                    layers.put(Integer.toString(i), layer);
                }
            }
            return layers;
        }

        @Override
        public Variable forward(Variable x, Pass pass) {
            Variable result = x;
            for (Transform step : all) {
                Variable before = result;
                result = step instanceof Layer layer
                        ? layer.within(() -> step.forward(before, pass))
                        : step.forward(before, pass);
            }
            return result;
        }
    }
}
