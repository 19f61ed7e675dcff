package dev.lanewise.nn.optim;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adjusts parameters step by step, against their gradients.
 *
 * <p>An optimizer's mathematics is one formula over parameter, gradient and state, so a step is one pass over memory.
 * Not for use from several threads at once.
 */
public abstract class Optimizer {
    private final List<Parameter> parameters;
    private final Schedule learningRate;
    private final Map<Parameter, List<MutableTensor>> states = new HashMap<>();
    private long step;

    /** An optimizer of the given parameters. */
    protected Optimizer(List<Parameter> parameters, Schedule learningRate) {
        this.parameters = List.copyOf(parameters);
        this.learningRate = learningRate;
    }

    /** The number of steps done. */
    public final long stepCount() {
        return step;
    }

    /** The rate that the next step will use. */
    public final double learningRate() {
        return learningRate.at(step);
    }

    /** Adjusts all parameters on which the gradients depend; those without a gradient stay as they are. */
    public final void step(Gradients gradients) {
        double rate = learningRate();
        for (Parameter parameter : parameters) {
            Tensor gradient = gradients.unscaled(parameter.value());
            if (gradient != null) {
                update(parameter, gradient, gradients.factor(), rate, step + 1);
            }
        }
        step++;
    }

    /**
     * Adjusts one parameter.
     *
     * @param factor what the gradient is to be multiplied by
     * @param number the number of the step, from 1
     */
    abstract void update(Parameter parameter, Tensor gradient, double factor, double rate, long number);

    /** A parameter's state: tensors of its shape and type, zeros at first. */
    final List<MutableTensor> state(Parameter parameter, String... names) {
        return states.computeIfAbsent(parameter, p -> {
            Tensor zeros = Tensor.zeros(p.value().dtype(), p.shape());
            return java.util.Arrays.stream(names)
                    .map(name -> new MutableTensor(p.path() + " " + name, zeros))
                    .toList();
        });
    }

    /** Checks a setting that must be a number of at least 0 and below a bound. */
    static void check(String optimizer, String name, double value, double below) {
        if (!(value >= 0 && value < below)) {
            throw new IllegalArgumentException(
                    "%s: %s %s, expected at least 0 and below %s".formatted(optimizer, name, value, below));
        }
    }
}
