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

class DropoutTest {
    private final Variable x = Variable.of(Tensor.ones(400, 500));
    private final Dropout dropout = new Dropout(0.3);

    private static Pass step(long number) {
        return Pass.training(Rng.of(1), number);
    }

    @Test
    void inferenceHandsTheInputOn() {
        assertThat(dropout.forward(x, Pass.inference())).isSameAs(x);
        assertThat(new Dropout(0).forward(x, step(0))).isSameAs(x);
        assertThat(dropout.isActive(Pass.inference())).isFalse();
        assertThat(dropout.isActive(step(0))).isTrue();
        assertThat(new Dropout(0).isActive(step(0))).isFalse();
    }

    @Test
    void itsShareIsDroppedAndTheExpectationStays() {
        for (DType dtype : DType.values()) {
            Variable ones = Variable.constantOf(Tensor.ones(dtype, Shape.of(400, 500)));
            double[] values = dropout.forward(ones, step(0)).value().toDoubles();
            int dropped = 0;
            double sum = 0;
            for (double value : values) {
                assertThat(value == 0 || Math.abs(value - 1 / 0.7) < 1e-6).isTrue();
                dropped += value == 0 ? 1 : 0;
                sum += value;
            }
            assertThat((double) dropped / values.length).isCloseTo(0.3, within(0.005));
            assertThat(sum / values.length).isCloseTo(1, within(0.01));
        }
    }

    @Test
    void theGradientPassesWhereTheValueDid() {
        Variable dropped = dropout.forward(x, step(3));
        assertThat(dropped.sum().backward().of(x)).isEqualTo(dropped.value());
    }

    @Test
    void whatIsDroppedIsAFunctionOfSeedStepAndPath() {
        Tensor first = dropout.forward(x, step(7)).value();
        assertThat(dropout.forward(x, step(7)).value()).isEqualTo(first);
        assertThat(dropout.forward(x, step(8)).value()).isNotEqualTo(first);
        assertThat(dropout.forward(x, Pass.training(Rng.of(2), 7)).value()).isNotEqualTo(first);
        var parent = new Layer() {
            private final Dropout one = child("one", new Dropout(0.3));
            private final Dropout two = child("two", new Dropout(0.3));
        };
        assertThat(parent.one.forward(x, step(7)).value())
                .isNotEqualTo(parent.two.forward(x, step(7)).value());
    }

    @Test
    void impossibleProbabilitiesAreErrors() {
        for (double wrong : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> new Dropout(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Dropout: probability %s, expected at least 0 and below 1", wrong);
        }
        assertThatThrownBy(() -> Pass.inference().rng(dropout))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("draws random numbers in a pass for inference; use Pass.training(rng, step)");
    }
}
