package dev.lanewise.nn.optim;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Operands;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adjusts parameters step by step, against their gradients.
 *
 * <p>An optimizer's mathematics is one formula over parameter, gradient and state, so a step is one pass over memory.
 * Not for use from several threads at once.
 */
public abstract class Optimizer {
    private final List<Parameter> parameters;
    private final Schedule learningRate;
    private final Map<Parameter, Map<String, MutableTensor>> states = new HashMap<>();
    /** How often each parameter was adjusted: less often than there were steps, if some had no gradient for it. */
    private final Map<Parameter, Long> updates = new HashMap<>();

    private long step;

    /**
     * An optimizer of the given parameters.
     *
     * @throws IllegalArgumentException if one is given twice, and so would be adjusted twice a step
     */
    protected Optimizer(List<Parameter> parameters, Schedule learningRate) {
        this.parameters = List.copyOf(parameters);
        Set<Parameter> seen = new HashSet<>();
        for (Parameter parameter : parameters) {
            if (!seen.add(parameter)) {
                throw new IllegalArgumentException("%s: the parameter %s is given twice"
                        .formatted(getClass().getSimpleName(), parameter.path()));
            }
        }
        this.learningRate = learningRate;
    }

    /** What it adjusts. */
    public final List<Parameter> parameters() {
        return parameters;
    }

    /** The number of steps done. */
    public final long stepCount() {
        return step;
    }

    /** The rate that the next step will use. */
    public final double learningRate() {
        return learningRate.at(step);
    }

