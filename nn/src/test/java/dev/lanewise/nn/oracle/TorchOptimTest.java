package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.ParameterPair;
import dev.lanewise.nn.optim.Adadelta;
import dev.lanewise.nn.optim.Adagrad;
import dev.lanewise.nn.optim.Adam;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Adamax;
import dev.lanewise.nn.optim.NAdam;
import dev.lanewise.nn.optim.OneCycle;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.PlateauSchedule;
import dev.lanewise.nn.optim.RAdam;
import dev.lanewise.nn.optim.RmsProp;
import dev.lanewise.nn.optim.Rprop;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Optimizers step by step as PyTorch's. */
class TorchOptimTest {
    private final List<Golden.Case> cases = Golden.cases("torch-optim");

    /**
     * The optimizer of a case with its schedule; null if there is none like it here.
     *
     * @param momentumTwice whether NAdam is that of PyTorch 1.10
     */
    static Optimizer optimizer(Golden.Case golden, List<Parameter> parameters, boolean momentumTwice) {
        Schedule schedule = schedule(golden);
        if (schedule == null) {
            return null;
        }
        boolean decoupled = golden.flag("decoupled_weight_decay");
        double decay = golden.number("weight_decay", 0);
        double epsilon = golden.number("eps", 1e-8);
        double beta1 = golden.number("beta1", 0.9);
        double beta2 = golden.number("beta2", 0.999);
        return switch (golden.text("optimizer").toLowerCase(Locale.ROOT)) {
            case "sgd" ->
                new Sgd(
                        parameters,
                        new Sgd.Config(
                                schedule,
                                golden.number("momentum", 0),
                                golden.number("dampening", 0),
                                decay,
                                golden.flag("nesterov")));
            case "adam" ->
                decoupled
                        ? adamW(golden, parameters, schedule, decay)
                        : new Adam(
                                parameters,
                                new Adam.Config(schedule, beta1, beta2, epsilon, decay, golden.flag("amsgrad")));
            case "adamw" -> adamW(golden, parameters, schedule, golden.number("weight_decay", 0.01));
            case "adamax" -> new Adamax(parameters, new Adamax.Config(schedule, beta1, beta2, epsilon, decay));
            case "nadam" ->
                new NAdam(
                        parameters,
                        new NAdam.Config(
                                schedule,
                                beta1,
                                beta2,
                                epsilon,
                                decay,
                                decoupled,
                                golden.number("momentum_decay", 4e-3),
                                momentumTwice));
            case "radam" -> new RAdam(parameters, new RAdam.Config(schedule, beta1, beta2, epsilon, decay, decoupled));
            case "rmsprop" ->
                new RmsProp(
                        parameters,
                        new RmsProp.Config(
                                schedule,
                                golden.number("alpha", 0.99),
                                epsilon,
                                decay,
                                golden.number("momentum", 0),
                                golden.flag("centered")));
            case "adagrad" ->
                new Adagrad(
                        parameters,
                        new Adagrad.Config(
                                schedule,
                                golden.number("lr_decay", 0),
                                decay,
                                golden.number("initial_accumulator_value", 0),
                                golden.number("eps", 1e-10)));
            case "adadelta" ->
                new Adadelta(
                        parameters,
                        new Adadelta.Config(schedule, golden.number("rho", 0.9), golden.number("eps", 1e-6), decay));
            case "rprop" ->
                new Rprop(
                        parameters,
                        new Rprop.Config(
                                schedule,
                                golden.number("etaminus", 0.5),
                                golden.number("etaplus", 1.2),
                                golden.number("step_min", 1e-6),
                                golden.number("step_max", 50)));
            default -> null;
        };
    }

    private static AdamW adamW(Golden.Case golden, List<Parameter> parameters, Schedule schedule, double decay) {
        return new AdamW(
                parameters,
                AdamW.Config.defaults()
                        .withLearningRate(schedule)
                        .withBetas(golden.number("beta1", 0.9), golden.number("beta2", 0.999))
                        .withEpsilon(golden.number("eps", 1e-8))
                        .withWeightDecay(decay)
                        .withAmsgrad(golden.flag("amsgrad")));
    }

