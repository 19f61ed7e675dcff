package dev.lanewise.nn;

import static dev.lanewise.nn.LayerCheck.apply;
import static dev.lanewise.nn.LayerCheck.checkFirst;
import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Interpolation;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.transformer.GatedFeedForward;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Normalisations, dropouts, residuals, gated feed-forwards; and the gradients of all layers that have no test of them
 * elsewhere. Numbers without a formula are PyTorch 2.13's in double precision.
 */
class ElementaryLayersTest {
    private static final Tensor IMAGES = wave(0.3, 2, 4, 5, 6);

    @Test
    void instancesAreNormalisedEachForItself() {
        double[] biases = {0, 1, 0, -1};
        var layer = new InstanceNorm(4, true, 1e-5);
        layer.load(Map.of(
                "weight", Tensor.of(new double[] {1, 2, 3, 4}, 4),
                "bias", Tensor.of(biases, 4)));
        Tensor result = apply(layer, IMAGES);
        for (int example = 0; example < 2; example++) {
            for (int channel = 0; channel < 4; channel++) {
                double[] x = IMAGES.select(0, example).select(0, channel).toDoubles();
                double[] y = result.select(0, example).select(0, channel).toDoubles();
                double mean = 0;
                double variance = 0;
                for (double value : x) {
                    mean += value / x.length;
                }
                for (double value : x) {
                    variance += (value - mean) * (value - mean) / x.length;
                }
                for (int i = 0; i < x.length; i++) {
                    double expected = (x[i] - mean) / Math.sqrt(variance + 1e-5) * (channel + 1) + biases[channel];
                    assertThat(y[i]).isCloseTo(expected, within(1e-12));
                }
            }
        }
        assertThat(new InstanceNorm(4).parameters()).isEmpty();
        assertThatThrownBy(() -> apply(new Sequential(new InstanceNorm(3)), IMAGES))
                .hasMessageStartingWith("0: input has shape [2, 4, 5, 6], expected [batch, 3, ..]");
        assertThatThrownBy(() -> apply(new Sequential(new InstanceNorm(3)), Tensor.ones(2, 3, 1)))
                .hasMessageStartingWith("0: 1 element a channel");
    }

    @Test
    void volumesAreNormalisedByBatch() {
        var norm = new BatchNorm3d(4);
        norm.init(Rng.of(1), DType.FLOAT64);
        Variable volumes = Variable.constantOf(IMAGES.unsqueeze(2));
        Tensor result = norm.forward(volumes, Pass.training(Rng.of(1), 0)).value();
        assertThat(result.mean().item()).isCloseTo(0, within(1e-14));
        Map<String, Tensor> state = norm.state();
        checkFirst(state.get("running_mean"), 0.00279630131554, -0.00317975810012, 0.000686991788197, 0.00242718709226);
        checkFirst(state.get("running_var"), 0.950264020122, 0.949654353644, 0.952218770554, 0.950776978821);
        assertThatThrownBy(() -> apply(new Sequential(norm), IMAGES))
                .hasMessage("0: input has shape [2, 4, 5, 6], expected [batch, 4, depth, height, width]");
    }

    @Test
    void wholeChannelsAreDropped() {
        var layer = new ChannelDropout(0.25);
        Variable x = Variable.constantOf(Tensor.ones(50, 40, 3, 2));
        assertThat(layer.forward(x, Pass.inference())).isSameAs(x);
        Pass pass = Pass.training(Rng.of(1), 3);
        Tensor result = layer.forward(x, pass).value();
        assertThat(layer.forward(x, pass).value()).isEqualTo(result);
        int dropped = 0;
        for (double sum : result.reshape(2000, 6).sum(1).toDoubles()) {
            assertThat(sum == 0 || Math.abs(sum - 8) < 1e-5).isTrue(); // 6 / 0.75
            dropped += sum == 0 ? 1 : 0;
        }
        // Five deviations of √(2000 · 3/16) = 19
        assertThat(dropped).isCloseTo(500, within(97));
        assertThatThrownBy(() -> apply(new Sequential(layer), Tensor.ones(3)))
                .hasMessage("0: input has shape [3], expected [batch, channels, ..]");
        assertThatThrownBy(() -> new ChannelDropout(1)).hasMessageContaining("probability 1.0");
    }

    @Test
    void aNumberForPaddingHasNoVectorAndNoGradient() {
        Embedding layer = Embedding.padded(5, 3, 2);
        layer.init(Rng.of(1));
        assertThat(layer.weight().value().value().select(0, 2)).isEqualTo(Tensor.zeros(3));
        assertThat(layer.weight().value().value().select(0, 3)).isNotEqualTo(Tensor.zeros(3));
        layer.weight().assign(wave(0, 5, 3).mul(0.5));
        Variable vectors = layer.forward(IntTensor.of(Shape.of(2, 2), 2, 1, 4, 2));
        checkFirst(
                vectors.value(),
                -0.435787886207,
                -0.491226306312,
                -0.315633318936,
                0.431604683324,
                0.167494075078,
                -0.175391613845);
        Tensor gradient = vectors.square().sum().backward().of(layer.weight().value());
        checkFirst(gradient, 0, 0, 0, 0.863209366649, 0.334988150156, -0.35078322769, 0, 0, 0, 0, 0, 0);
        checkFirst(gradient.select(0, 4), 0.854598908088, 0.319098362349, -0.366479129252);
        assertThat(layer).hasToString("Embedding(5 x 3, padding 2)");
        assertThatThrownBy(() -> Embedding.padded(5, 3, 5))
                .hasMessage("Embedding: padding 5 is none of the numbers 0 to 4");
    }

