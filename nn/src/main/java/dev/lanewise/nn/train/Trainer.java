package dev.lanewise.nn.train;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Batches;
import dev.lanewise.nn.optim.Optimizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: for each batch of each epoch the loss, its gradients and a step of the optimizer; after each epoch
 * an evaluation; and what happens is told to listeners.
 *
 * <p>It comes to the same bits as the loop written by hand:
 *
 * <pre>{@code
 * for (long epoch = 0; epoch < epochs; epoch++) {
 *     int b = 0;
 *     for (Batch batch : training.epoch(epoch)) {
 *         Pass pass = Pass.training(config.rng(), epoch * training.perEpoch() + b++);
 *         Variable loss = Losses.crossEntropy(model.forward(batch.inputs(), pass), batch.labels());
 *         optimizer.step(loss.backward().clipByNorm(1));
 *     }
 * }
 * }</pre>
 *
 * <p>A trainer is immutable, each {@code with…} gives another one; what {@link #train} changes is the model and the
 * optimizer.
 *
 * @param <M> the kind of model
 */
public final class Trainer<M extends Layer> {
    /** The names of an {@link Epoch}'s own numbers, and of a log's columns, which no metric may have. */
    private static final Set<String> RESERVED = Set.of(
            Epoch.TRAINING_LOSS, Epoch.VALIDATION_LOSS, Epoch.LEARNING_RATE, CsvLog.EPOCH, CsvLog.STEP, CsvLog.SECONDS);

    /**
     * What a model makes of a batch's inputs.
     *
     * @param <M> the kind of model
     */
    @FunctionalInterface
    public interface Forward<M> {
        /** The model's outputs. */
        Variable of(M model, Batch batch, Pass pass);
    }

    /** How far outputs are from what they should be. */
    @FunctionalInterface
    public interface Criterion {
        /** A single number, the mean over the batch's examples. */
        Variable of(Variable outputs, Batch batch);
    }

    /**
     * The loss of a model on a batch.
     *
     * @param <M> the kind of model
     */
    @FunctionalInterface
    public interface Loss<M> {
        /** A single number, the mean over the batch's examples. */
        Variable of(M model, Batch batch, Pass pass);
    }

    /**
     * How to train.
     *
     * @param rng what layers draw their random numbers from, as dropout: batch b of epoch e has the pass
     *     {@code Pass.training(rng, e * batches of an epoch + b)}
     * @param clipByNorm the largest norm of all gradients together, see {@link Gradients#clipByNorm}; ∞ for no limit
     * @param accumulation batches whose gradients make one step: of the mean over all their examples. The last step of
     *     an epoch has what is left
     * @param firstEpoch the epoch to begin with
     * @param firstBatch the batch of that epoch to begin with, a multiple of the accumulation
     */
    public record Config(Rng rng, double clipByNorm, int accumulation, long firstEpoch, int firstBatch) {
        /** Checks the settings. */
        public Config {
            if (!(clipByNorm > 0)) {
                throw new IllegalArgumentException(
                        "Trainer: the largest norm is %s, expected a positive number".formatted(clipByNorm));
            }
            if (accumulation < 1) {
                throw new IllegalArgumentException(
                        "Trainer: a step of %d batches, expected at least 1".formatted(accumulation));
            }
            if (firstEpoch < 0 || firstBatch < 0) {
                throw new IllegalArgumentException(
                        "Trainer: to begin with batch %d of epoch %d; both are counted from 0"
                                .formatted(firstBatch, firstEpoch));
            }
            if (firstBatch % accumulation != 0) {
                throw new IllegalArgumentException(
                        "Trainer: to begin with batch %d, within a step of %d batches; begin with a multiple of %d"
                                .formatted(firstBatch, accumulation, accumulation));
            }
        }

        /** The generator of seed 0, no clipping, a step for each batch, from the beginning. */
        public static Config defaults() {
            return new Config(Rng.of(0), Double.POSITIVE_INFINITY, 1, 0, 0);
        }

        /** The same, with layers drawing from this generator. */
        public Config withRng(Rng other) {
            return new Config(other, clipByNorm, accumulation, firstEpoch, firstBatch);
        }

        /** The same, with gradients of at most this norm. */
        public Config withClipByNorm(double limit) {
            return new Config(rng, limit, accumulation, firstEpoch, firstBatch);
        }

        /** The same, with a step for so many batches. */
        public Config withAccumulation(int batches) {
            return new Config(rng, clipByNorm, batches, firstEpoch, firstBatch);
        }

        /**
         * The same, beginning at this place: with the state that model and optimizer had there it goes on as if there
         * had been no break.
         */
        public Config withStart(long epoch, int batch) {
            return new Config(rng, clipByNorm, accumulation, epoch, batch);
        }
    }

    /** The loss of a batch, and, where metrics can be had, the outputs that it is the loss of. */
    private record Outcome(Variable loss, @Nullable Variable outputs) {}

    @FunctionalInterface
    private interface Objective<M> {
        Outcome of(M model, Batch batch, Pass pass);
    }

    /**
     * What is looked at beside the training itself.
     *
     * @param evaluated the data that the model is evaluated on after each epoch, by name
     */
    private record Watched(
            Map<String, Batches> evaluated, List<Supplier<? extends Metric>> metrics, List<Listener> listeners) {
        static final Watched NOTHING = new Watched(Map.of(), List.of(), List.of());

        Watched with(String name, Batches data) {
            Map<String, Batches> more = new LinkedHashMap<>(evaluated);
            more.put(name, data);
            return new Watched(Collections.unmodifiableMap(more), metrics, listeners);
        }

        Watched with(Supplier<? extends Metric> metric) {
            return new Watched(evaluated, longer(metrics, metric), listeners);
        }

        Watched with(Listener listener) {
            return new Watched(evaluated, metrics, longer(listeners, listener));
        }

        private static <E> List<E> longer(List<E> list, E more) {
            List<E> longer = new ArrayList<>(list);
            longer.add(more);
            return List.copyOf(longer);
        }
    }

    private final M model;
    private final Optimizer optimizer;
    private final Config config;
    private final Objective<M> objective;
    private final boolean hasOutputs;
    private final Watched watched;

    /**
     * A trainer that knows the loss alone, as that of a model that never holds all of its outputs; it cannot have
     * metrics.
     */
    public Trainer(M model, Optimizer optimizer, Config config, Loss<M> loss) {
        this(
                model,
                optimizer,
                config,
                (m, batch, pass) -> new Outcome(loss.of(m, batch, pass), null),
                false,
                Watched.NOTHING);
    }

    /** A trainer that knows the model's outputs and their loss. */
    public Trainer(M model, Optimizer optimizer, Config config, Forward<M> forward, Criterion criterion) {
        this(
                model,
                optimizer,
                config,
                (m, batch, pass) -> {
                    Variable outputs = forward.of(m, batch, pass);
                    return new Outcome(criterion.of(outputs, batch), outputs);
                },
                true,
                Watched.NOTHING);
    }

    private Trainer(
            M model, Optimizer optimizer, Config config, Objective<M> objective, boolean hasOutputs, Watched watched) {
        this.model = model;
        this.optimizer = optimizer;
        this.config = config;
        this.objective = objective;
        this.hasOutputs = hasOutputs;
        this.watched = watched;
    }

    private Trainer<M> with(Watched other) {
        return new Trainer<>(model, optimizer, config, objective, hasOutputs, other);
    }

    /**
     * The same, evaluating the model on these data after each epoch: {@link Epoch#validation}.
     *
     * @throws IllegalArgumentException if there is no batch
     */
    public Trainer<M> withValidation(Batches data) {
        checkNotEmpty(Epoch.VALIDATION, data);
        return with(watched.with(Epoch.VALIDATION, data));
    }

    /**
     * The same, evaluating the model on these data, too, after each epoch: on the training data as it then is, or on a
     * second kind of new ones. Their numbers bear this name in front: {@code "old loss"}, {@code "old accuracy"}.
     *
     * @param name that of no other data; not "validation", see {@link #withValidation}, nor "training", which is what
     *     the training itself tells
     * @throws IllegalArgumentException if there is no batch, or if the name is taken
     */
    public Trainer<M> withEvaluation(String name, Batches data) {
        if (name.isBlank()
                || name.equals("training")
                || name.equals(Epoch.VALIDATION)
                || watched.evaluated.containsKey(name)) {
            throw new IllegalArgumentException(
                    "Trainer.withEvaluation: the name '%s' is taken; choose another one".formatted(name));
        }
        checkNotEmpty(name, data);
        return with(watched.with(name, data));
    }

    /**
     * The same, with one more metric in evaluations.
     *
     * @param metric makes a new one for each evaluation: {@code Accuracy::new}
     * @throws IllegalStateException if this trainer knows no outputs
     */
    public Trainer<M> withMetric(Supplier<? extends Metric> metric) {
        if (!hasOutputs) {
            throw new IllegalStateException(
                    "Trainer.withMetric: this trainer knows the loss alone; metrics need the model's outputs, give forward and criterion instead of the loss");
        }
        return with(watched.with(metric));
    }

    /** The same, with one more listener. */
    public Trainer<M> withListener(Listener listener) {
        return with(watched.with(listener));
    }

    private static void checkNotEmpty(String kind, Batches data) {
        if (data.perEpoch() == 0) {
            throw new IllegalArgumentException(
                    "Trainer: the %s data have no batch: %s; give more examples or make batches smaller"
                            .formatted(kind, data));
        }
    }

    /**
     * Trains.
     *
     * @param training the batches of an epoch, whichever; the trainer asks for each epoch's own
     * @param epochs the epoch, counted from 0, before which to end: their number, unless the trainer begins later
     * @throws IllegalArgumentException if there is no batch, if the place to begin with lies behind them, or if the
     *     number of epochs is negative
     * @throws IllegalStateException if a batch cannot be loaded, if the loss depends on none of the optimizer's
     *     parameters, or if it is not a single finite number: the training diverged. As with any exception, model and
     *     optimizer are as the last finished step left them
     */
    public History train(Batches training, long epochs) {
        checkNotEmpty("training", training);
        if (epochs < 0) {
            throw new IllegalArgumentException("Trainer: %d epochs, expected 0 or more".formatted(epochs));
        }
        if (config.firstBatch >= training.perEpoch()) {
            throw new IllegalArgumentException(
                    "Trainer: to begin with batch %d, but an epoch has %d; begin with the next epoch"
                            .formatted(config.firstBatch, training.perEpoch()));
        }
        var run = new Training(epochs, training.perEpoch(), config);
        watched.listeners.forEach(listener -> listener.begun(run));
        List<Epoch> done = new ArrayList<>();
        for (long number = config.firstEpoch; number < epochs && !run.isStopped(); number++) {
            Epoch epoch = epoch(run, training, number);
            if (epoch != null) {
                done.add(epoch);
                watched.listeners.forEach(listener -> listener.epochDone(run, epoch));
            }
        }
        var history = new History(done, run.stopReason());
        watched.listeners.forEach(listener -> listener.done(run, history));
        return history;
    }

    /** Trains for an epoch; null if it was stopped within. */
    private @Nullable Epoch epoch(Training run, Batches training, long number) {
        long start = System.nanoTime();
        int perEpoch = training.perEpoch();
        int batch = number == config.firstEpoch ? config.firstBatch : 0;
        double lossSum = 0;
        long examples = 0;
        long steps = 0;
        double rate = optimizer.learningRate();
        var group = new Group();
        for (Batch data : training.epoch(number).from(batch)) {
            Pass pass = Pass.training(config.rng, number * perEpoch + batch);
            group.add(objective.of(model, data, pass).loss, data.size(), number, batch);
            if ((batch + 1) % config.accumulation == 0 || batch + 1 == perEpoch) {
                rate = optimizer.learningRate();
                double norm = step(group.gradients());
                lossSum += group.lossSum;
                examples += group.examples;
                steps = number * run.stepsPerEpoch() + batch / config.accumulation + 1;
                var step = new Step(steps, number, batch, group.lossSum / group.examples, rate, norm);
                group = new Group();
                watched.listeners.forEach(listener -> listener.stepDone(run, step));
                if (run.isStopped()) {
                    return null;
                }
            }
            batch++;
        }
        Map<String, Evaluation> evaluations = new LinkedHashMap<>();
        watched.evaluated.forEach((name, examined) -> evaluations.put(name, evaluate(examined)));
        return new Epoch(number, steps, lossSum / examples, evaluations, rate, (System.nanoTime() - start) / 1e9);
    }

    /** Makes a step; gives the norm of the gradients if that is known. */
    private double step(Gradients gradients) {
        if (optimizer.parameters().stream()
                .noneMatch(parameter -> !parameter.isFrozen() && gradients.has(parameter.value()))) {
            throw new IllegalStateException(
                    "Trainer: the loss depends on none of the optimizer's parameters, so nothing would be learnt; give the optimizer model.parameters() of the model that the loss is computed with");
        }
        if (config.clipByNorm == Double.POSITIVE_INFINITY) {
            optimizer.step(gradients);
            return Double.NaN;
        }
        optimizer.step(gradients.clipByNorm(config.clipByNorm));
        return gradients.norm();
    }

    /** The batches of a step. */
    private static final class Group {
        private @Nullable Gradients sum;
        private int firstSize;
        private long examples;
        private double lossSum;

        void add(Variable loss, int size, long epoch, int batch) {
            double value = number(loss);
            if (!Double.isFinite(value)) {
                throw new IllegalStateException(
                        "Trainer: the loss is %s at batch %d of epoch %d: the training diverged, or an input is not finite; a lower learning rate or clipping may help"
                                .formatted(value, batch, epoch));
            }
            Gradients gradients = loss.backward();
            if (sum == null) {
                sum = gradients;
                firstSize = size;
            } else {
                // Batches of one size need no factor, so that their sum is the plain one.
                sum = sum.plus(size == firstSize ? gradients : gradients.scale((double) size / firstSize));
            }
            examples += size;
            lossSum += value * size;
        }

        /** Those of the mean over all examples. */
        Gradients gradients() {
            if (sum == null) {
                throw new AssertionError("a step has a batch");
            }
            return examples == firstSize ? sum : sum.scale((double) firstSize / examples);
        }
    }

    private static double number(Variable loss) {
        if (loss.shape().count() != 1) {
            throw new IllegalStateException("Trainer: the loss has shape %s, expected a single number; take its mean()"
                    .formatted(loss.shape()));
        }
        return loss.item();
    }

    /**
     * How well the model does on some data, as it is: without dropout and its like, and remembering no gradients.
     *
     * @throws IllegalArgumentException if there is no batch
     * @throws IllegalStateException if two metrics' numbers have the same name
     */
    public Evaluation evaluate(Batches data) {
        checkNotEmpty("evaluation's", data);
        List<Metric> counting = new ArrayList<>();
        watched.metrics.forEach(metric -> counting.add(metric.get()));
        double lossSum = 0;
        long examples = 0;
        for (Batch batch : data) {
            Outcome outcome = Variable.withoutGradients(() -> objective.of(model, batch, Pass.inference()));
            lossSum += number(outcome.loss) * batch.size();
            examples += batch.size();
            if (outcome.outputs != null) {
                for (Metric metric : counting) {
                    metric.add(outcome.outputs.value(), batch);
                }
            }
        }
        Map<String, Double> values = new LinkedHashMap<>();
        for (Metric metric : counting) {
            metric.values().forEach((name, value) -> {
                if (RESERVED.contains(name) || values.put(name, value) != null) {
                    throw new IllegalStateException(
                            "Trainer: a metric calls a number '%s', but that name is taken".formatted(name));
                }
            });
        }
        return new Evaluation(lossSum / examples, values);
    }
}
