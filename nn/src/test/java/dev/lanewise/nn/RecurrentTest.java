package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecurrentTest {
    private static final Recurrent.Config STACKED =
            Recurrent.Config.DEFAULTS.withLayers(2).withBidirectional(true).withBias(false);

    private static Variable sequence(int batch, int time, int inputs) {
        return Variable.constantOf(Rng.of(7).normal(DType.FLOAT64, Shape.of(batch, time, inputs), 0, 1));
    }

    @Test
    void aSequenceInTwoPartsIsOneSequence() {
        for (Recurrent layer : List.of(new Rnn(3, 4), new Gru(3, 4), new Lstm(3, 4))) {
            layer.init(Rng.of(1), DType.FLOAT64);
            Variable x = sequence(2, 6, 3);
            Recurrent.Result whole = layer.forward(x, Pass.inference());
            Recurrent.Result first = layer.forward(x.slice(1, 0, 2), Pass.inference());
            Recurrent.Result second = layer.forward(x.slice(1, 2, 6), first.states(), Pass.inference());
            Tensor joined = first.outputs().value();
            assertThat(whole.outputs().slice(1, 0, 2).value()).isEqualTo(joined);
            assertThat(whole.outputs().slice(1, 2, 6).value())
                    .isEqualTo(second.outputs().value());
            assertThat(whole.states().getFirst().value())
                    .isEqualTo(second.states().getFirst().value());
        }
    }

    @Test
    void gradientsAreTheDifferencesThroughLayersAndBothWays() {
        for (Recurrent layer : List.of(new Rnn(2, 3, STACKED), new Gru(2, 3, STACKED), new Lstm(2, 3, STACKED))) {
            layer.init(Rng.of(1), DType.FLOAT64);
            Tensor x = sequence(2, 3, 2).value();
            GradCheck.check(o -> layer.forward(o.getFirst(), Pass.inference()).outputs(), List.of(x));
            assertThat(layer.forward(Variable.constantOf(x), Pass.inference())
                            .states()
                            .getFirst()
                            .shape())
                    .isEqualTo(Shape.of(4, 2, 3));
        }
    }

    @Test
    void dropoutIsBetweenLayersInTrainingAlone() {
        Gru layer = new Gru(3, 4, Recurrent.Config.DEFAULTS.withLayers(2).withDropout(0.5));
        layer.init(Rng.of(1), DType.FLOAT64);
        Variable x = sequence(2, 5, 3);
        Tensor plain = layer.forward(x, Pass.inference()).outputs().value();
        Tensor once = layer.forward(x, Pass.training(Rng.of(3), 0)).outputs().value();
        assertThat(once).isNotEqualTo(plain);
        assertThat(layer.forward(x, Pass.training(Rng.of(3), 0)).outputs().value())
                .isEqualTo(once);
    }

    @Test
    void namesAreTorchs() {
        Lstm layer = new Lstm(3, 4, Recurrent.Config.DEFAULTS.withBidirectional(true));
        assertThat(layer.parameters().stream().map(Parameter::path))
                .startsWith("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse");
        assertThat(layer.parameterCount()).isEqualTo(2 * (16 * 3 + 16 * 4 + 32));
        assertThat(layer).hasToString("Lstm(3 → 4, 1 layers, both ways)");
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Lstm layer = new Lstm(3, 4);
        layer.init(Rng.of(1), DType.FLOAT64);
        assertThatThrownBy(() -> layer.forward(sequence(2, 5, 4), Pass.inference()))
                .hasMessage("Lstm: input has shape [2, 5, 4], expected [batch, time, 3], time 1 or more");
        assertThatThrownBy(() -> layer.forward(sequence(2, 0, 3), Pass.inference()))
                .hasMessageContaining("time 1 or more");
        assertThatThrownBy(() -> layer.forward(sequence(2, 5, 3), List.of(sequence(1, 2, 4)), Pass.inference()))
                .hasMessage("Lstm: states of shapes [[1, 2, 4]], expected 2 of [1, 2, 4]");
        assertThatThrownBy(() -> new Gru(0, 4)).hasMessageContaining("Gru: 0 inputs");
        assertThatThrownBy(() -> STACKED.withLayers(0)).hasMessageContaining("0 layers");
    }
}
