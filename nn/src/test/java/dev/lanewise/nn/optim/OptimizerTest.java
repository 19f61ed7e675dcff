package dev.lanewise.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
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
}
