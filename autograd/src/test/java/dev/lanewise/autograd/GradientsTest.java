package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.Tensor;
import org.junit.jupiter.api.Test;

/** Gradients are a value: adding, scaling and clipping give new ones. */
class GradientsTest {
    private final Variable x = Variable.of(Tensor.of(new double[] {3, 0}));
    private final Variable y = Variable.of(Tensor.of(new double[] {1, 2}));
    private final Gradients gradients = x.square().sum().add(y.mul(4).sum()).backward(); // (6, 0), (4, 4)

    @Test
    void ofALeaf() {
        assertThat(gradients.of(x)).isEqualTo(Tensor.of(new double[] {6, 0}));
        assertThat(gradients.of(y)).isEqualTo(Tensor.of(new double[] {4, 4}));
        assertThat(gradients.has(x)).isTrue();
        assertThat(gradients.factor()).isEqualTo(1);
    }

    @Test
    void ofALeafWithoutInfluenceAreZeros() {
        Variable other = Variable.of(Tensor.ones(2, 1));
        assertThat(gradients.has(other)).isFalse();
        assertThat(gradients.of(other)).isEqualTo(Tensor.zeros(2, 1));
        assertThat(gradients.unscaled(other)).isNull();
    }

    @Test
    void ofWhatIsNoLeafIsAnError() {
        for (Variable wrong : new Variable[] {x.square(), Variable.constantOf(Tensor.ones(3))}) {
            assertThatThrownBy(() -> gradients.of(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not a leaf; ask for a variable made by Variable.of")
                    .hasMessageContaining(wrong.shape().toString());
        }
    }

    @Test
    void otherNormsAndLimits() {
        Gradients twice = gradients.scale(2); // (12, 0), (8, 8)
        assertThat(twice.norm(1)).isEqualTo(28);
        assertThat(twice.norm(Double.POSITIVE_INFINITY)).isEqualTo(12);
        assertThat(twice.norm(3)).isCloseTo(Math.cbrt(1728 + 2 * 512), within(1e-12));
        assertThat(twice.norm(2)).isEqualTo(twice.norm());
        assertThat(twice.clipByNorm(100, 1)).isSameAs(twice);
        assertThat(twice.clipByNorm(14, 1).of(y).at(0)).isCloseTo(4, within(1e-6));
        Gradients limited = twice.clipByValue(10);
        assertThat(limited.of(x)).isEqualTo(Tensor.of(new double[] {10, 0}));
        assertThat(limited.of(y)).isEqualTo(Tensor.of(new double[] {8, 8}));
        assertThatThrownBy(() -> twice.clipByValue(0)).hasMessage("clipByValue: limit 0.0 is not positive");
        assertThatThrownBy(() -> twice.clipByNorm(-1, 1)).hasMessage("clipByNorm: limit -1.0 is not positive");
        assertThat(twice.norm(0.5)).isCloseTo(Math.pow(Math.sqrt(12) + 2 * Math.sqrt(8), 2), within(1e-5));
        assertThatThrownBy(() -> twice.norm(0)).hasMessageContaining("norm: p is 0.0");
    }

    @Test
    void theNormIsOverAllTogether() {
        assertThat(gradients.norm()).isCloseTo(Math.sqrt(36 + 16 + 16), within(1e-12));
        assertThat(gradients.scale(-2).norm()).isCloseTo(2 * gradients.norm(), within(1e-12));
    }

    @Test
    void scalingMultipliesAndLeavesTheOldOnesAlone() {
        Gradients scaled = gradients.scale(0.5).scale(3);
        assertThat(scaled.of(x)).isEqualTo(Tensor.of(new double[] {9, 0}));
        assertThat(scaled.factor()).isEqualTo(1.5);
        assertThat(scaled.unscaled(x)).isEqualTo(Tensor.of(new double[] {6, 0}));
        assertThat(gradients.of(x)).isEqualTo(Tensor.of(new double[] {6, 0}));
    }

    @Test
    void clippingScalesDownToTheLimitAndNeverUp() {
        Gradients clipped = gradients.clipByNorm(1);
        assertThat(clipped.norm()).isCloseTo(1, within(1e-6)).isLessThanOrEqualTo(1);
        assertThat(clipped.factor()).isEqualTo(1 / (gradients.norm() + 1e-6));
        assertThat(gradients.clipByNorm(100)).isSameAs(gradients);
        assertThat(gradients.scale(10).clipByNorm(1).norm()).isCloseTo(1, within(1e-6));
        for (double wrong : new double[] {0, -1, Double.NaN}) {
            assertThatThrownBy(() -> gradients.clipByNorm(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("limit " + wrong + " is not positive");
        }
    }

    /** As PyTorch does: what is broken is not hidden. */
    @Test
    void clippingByANormThatIsNoNumberBreaksAllGradients() {
        Gradients broken = x.square().sum().add(y.mul(Double.NaN).sum()).backward();
        assertThat(broken.clipByNorm(1).of(x).at(0)).isNaN();
        Gradients infinite =
                x.square().sum().add(y.mul(Double.POSITIVE_INFINITY).sum()).backward();
        assertThat(infinite.clipByNorm(1).of(x).at(0)).isZero();
        assertThat(infinite.clipByNorm(1).of(y).at(0)).isNaN();
    }

    @Test
    void plusAddsWhatIsInEither() {
        Variable z = Variable.of(Tensor.scalar(1));
        Gradients other = x.sum().mul(2).backward().scale(0.5).plus(z.mul(7).backward());
        Gradients sum = gradients.scale(2).plus(other);
        assertThat(sum.of(x)).isEqualTo(Tensor.of(new double[] {13, 1}));
        assertThat(sum.of(y)).isEqualTo(Tensor.of(new double[] {8, 8}));
        assertThat(sum.of(z).item()).isEqualTo(7);
        assertThat(sum.factor()).isEqualTo(1);
    }
}
