package dev.lanewise.examples;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.optim.Adam;
import dev.lanewise.nn.optim.Schedule;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A layer of one's own, from the bottom to the top, in one file: a formula, an operation with its gradient by hand, a
 * layer with parameters, a model that is trained; each can be copied and changed.
 */
@Command(
        name = "custom-layer",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Trains a model with a layer and an operation of one's own, its gradient written by hand",
        description = {
            "",
            "It learns how a river answers to rain: the soil is a leaky store, and the layer is one. The gradient is"
                    + " checked against finite differences, and a wrong one is shown being caught.",
            ""
        })
final class CustomLayer extends Example {
    // ------------------------------------------------------------------ a formula, an operation, a layer, a model

    /** What a store keeps from hour to hour, e^(−1/τ), by the logarithm of its time constant τ in hours. */
    static final Formula KEPT = Formula.of("kept", x -> x.neg().exp().neg().exp());

    /**
     * y(t) = x(t) + k · y(t − 1) along the first axis, [time, stores] and [stores] → [time, stores].
     *
     * <p>It is no formula, as elements depend on others, and made of other operations it would take one or more for
     * each hour. By hand it is a loop: from the first hour to the last for values, from the last to the first for
     * gradients.
     */
    record Recurrence() implements CustomOp {
        @Override
        public String name() {
            return "recurrence";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor input = operands.get(0); // (time, stores)
            int stores = input.shape().size(1);
            double[] sums = input.toDoubles();
            double[] kept = operands.get(1).toDoubles(); // (stores)
            for (int i = stores; i < sums.length; i++) {
                sums[i] += kept[i % stores] * sums[i - stores];
            }
            return Computed.of(Tensor.of(input.dtype(), input.shape(), sums));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return operand == 1;
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        /**
         * What the loss gains by a little more in a store at hour t is a(t) = y'(t) + k · a(t + 1), with y' the
         * gradient that came in: the same recurrence, backwards in time. So x' = a, and k' is the sum of a(t) · y(t −
         * 1).
         *
         * <p>As it is written in operations, not in loops, it has a gradient too: gradients of gradients come for free.
         */
        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            T gains = saved.gradient().flip(0).apply(this, saved.operand(1)).flip(0); // (time, stores)
            int time = gains.shape().size(0);
            saved.give(0, () -> gains);
            saved.give(
                    1,
                    () -> gains.slice(0, 1, time)
                            .mul(saved.result(0).slice(0, 0, time - 1))
                            .sum(0));
        }
    }

