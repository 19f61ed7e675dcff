package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Lbfgs;
import dev.lanewise.nn.train.Trainer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FreezingTest {
    private final Linear first = new Linear(3, 4);
    private final Linear last = new Linear(4, 2);
    private final Sequential model = new Sequential(first, Activation.tanh(), last);
    private final Variable x = Variable.constantOf(Rng.of(2).normal(DType.FLOAT64, Shape.of(5, 3), 0, 1));

    FreezingTest() {
        model.init(Rng.of(1), DType.FLOAT64);
    }

    private Gradients gradients() {
        return model.forward(x, Pass.inference()).square().sum().backward();
    }

    @Test
    void whatIsFrozenHasNoGradientAndDoesNotCountForTheNorm() {
        Variable weight = last.weight().value();
        Gradients all = gradients();
        first.setFrozen(true);
        Gradients some = gradients();
        assertThat(some.of(weight)).isEqualTo(all.of(weight));
        assertThat(some.norm())
                .isCloseTo(
                        Math.sqrt(last.parameters().stream()
                                .mapToDouble(
                                        parameter -> all.of(parameter.value()).sumOfSquares())
                                .sum()),
                        within(1e-12))
                .isLessThan(all.norm());
        assertThat(first.weight().isFrozen()).isTrue();
        assertThat(first.weight().value().needsGradient()).isFalse();
        first.setFrozen(false);
        assertThat(gradients().of(first.weight().value()))
                .isEqualTo(all.of(first.weight().value()));
    }

    /** Also of what is computed after: gradients pass through a frozen layer to those before it. */
    @Test
    void gradientsPassThroughAFrozenLayer() {
        Variable weight = first.weight().value();
        Tensor whole = gradients().of(weight);
        last.setFrozen(true);
        assertThat(gradients().of(weight)).isEqualTo(whole);
    }

    @Test
    void anOptimizerLeavesAloneWhatIsFrozenEvenIfItHasMomentum() {
        var optimizer = new AdamW(model.parameters(), AdamW.Config.defaults().withWeightDecay(0.1));
        optimizer.step(gradients());
        first.setFrozen(true);
        Map<String, Tensor> before = model.state();
        optimizer.step(gradients());
        Map<String, Tensor> after = model.state();
        assertThat(after.get("0.weight")).isEqualTo(before.get("0.weight"));
        assertThat(after.get("0.bias")).isEqualTo(before.get("0.bias"));
        assertThat(after.get("2.weight")).isNotEqualTo(before.get("2.weight"));
        first.setFrozen(false);
        optimizer.step(gradients());
        assertThat(model.state().get("0.weight")).isNotEqualTo(before.get("0.weight"));
    }

    /** What it has learned before of the curvature also says where to go along what is frozen now. */
    @Test
    void lbfgsLeavesAloneWhatIsFrozenAfterSomeSteps() {
        var optimizer = new Lbfgs(model.parameters(), Lbfgs.Config.defaults().withIterations(3));
        Supplier<Variable> loss =
                () -> model.forward(x, Pass.inference()).sub(1).square().sum();
        optimizer.step(loss);
        first.setFrozen(true);
        List<Tensor> frozen = values(first);
        List<Tensor> trained = values(last);
        optimizer.step(loss);
        assertThat(values(first)).isEqualTo(frozen);
        assertThat(values(last)).isNotEqualTo(trained);
    }

    private static List<Tensor> values(Layer layer) {
        return layer.parameters().stream()
                .map(parameter -> parameter.storage().snapshot())
                .toList();
    }

    @Test
    void theTrainerTrainsTheRest() {
        first.setFrozen(true);
        Map<String, Tensor> before = model.state();
        new Trainer<>(
                        model,
                        new AdamW(model.parameters(), AdamW.Config.defaults()),
                        Trainer.Config.defaults(),
                        (network, batch, pass) -> network.forward(batch.inputs(), pass),
                        (outputs, batch) -> Losses.mse(outputs, batch.targets()))
                .train(
                        Dataset.of(x.value(), Tensor.zeros(DType.FLOAT64, Shape.of(5, 2)))
                                .batches(2),
                        1);
        assertThat(model.state().get("0.weight")).isEqualTo(before.get("0.weight"));
        assertThat(model.state().get("2.weight")).isNotEqualTo(before.get("2.weight"));
    }

    @Test
    void valuesCanBeLoadedIntoWhatIsFrozen() {
        Linear layer = new Linear(1, 1);
        layer.setFrozen(true);
        for (double value : List.of(2.0, 3.0)) {
            Tensor number = Tensor.scalar(DType.FLOAT64, value);
            layer.load(Map.of("weight", number.reshape(1, 1), "bias", number.reshape(1)));
            assertThat(layer.weight().value().item()).isEqualTo(value);
        }
    }
}
