package dev.lanewise.nn.optim;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import dev.lanewise.nn.Parameter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * L-BFGS (Liu and Nocedal 1989), as PyTorch's: from the last differences of gradients it guesses how the slope changes,
 * and so where the minimum is. For losses over all examples at once, and few parameters.
 *
 * <p>It is no {@link Optimizer}, as a step asks for the loss several times; and it computes in double precision
 * whatever the parameters' type.
 *
 * <pre>{@code
 * var optimizer = new Lbfgs(model.parameters(), Lbfgs.Config.defaults().withLineSearch(true));
 * for (int step = 0; step < 10; step++) {
 *     optimizer.step(() -> Losses.mse(model.forward(inputs), targets));
 * }
 * }</pre>
 */
public final class Lbfgs {
    /** Below this a change of gradients along a step tells nothing of a curve; PyTorch's bound. */
    private static final double LEAST_CURVATURE = 1e-10;

    /**
     * The settings.
     *
     * @param learningRate how much of a step is made; with a line search, the first one that is tried
     * @param iterations how many directions are taken in one step at most
     * @param evaluations how often the loss is asked for in one step, at most
     * @param gradientTolerance a step ends where no gradient is larger
     * @param changeTolerance a step ends where neither the loss nor a parameter changes more
     * @param history how many differences are kept
     * @param lineSearch whether each direction is searched for a place that fulfils the strong Wolfe conditions
     */
    public record Config(
            double learningRate,
            int iterations,
            int evaluations,
            double gradientTolerance,
            double changeTolerance,
            int history,
            boolean lineSearch) {
        /** Checks the settings. */
        public Config {
            Optimizer.check("Lbfgs", "learning rate", learningRate, Double.POSITIVE_INFINITY);
            Optimizer.check("Lbfgs", "gradient tolerance", gradientTolerance, Double.POSITIVE_INFINITY);
            Optimizer.check("Lbfgs", "change tolerance", changeTolerance, Double.POSITIVE_INFINITY);
            if (iterations < 1 || evaluations < 1 || history < 1) {
                throw new IllegalArgumentException(
                        "Lbfgs: %d iterations, %d evaluations and a history of %d, expected at least 1 of each"
                                .formatted(iterations, evaluations, history));
            }
        }

        /**
         * PyTorch's defaults: rate 1, 20 iterations, 25 evaluations, tolerances 1e-7 and 1e-9, history 100, no search.
         */
        public static Config defaults() {
            return new Config(1, 20, 25, 1e-7, 1e-9, 100, false);
        }

        /** These settings with another rate. */
        public Config withLearningRate(double rate) {
            return new Config(rate, iterations, evaluations, gradientTolerance, changeTolerance, history, lineSearch);
        }

        /** These settings with so many iterations, and a quarter more evaluations, as in PyTorch. */
        public Config withIterations(int count) {
            return withIterations(count, Math.max(1, count * 5 / 4));
        }

        /** These settings with so many iterations and evaluations. */
        public Config withIterations(int count, int evaluationCount) {
            return new Config(
                    learningRate, count, evaluationCount, gradientTolerance, changeTolerance, history, lineSearch);
        }

        /** These settings with other tolerances. */
        public Config withTolerances(double ofGradient, double ofChange) {
            return new Config(learningRate, iterations, evaluations, ofGradient, ofChange, history, lineSearch);
        }

        /** These settings with another history. */
        public Config withHistory(int count) {
            return new Config(
                    learningRate, iterations, evaluations, gradientTolerance, changeTolerance, count, lineSearch);
        }

        /** These settings with a line search or without. */
        public Config withLineSearch(boolean on) {
            return new Config(learningRate, iterations, evaluations, gradientTolerance, changeTolerance, history, on);
        }
    }

    /** How the gradient changed along a step. */
    private record Difference(Tensor ofGradient, Tensor ofPlace, double curvature) {
        static Difference of(Tensor ofGradient, Tensor ofPlace) {
            return new Difference(ofGradient, ofPlace, dot(ofGradient, ofPlace));
        }
    }

    /** The last step: how far along each axis, and the gradient before it. */
    private record Last(Tensor move, Tensor gradient) {}

    /**
     * What a state calls the tensors of {@link Last}, of a parameter's shape, and those of all differences, stacked.
     */
    private static final String MOVE = "move";

    private static final String GRADIENT = "gradient";
    private static final String MOVES = "moves";
    private static final String GRADIENT_CHANGES = "gradientChanges";

    private final List<Parameter> parameters;
    private final Config config;
    private final Deque<Difference> differences = new ArrayDeque<>();
    private @Nullable Last last;
    private long step;

