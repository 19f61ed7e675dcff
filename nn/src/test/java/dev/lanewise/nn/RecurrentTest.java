package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
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

    /** Of lengths that are not sorted, two of them alike and none that of the input. */
    private static final IntTensor LENGTHS = IntTensor.of(2, 5, 1, 5, 3);

    @Test
    void aSequenceThatIsFilledUpIsReadAsByItself() {
        for (Recurrent layer : List.of(new Rnn(3, 4, STACKED), new Gru(3, 4, STACKED), new Lstm(3, 4, STACKED))) {
            layer.init(Rng.of(1), DType.FLOAT64);
            Variable x = sequence(5, 7, 3);
            List<Variable> begin = new ArrayList<>();
            for (int i = 0; i < layer.stateCount(); i++) {
                begin.add(sequence(4, 5, 4).mul(i + 1));
            }
            Recurrent.Result all = layer.forward(x, LENGTHS, begin, Pass.inference());
            for (int i = 0; i < 5; i++) {
                int row = i;
                int length = LENGTHS.get(row);
                List<Variable> own = begin.stream()
                        .map(state -> state.slice(1, row, row + 1))
                        .toList();
                Recurrent.Result alone =
                        layer.forward(x.slice(0, row, row + 1).slice(1, 0, length), own, Pass.inference());
                Variable outputs = all.outputs().slice(0, row, row + 1);
                assertThat(outputs.slice(1, 0, length).value())
                        .isEqualTo(alone.outputs().value());
                assertThat(outputs.slice(1, length, 7).value())
                        .isEqualTo(Tensor.zeros(DType.FLOAT64, Shape.of(1, 7 - length, 8)));
                for (int state = 0; state < begin.size(); state++) {
                    assertThat(all.states().get(state).slice(1, row, row + 1).value())
                            .isEqualTo(alone.states().get(state).value());
                }
            }
        }
    }

    @Test
    void whatFillsUpIsNotReadAndHasNoGradient() {
        Lstm layer = new Lstm(2, 3, STACKED);
        layer.init(Rng.of(1), DType.FLOAT64);
        Tensor x = sequence(5, 6, 2).value();
        GradCheck.check(
                o -> {
                    Recurrent.Result result = layer.forward(o.getFirst(), LENGTHS, Pass.inference());
                    return result.outputs()
                            .sum()
                            .add(result.states().get(1).square().sum());
                },
                List.of(x));
        IntTensor filling = IntTensor.arange(6).ge(LENGTHS.reshape(5, 1)).reshape(5, 6, 1);
        Variable bad = Variable.of(x.maskedFill(filling, Double.NaN));
        Recurrent.Result result = layer.forward(bad, LENGTHS, Pass.inference());
        assertThat(result.outputs().value())
                .isEqualTo(layer.forward(Variable.constantOf(x), LENGTHS, Pass.inference())
                        .outputs()
                        .value());
        Tensor gradient = result.outputs().sum().backward().of(bad);
        assertThat(gradient.isFinite()).isTrue();
        assertThat(gradient.select(0, 2).slice(0, 1, 6)).isEqualTo(Tensor.zeros(DType.FLOAT64, Shape.of(5, 2)));
    }

    @Test
    void sequencesOfTheInputsLengthAreReadAsWithoutLengths() {
        Gru layer = new Gru(3, 4, Recurrent.Config.DEFAULTS.withLayers(2).withDropout(0.5));
        layer.init(Rng.of(1), DType.FLOAT64);
        Variable x = sequence(2, 5, 3);
        Pass pass = Pass.training(Rng.of(3), 0);
        assertThat(layer.forward(x, IntTensor.of(5, 5), pass).outputs().value())
                .isEqualTo(layer.forward(x, pass).outputs().value());
    }

    @Test
    void lengthsThatDoNotFitAreNamed() {
        Gru layer = new Gru(3, 4);
        layer.init(Rng.of(1), DType.FLOAT64);
        Variable x = sequence(2, 5, 3);
        assertThatThrownBy(() -> layer.forward(x, IntTensor.of(5), Pass.inference()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Gru: lengths of shape [1], expected [batch] = [2]");
        assertThatThrownBy(() -> layer.forward(x, IntTensor.of(5, 6), Pass.inference()))
                .hasMessage("Gru: sequence 1 has length 6, expected 1 to 5, the input's time");
        assertThatThrownBy(() -> layer.forward(x, IntTensor.of(0, 5), Pass.inference()))
                .hasMessage("Gru: sequence 0 has length 0, expected 1 to 5, the input's time");
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
