package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import java.util.List;

/**
 * Layers and functions one after the other. Those that are layers are children, named by their number among all:
 * {@code 0.weight}, {@code 2.weight} with a function between them, as in PyTorch.
 *
 * <pre>{@code
 * var model = new Sequential(new Linear(784, 128), (x, pass) -> x.relu(), new Linear(128, 10));
 * }</pre>
 */
public final class Sequential extends Layer implements Transform {
    private final List<Transform> steps;

    /** The steps in their order. */
    public Sequential(Transform... steps) {
        this.steps = List.of(steps);
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] instanceof Layer layer) {
                child(Integer.toString(i), layer);
            }
        }
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        Variable result = x;
        for (Transform step : steps) {
            result = step.forward(result, pass);
        }
        return result;
    }
}