    private static Schedule schedule(Golden.Case golden) {
        double rate = golden.number("lr");
        if (!golden.has("scheduler")) {
            return Schedule.constant(rate);
        }
        return switch (golden.text("scheduler")) {
            case "steplr" -> Schedule.step(rate, golden.whole("step_size"), golden.number("gamma"));
            case "multisteplr" ->
                Schedule.multiStep(
                        rate,
                        golden.number("gamma"),
                        Arrays.stream(golden.list("milestones")).asLongStream().toArray());
            case "exponentiallr" -> Schedule.exponential(rate, golden.number("gamma"));
            case "cosineannealinglr", "cosinelr", "cosine" ->
                Schedule.cosine(rate, golden.number("eta_min", 0), golden.whole("T_max"));
            case "cosinewarmrestarts" ->
                Schedule.cosineWithRestarts(
                        rate, golden.number("eta_min", 0), golden.whole("T_0"), golden.whole("T_mult"));
            case "linearlr" ->
                Schedule.linear(
                        rate, golden.number("start_factor"), golden.number("end_factor"), golden.whole("total_iters"));
            case "constantlr" -> Schedule.reduced(rate, golden.number("factor"), golden.whole("total_iters"));
            case "polynomiallr" -> Schedule.polynomial(rate, golden.number("power"), golden.whole("total_iters"));
            case "onecyclelr" ->
                OneCycle.of(golden.number("max_lr"), golden.whole("total_steps"))
                        .withRise(golden.number("pct_start", 0.3))
                        .withDivisors(golden.number("div_factor", 25), golden.number("final_div_factor", 1e4))
                        .withStraight(
                                golden.has("anneal") && golden.text("anneal").equals("linear"))
                        .withThreePhases(golden.flag("three_phase"));
            case "cycliclr" -> cyclic(golden);
            default -> null;
        };
    }

    private static Schedule cyclic(Golden.Case golden) {
        long rise = (long) golden.number("step_size_up", 2000);
        long fall = (long) golden.number("step_size_down", rise);
        Schedule height = switch (golden.has("mode") ? golden.text("mode") : "triangular") {
            case "triangular" -> Schedule.constant(1);
            case "triangular2" -> Schedule.step(1, rise + fall, 0.5);
            case "exp_range" -> Schedule.exponential(1, golden.number("gamma", 1));
            default -> throw new AssertionError(golden.text("mode"));
        };
        return Schedule.cyclic(golden.number("base_lr"), golden.number("max_lr"), rise, fall, height);
    }

