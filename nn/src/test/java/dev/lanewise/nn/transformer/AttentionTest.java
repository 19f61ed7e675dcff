package dev.lanewise.nn.transformer;

import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.LayerCheck;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.transformer.AttentionConfig.Names;
import dev.lanewise.nn.transformer.RotaryPositions.Pairing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTest {
    /** Six heads of four in two groups, on vectors of 12. */
    private static AttentionConfig grouped(Pairing pairing) {
        return AttentionConfig.of(12, 6)
                .withHeadSize(4)
                .withKeyValueHeads(2)
                .withRotary(new RotaryPositions(4, 100, pairing))
                .withNames(Names.LLAMA);
    }

    private static MultiHeadAttention layer(AttentionConfig config, DType dtype) {
        var layer = new MultiHeadAttention(config);
        layer.init(Rng.of(3), dtype);
        return layer;
    }

    private static double distance(Tensor x, Tensor y) {
        return x.sub(y).normInf(Axes.all()).item();
    }

    // ------------------------------------------------------------------ the definition

    /** Attention of one sequence, written down in loops. */
    private static double[][] byDefinition(AttentionConfig config, Map<String, Tensor> state, double[][] x) {
        int heads = config.heads();
        int size = config.headSize();
        double[][] q = project(state, "q_proj", x);
        double[][] k = project(state, "k_proj", x);
        double[][] v = project(state, "v_proj", x);
        double[][] mixed = new double[x.length][heads * size];
        for (int head = 0; head < heads; head++) {
            int shared = head / (heads / config.keyValueHeads());
            for (int i = 0; i < x.length; i++) {
                int seen = config.causal() ? i + 1 : x.length;
                double[] weights = new double[seen];
                double sum = 0;
                for (int j = 0; j < seen; j++) {
                    double[] query = turned(config, q[i], head * size, i);
                    double[] key = turned(config, k[j], shared * size, j);
                    double score = 0;
                    for (int n = 0; n < size; n++) {
                        score += query[n] * key[n];
                    }
                    weights[j] = Math.exp(score / Math.sqrt(size));
                    sum += weights[j];
                }
                for (int j = 0; j < seen; j++) {
                    for (int n = 0; n < size; n++) {
                        mixed[i][head * size + n] += weights[j] / sum * v[j][shared * size + n];
                    }
                }
            }
        }
        return project(state, "o_proj", mixed);
    }

    /** The head's vector at a position, by complex multiplication. */
    private static double[] turned(AttentionConfig config, double[] vectors, int from, int position) {
        int size = config.headSize();
        double[] result = new double[size];
        for (int pair = 0; pair < size / 2; pair++) {
            boolean isAdjacent =
                    config.rotary() != null && config.rotary().toString().contains("ADJACENT");
            int a = isAdjacent ? 2 * pair : pair;
            int b = isAdjacent ? 2 * pair + 1 : pair + size / 2;
            double angle = position / Math.pow(100, 2.0 * pair / size);
            result[a] = vectors[from + a] * Math.cos(angle) - vectors[from + b] * Math.sin(angle);
            result[b] = vectors[from + a] * Math.sin(angle) + vectors[from + b] * Math.cos(angle);
        }
        return result;
    }

    private static double[][] project(Map<String, Tensor> state, String name, double[][] x) {
        Tensor weight = state.get(name + ".weight");
        Tensor bias = state.get(name + ".bias");
        double[][] result = new double[x.length][weight.shape().size(0)];
        for (int row = 0; row < x.length; row++) {
            for (int out = 0; out < result[row].length; out++) {
                result[row][out] = bias.at(out);
                for (int in = 0; in < x[row].length; in++) {
                    result[row][out] += weight.at(out, in) * x[row][in];
                }
            }
        }
        return result;
    }

    @ParameterizedTest
    @EnumSource(Pairing.class)
    void groupsAndRotaryPositionsAreTheirDefinition(Pairing pairing) {
        for (DType dtype : DType.values()) {
            for (boolean causal : new boolean[] {false, true}) {
                AttentionConfig config = grouped(pairing).withCausal(causal);
                var layer = layer(config, dtype);
                Map<String, Tensor> state = new LinkedHashMap<>(layer.state());
                state.replaceAll((key, value) ->
                        key.endsWith("bias") ? wave(1, value.shape().toArray()).to(dtype) : value);
                layer.load(state);
                Tensor x = wave(1, 2, 5, 12).to(dtype);
                Tensor result = layer.forward(Variable.of(x), Pass.inference()).value();
                for (int sequence = 0; sequence < 2; sequence++) {
                    double[][] rows = new double[5][];
                    for (int i = 0; i < rows.length; i++) {
                        rows[i] = x.select(0, sequence).select(0, i).toDoubles();
                    }
                    double[][] expected = byDefinition(config, state, rows);
                    for (int i = 0; i < rows.length; i++) {
                        for (int n = 0; n < 12; n++) {
                            assertThat(result.at(sequence, i, n))
                                    .isCloseTo(expected[i][n], within(dtype == DType.FLOAT32 ? 1e-5 : 1e-12));
                        }
                    }
                }
            }
        }
    }

    /** The same pairs of query and key, hidden by the fused kernel or by a mask. */
    @Test
    void aMaskThatHidesWhatComesLaterIsCausalAttention() {
        int[] later = new int[5 * 5];
        for (int i = 0; i < 5; i++) {
            for (int j = i + 1; j < 5; j++) {
                later[i * 5 + j] = 1;
            }
        }
        AttentionMask mask = AttentionMask.NONE.withHidden(IntTensor.of(Shape.of(5, 5), later));
        for (DType dtype : DType.values()) {
            for (AttentionConfig config : List.of(AttentionConfig.of(12, 3), grouped(Pairing.HALVES))) {
                var causal = layer(config.withCausal(true), dtype);
                var masked = layer(config, dtype);
                Variable x = Variable.of(wave(1, 2, 5, 12).to(dtype));
                Variable one = causal.forward(x, Pass.inference());
                Variable other = masked.forward(x, mask, Pass.inference());
                double allowed = dtype == DType.FLOAT32 ? 1e-5 : 1e-12;
                assertThat(distance(one.value(), other.value())).isLessThan(allowed);
                Tensor upstream = wave(2, 2, 5, 12).to(dtype);
                Gradients gradients = one.backward(upstream);
                Gradients others = other.backward(upstream);
                assertThat(distance(gradients.of(x), others.of(x))).isLessThan(10 * allowed);
                for (int i = 0; i < causal.parameters().size(); i++) {
                    Tensor mine = gradients.of(causal.parameters().get(i).value());
                    Tensor its = others.of(masked.parameters().get(i).value());
                    assertThat(distance(mine, its)).isLessThan(20 * allowed);
                }
            }
        }
    }

    @Test
    void gradientsAreTheDifferences() {
        AttentionMask mask = AttentionMask.NONE
                .withPadding(IntTensor.of(Shape.of(2, 3), 0, 0, 0, 0, 1, 0))
                .withHidden(IntTensor.of(Shape.of(1, 4, 3, 3), headsHidden()));
        for (Names names : Names.values()) {
            AttentionConfig config = AttentionConfig.of(4, 4)
                    .withHeadSize(2)
                    .withKeyValueHeads(2)
                    .withRotary(new RotaryPositions(2, 10, Pairing.ADJACENT))
                    .withNames(names);
            var layer = new MultiHeadAttention(config);
            LayerCheck.gradients(layer, o -> layer.forward(o.getFirst(), Pass.inference()), List.of(wave(1, 2, 3, 4)));
            LayerCheck.gradients(
                    layer,
                    o -> layer.forward(o.get(0), o.get(1), o.get(2), mask.withAdded(o.get(3)), Pass.inference()),
                    List.of(wave(1, 2, 3, 4), wave(2, 2, 3, 4), wave(3, 2, 3, 4), wave(4, 2, 1, 3, 3)));
        }
        var causal = new MultiHeadAttention(AttentionConfig.of(4, 2).withCausal(true));
        LayerCheck.gradients(
                causal,
                o -> causal.forwardWithWeights(
                                o.get(0), o.get(1), o.get(1), AttentionMask.NONE, Pass.training(Rng.of(1), 0))
                        .weights(),
                List.of(wave(1, 2, 2, 4), wave(2, 2, 3, 4)));
    }

    private static int[] headsHidden() {
        int[] hidden = new int[4 * 9];
        hidden[1] = 1;
        hidden[9 + 6] = 1;
        hidden[27 + 5] = 1;
        return hidden;
    }

    // ------------------------------------------------------------------ masks

    @Test
    void aQueryThatSeesNothingTakesNothingInAndHasNoGradient() {
        for (AttentionConfig config : List.of(AttentionConfig.of(12, 3), grouped(Pairing.ADJACENT))) {
            var layer = layer(config, DType.FLOAT32);
            Variable x = Variable.of(wave(1, 2, 3, 12).to(DType.FLOAT32));
            AttentionMask all = AttentionMask.NONE.withPadding(IntTensor.of(Shape.of(2, 3), 0, 1, 0, 1, 1, 1));
            var weighted = layer.forwardWithWeights(x, x, x, all, Pass.inference());
            assertThat(weighted.weights().value().select(0, 1)).isEqualTo(Tensor.zeros(config.heads(), 3, 3));
            assertThat(weighted.weights()
                            .value()
                            .select(0, 0)
                            .sum(-1)
                            .sub(1)
                            .abs()
                            .sum()
                            .item())
                    .isLessThan(1e-5);
            Gradients gradients = weighted.outputs().sum().backward();
            assertThat(gradients.of(x).isFinite()).isTrue();
            assertThat(gradients.of(x).select(0, 1)).isEqualTo(Tensor.zeros(3, 12));
            for (Parameter parameter : layer.parameters()) {
                assertThat(gradients.of(parameter.value()).isFinite()).isTrue();
            }
        }
    }

    @Test
    void whatIsHiddenHasNoInfluenceWhicheverWayItIsHidden() {
        var layer = layer(AttentionConfig.of(8, 2), DType.FLOAT64);
        Tensor x = wave(1, 1, 4, 8);
        Tensor changed = Tensor.concat(1, List.of(x.slice(1, 0, 3), wave(5, 1, 1, 8)));
        Tensor infinite = Tensor.fill(DType.FLOAT64, Shape.of(4, 4), i -> i % 4 == 3 ? Double.NEGATIVE_INFINITY : 0);
        IntTensor hidden = IntTensor.of(Shape.of(4, 4), 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
        Tensor plain = layer.forward(Variable.of(x), Pass.inference()).value();
        for (AttentionMask mask : List.of(
                AttentionMask.NONE.withPadding(IntTensor.of(Shape.of(1, 4), 0, 0, 0, 1)),
                AttentionMask.NONE.withHidden(hidden),
                AttentionMask.NONE.withVisible(
                        IntTensor.of(Shape.of(1, 1, 4, 4), 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0)),
                AttentionMask.NONE.withAdded(infinite))) {
            Tensor one = layer.forward(Variable.of(x), mask, Pass.inference()).value();
            Tensor other =
                    layer.forward(Variable.of(changed), mask, Pass.inference()).value();
            assertThat(one.slice(1, 0, 3)).isEqualTo(other.slice(1, 0, 3));
            assertThat(distance(one, plain)).isGreaterThan(1e-3);
        }
    }

    @Test
    void dropoutOfWeightsIsAFunctionOfThePassAndSeenInTheWeights() {
        var layer = layer(AttentionConfig.of(8, 2).withDropout(0.5, 0), DType.FLOAT32);
        Variable x = Variable.of(wave(1, 2, 20, 8).to(DType.FLOAT32));
        Pass pass = Pass.training(Rng.of(1), 7);
        var weighted = layer.forwardWithWeights(x, x, x, AttentionMask.NONE, pass);
        double[] weights = weighted.weights().value().toDoubles();
        long dropped = Arrays.stream(weights).filter(w -> w == 0).count();
        // 1600 of them: four deviations of √(1600 · ¼) = 20
        assertThat((double) dropped).isCloseTo(800, within(80.0));
        assertThat(layer.forward(x, pass).value()).isEqualTo(weighted.outputs().value());
        assertThat(layer.forward(x, Pass.training(Rng.of(1), 8)).value())
                .isNotEqualTo(weighted.outputs().value());
    }

    /** As a text is continued: the last queries, and all keys. */
    @Test
    void theLastQueriesOfACausalSequenceAreThoseOfTheWhole() {
        for (DType dtype : DType.values()) {
            var layer = layer(grouped(Pairing.ADJACENT).withCausal(true), dtype);
            Variable x = Variable.of(wave(1, 2, 6, 12).to(dtype));
            Tensor whole = layer.forward(x, Pass.inference()).value();
            Tensor last = layer.forward(x.slice(1, 4, 6), x, x, AttentionMask.NONE, Pass.inference())
                    .value();
            assertThat(distance(last, whole.slice(1, 4, 6))).isLessThan(dtype == DType.FLOAT32 ? 1e-5 : 1e-13);
        }
    }

    // ------------------------------------------------------------------ rotary positions

    @Test
    void productsOfTurnedVectorsDependOnTheirDistanceAlone() {
        for (Pairing pairing : Pairing.values()) {
            var positions = new RotaryPositions(6, 10_000, pairing);
            Tensor q = wave(1, 1, 6);
            Tensor k = wave(2, 1, 6);
            double near =
                    positions.rotate(q, 5).mul(positions.rotate(k, 3)).sum().item();
            double far =
                    positions.rotate(q, 905).mul(positions.rotate(k, 903)).sum().item();
            assertThat(far).isCloseTo(near, within(1e-12));
            assertThat(positions.rotate(q, 6).mul(positions.rotate(k, 3)).sum().item())
                    .isNotCloseTo(near, within(1e-3));
            assertThat(positions.rotate(q, 0)).isEqualTo(q);
            Tensor many = wave(3, 2, 9, 6);
            assertThat(positions.rotate(many, 4).slice(1, 2, 9)).isEqualTo(positions.rotate(many.slice(1, 2, 9), 6));
            assertThat(positions.rotate(many, IntTensor.of(4, 5, 6, 7, 8, 9, 10, 11, 12)))
                    .isEqualTo(positions.rotate(many, 4));
        }
    }

    @Test
    void thePairingsDifferByTheOrderOfNumbers() {
        Tensor x = wave(1, 3, 6);
        IntTensor halves = IntTensor.of(0, 2, 4, 1, 3, 5);
        Tensor adjacent = new RotaryPositions(6, 100, Pairing.ADJACENT).rotate(x, 1);
        Tensor moved = new RotaryPositions(6, 100, Pairing.HALVES).rotate(x.indexSelect(1, halves), 1);
        assertThat(moved).isEqualTo(adjacent.indexSelect(1, halves));
    }

    @Test
    void numbersAfterThoseTurnedStayAsTheyAre() {
        Tensor x = wave(1, 3, 7);
        var positions = new RotaryPositions(4, 100, Pairing.HALVES);
        Tensor turned = positions.rotate(x, 2);
        assertThat(turned.slice(1, 4, 7)).isEqualTo(x.slice(1, 4, 7));
        assertThat(turned.slice(1, 0, 4)).isEqualTo(positions.rotate(x.slice(1, 0, 4), 2));
    }

    // ------------------------------------------------------------------ names, state, errors

    private static List<String> keys(AttentionConfig config) {
        return new MultiHeadAttention(config)
                .parameters().stream().map(Parameter::toString).toList();
    }

    @Test
    void namesAreThoseOfOthers() {
        AttentionConfig config = AttentionConfig.of(12, 6).withKeyValueHeads(2);
        assertThat(keys(AttentionConfig.of(4, 2)))
                .containsExactly(
                        "in_proj_weight [12, 4]", "in_proj_bias [12]", "out_proj.weight [4, 4]", "out_proj.bias [4]");
        assertThat(keys(AttentionConfig.of(4, 2).withKeyAndValueWidth(6, 2)))
                .containsExactly(
                        "q_proj_weight [4, 4]",
                        "k_proj_weight [4, 6]",
                        "v_proj_weight [4, 2]",
                        "in_proj_bias [12]",
                        "out_proj.weight [4, 4]",
                        "out_proj.bias [4]");
        assertThat(keys(config)).startsWith("in_proj_weight [20, 12]");
        assertThat(keys(config.withNames(Names.GPT2)))
                .containsExactly(
                        "c_attn.weight [20, 12]", "c_attn.bias [20]", "c_proj.weight [12, 12]", "c_proj.bias [12]");
        assertThat(keys(config.withNames(Names.LLAMA).withBias(false)))
                .containsExactly(
                        "q_proj.weight [12, 12]",
                        "k_proj.weight [4, 12]",
                        "v_proj.weight [4, 12]",
                        "o_proj.weight [12, 12]");
    }

    /** One weight for all three or three: the same numbers, the same results. */
    @Test
    void theNamesDoNotChangeTheResult() {
        AttentionConfig config = AttentionConfig.of(12, 6).withKeyValueHeads(2).withBias(false);
        var torch = layer(config, DType.FLOAT64);
        Tensor joint = torch.state().get("in_proj_weight");
        Tensor output = torch.state().get("out_proj.weight");
        var llama = new MultiHeadAttention(config.withNames(Names.LLAMA));
        llama.load(Map.of(
                "q_proj.weight",
                joint.slice(0, 0, 12),
                "k_proj.weight",
                joint.slice(0, 12, 16),
                "v_proj.weight",
                joint.slice(0, 16, 20),
                "o_proj.weight",
                output));
        var gpt = new MultiHeadAttention(config.withNames(Names.GPT2));
        gpt.load(Map.of("c_attn.weight", joint, "c_proj.weight", output));
        Variable x = Variable.of(wave(1, 2, 5, 12));
        Tensor expected = torch.forward(x, Pass.inference()).value();
        assertThat(distance(llama.forward(x, Pass.inference()).value(), expected))
                .isLessThan(1e-14);
        assertThat(gpt.forward(x, Pass.inference()).value()).isEqualTo(expected);
        Variable copy = Variable.of(wave(1, 2, 5, 12)); // not the same variable, so projected by parts of the weight
        Tensor parts = torch.forward(x, copy, copy, AttentionMask.NONE, Pass.inference())
                .value();
        assertThat(distance(parts, expected)).isLessThan(1e-14);
    }

    @Test
    void aStateThatDoesNotFitIsRefusedWithAllThatIsWrong() {
        var layer = new MultiHeadAttention(AttentionConfig.of(4, 2));
        Map<String, Tensor> state = new LinkedHashMap<>(
                layer(AttentionConfig.of(4, 2), DType.FLOAT32).state());
        state.remove("in_proj_bias");
        state.put("in_proj_weight", Tensor.zeros(4, 12));
        state.put("bias_k", Tensor.zeros(1, 1, 4));
        assertThatThrownBy(() -> layer.load(state))
                .hasMessage(
                        "load: the state does not fit MultiHeadAttention: in_proj_weight has shape [4, 12], expected [12, 4]; missing in_proj_bias [12]; unknown bias_k [1, 1, 4]");
    }

    @Test
    void whatDoesNotFitIsNamedWithItsPath() {
        var encoder = new TransformerEncoder(2, TransformerConfig.encoder(8, 2), true);
        encoder.init(Rng.of(1));
        Variable x = Variable.of(Tensor.ones(2, 3, 8));
        assertThatThrownBy(() -> encoder.forward(Variable.of(Tensor.ones(2, 3, 9)), Pass.inference()))
                .hasMessage("layers.0: input has shape [2, 3, 9], expected [batch, time, 8]");
        AttentionMask padding = AttentionMask.NONE.withPadding(IntTensor.full(Shape.of(3, 2), 0));
        assertThatThrownBy(() -> encoder.forward(x, padding, Pass.inference()))
                .hasMessage("layers.0.self_attn: padding has shape [3, 2], expected [batch, keys] = [2, 3]");
        AttentionMask hidden = AttentionMask.NONE.withHidden(IntTensor.full(Shape.of(2, 3, 3), 0));
        assertThatThrownBy(() -> encoder.forward(x, hidden, Pass.inference()))
                .hasMessage(
                        "layers.0.self_attn: mask 'hidden' has shape [2, 3, 3], expected [queries, keys] or [batch, heads, queries, keys] of [2, 2, 3, 3], batch and heads may be 1");
        AttentionMask added = AttentionMask.NONE.withAdded(Tensor.zeros(3, 1));
        assertThatThrownBy(() -> encoder.forward(x, added, Pass.inference()))
                .hasMessageContaining("layers.0.self_attn: mask 'added' has shape [3, 1]");
        var decoder = new TransformerDecoder(1, TransformerConfig.decoder(8, 2), false);
        decoder.init(Rng.of(1));
        assertThatThrownBy(() -> decoder.forward(x, Variable.of(Tensor.ones(2, 3, 4)), Pass.inference()))
                .hasMessage("layers.0: memory has shape [2, 3, 4], expected [batch, time, 8]");
        assertThatThrownBy(() -> decoder.forward(x, Variable.of(Tensor.ones(1, 3, 8)), Pass.inference()))
                .hasMessage(
                        "layers.0.multihead_attn: queries [2, 3, 8], keys [1, 3, 8] and values [1, 3, 8] do not fit; expected one batch, and as many values as keys");
        var causal = layer(AttentionConfig.of(8, 2).withCausal(true), DType.FLOAT32);
        Variable two = Variable.of(Tensor.ones(2, 2, 8));
        assertThatThrownBy(() -> causal.forward(x, two, two, AttentionMask.NONE, Pass.inference()))
                .hasMessage("MultiHeadAttention: causal, but 3 queries outnumber 2 keys: the first would see none");
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        AttentionConfig config = AttentionConfig.of(8, 4);
        assertThatThrownBy(() -> config.withKeyValueHeads(3))
                .hasMessage("MultiHeadAttention: 4 heads do not divide into 3 groups");
        assertThatThrownBy(() -> config.withHeadSize(0)).hasMessageContaining("expected positive numbers");
        assertThatThrownBy(() -> config.withRotary(new RotaryPositions(4, 100, Pairing.HALVES)))
                .hasMessage(
                        "MultiHeadAttention: heads of 2 are smaller than what RotaryPositions(4, base 100.0, HALVES) turns");
        assertThatThrownBy(() -> config.withNames(Names.GPT2).withKeyAndValueWidth(8, 6))
                .hasMessageContaining("GPT-2's one projection takes one width, not 8, 8 and 6");
        assertThatThrownBy(() -> new RotaryPositions(3, 100, Pairing.HALVES))
                .hasMessageContaining("size 3 and base 100.0, expected a positive even number");
        var positions = new RotaryPositions(4, 100, Pairing.HALVES);
        assertThatThrownBy(() -> positions.rotate(Tensor.ones(2, 3), 0))
                .hasMessageContaining("vectors have shape [2, 3], expected [.., time, 4 or more]");
        assertThatThrownBy(() -> positions.rotate(Tensor.ones(2, 4), -1)).hasMessageContaining("-1 is negative");
        assertThatThrownBy(() -> positions.rotate(Tensor.ones(2, 4), IntTensor.of(0, 1, 2)))
                .hasMessageContaining("positions [3] do not fit vectors [2, 4], expected [2]");
        assertThatThrownBy(() -> positions.rotate(Tensor.ones(2, 4), IntTensor.of(0, -2)))
                .hasMessageContaining("position -2 is negative");
        assertThatThrownBy(() -> TransformerConfig.encoder(10, 4)).hasMessageContaining("width 10, 4 heads");
        assertThatThrownBy(() -> new TransformerEncoder(0, TransformerConfig.encoder(8, 4), true))
                .hasMessage("TransformerEncoder: 0 layers, expected 1 or more");
        assertThatThrownBy(() -> new TransformerDecoder(0, TransformerConfig.decoder(8, 4), true))
                .hasMessage("TransformerDecoder: 0 layers, expected 1 or more");
    }

    // ------------------------------------------------------------------ batches that broadcast

    /** (((7 i + 5 seed) mod 11) − 5) / 4. */
    private static Tensor pattern(DType dtype, int seed, Shape shape) {
        return Tensor.fill(dtype, shape, i -> ((7 * i + 5 * seed) % 11 - 5) / 4.0);
    }

    private static double weighted(Tensor x, int seed) {
        return x.mul(pattern(x.dtype(), seed, x.shape())).sum().item();
    }

    /** Of operands [.., rows, columns] the weighted sums of the result, and of each gradient. */
    private static void broadcast(DType dtype, boolean causal, List<Shape> shapes, Shape result, double... expected) {
        List<Variable> o = new ArrayList<>();
        for (Shape shape : shapes) {
            o.add(Variable.of(pattern(dtype, o.size(), shape)));
        }
        Variable actual = o.size() > 3
                ? o.get(0).attention(o.get(1), o.get(2), o.get(3), 0.5)
                : o.get(0).attention(o.get(1), o.get(2), causal, 0.5);
        assertThat(actual.shape()).isEqualTo(result);
        double allowed = dtype == DType.FLOAT32 ? 2e-5 : 1e-12;
        assertThat(weighted(actual.value(), 4)).isCloseTo(expected[0], within(allowed));
        Gradients gradients = actual.backward(pattern(dtype, 9, result));
        for (int i = 0; i < o.size(); i++) {
            assertThat(weighted(gradients.of(o.get(i)), 6)).isCloseTo(expected[i + 1], within(allowed));
        }
    }

    /** PyTorch 2.13's figures. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void batchesBroadcast(DType dtype) {
        broadcast(
                dtype,
                false,
                List.of(Shape.of(2, 1, 3, 2), Shape.of(1, 3, 4, 2), Shape.of(2, 3, 4, 3)),
                Shape.of(2, 3, 3, 3),
                5.558013883630362,
                -0.38642416229965937,
                0.2172671726732944,
                -7.5390196216778);
        broadcast(
                dtype,
                false,
                List.of(Shape.of(3, 2), Shape.of(2, 4, 2), Shape.of(1, 4, 3)),
                Shape.of(2, 3, 3),
                0.5870359487202078,
                -0.7142667279346959,
                0.6017292626655222,
                -1.5143843995927213);
        broadcast(
                dtype,
                true,
                List.of(Shape.of(2, 3, 2), Shape.of(3, 2), Shape.of(3, 2)),
                Shape.of(2, 3, 2),
                2.157784058338581,
                0.6188310163468028,
                0.5512840991154877,
                -0.5078669324853566);
        broadcast(
                dtype,
                false,
                List.of(Shape.of(2, 1, 3, 2), Shape.of(1, 3, 4, 2), Shape.of(4, 3), Shape.of(3, 1)),
                Shape.of(2, 3, 3, 3),
                -0.12089742072439624,
                -0.9902227769761718,
                0.2013370967419788,
                -0.10281837312599335,
                0);
    }
}
