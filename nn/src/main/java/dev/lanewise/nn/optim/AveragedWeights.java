package dev.lanewise.nn.optim;

import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Exponentially weighted means of parameters over the steps of a training (Polyak averaging): a ← d·a + (1 − d)·p. They
 * are often better than the last parameters themselves.
 *
 * <pre>{@code
 * var averages = new AveragedWeights(model.parameters(), 0.999);
 * ...
 * optimizer.step(loss.backward());
 * averages.update();
 * ...
 * averages.use(() -> evaluate(model));
 * }</pre>
 */
public final class AveragedWeights {
    private static final Formula UPDATE = Formula.of(
            "average", (average, p, share) -> average.add(p.sub(average).mul(share)));

    private final Map<Parameter, MutableTensor> averages = new LinkedHashMap<>();
    private final double decay;

    /**
     * Averages that begin with the parameters as they are.
     *
     * @param decay how much of an average stays a step, at least 0 and below 1
     */
    public AveragedWeights(List<Parameter> parameters, double decay) {
        Optimizer.check("AveragedWeights", "decay", decay, 1);
        this.decay = decay;
        for (Parameter parameter : parameters) {
            averages.put(
                    parameter,
                    new MutableTensor(
                            parameter.path() + " average", parameter.storage().value()));
        }
    }

    /** Takes the parameters as they are now into the averages. */
    public void update() {
        averages.forEach((parameter, average) -> {
            Tensor share = Tensor.scalar(average.value().dtype(), 1 - decay);
            MutableTensor.update(
                    UPDATE,
                    List.of(average),
                    List.of(average.value(), parameter.storage().value(), share));
        });
    }

    /** The average of a parameter. */
    public Tensor of(Parameter parameter) {
        MutableTensor average = averages.get(parameter);
        if (average == null) {
            throw new IllegalArgumentException(
                    "AveragedWeights: %s is not among the parameters".formatted(parameter.path()));
        }
        return average.snapshot();
    }

    /** The averages by the parameters' names, copied: what it takes to go on later with {@link #restore}. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        averages.forEach((parameter, average) -> state.put(parameter.path(), average.snapshot()));
        return state;
    }

    /**
     * Goes on from averages of the same parameters. Nothing is changed unless everything fits.
     *
     * @throws IllegalArgumentException naming every average that is missing, belongs to no parameter or has another
     *     shape or type
     */
    public void restore(Map<String, Tensor> state) {
        Map<String, Tensor> rest = new LinkedHashMap<>(state);
        List<String> problems = new ArrayList<>();
        averages.forEach((parameter, average) -> {
            Tensor given = rest.remove(parameter.path());
            Tensor own = average.value();
            if (given == null) {
                problems.add("missing " + parameter);
            } else {
                Optimizer.fits(parameter.path(), given, own.shape(), own.dtype(), problems);
            }
        });
        rest.forEach((name, values) -> problems.add("unknown " + name + " " + values.shape()));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "restore: the state does not fit these averages: %s".formatted(String.join("; ", problems)));
        }
        averages.forEach((parameter, average) -> average.assign(Objects.requireNonNull(state.get(parameter.path()))));
    }

    /** Runs code with the averages in place of the parameters, which are then put back, whatever happens. */
    public void use(Runnable code) {
        Map<Parameter, Tensor> own = new LinkedHashMap<>();
        averages.forEach(
                (parameter, average) -> own.put(parameter, parameter.storage().snapshot()));
        try {
            averages.forEach((parameter, average) -> parameter.assign(average.value()));
            code.run();
        } finally {
            own.forEach(Parameter::assign);
        }
    }
}
