package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.optim.Adadelta;
import dev.lanewise.nn.optim.Adagrad;
import dev.lanewise.nn.optim.Adam;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Adamax;
import dev.lanewise.nn.optim.NAdam;
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

    /** Two parameters, a and b. */
    private static final class Pair extends Layer {
        private final Parameter a;
        private final Parameter b;

        Pair(Tensor a, Tensor b) {
            this.a = parameter("a", a.shape(), (rng, dtype, shape) -> a);
            this.b = parameter("b", b.shape(), (rng, dtype, shape) -> b);
            this.a.assign(a);
            this.b.assign(b);
        }

        /** Gradients that are just those. */
        Gradients gradients(Tensor ofA, Tensor ofB) {
            Variable sum = a.value().mul(Variable.constantOf(ofA)).sum();
            return sum.add(b.value().mul(Variable.constantOf(ofB)).sum()).backward();
        }
    }

    /** The optimizer of a case with its schedule; null if there is none like it here. */
    private static Optimizer optimizer(Golden.Case golden, List<Parameter> parameters) {
        Schedule schedule = schedule(golden);
        if (schedule == null || golden.flag("maximize") || golden.flag("decoupled_weight_decay")) {
            return null;
        }
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
                new Adam(parameters, new Adam.Config(schedule, beta1, beta2, epsilon, decay, golden.flag("amsgrad")));
            case "adamw" ->
                new AdamW(
                        parameters,
                        AdamW.Config.defaults()
                                .withLearningRate(schedule)
                                .withBetas(beta1, beta2)
                                .withEpsilon(epsilon)
                                .withWeightDecay(golden.number("weight_decay", 0.01))
                                .withAmsgrad(golden.flag("amsgrad")));
            case "adamax" -> new Adamax(parameters, new Adamax.Config(schedule, beta1, beta2, epsilon, decay));
            // These trajectories are of a PyTorch as old as 1.10: today's differ in the first step.
            case "nadam" ->
                new NAdam(
                        parameters,
                        new NAdam.Config(
                                schedule, beta1, beta2, epsilon, decay, golden.number("momentum_decay", 4e-3), true));
            case "radam" -> new RAdam(parameters, new RAdam.Config(schedule, beta1, beta2, epsilon, decay));
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
                golden.text("anneal").equals("cos")
                        ? Schedule.oneCycle(
                                golden.number("max_lr"),
                                golden.whole("total_steps"),
                                golden.number("pct_start"),
                                golden.number("div_factor"),
                                golden.number("final_div_factor"))
                        : null;
            default -> null;
        };
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
            if (optimizer(golden, List.of()) == null) {
                uncovered.add(golden.name());
                continue;
            }
            covered++;
            tests.add(dynamicTest(golden + " double", () -> run(golden, DType.FLOAT64, new Close(1e-9, 1e-12))));
            tests.add(dynamicTest(golden + " single", () -> run(golden, DType.FLOAT32, Close.SINGLE)));
        }
        System.out.printf("torch-optim: %d optimizers and schedules covered, not covered: %s%n", covered, uncovered);
        assertThat(uncovered).isEmpty();
        return tests;
    }

    private static void run(Golden.Case golden, DType dtype, Close close) {
        var pair = new Pair(
                golden.get("inp", "init_a").tensor(dtype),
                golden.get("inp", "init_b").tensor(dtype));
        Optimizer optimizer = optimizer(golden, pair.parameters());
        Tensor a = golden.get("inp", "grad_a").tensor(dtype);
        Tensor b = golden.get("inp", "grad_b").tensor(dtype);
        double[] rates = golden.get("out", "lr").doubles();
        for (int step = 0; step < rates.length; step++) {
            assertThat(optimizer.learningRate()).as("rate %d", step).isCloseTo(rates[step], within(1e-12));
            optimizer.step(pair.gradients(a.select(0, step), b.select(0, step)));
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

    @Test
    void theRateFallsOnAPlateauAsTorchs() {
        Golden.Case golden = Golden.find(cases, "sched_reducelronplateau");
        double[] metrics = golden.get("inp", "metric").doubles();
        double[] rates = golden.get("out", "lr").doubles();
        var config = new PlateauSchedule.Config(
                golden.number("factor"),
                golden.whole("patience"),
                golden.number("threshold"),
                golden.whole("cooldown"),
                0,
                golden.text("mode").equals("max"));
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
            var pair = new Pair(Tensor.zeros(dtype, Shape.of(5)), Tensor.zeros(dtype, Shape.of(3, 4)));
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
    List<DynamicTest> theWayDownRosenbrocksValleyIsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : cases) {
            if (golden.op().equals("rosenbrock")) {
                tests.add(dynamicTest(golden.toString(), () -> descend(golden)));
            }
        }
        return tests;
    }

    private static void descend(Golden.Case golden) {
        double[] start = new double[2];
        String[] words = golden.text("start").split(",");
        for (int i = 0; i < 2; i++) {
            start[i] = Double.parseDouble(words[i]);
        }
        var pair = new Pair(Tensor.of(start), Tensor.zeros(DType.FLOAT64, Shape.of(1)));
        Optimizer optimizer = optimizer(golden, pair.parameters());
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