    @Test
    void residualsAddWhatWentIn() {
        var layer = new Residual(new Linear(3, 3), (x, pass) -> x.tanh());
        layer.init(Rng.of(1), DType.FLOAT64);
        Map<String, Tensor> state = layer.state();
        Tensor x = wave(1, 2, 3);
        Tensor expected = x.linear(state.get("0.weight"), state.get("0.bias")).tanh();
        assertThat(apply(layer, x)).isEqualTo(expected.add(x));
        Residual wider = Residual.withShortcut(new Linear(3, 5, false), new Linear(3, 5));
        wider.init(Rng.of(1), DType.FLOAT64);
        assertThat(wider.state().keySet()).containsExactlyInAnyOrder("shortcut.weight", "0.weight", "0.bias");
        assertThat(apply(wider, x).shape()).isEqualTo(Shape.of(2, 5));
        var wrong = new Sequential(new Residual(new Linear(3, 1)));
        wrong.init(Rng.of(1), DType.FLOAT64);
        assertThatThrownBy(() -> apply(wrong, x))
                .hasMessageStartingWith("0: the steps make shape [2, 1] of [2, 3], to which [2, 3] is to be added");
    }

    /** down(f(gate(x)) · up(x)), with f written down anew. */
    @Test
    void gatedFeedForwardsAreTheirDefinition() {
        Map<GatedFeedForward, Formula> kinds = new LinkedHashMap<>();
        kinds.put(
                GatedFeedForward.swiGlu(4, 6),
                Formula.of("f", g -> g.div(g.neg().exp().add(1))));
        kinds.put(
                GatedFeedForward.geGlu(4, 6),
                Formula.of("f", g -> g.mul(0.5).mul(g.mul(Math.sqrt(0.5)).erf().add(1))));
        kinds.put(
                GatedFeedForward.reGlu(4, 6),
                Formula.of("f", g -> g.add(g.abs()).mul(0.5)));
        kinds.put(
                GatedFeedForward.glu(4, 6),
                Formula.of("f", g -> g.neg().exp().add(1).reciprocal()));
        Tensor x = wave(1, 2, 3, 4);
        kinds.forEach((layer, formula) -> {
            layer.init(Rng.of(1), DType.FLOAT64);
            Map<String, Tensor> state = layer.state();
            assertThat(state.keySet())
                    .containsExactlyInAnyOrder("gate_proj.weight", "up_proj.weight", "down_proj.weight");
            Tensor gates = x.linear(state.get("gate_proj.weight"), null).map(formula);
            Tensor expected =
                    gates.mul(x.linear(state.get("up_proj.weight"), null)).linear(state.get("down_proj.weight"), null);
            Tensor difference = apply(layer, x).sub(expected);
            assertThat(difference.normInf(Axes.all()).item()).isLessThan(1e-14);
        });
        var layer = new GatedFeedForward(4, 6, true, Formula.of("tanh", g -> g.tanh()), 0.5);
        LayerCheck.gradients(layer, o -> layer.forward(o.getFirst(), Pass.training(Rng.of(1), 0)), List.of(x));
        assertThatThrownBy(() -> apply(layer, wave(1, 2, 3)))
                .hasMessage("gate_proj: input has shape [2, 3], expected [.., 4]");
    }

    private static <L extends Layer & Transform> DynamicTest gradients(L layer, Tensor x) {
        return dynamicTest(
                layer.toString(),
                () -> LayerCheck.gradients(layer, o -> layer.forward(o.getFirst(), Pass.inference()), List.of(x)));
    }

    /** No element of the waves is at a kink, or ties with another. */
    @TestFactory
    List<DynamicTest> gradientsAreTheDifferences() {
        Tensor x = IMAGES.slice(2, 0, 3).slice(3, 0, 4); // (2, 4, 3, 4)
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(gradients(new PRelu(), x));
        tests.add(gradients(new PRelu(4), x));
        tests.add(gradients(new RandomizedRelu(), x));
        tests.add(gradients(new InstanceNorm(4, true, 1e-5), x));
        tests.add(gradients(new GroupNorm(2, 4), x));
        tests.add(gradients(new RmsNorm(4, 1e-5), x));
        tests.add(gradients(new BatchNorm3d(4), x.unsqueeze(2)));
        tests.add(gradients(new Conv1d(4, 3, 2), x.select(2, 0)));
        tests.add(gradients(new Conv3d(2, 2, 2), x.reshape(1, 2, 4, 3, 4)));
        tests.add(gradients(new ConvTranspose2d(4, 2, 2, Sliding.by(2)), x.slice(0, 0, 1)));
        tests.add(gradients(new MaxPool1d(2), x));
        tests.add(gradients(new MaxPool3d(2), x));
        tests.add(gradients(new AvgPool1d(2), x));
        tests.add(gradients(new AvgPool3d(2), x));
        tests.add(gradients(new AdaptiveAvgPool(2, 3), x));
        tests.add(gradients(new AdaptiveMaxPool(2, 3), x));
        tests.add(gradients(new Upsample(2, 3), x));
        tests.add(gradients(Upsample.interpolating(new int[] {2}, Interpolation.LINEAR, true), x));
        tests.add(gradients(Activation.glu(1), x));
        tests.add(gradients(Activation.softmin(1), x));
        tests.add(gradients(
                Residual.withShortcut(new Linear(4, 2), new Linear(4, 2), Activation.tanh()), x.select(1, 0)));
        return tests;
    }
}
