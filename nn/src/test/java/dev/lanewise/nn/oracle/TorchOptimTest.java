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
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
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

    /**
     * The optimizer of a case with its schedule; null if there is none like it here. Adam without weight decay is AdamW
     * without.
     */
    private static Optimizer optimizer(Golden.Case golden, List<Parameter> parameters) {
        Schedule schedule = schedule(golden);
        boolean adam = golden.text("optimizer").equals("Adam") && golden.number("weight_decay", 0) == 0;
        if (schedule == null || golden.flag("amsgrad")) {
            return null;
        } else if (golden.text("optimizer").equals("SGD")) {
            return new Sgd(
                    parameters,
                    new Sgd.Config(
                            schedule,
                            golden.number("momentum", 0),
                            golden.number("dampening", 0),
                            golden.number("weight_decay", 0),
                            golden.flag("nesterov")));
        } else if (golden.text("optimizer").equals("AdamW") || adam) {
            return new AdamW(
                    parameters,
                    AdamW.Config.defaults()
                            .withLearningRate(schedule)
                            .withBetas(golden.number("beta1"), golden.number("beta2"))
                            .withEpsilon(golden.number("eps"))
                            .withWeightDecay(golden.number("weight_decay")));
        }
        return null;
    }

    /**
     * A schedule is a function of the step: those of PyTorch that are not here are one line each, as a user would write
     * it.
     */
    private static Schedule schedule(Golden.Case golden) {
        double rate = golden.number("lr");
        if (!golden.has("scheduler")) {
            return Schedule.constant(rate);
        }
        return switch (golden.text("scheduler")) {
            case "steplr" -> step -> rate * StrictMath.pow(golden.number("gamma"), step / golden.whole("step_size"));
            case "constantlr" -> step -> step < golden.whole("total_iters") ? rate * golden.number("factor") : rate;
            case "polynomiallr" ->
                step -> rate
                        * StrictMath.pow(
                                1 - Math.min(1, (double) step / golden.whole("total_iters")), golden.number("power"));
            case "linearlr" ->
                step -> {
                    double share = Math.min(1, (double) step / golden.whole("total_iters"));
                    return rate * (golden.number("start_factor") * (1 - share) + golden.number("end_factor") * share);
                };
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
        assertThat(covered).isGreaterThanOrEqualTo(14);
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
    void clippingByNormIsTorchs() {
        Golden.Case golden = Golden.find(cases, "clip_norm_1_2");
        for (DType dtype : DType.values()) {
            Close close = dtype == DType.FLOAT64 ? Close.DOUBLE : Close.SINGLE;
            var pair = new Pair(Tensor.zeros(dtype, Shape.of(5)), Tensor.zeros(dtype, Shape.of(3, 4)));
            Gradients gradients = pair.gradients(
                    golden.get("inp", "a").tensor(dtype), golden.get("inp", "b").tensor(dtype));
            close.check(
                    "norm",
                    new double[] {gradients.norm()},
                    golden.get("out", "total_norm").doubles());
            Gradients clipped = gradients.clipByNorm(golden.number("max_norm"));
            close.check("a", clipped.of(pair.a.value()), golden.get("out", "a"));
            close.check("b", clipped.of(pair.b.value()), golden.get("out", "b"));
        }
    }

    @TestFactory
    List<DynamicTest> theWayDownRosenbrocksValleyIsTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : List.of("rosenbrock_sgd", "rosenbrock_adamw")) {
            Golden.Case golden = Golden.find(cases, name);
            tests.add(dynamicTest(
                    name,
                    () -> descend(
                            golden,
                            parameters -> name.endsWith("sgd")
                                    ? new Sgd(parameters, Sgd.Config.of(golden.number("lr")))
                                    : new AdamW(
                                            parameters,
                                            AdamW.Config.defaults().withLearningRate(golden.number("lr"))))));
        }
        return tests;
    }

    private interface Maker {
        Optimizer of(List<Parameter> parameters);
    }

    private static void descend(Golden.Case golden, Maker maker) {
        double[] start = new double[2];
        String[] words = golden.text("start").split(",");
        for (int i = 0; i < 2; i++) {
            start[i] = Double.parseDouble(words[i]);
        }
        var pair = new Pair(Tensor.of(start), Tensor.zeros(DType.FLOAT64, Shape.of(1)));
        Optimizer optimizer = maker.of(pair.parameters());
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