    /**
     * Adjusts all parameters on which the gradients depend; those without a gradient, or that are frozen, stay as they
     * are. To go up instead of down, as PyTorch with {@code maximize}: {@code step(gradients.scale(-1))}.
     *
     * @throws IllegalStateException if the schedule gives a rate that is negative or not finite; nothing is changed
     */
    public final void step(Gradients gradients) {
        double rate = learningRate();
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalStateException(
                    "%s: the schedule gives the rate %s for step %d, expected a number of at least 0"
                            .formatted(getClass().getSimpleName(), rate, step));
        }
        // All are asked for first, so that what has no values yet stops the step before anything is changed.
        Map<Parameter, Tensor> given = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            Variable value = parameter.value();
            Tensor gradient = parameter.isFrozen() ? null : gradients.unscaled(value);
            if (gradient != null) {
                given.put(parameter, gradient);
            }
        }
        for (Parameter parameter : parameters) {
            Tensor gradient = given.get(parameter);
            if (gradient != null) {
                update(parameter, gradient, gradients.factor(), rate, updates.merge(parameter, 1L, Long::sum));
            }
        }
        step++;
    }

    /**
     * Adjusts one parameter.
     *
     * @param factor what the gradient is to be multiplied by
     * @param number how many times the parameter will have been adjusted, from 1
     */
    abstract void update(Parameter parameter, Tensor gradient, double factor, double rate, long number);

    /** What a state calls the number of a parameter's updates; it is told where it is not that of all steps. */
    private static final String UPDATES = "updates";

    /** The names of the tensors that {@link #slot} keeps. */
    abstract List<String> slots();

    /** Of which shape a tensor is that is kept for a parameter; null if there is none of this name for it. */
    @Nullable
    Shape slotShape(Parameter parameter, String name) {
        return parameter.shape();
    }

    /** A tensor that is kept for a parameter, of its type, the same number everywhere at first. */
    final MutableTensor slot(Parameter parameter, String name, double initial) {
        return states.computeIfAbsent(parameter, p -> new HashMap<>())
                .computeIfAbsent(
                        name,
                        key -> new MutableTensor(
                                parameter.path() + " " + key,
                                Tensor.full(
                                        parameter.value().dtype(),
                                        Objects.requireNonNull(slotShape(parameter, name)),
                                        initial)));
    }

    /** Whether a tensor of this name is kept for a parameter already. */
    final boolean isKept(Parameter parameter, String name) {
        return states.getOrDefault(parameter, Map.of()).containsKey(name);
    }

    /**
     * Replaces a parameter and what is kept for it by the results of a formula. The formula's operands are found by
     * their names: {@code parameter}, {@code gradient}, {@code factor}, the tensors kept, and numbers.
     *
     * @param kept in the order of the formula's results after the first
     * @param numbers all other operands
     */
    static void update(
            Formula formula,
            Parameter parameter,
            Tensor gradient,
            double factor,
            List<Slot> kept,
            Map<String, Double> numbers) {
        List<MutableTensor> targets = new ArrayList<>();
        targets.add(parameter.storage());
        kept.forEach(slot -> targets.add(slot.values()));
        List<Tensor> operands = new ArrayList<>();
        for (String name : formula.operandNames()) {
            operands.add(
                    switch (name) {
                        case "parameter" -> parameter.storage().value();
                        case "gradient" -> gradient;
                        case "factor" -> Tensor.scalar(gradient.dtype(), factor);
                        default -> operand(name, kept, numbers, gradient.dtype());
                    });
        }
        MutableTensor.update(formula, targets, operands);
    }

    private static Tensor operand(String name, List<Slot> kept, Map<String, Double> numbers, DType dtype) {
        for (Slot slot : kept) {
            if (slot.name().equals(name)) {
                return slot.values().value();
            }
        }
        Double number = numbers.get(name);
        if (number == null) {
            throw new AssertionError("no operand " + name);
        }
        return Tensor.scalar(dtype, number);
    }

    /** A tensor that is kept for a parameter, as an operand and result of a formula. */
    record Slot(String name, MutableTensor values) {}

    /** {@linkplain #slot Slots} under their names, zeros at first. */
    final List<Slot> kept(Parameter parameter, List<String> names) {
        return names.stream()
                .map(name -> new Slot(name, slot(parameter, name, 0)))
                .toList();
    }

    /** A running mean, of which a step keeps the part that an operand says: m·β + x·(1 − β), "betaRest" being 1 − β. */
    static Expr running(Operands o, String name, String beta, Expr x) {
        return running(o.operand(name), o.operand(beta), o.operand(beta + "Rest"), x);
    }

    /** {@link #running(Operands, String, String, Expr)} with operands that occur elsewhere too: m·β + x·rest. */
    static Expr running(Expr mean, Expr beta, Expr rest, Expr x) {
        return mean.mul(beta).add(x.mul(rest));
    }

    /** The gradient as formulas of optimizers see it: scaled, plus the weights times {@code weightDecay}. */
    static Expr decayedGradient(Operands o, Expr parameter) {
        return o.operand("gradient").mul(o.operand("factor")).add(parameter.mul(o.operand("weightDecay")));
    }

    /** What it takes to go on later as if there had been no break; copied. */
    public final OptimizerState state() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            Map<String, MutableTensor> kept = states.getOrDefault(parameter, Map.of());
            for (String name : slots()) {
                MutableTensor values = kept.get(name);
                if (values != null) {
                    putOnce(tensors, parameter, name, values.snapshot());
                }
            }
            long count = updates.getOrDefault(parameter, 0L);
            if (count != step) {
                putOnce(tensors, parameter, UPDATES, Tensor.scalar(DType.FLOAT64, (double) count));
            }
        }
        return new OptimizerState(step, tensors);
    }

    /** Puts a tensor of a state under its name. */
    static void putOnce(Map<String, Tensor> tensors, Parameter parameter, String name, Tensor values) {
        if (tensors.put(key(parameter, name), values) != null) {
            throw new IllegalStateException(
                    "optimizer: two parameters are called %s, so their states cannot be told apart; make their layers children of one model"
                            .formatted(parameter.path()));
        }
    }

    /**
     * Goes on from a state of the same optimizer over the same parameters. Nothing is changed unless everything fits.
     *
     * @throws IllegalArgumentException naming every tensor that is missing, belongs to no parameter or has another
     *     shape or type
     */
    public final void restore(OptimizerState state) {
        Map<String, Tensor> rest = new LinkedHashMap<>(state.tensors());
        List<String> problems = new ArrayList<>();
        for (Parameter parameter : parameters) {
            for (String name : slots()) {
                Shape shape = slotShape(parameter, name);
                Tensor values = shape == null ? null : rest.remove(key(parameter, name));
                if (values != null && shape != null) {
                    fits(key(parameter, name), values, shape, parameter.value().dtype(), problems);
                }
            }
        }
        for (Parameter parameter : parameters) {
            Tensor count = rest.remove(key(parameter, UPDATES));
            if (count != null && count.shape().rank() != 0) {
                problems.add("%s has shape %s, expected one number".formatted(key(parameter, UPDATES), count.shape()));
            }
        }
        problems.addAll(missing(state));
        rest.forEach((key, values) -> problems.add("unknown " + key + " " + values.shape()));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("restore: the state does not fit this %s: %s"
                    .formatted(getClass().getSimpleName(), String.join("; ", problems)));
        }
        states.clear();
        step = state.steps();
        for (Parameter parameter : parameters) {
            Tensor count = state.tensors().get(key(parameter, UPDATES));
            updates.put(parameter, count == null ? step : (long) count.item());
            for (String name : slots()) {
                Tensor values = state.tensors().get(key(parameter, name));
                if (values != null) {
                    slot(parameter, name, 0).assign(values);
                }
            }
        }
    }

    /** What the state has of one parameter, but not of another one that was adjusted as often. */
    private List<String> missing(OptimizerState state) {
        List<String> problems = new ArrayList<>();
        for (String name : slots()) {
            boolean isKept =
                    parameters.stream().anyMatch(parameter -> state.tensors().containsKey(key(parameter, name)));
            for (Parameter parameter : parameters) {
                Tensor count = state.tensors().get(key(parameter, UPDATES));
                boolean isNew = count != null && count.shape().rank() == 0 && count.item() == 0;
                boolean isWanted = slotShape(parameter, name) != null;
                if (isKept && isWanted && !isNew && !state.tensors().containsKey(key(parameter, name))) {
                    problems.add("missing %s %s".formatted(key(parameter, name), slotShape(parameter, name)));
                }
            }
        }
        return problems;
    }

    /** Whether a state's tensor is of the shape and type it should be; if not, that is a problem more. */
    static boolean fits(String key, Tensor values, Shape shape, DType dtype, List<String> problems) {
        if (values.shape().equals(shape) && values.dtype() == dtype) {
            return true;
        }
        problems.add("%s has shape %s and type %s, expected %s and %s"
                .formatted(key, values.shape(), values.dtype(), shape, dtype));
        return false;
    }

    /** What a state calls a tensor that is kept for a parameter. */
    static String key(Parameter parameter, String name) {
        return parameter.path() + "." + name;
    }

    /** Checks a setting that must be a number of at least 0 and below a bound. */
    static void check(String optimizer, String name, double value, double below) {
        if (!(value >= 0 && value < below)) {
            throw new IllegalArgumentException(
                    "%s: %s %s, expected at least 0 and below %s".formatted(optimizer, name, value, below));
        }
    }
}