    /** The same with a mistake in its gradient, as one makes it: that water stays in the store is forgotten. */
    record WrongRecurrence() implements CustomOp {
        @Override
        public String name() {
            return "wrongRecurrence";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return new Recurrence().forward(operands);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, saved::gradient);
        }
    }

    /**
     * Leaky stores that are filled by one inflow and lose a share of what they hold each hour, [time] → [time, stores].
     */
    static final class Stores extends Layer {
        private final Parameter logTime;

        /**
         * Stores whose time constants at first are spread evenly, in their logarithms, from one hour to the given
         * number of them.
         */
        Stores(int count, double longest) {
            double step = StrictMath.log(longest) / Math.max(1, count - 1);
            logTime = parameter(
                    "log_time", Shape.of(count), (rng, dtype, shape) -> Tensor.fill(dtype, shape, i -> i * step));
        }

        /** The stores' outflow, hour by hour. */
        Variable forward(Variable inflow) {
            if (inflow.shape().rank() != 1) {
                throw new IllegalArgumentException(
                        "%s: input has shape %s, expected [time]".formatted(describeSelf(), inflow.shape()));
            }
            Variable kept = logTime.value().map(KEPT); // (stores)
            Variable lost = kept.neg().add(1);
            return inflow.unsqueeze(1).mul(lost).apply(new Recurrence(), kept); // (time, stores)
        }

        /** The time constants in hours. */
        double[] times() {
            return logTime.value().value().exp().toDoubles();
        }
    }

    /** A river is a weighted sum of the stores' outflows. */
    static final class River extends Layer {
        private final Stores stores = child("stores", new Stores(TRUE_TIMES.length, 100));
        // Equal shares at first: one drawn below 0 would send its store the wrong way, and it might not come back.
        private final Linear mix = child(
                "mix",
                new Linear(
                        TRUE_TIMES.length,
                        1,
                        true,
                        Initializer.constant(1.0 / TRUE_TIMES.length),
                        Initializer.zeros()));

        Variable forward(Variable rain) { // (time)
            return mix.forward(stores.forward(rain)).squeeze(1); // (time)
        }
    }

    // ------------------------------------------------------------------ the task

    /** The first store empties within hours, as a roof does; the other one within days, as soil does. */
    private static final double[] TRUE_TIMES = {2, 30};

    private static final double[] TRUE_SHARES = {0.3, 0.7};
    private static final double NOISE = 0.005;
    private static final int HOURS = 3000;
    private static final int LEARNT = 2000;
    private static final int WINDOW = 24;
    private static final int SHOWN = 300;
    private static final int EVALUATION_INTERVAL = 100;

    /** Rain and the river's level, hour by hour, [HOURS] each. */
    record Weather(Tensor rain, Tensor level) {
        /** Makes up rain, in one hour of ten, and what the two true stores make of it, measured with an error. */
        static Weather draw(Rng rng) {
            double[] chance = rng.stream("whether").uniform(HOURS).toDoubles();
            double[] amount = rng.stream("amount").uniform(HOURS).toDoubles();
            double[] error = rng.stream("error").normal(HOURS).toDoubles();
            double[] rain = new double[HOURS];
            double[] level = new double[HOURS];
            double[] stored = new double[TRUE_TIMES.length];
            for (int hour = 0; hour < HOURS; hour++) {
                rain[hour] = chance[hour] < 0.1 ? -StrictMath.log(1 - amount[hour]) : 0;
                level[hour] = NOISE * error[hour];
                for (int i = 0; i < stored.length; i++) {
                    double kept = StrictMath.exp(-1 / TRUE_TIMES[i]);
                    stored[i] = kept * stored[i] + (1 - kept) * rain[hour];
                    level[hour] += TRUE_SHARES[i] * stored[i];
                }
            }
            return new Weather(
                    Tensor.of(DType.FLOAT32, Shape.of(HOURS), rain), Tensor.of(DType.FLOAT32, Shape.of(HOURS), level));
        }
    }

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "600",
            description = "Steps of the optimizer, each over all hours to learn from (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.05",
            description = "Adam's at first, falling to 0 (default: ${DEFAULT-VALUE})")
    private double learningRate;

    @Override
    void run() throws IOException {
        Problem.requireAtLeast("--steps", steps, 0);
        Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
        out().println("The formula:\n  " + KEPT.toString().replace("\n", "\n  "));
        Rng rng = Rng.of(seed());
        checkGradients(rng.stream("check"));

        Weather weather = Weather.draw(rng.stream("weather"));
        var model = new River();
        model.init(rng.stream("weights"));
        out().println(model.describe());
        train(model, weather);

        Tensor predicted = Variable.withoutGradients(() -> model.forward(Variable.constantOf(weather.rain)))
                .value();
        Tensor byWindow = predictByWindow(weather);
        Charts.save(chart(weather, predicted, byWindow), outputFile("custom-layer.png"), out());
        report(model, error(predicted, weather), error(byWindow, weather)).print(out());
    }

    /** What {@link GradCheck} says of the right operation and of the wrong one. */
    private void checkGradients(Rng rng) {
        Tensor input = rng.stream("input").normal(6, 2);
        Tensor kept = Tensor.of(new double[] {0.5, 0.9});
        // Gradients, and gradients of gradients.
        GradCheck.check(x -> x.get(0).apply(new Recurrence(), x.get(1)), List.of(input, kept), 2);
        GradCheck.check(
                x -> x.getFirst().map(KEPT), List.of(rng.stream("logTime").normal(4)), 2);
        out().println(
                        "\nGradCheck, right: recurrence and kept agree with finite differences, in first and second order");
        try {
            GradCheck.check(x -> x.get(0).apply(new WrongRecurrence(), x.get(1)), List.of(input, kept));
            throw new IllegalStateException("GradCheck took the wrong gradient for right");
        } catch (AssertionError wrong) {
            out().println("GradCheck, wrong: " + wrong.getMessage() + "\n");
        }
    }

    private void train(River model, Weather weather) {
        Variable rain = Variable.constantOf(weather.rain.slice(0, 0, LEARNT));
        Tensor level = weather.level.slice(0, 0, LEARNT);
        var optimizer = new Adam(
                model.parameters(),
                Adam.Config.defaults().withLearningRate(Schedule.cosine(learningRate, 0, Math.max(1, steps))));
        out().printf("%6s  %12s  %s%n", "step", "error", "time constants");
        try (var progress = new Progress(out(), "learning", steps)) {
            for (int step = 0; ; step++) {
                Variable loss = Losses.mse(model.forward(rain), level);
                if (step % EVALUATION_INTERVAL == 0 || step == steps) {
                    progress.println(
                            "%,6d  %12.5f  %s".formatted(step, Math.sqrt(loss.item()), times(model.stores.times())));
                }
                if (step == steps) {
                    return;
                }
                optimizer.step(loss.backward());
                progress.step();
            }
        }
    }

    /** What a weighted sum of the last hours' rain says: the best one for the hours learnt, by least squares. */
    private static Tensor predictByWindow(Weather weather) {
        double[] rain = weather.rain.toDoubles();
        int columns = WINDOW + 1; // the last one for the constant
        Tensor table = Tensor.fill(DType.FLOAT64, Shape.of(HOURS, columns), i -> {
            int hour = i / columns - i % columns;
            return i % columns == WINDOW ? 1 : hour < 0 ? 0 : rain[hour];
        });
        Tensor weights = table.slice(0, 0, LEARNT)
                .lstsq(weather.level.slice(0, 0, LEARNT).to(DType.FLOAT64)); // (columns)
        return table.matmul(weights).to(DType.FLOAT32); // (HOURS)
    }

    /** The root of the mean squared error in the hours that were not learnt. */
    private static double error(Tensor predicted, Weather weather) {
        Tensor wrong = predicted.sub(weather.level).slice(0, LEARNT, HOURS);
        return Math.sqrt(wrong.square().mean().item());
    }

    private static String times(double[] hours) {
        return String.join(
                        " and ",
                        Arrays.stream(hours)
                                .sorted()
                                .mapToObj("%.2f"::formatted)
                                .toList()) + " hours";
    }

    private Report report(River model, double error, double windowError) {
        Report report = new Report();
        report.add(
                "error of new hours, the layer's %d weights".formatted(model.parameterCount()),
                "%.5f".formatted(error),
                "at most %.5f: the measurements' own error and a tenth".formatted(1.1 * NOISE),
                error <= 1.1 * NOISE);
        report.add(
                "the same, %d weights for the last %d hours".formatted(WINDOW + 1, WINDOW),
                "%.5f".formatted(windowError),
                "at least twice the layer's",
                windowError >= 2 * error);
        double[] learnt = Arrays.stream(model.stores.times()).sorted().toArray();
        boolean near = IntStream.range(0, learnt.length).allMatch(i -> Math.abs(learnt[i] / TRUE_TIMES[i] - 1) <= 0.05);
        report.add("time constants", times(learnt), times(TRUE_TIMES) + ", within 5 %", near);
        return report;
    }

    private static XYChart chart(Weather weather, Tensor predicted, Tensor byWindow) {
        XYChart chart = Charts.chart("A river after rain", "hours not learnt from", "level");
        double[] hours = IntStream.range(0, SHOWN).asDoubleStream().toArray();
        Charts.points(chart, "measured", hours, shown(weather.level), Charts.GREEN);
        Charts.line(chart, "the layer", hours, shown(predicted), Charts.BLUE);
        Charts.line(chart, "the last %d hours".formatted(WINDOW), hours, shown(byWindow), Charts.ORANGE);
        return chart;
    }

    private static double[] shown(Tensor series) {
        return series.slice(0, LEARNT, LEARNT + SHOWN).toDoubles();
    }
}