    /** An optimizer of the given parameters. */
    public Lbfgs(List<Parameter> parameters, Config config) {
        this.parameters = List.copyOf(parameters);
        this.config = config;
    }

    /** What it adjusts. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** The number of steps done. */
    public long stepCount() {
        return step;
    }

    /**
     * What it takes to go on later as if there had been no break; copied. All tensors are of double precision: of each
     * parameter the {@code move} of the last iteration and the {@code gradient} before it, of its shape; and the
     * {@code moves} and {@code gradientChanges} of those before, as many as are kept, oldest first, along an axis in
     * front of it.
     */
    public OptimizerState state() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        if (last != null) {
            put(tensors, MOVE, Shape.of(), last.move());
            put(tensors, GRADIENT, Shape.of(), last.gradient());
        }
        if (!differences.isEmpty()) {
            Shape count = Shape.of(differences.size());
            put(tensors, MOVES, count, stacked(Difference::ofPlace));
            put(tensors, GRADIENT_CHANGES, count, stacked(Difference::ofGradient));
        }
        return new OptimizerState(step, tensors);
    }

    private Tensor stacked(Function<Difference, Tensor> part) {
        return TensorOps.stack(0, differences.stream().map(part).toList());
    }

    /** Puts each parameter's part of a tensor [.., elements] under its name. */
    private void put(Map<String, Tensor> tensors, String name, Shape leading, Tensor values) {
        int from = 0;
        for (Parameter parameter : parameters) {
            int to = from + parameter.shape().count();
            Tensor part = values.slice(-1, from, to)
                    .reshape(shape(leading, parameter.shape()).toArray());
            Optimizer.putOnce(tensors, parameter, name, part);
            from = to;
        }
    }

    private static Shape shape(Shape leading, Shape shape) {
        Shape joined = shape;
        for (int axis = leading.rank() - 1; axis >= 0; axis--) {
            joined = joined.with(0, leading.size(axis));
        }
        return joined;
    }

    /**
     * Goes on from a state of an L-BFGS over the same parameters. Nothing is changed unless everything fits.
     *
     * @throws IllegalArgumentException naming every tensor that is missing, belongs to no parameter or has another
     *     shape or type
     */
    public void restore(OptimizerState state) {
        Map<String, Tensor> rest = new LinkedHashMap<>(state.tensors());
        List<String> problems = new ArrayList<>();
        Last restored = null;
        List<Difference> kept = new ArrayList<>();
        if (!rest.isEmpty()) {
            int count = count(rest);
            Tensor move = take(rest, MOVE, Shape.of(), problems);
            Tensor gradient = take(rest, GRADIENT, Shape.of(), problems);
            Tensor moves = count == 0 ? null : take(rest, MOVES, Shape.of(count), problems);
            Tensor changes = count == 0 ? null : take(rest, GRADIENT_CHANGES, Shape.of(count), problems);
            rest.forEach((key, values) -> problems.add("unknown " + key + " " + values.shape()));
            if (move != null && gradient != null) {
                restored = new Last(move, gradient);
            }
            for (int i = 0; moves != null && changes != null && i < count; i++) {
                kept.add(Difference.of(changes.select(0, i), moves.select(0, i)));
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "restore: the state does not fit this Lbfgs: " + String.join("; ", problems));
        }
        last = restored;
        differences.clear();
        differences.addAll(kept);
        step = state.steps();
    }

    /** How many differences a state holds, as the first parameter that has some says. */
    private int count(Map<String, Tensor> tensors) {
        for (Parameter parameter : parameters) {
            for (String name : List.of(MOVES, GRADIENT_CHANGES)) {
                Tensor values = tensors.get(Optimizer.key(parameter, name));
                if (values != null && values.shape().rank() > 0) {
                    return values.shape().size(0);
                }
            }
        }
        return 0;
    }

    /** The reverse of {@link #put}: [.., elements] of all parameters; null, and problems said, if one does not fit. */
    private @Nullable Tensor take(Map<String, Tensor> rest, String name, Shape leading, List<String> problems) {
        List<Tensor> parts = new ArrayList<>();
        for (Parameter parameter : parameters) {
            String key = Optimizer.key(parameter, name);
            Shape expected = shape(leading, parameter.shape());
            Tensor values = rest.remove(key);
            if (values == null) {
                problems.add("missing %s %s".formatted(key, expected));
            } else if (Optimizer.fits(key, values, expected, DType.FLOAT64, problems)) {
                parts.add(values.reshape(
                        shape(leading, Shape.of(parameter.shape().count())).toArray()));
            }
        }
        return parts.size() == parameters.size() ? TensorOps.concat(-1, parts) : null;
    }

    /**
     * Adjusts the parameters.
     *
     * @param loss computes the loss from the parameters as they are; asked several times, and must do the same each
     *     time
     * @return the loss before
     */
    public double step(Supplier<Variable> loss) {
        LineSearch.Place here = evaluate(loss, 0);
        double before = here.loss();
        step++;
        int evaluations = 1;
        for (int iteration = 1; iteration <= config.iterations(); iteration++) {
            if (largest(here.gradient()) <= config.gradientTolerance()) {
                break;
            }
            boolean isFirst = last == null;
            Tensor direction = direction(here.gradient());
            double length = config.learningRate();
            if (isFirst) {
                length *= Math.min(1, 1 / here.gradient().abs().sum().item());
            }
            double slope = dot(here.gradient(), direction);
            if (slope > -config.changeTolerance()) {
                last = new Last(direction.mul(length), here.gradient());
                break;
            }
            Tensor start = place();
            LineSearch.Place next = here;
            if (config.lineSearch()) {
                var search = new LineSearch(
                        at -> {
                            move(start, direction, at);
                            return evaluate(loss, at);
                        },
                        direction,
                        here.at(0),
                        slope,
                        config.changeTolerance());
                next = search.find(length, config.evaluations() - evaluations);
                length = next.at();
                evaluations += search.evaluations();
                move(start, direction, length);
            } else {
                move(start, direction, length);
                if (iteration < config.iterations()) { // after the last one nobody asks
                    next = evaluate(loss, length);
                    evaluations++;
                }
            }
            last = new Last(direction.mul(length), here.gradient());
            double change = Math.abs(next.loss() - here.loss());
            here = next;
            if (evaluations >= config.evaluations()
                    || largest(direction) * length <= config.changeTolerance()
                    || change < config.changeTolerance()) {
                break;
            }
        }
        return before;
    }

    /** Where to go: against the gradient, times the guess of the inverse of its slope. */
    private Tensor direction(Tensor gradient) {
        if (last == null) {
            return gradient.neg();
        }
        var difference = Difference.of(gradient.sub(last.gradient()), last.move());
        if (difference.curvature() > LEAST_CURVATURE) {
            differences.addLast(difference);
            while (differences.size() > config.history()) { // a restored one may be longer
                differences.removeFirst();
            }
        }
        Tensor result = gradient.neg();
        Deque<Double> weights = new ArrayDeque<>();
        for (Iterator<Difference> newestFirst = differences.descendingIterator(); newestFirst.hasNext(); ) {
            Difference each = newestFirst.next();
            double weight = dot(each.ofPlace(), result) * (1 / each.curvature());
            weights.addFirst(weight);
            result = result.sub(each.ofGradient().mul(weight));
        }
        Difference newest = differences.peekLast();
        if (newest != null) {
            result = result.mul(newest.curvature() / dot(newest.ofGradient(), newest.ofGradient()));
        }
        for (Difference each : differences) {
            double weight = dot(each.ofGradient(), result) * (1 / each.curvature());
            result = result.add(each.ofPlace().mul(weights.removeFirst() - weight));
        }
        return result;
    }

    private static double dot(Tensor x, Tensor y) {
        return x.mul(y).sum().item();
    }

    private static double largest(Tensor x) {
        return x.abs().amax().item();
    }

    /** All parameters, one behind the other. */
    private Tensor place() {
        List<Tensor> parts = new ArrayList<>();
        for (Parameter parameter : parameters) {
            parts.add(
                    parameter.storage().snapshot().to(DType.FLOAT64).reshape(-1)); // the values change while it is used
        }
        return TensorOps.concat(0, parts);
    }

    private void move(Tensor start, Tensor direction, double length) {
        Tensor there = start.add(direction.mul(length));
        int from = 0;
        for (Parameter parameter : parameters) {
            int to = from + parameter.shape().count();
            if (!parameter.isFrozen()) { // what was learnt before it was frozen may say to move it
                Tensor part = there.slice(0, from, to)
                        .reshape(parameter.shape().toArray())
                        .to(parameter.value().dtype());
                parameter.assign(part);
            }
            from = to;
        }
    }

    private LineSearch.Place evaluate(Supplier<Variable> loss, double at) {
        Variable value = loss.get();
        Gradients gradients = value.backward();
        List<Tensor> parts = new ArrayList<>();
        for (Parameter parameter : parameters) {
            Tensor part = !parameter.isFrozen() && gradients.has(parameter.value())
                    ? gradients.of(parameter.value())
                    : Tensor.zeros(parameter.value().dtype(), parameter.shape());
            parts.add(part.to(DType.FLOAT64).reshape(-1));
        }
        return new LineSearch.Place(at, value.item(), TensorOps.concat(0, parts));
    }
}
