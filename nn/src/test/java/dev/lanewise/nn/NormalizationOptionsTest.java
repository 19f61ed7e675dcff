package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.junit.jupiter.api.Test;

class NormalizationOptionsTest {
    private final Rng rng = Rng.of(3);

    private Tensor batch(int number) {
        return rng.stream(number).normal(DType.FLOAT64, Shape.of(4, 2), number, 1 + number);
    }

    @Test
    void cumulativeStatisticsAreTheMeansOfThoseOfAllBatches() {
        var layer = new BatchNorm1d(2, BatchNorm.Config.DEFAULTS.withCumulative(true));
        layer.init(rng, DType.FLOAT64);
        double mean = 0;
        double variance = 0;
        for (int i = 0; i < 3; i++) {
            Tensor x = batch(i);
            layer.forward(Variable.of(x), Pass.training(rng, i));
            Tensor first = x.select(1, 0);
            mean += first.mean().item() / 3;
            variance += first.sub(first.mean().item()).square().sum().item() / 3 / 3; // of 4 elements: unbiased
        }
        assertThat(layer.state().get("running_mean").at(0)).isCloseTo(mean, within(1e-12));
        assertThat(layer.state().get("running_var").at(0)).isCloseTo(variance, within(1e-12));
    }

    @Test
    void withoutWeightAndBiasThereAreNoParameters() {
        var batchNorm = new BatchNorm1d(2, BatchNorm.Config.DEFAULTS.withAffine(false));
        var groupNorm = new GroupNorm(1, 2, false, 1e-5);
        assertThat(batchNorm.parameters()).isEmpty();
        assertThat(groupNorm.parameters()).isEmpty();
        batchNorm.init(rng, DType.FLOAT64);
        Tensor x = batch(1);
        Tensor normal = batchNorm.forward(Variable.of(x), Pass.training(rng, 0)).value();
        assertThat(normal.select(1, 1).mean().item()).isCloseTo(0, within(1e-12));
        assertThat(normal.select(1, 1).square().mean().item()).isCloseTo(1, within(1e-4));
        Tensor rows = groupNorm.forward(Variable.of(x), Pass.inference()).value();
        assertThat(rows.select(0, 1).mean().item()).isCloseTo(0, within(1e-12));
    }

    @Test
    void anEpsilonThatIsNoNumberIsRefused() {
        for (double wrong : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new LayerNorm(3, true, wrong)).hasMessageContaining("LayerNorm: epsilon " + wrong);
            assertThatThrownBy(() -> new RmsNorm(3, wrong)).hasMessageContaining("RmsNorm: epsilon " + wrong);
            assertThatThrownBy(() -> new GroupNorm(1, 3, wrong)).hasMessageContaining("GroupNorm: epsilon " + wrong);
            assertThatThrownBy(() -> new BatchNorm2d(3, wrong, 0.1))
                    .hasMessageContaining("BatchNorm: epsilon " + wrong);
        }
        assertThatThrownBy(() -> new BatchNorm2d(3, 1e-5, 2)).hasMessageContaining("BatchNorm: momentum 2.0");
    }
}
