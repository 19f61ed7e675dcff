package dev.lanewise.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private final Linear layer = new Linear(3, 2);

    OptimizerTest() {
        layer.init(Rng.of(1));
    }

    private Variable loss() {
        return layer.forward(Variable.constantOf(Tensor.ones(4, 3))).square().sum();
    }

    @Test
    void plainDescentSubtractsRateTimesGradient() {
        Gradients gradients = loss().backward();
        Tensor before = layer.state().get("weight");
        new Sgd(layer.parameters(), Sgd.Config.of(0.25)).step(gradients);
        Tensor expected = before.sub(gradients.of(layer.weight().value()).mul(0.25));
        assertThat(layer.state().get("weight")).isEqualTo(expected);
    }

    @Test
    void clippingIsAppliedInTheStep() {
        Gradients gradients = loss().backward();
        Tensor before = layer.state().get("weight");
        new Sgd(layer.parameters(), Sgd.Config.of(1)).step(gradients.clipByNorm(0.5));
        Tensor moved = before.sub(layer.state().get("weight"));
        Tensor expected = gradients.of(layer.weight().value()).mul(0.5 / (gradients.norm() + 1e-6));
        assertThat(moved.sub(expected).normInf(Axes.all()).item()).isLessThan(1e-6);
    }

    @Test
    void parametersWithoutAGradientStayAsTheyAreDecayAndAll() {
        Linear other = new Linear(2, 2);
        other.init(Rng.of(2));
        Tensor before = other.state().get("weight");
        List<Parameter> both = new ArrayList<>(layer.parameters());
        both.addAll(other.parameters());
        var optimizer = new AdamW(both, AdamW.Config.defaults().withWeightDecay(0.5));
        Tensor own = layer.state().get("weight");
        optimizer.step(loss().backward());
        assertThat(other.state().get("weight")).isEqualTo(before);
        assertThat(layer.state().get("weight")).isNotEqualTo(own);
    }

    @Test
    void weightDecayHoldsForTheParametersNamed() {
        Gradients none = layer.parameters().stream()
                .map(parameter -> parameter.value().mul(0).sum())
                .reduce(Variable::add)
                .orElseThrow()
                .backward();
        Tensor weight = layer.state().get("weight");
        Tensor bias = layer.state().get("bias");
        var config = AdamW.Config.defaults()
                .withLearningRate(0.1)
                .withWeightDecay(0.5, one -> one.shape().rank() == 2);
        new AdamW(layer.parameters(), config).step(none);
        assertThat(layer.state().get("bias")).isEqualTo(bias);
        assertThat(layer.state().get("weight")).isEqualTo(weight.mul(1 - 0.1 * 0.5));
    }

    @Test
    void theRateIsThatOfTheStep() {
        var optimizer = new Sgd(layer.parameters(), Sgd.Config.of(0).withLearningRate(step -> step + 1));
        assertThat(optimizer.learningRate()).isEqualTo(1);
        optimizer.step(loss().backward());
        assertThat(optimizer.learningRate()).isEqualTo(2);
        assertThat(optimizer.stepCount()).isEqualTo(1);
    }

    @Test
    void gradientsTakenBeforeAStepCannotBeTakenAfterIt() {
        Variable loss = loss();
        Gradients gradients = loss.backward();
        new Sgd(layer.parameters(), Sgd.Config.of(0.1)).step(gradients);
        Variable deep = layer.forward(Variable.of(Tensor.ones(4, 3))).sum();
        new Sgd(layer.parameters(), Sgd.Config.of(0.1)).step(gradients);
        assertThatThrownBy(deep::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("weight was changed since the forward pass");
    }

    @Test
    void impossibleSettingsAreErrors() {
        assertThatThrownBy(() -> AdamW.Config.defaults().withBetas(1, 0.9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("AdamW: beta1 1.0, expected at least 0 and below 1.0");
        assertThatThrownBy(() -> AdamW.Config.defaults().withBetas(0.9, -0.1)).hasMessageContaining("beta2 -0.1");
        assertThatThrownBy(() -> AdamW.Config.defaults().withEpsilon(Double.NaN))
                .hasMessageContaining("epsilon NaN");
        assertThatThrownBy(() -> AdamW.Config.defaults().withWeightDecay(-1)).hasMessageContaining("weight decay -1.0");
        assertThatThrownBy(() -> Sgd.Config.of(0.1).withMomentum(1, false)).hasMessageContaining("Sgd: momentum 1.0");
        assertThatThrownBy(() -> Sgd.Config.of(0.1).withMomentum(0, true))
                .hasMessage("Sgd: Nesterov needs momentum and no dampening, given were 0.0 and 0.0");
        assertThatThrownBy(() -> Sgd.Config.of(0.1).withMomentum(0.9, true).withDampening(0.1))
                .hasMessageContaining("Nesterov needs momentum and no dampening");
        for (double wrong : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Sgd.Config.of(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("schedule: learning rate %s is not a number of at least 0", wrong);
        }
    }

    @Test
    void warmupRisesAndTheCosineFalls() {
        Schedule schedule = Schedule.warmupCosine(1, 0.1, 9, 29);
        assertThat(schedule.at(0)).isEqualTo(0.1);
        assertThat(schedule.at(8)).isEqualTo(0.9);
        assertThat(schedule.at(9)).isEqualTo(1);
        assertThat(schedule.at(19)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.at(29)).isEqualTo(0.1);
        assertThat(schedule.at(1_000_000)).isEqualTo(0.1);
        assertThat(Schedule.constant(0.3).at(12345)).isEqualTo(0.3);
        assertThatThrownBy(() -> Schedule.warmupCosine(1, 0.1, 30, 29))
                .hasMessage("warmupCosine: 30 steps of warm-up, 29 in all; expected 0 ≤ warm-up ≤ all");
        assertThatThrownBy(() -> Schedule.warmupCosine(-1, 0.1, 3, 29)).hasMessageContaining("peak -1.0");
    }

    private static List<Optimizer> all(List<Parameter> parameters) {
        return List.of(
                new Sgd(parameters, Sgd.Config.of(0.01).withMomentum(0.9, false).withDampening(0.5)),
                new Adam(parameters, Adam.Config.defaults().withWeightDecay(0.01)),
                new Adam(parameters, Adam.Config.defaults().withAmsgrad(true)),
                new AdamW(parameters, AdamW.Config.defaults()),
                new AdamW(parameters, AdamW.Config.defaults().withAmsgrad(true)),
                new Adamax(parameters, Adamax.Config.defaults()),
                new NAdam(parameters, NAdam.Config.defaults()),
                new RAdam(parameters, RAdam.Config.defaults().withLearningRate(Schedule.exponential(0.01, 0.9))),
                new RmsProp(
                        parameters, RmsProp.Config.defaults().withCentered(true).withMomentum(0.5)),
                new Adagrad(parameters, Adagrad.Config.defaults().withInitial(0.1)),
                new Adadelta(parameters, Adadelta.Config.defaults()),
                new Rprop(parameters, Rprop.Config.defaults()),
                new Asgd(parameters, Asgd.Config.defaults().withStart(2)),
                new Adafactor(parameters, Adafactor.Config.defaults()));
    }

    @Test
    void aRestoredTrainingGoesOnAsIfThereHadBeenNoBreak() {
        for (int kind = 0; kind < all(List.of()).size(); kind++) {
            layer.init(Rng.of(1));
            Optimizer whole = all(layer.parameters()).get(kind);
            for (int step = 0; step < 3; step++) {
                whole.step(loss().backward());
            }
            OptimizerState middle = whole.state();
            Map<String, Tensor> weights = layer.state();
            for (int step = 0; step < 8; step++) {
                whole.step(loss().backward());
            }
            Map<String, Tensor> expected = layer.state();
            layer.load(weights);
            Optimizer resumed = all(layer.parameters()).get(kind);
            resumed.restore(middle);
            assertThat(resumed.stepCount()).isEqualTo(3);
            for (int step = 0; step < 8; step++) {
                resumed.step(loss().backward());
            }
            assertThat(layer.state()).as(whole.getClass().getSimpleName()).isEqualTo(expected);
            assertThat(resumed.state()).isEqualTo(whole.state());
        }
    }

    @Test
    void aStateThatDoesNotFitChangesNothing() {
        var optimizer = new AdamW(layer.parameters(), AdamW.Config.defaults());
        optimizer.step(loss().backward());
        OptimizerState own = optimizer.state();
        Map<String, Tensor> wrong = new LinkedHashMap<>(own.tensors());
        wrong.put("weight.mean", Tensor.zeros(3, 2));
        wrong.put("weight.velocity", Tensor.zeros(2, 3));
        assertThatThrownBy(() -> optimizer.restore(new OptimizerState(7, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weight.mean has shape [3, 2]")
                .hasMessageContaining("unknown weight.velocity [2, 3]");
        assertThat(optimizer.state()).isEqualTo(own);
    }

    @Test
    void groupsHaveSettingsOfTheirOwn() {
        Map<String, Tensor> before = layer.state();
        var still = new Sgd(List.of(layer.parameters().get(0)), Sgd.Config.of(0));
        var moving = new Adam(List.of(layer.parameters().get(1)), Adam.Config.defaults());
        var both = new GroupedOptimizer(still, moving);
        both.step(loss().backward());
        assertThat(layer.state().get("weight")).isEqualTo(before.get("weight"));
        assertThat(layer.state().get("bias")).isNotEqualTo(before.get("bias"));
        assertThatThrownBy(() -> new GroupedOptimizer(still, still)).hasMessageContaining("two groups adjust weight");
    }

    @Test
    void averagesFollowAndArePutInPlaceForAWhile() {
        var averages = new AveragedWeights(layer.parameters(), 0.75);
        Parameter weight = layer.parameters().get(0);
        Tensor first = layer.state().get("weight");
        new Sgd(layer.parameters(), Sgd.Config.of(0.01)).step(loss().backward());
        averages.update();
        Tensor second = layer.state().get("weight");
        Tensor expected = first.add(second.sub(first).mul(0.25));
        assertThat(averages.of(weight)).isEqualTo(expected);
        averages.use(() -> assertThat(layer.state().get("weight")).isEqualTo(expected));
        assertThatThrownBy(() -> averages.use(() -> {
                    throw new IllegalStateException("in between");
                }))
                .hasMessage("in between");
        assertThat(layer.state().get("weight")).isEqualTo(second);
    }

    @Test
    void averagesGoOnFromTheirState() {
        var averages = new AveragedWeights(layer.parameters(), 0.75);
        var optimizer = new Sgd(layer.parameters(), Sgd.Config.of(0.01));
        optimizer.step(loss().backward());
        averages.update();
        Map<String, Tensor> state = averages.state();
        var later = new AveragedWeights(layer.parameters(), 0.75);
        later.restore(state);
        optimizer.step(loss().backward());
        averages.update();
        later.update();
        assertThat(later.state()).isEqualTo(averages.state()).isNotEqualTo(state);
        Map<String, Tensor> before = later.state();
        assertThatThrownBy(() -> later.restore(Map.of("weight", Tensor.scalar(1), "wieght", Tensor.scalar(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weight has shape [] and type FLOAT32, expected")
                .hasMessageContaining("missing bias")
                .hasMessageContaining("unknown wieght []");
        assertThat(later.state()).isEqualTo(before);
    }

    /** Dozat 2016, the algorithm of its page 3, written out. */
    @Test
    void nAdamIsThePapers() {
        layer.init(Rng.of(1), DType.FLOAT64);
        double p = layer.state().get("bias").at(0);
        var optimizer = new NAdam(layer.parameters(), NAdam.Config.defaults());
        double mean = 0;
        double variance = 0;
        double product = 1;
        for (int t = 1; t <= 5; t++) {
            Gradients gradients = layer.forward(Variable.constantOf(Tensor.ones(DType.FLOAT64, Shape.of(4, 3))))
                    .square()
                    .sum()
                    .backward();
            double g = gradients.of(layer.parameters().get(1).value()).at(0);
            double now = 0.9 * (1 - 0.5 * Math.pow(0.96, 0.004 * t));
            double next = 0.9 * (1 - 0.5 * Math.pow(0.96, 0.004 * (t + 1)));
            product *= now;
            mean = 0.9 * mean + 0.1 * g;
            variance = 0.999 * variance + 0.001 * g * g;
            double ahead = next * mean / (1 - product * next) + (1 - now) * g / (1 - product);
            p -= 0.002 * ahead / (Math.sqrt(variance / (1 - Math.pow(0.999, t))) + 1e-8);
            optimizer.step(gradients);
            assertThat(layer.state().get("bias").at(0)).isCloseTo(p, within(1e-12));
        }
    }

    /** The weight after steps with gradients 1, 2, 3 .. as PyTorch 2.13 has it. */
    @Test
    void decayMayBeDecoupledInOtherAdamsToo() {
        Map<String, Tensor> start =
                Map.of("weight", Tensor.of(new double[] {2}, 1, 1), "bias", Tensor.of(new double[] {0}));
        Linear one = new Linear(1, 1);
        List<Optimizer> optimizers = List.of(
                new NAdam(
                        one.parameters(),
                        NAdam.Config.defaults()
                                .withLearningRate(0.1)
                                .withWeightDecay(0.5)
                                .withDecoupled(true)),
                new RAdam(
                        one.parameters(),
                        RAdam.Config.defaults()
                                .withLearningRate(0.1)
                                .withWeightDecay(0.5)
                                .withDecoupled(true)));
        double[] expected = {0.7788125335026498, 0.515546863741379};
        for (int kind = 0; kind < expected.length; kind++) {
            one.load(start);
            for (int i = 1; i <= 7; i++) {
                optimizers.get(kind).step(one.weight().value().sum().mul(i).backward());
            }
            assertThat(one.state().get("weight").item()).isCloseTo(expected[kind], within(1e-12));
        }
    }

    /** A parameter's corrections for the first steps are those of its own steps, as PyTorch counts them. */
    @Test
    void aParameterThatGetsGradientsLaterMovesAsIfItWereAlone() {
        for (int kind = 0; kind < all(List.of()).size(); kind++) {
            layer.init(Rng.of(1));
            Parameter weight = layer.parameters().get(0);
            Optimizer alone = all(List.of(weight)).get(kind);
            if (alone instanceof RAdam) {
                continue; // its schedule counts all steps
            }
            for (int step = 0; step < 3; step++) {
                alone.step(weight.value().square().sum().backward());
            }
            Tensor expected = layer.state().get("weight");
            layer.init(Rng.of(1));
            Optimizer both = all(layer.parameters()).get(kind);
            both.step(layer.parameters().get(1).value().sum().backward());
            both.step(weight.value().square().sum().backward());
            Optimizer resumed = all(layer.parameters()).get(kind);
            resumed.restore(both.state());
            for (int step = 0; step < 2; step++) {
                resumed.step(weight.value().square().sum().backward());
            }
            assertThat(layer.state().get("weight"))
                    .as(both.getClass().getSimpleName())
                    .isEqualTo(expected);
        }
    }

    @Test
    void aParameterWithoutValuesStopsTheStepBeforeAnythingIsChanged() {
        List<Parameter> both = new ArrayList<>(layer.parameters());
        both.addAll(new Linear(2, 2).parameters());
        Tensor before = layer.state().get("weight");
        var optimizer = new Sgd(both, Sgd.Config.of(1));
        assertThatThrownBy(() -> optimizer.step(loss().backward())).hasMessageContaining("weight has no values yet");
        assertThat(layer.state().get("weight")).isEqualTo(before);
        assertThat(optimizer.stepCount()).isZero();
    }

    @Test
    void aParameterGivenTwiceIsRefused() {
        List<Parameter> twice = new ArrayList<>(layer.parameters());
        twice.addAll(layer.parameters());
        assertThatThrownBy(() -> new Adam(twice, Adam.Config.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Adam: the parameter weight is given twice");
    }

    @Test
    void aStateThatLacksSomethingChangesNothing() {
        var optimizer = new Adam(layer.parameters(), Adam.Config.defaults());
        optimizer.step(loss().backward());
        OptimizerState own = optimizer.state();
        Map<String, Tensor> less = new LinkedHashMap<>(own.tensors());
        less.remove("bias.variance");
        assertThatThrownBy(() -> optimizer.restore(new OptimizerState(1, less)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing bias.variance [2]");
        assertThat(optimizer.state()).isEqualTo(own);
    }

    @Test
    void aRateThatIsNoNumberStopsTheStep() {
        Tensor before = layer.state().get("weight");
        Sgd optimizer =
                new Sgd(layer.parameters(), Sgd.Config.of(1).withLearningRate(step -> step == 1 ? Double.NaN : 0.0));
        optimizer.step(loss().backward());
        assertThatThrownBy(() -> optimizer.step(loss().backward()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Sgd: the schedule gives the rate NaN for step 1");
        assertThat(layer.state().get("weight")).isEqualTo(before);
        assertThat(optimizer.stepCount()).isEqualTo(1);
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> RmsProp.Config.defaults().withAlpha(1)).hasMessageContaining("RmsProp: alpha 1.0");
        assertThatThrownBy(() -> Rprop.Config.defaults().withGrow(1)).hasMessageContaining("Rprop: grow 1.0");
        assertThatThrownBy(() -> Adagrad.Config.defaults().withEpsilon(Double.NaN))
                .hasMessageContaining("Adagrad: epsilon NaN");
        assertThatThrownBy(() -> Rprop.Config.defaults().withSmallest(60))
                .hasMessageContaining("steps of 60.0 to 50.0");
        assertThatThrownBy(() -> Rprop.Config.defaults().withShrink(0)).hasMessageContaining("Rprop: shrink 0.0");
        assertThatThrownBy(() -> Schedule.step(0.1, 0, 0.5)).hasMessageContaining("step: 0");
        assertThatThrownBy(() -> Schedule.reduced(0.1, 0.5, -1)).hasMessageContaining("reduced: -1 steps");
        assertThatThrownBy(() -> Schedule.constant(1).then(-1, Schedule.constant(2)))
                .hasMessageContaining("then: -1 steps");
        assertThatThrownBy(() -> Schedule.oneCycle(0.1, 10, 1.5, 25, 1e4)).hasMessageContaining("rise 1.5");
    }

    @Test
    void schedulesFollowEachOther() {
        Schedule both = Schedule.linear(0.1, 0.5, 1, 2).then(2, Schedule.exponential(0.1, 0.5));
        assertThat(both.at(0)).isEqualTo(0.05);
        assertThat(both.at(1)).isCloseTo(0.075, within(1e-15));
        assertThat(both.at(2)).isEqualTo(0.1);
        assertThat(both.at(4)).isEqualTo(0.025);
        assertThat(both.times(Schedule.constant(2)).at(2)).isEqualTo(0.2);
        assertThat(Schedule.oneCycle(0.5, 31).at(500)).isCloseTo(0.5 / 25 / 1e4, within(1e-15));
    }
}
