package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.transformer.AttentionConfig;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What does not fit is refused by a message that names the layer. */
class BadInputTest {
    private static Variable wide(int... sizes) {
        return Variable.constantOf(Tensor.ones(DType.FLOAT64, Shape.of(sizes)));
    }

    @Test
    void inputsOfAnotherTypeAreRefusedByTheLayer() {
        record Case(Transform layer, Variable input) {}
        List<Case> cases = List.of(
                new Case(new Linear(4, 3), wide(2, 4)),
                new Case(new PRelu(2), wide(2, 2)),
                new Case(new PRelu(), wide(2, 2)),
                new Case(new LayerNorm(4), wide(2, 4)),
                new Case(new RmsNorm(4, 1e-5), wide(2, 4)),
                new Case(new GroupNorm(2, 4), wide(2, 4)),
                new Case(new InstanceNorm(2, true, 1e-5), wide(2, 2, 3)),
                new Case(new BatchNorm1d(4), wide(2, 4)),
                new Case(new MultiHeadAttention(AttentionConfig.of(4, 2)), wide(2, 3, 4)));
        for (Case one : cases) {
            Sequential model = new Sequential(one.layer);
            model.init(Rng.of(1));
            assertThatThrownBy(() -> model.forward(one.input, Pass.training(Rng.of(1), 0)))
                    .as(one.layer.toString())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("0: the input is of type FLOAT64")
                    .hasMessageContaining("FLOAT32");
        }
        Gru gru = new Gru(3, 4);
        gru.init(Rng.of(1));
        assertThatThrownBy(() -> gru.forward(wide(1, 2, 3), Pass.inference()))
                .hasMessageStartingWith("Gru: the input is of type FLOAT64");
    }

    @Test
    void aBatchOfAnotherTypeLeavesTheStatisticsAlone() {
        BatchNorm1d layer = new BatchNorm1d(4);
        layer.init(Rng.of(1));
        var before = layer.state();
        assertThatThrownBy(() -> layer.forward(wide(2, 4), Pass.training(Rng.of(1), 0)))
                .hasMessageContaining("the statistics are of FLOAT32");
        assertThat(layer.state()).isEqualTo(before);
    }

    @Test
    void initialisersOfImpossibleNumbersAreRefused() {
        assertThatThrownBy(() -> Initializer.normal(0, -1))
                .hasMessage("normal: deviation -1.0, expected a finite number of at least 0");
        assertThatThrownBy(() -> Initializer.normal(Double.NaN, 1)).hasMessageContaining("normal: NaN");
        assertThatThrownBy(() -> Initializer.uniform(1, -1)).hasMessageContaining("uniform: from 1.0 to -1.0");
        assertThatThrownBy(() -> Initializer.uniform(0, Double.POSITIVE_INFINITY))
                .hasMessageContaining("Infinity");
        assertThatThrownBy(() -> Initializer.constant(Double.NaN)).hasMessageContaining("constant: NaN");
        assertThatThrownBy(() -> Initializer.sparse(0.5, -1)).hasMessageContaining("sparse: deviation -1.0");
        assertThatThrownBy(() -> Initializer.uniformByInputs(0)).hasMessageContaining("0 inputs");
        assertThatThrownBy(() -> new PRelu(2, Double.NaN)).hasMessageContaining("constant: NaN");
    }
}