    @TestFactory
    List<DynamicTest> everyStepIsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        TreeSet<String> uncovered = new TreeSet<>();
        int covered = 0;
        for (Golden.Case golden : cases) {
            if (!golden.op().equals("optim")) {
                continue;
            }
            if (optimizer(golden, List.of(), false) == null) {
                uncovered.add(golden.name());
                continue;
            }
            covered++;
            tests.add(dynamicTest(golden + " double", () -> runEither(golden, DType.FLOAT64, new Close(1e-9, 1e-12))));
            tests.add(dynamicTest(golden + " single", () -> runEither(golden, DType.FLOAT32, Close.SINGLE)));
        }
        System.out.printf("torch-optim: %d optimizers and schedules covered, not covered: %s%n", covered, uncovered);
        assertThat(uncovered).isEmpty();
        return tests;
    }

    /** PyTorch's NAdam of today and that of its version 1.10 are two: a trajectory is one of them, from end to end. */
    private static void runEither(Golden.Case golden, DType dtype, Close close) {
        if (!golden.text("optimizer").equalsIgnoreCase("nadam")) {
            run(golden, dtype, close, false);
            return;
        }
        try {
            run(golden, dtype, close, true);
        } catch (AssertionError other) {
            // Today's PyTorch has the product of momenta in its default type, which may be single precision.
            run(golden, dtype, dtype == DType.FLOAT64 ? new Close(1e-6, 1e-8) : close, false);
        }
    }

    private static void run(Golden.Case golden, DType dtype, Close close, boolean momentumTwice) {
        var pair = new ParameterPair(
                golden.get("inp", "init_a").tensor(dtype),
                golden.get("inp", "init_b").tensor(dtype));
        Optimizer optimizer = optimizer(golden, pair.parameters(), momentumTwice);
        Tensor a = golden.get("inp", "grad_a").tensor(dtype);
        Tensor b = golden.get("inp", "grad_b").tensor(dtype);
        double[] rates = golden.get("out", "lr").doubles();
        for (int step = 0; step < rates.length; step++) {
            assertThat(optimizer.learningRate()).as("rate %d", step).isCloseTo(rates[step], within(1e-12));
            Gradients gradients = pair.gradients(a.select(0, step), b.select(0, step));
            optimizer.step(golden.flag("maximize") ? gradients.scale(-1) : gradients);
            assertThat(optimizer.stepCount()).isEqualTo(step + 1);
            check(close, "a after step " + step, pair.a, golden.get("out", "param_a"), step);
            check(close, "b after step " + step, pair.b, golden.get("out", "param_b"), step);
        }
    }

    private static void check(Close close, String what, Parameter parameter, Golden.Entry expected, int step) {
        Tensor all = expected.tensor(DType.FLOAT64);
        close.check(
                what, parameter.value().value().toDoubles(), all.select(0, step).toDoubles());
    }

    @Test
    void warmupAndCosineAreNanoGpts() {
        // The published table of CS336 counts the warm-up from 0; nanoGPT's, which is here, from 1 of one more.
        Golden.Case golden = Golden.find(cases, "sched_cs336_cosine");
        double[] expected = golden.get("out", "lr").doubles();
        int warmup = golden.whole("warmup");
        Schedule schedule =
                Schedule.warmupCosine(golden.number("max_lr"), golden.number("min_lr"), warmup, golden.whole("cycle"));
        for (int step = 0; step < expected.length; step++) {
            double wanted = step < warmup ? golden.number("max_lr") * (step + 1) / (warmup + 1) : expected[step];
            assertThat(schedule.at(step)).as("rate %d", step).isCloseTo(wanted, within(1e-12));
        }
    }

    @TestFactory
    List<DynamicTest> theRateFallsOnAPlateauAsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : cases) {
            if (golden.op().equals("lr_table") && golden.has("patience")) {
                tests.add(dynamicTest(golden.toString(), () -> checkPlateau(golden)));
            }
        }
        return tests;
    }

    private static void checkPlateau(Golden.Case golden) {
        double[] metrics = golden.get("inp", "metric").doubles();
        double[] rates = golden.get("out", "lr").doubles();
        boolean absolute =
                golden.has("threshold_mode") && golden.text("threshold_mode").equals("abs");
        var config = PlateauSchedule.Config.defaults()
                .withFactor(golden.number("factor", 0.1))
                .withPatience(golden.whole("patience"))
                .withThreshold(golden.number("threshold", 1e-4), absolute)
                .withCooldown((long) golden.number("cooldown", 0))
                .withFloor(golden.number("min_lr", 0))
                .withLeast(golden.number("eps", 1e-8))
                .withRising(golden.has("mode") && golden.text("mode").equals("max"));
        var schedule = new PlateauSchedule(golden.number("lr", 1), config);
        for (int i = 0; i < metrics.length; i++) {
            schedule.report(metrics[i]);
            assertThat(schedule.at(i)).as("rate after report %d", i).isCloseTo(rates[i], within(1e-12));
        }
    }

    @TestFactory
    List<DynamicTest> clippingByNormIsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : cases) {
            if (golden.op().equals("clip_grad_norm")) {
                tests.add(dynamicTest(golden.toString(), () -> clip(golden)));
            }
        }
        return tests;
    }

    private static void clip(Golden.Case golden) {
        double p = golden.text("norm_type").equals("inf") ? Double.POSITIVE_INFINITY : golden.number("norm_type");
        for (DType dtype : DType.values()) {
            Close close = dtype == DType.FLOAT64 ? Close.DOUBLE : Close.SINGLE;
            var pair = new ParameterPair(Tensor.zeros(dtype, Shape.of(5)), Tensor.zeros(dtype, Shape.of(3, 4)));
            Gradients gradients = pair.gradients(
                    golden.get("inp", "a").tensor(dtype), golden.get("inp", "b").tensor(dtype));
            close.check(
                    "norm",
                    new double[] {gradients.norm(p)},
                    golden.get("out", "total_norm").doubles());
            Gradients clipped = gradients.clipByNorm(golden.number("max_norm"), p);
            close.check("a", clipped.of(pair.a.value()), golden.get("out", "a"));
            close.check("b", clipped.of(pair.b.value()), golden.get("out", "b"));
        }
    }

    @TestFactory
    List<DynamicTest> clippingByValueIsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : cases) {
            if (golden.op().equals("clip_grad_value")) {
                tests.add(dynamicTest(golden.toString(), () -> clipByValue(golden)));
            }
        }
        return tests;
    }

    private static void clipByValue(Golden.Case golden) {
        double limit = golden.number(golden.has("clip_value") ? "clip_value" : "max_value");
        for (DType dtype : DType.values()) {
            Close close = dtype == DType.FLOAT64 ? Close.DOUBLE : Close.SINGLE;
            var pair = new ParameterPair(Tensor.zeros(dtype, Shape.of(5)), Tensor.zeros(dtype, Shape.of(3, 4)));
            Gradients clipped = pair.gradients(
                            golden.get("inp", "a").tensor(dtype),
                            golden.get("inp", "b").tensor(dtype))
                    .clipByValue(limit);
            close.check("a", clipped.of(pair.a.value()), golden.get("out", "a"));
            close.check("b", clipped.of(pair.b.value()), golden.get("out", "b"));
        }
    }

    @TestFactory
    List<DynamicTest> theWayDownRosenbrocksValleyIsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : cases) {
            if (golden.op().equals("rosenbrock")) {
                tests.add(dynamicTest(golden.toString(), () -> descendEither(golden)));
            }
        }
        return tests;
    }

    private static void descendEither(Golden.Case golden) {
        try {
            descend(golden, true);
        } catch (AssertionError other) {
            descend(golden, false);
        }
    }

    private static void descend(Golden.Case golden, boolean momentumTwice) {
        double[] start = new double[2];
        String[] words = golden.text("start").split(",");
        for (int i = 0; i < 2; i++) {
            start[i] = Double.parseDouble(words[i]);
        }
        var pair = new ParameterPair(Tensor.of(start), Tensor.zeros(DType.FLOAT64, Shape.of(1)));
        Optimizer optimizer = optimizer(golden, pair.parameters(), momentumTwice);
        assertThat(optimizer).as("an optimizer for %s", golden).isNotNull();
        double[] path = golden.get("out", "x").doubles();
        double[] heights = golden.get("out", "f").doubles();
        for (int step = 0; step < heights.length; step++) {
            Variable x = pair.a.value().select(0, 0);
            Variable y = pair.a.value().select(0, 1);
            Variable one = x.constant(1);
            Variable f = one.sub(x).square().add(y.sub(x.square()).square().mul(100));
            // The valley is curved: rounding errors grow on the way.
            Close close = new Close(1e-8, 1e-10);
            close.check("height before step " + step, new double[] {f.item()}, new double[] {heights[step]});
            optimizer.step(f.backward());
            close.check("place after step " + step, pair.a.value().value().toDoubles(), new double[] {
                path[2 * step], path[2 * step + 1]
            });
        }
    }
}
