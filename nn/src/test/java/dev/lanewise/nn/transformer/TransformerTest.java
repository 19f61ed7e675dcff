package dev.lanewise.nn.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransformerTest {
    private static final GptConfig SMALL = GptConfig.of(11, 8, 2, 2, 12);

    private static Gpt model(GptConfig config) {
        Gpt model = new Gpt(config);
        model.init(Rng.of(3));
        return model;
    }

    private static double distance(Tensor x, Tensor y) {
        return x.sub(y).normInf(Axes.all()).item();
    }

    // ------------------------------------------------------------------ attention

    private static MultiHeadAttention attention(boolean causal, double dropout, DType dtype) {
        var attention = new MultiHeadAttention(AttentionConfig.of(12, 3)
                .withCausal(causal)
                .withDropout(dropout, dropout)
                .withNames(AttentionConfig.Names.GPT2)
                .withInitializers(Initializer.normal(0, 0.5), Initializer.normal(0, 0.5)));
        attention.init(Rng.of(1), dtype);
        return attention;
    }

    /** With the least of probabilities nothing is dropped, but the weights are there to be dropped from. */
    @Test
    void theWayWithDropoutOfWeightsAndTheFusedOneAreTheSame() {
        for (DType dtype : DType.values()) {
            for (boolean causal : new boolean[] {false, true}) {
                var fused = attention(causal, 0, dtype);
                var apart = attention(causal, 1e-15, dtype);
                Variable x = Variable.of(Rng.of(2).normal(dtype, Shape.of(2, 9, 12), 0, 1));
                Pass pass = Pass.training(Rng.of(4), 0);
                Variable one = fused.forward(x, pass);
                Variable other = apart.forward(x, pass);
                double allowed = dtype == DType.FLOAT32 ? 1e-5 : 1e-11;
                assertThat(distance(one.value(), other.value())).isLessThan(allowed);
                Tensor upstream = Rng.of(5).normal(dtype, one.shape(), 0, 1);
                Gradients gradients = one.backward(upstream);
                Gradients others = other.backward(upstream);
                assertThat(distance(gradients.of(x), others.of(x))).isLessThan(10 * allowed);
                for (int i = 0; i < fused.parameters().size(); i++) {
                    Tensor mine = gradients.of(fused.parameters().get(i).value());
                    assertThat(distance(
                                    mine, others.of(apart.parameters().get(i).value())))
                            .isLessThan(20 * allowed);
                }
            }
        }
    }

    @Test
    void dropoutOfAttentionChangesWithTheStepAlone() {
        var attention = attention(true, 0.4, DType.FLOAT32);
        Variable x = Variable.constantOf(Rng.of(2).normal(2, 9, 12));
        Tensor first = attention.forward(x, Pass.training(Rng.of(4), 0)).value();
        assertThat(attention.forward(x, Pass.training(Rng.of(4), 0)).value()).isEqualTo(first);
        assertThat(attention.forward(x, Pass.training(Rng.of(4), 1)).value()).isNotEqualTo(first);
    }

    @Test
    void causalAttentionSeesNothingLater() {
        var attention = attention(true, 0, DType.FLOAT32);
        Tensor x = Rng.of(2).normal(1, 9, 12);
        Tensor changed = Tensor.concat(1, List.of(x.slice(1, 0, 5), Rng.of(3).normal(1, 4, 12)));
        Tensor one = attention.forward(Variable.constantOf(x), Pass.inference()).value();
        Tensor other = attention
                .forward(Variable.constantOf(changed), Pass.inference())
                .value();
        assertThat(distance(one.slice(1, 0, 5), other.slice(1, 0, 5))).isLessThan(1e-6);
        assertThat(distance(one.slice(1, 5, 9), other.slice(1, 5, 9))).isGreaterThan(1e-3);
    }

    @Test
    void attentionRefusesWhatDoesNotFit() {
        assertThatThrownBy(() -> AttentionConfig.of(10, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MultiHeadAttention: width 10 does not divide by 3 heads");
        assertThatThrownBy(() -> attention(true, 0, DType.FLOAT32)
                        .forward(Variable.constantOf(Tensor.ones(9, 12)), Pass.inference()))
                .hasMessage("MultiHeadAttention: input has shape [9, 12], expected [batch, time, 12]");
        Formula two = Formula.of("two", (a, b) -> a.add(b));
        assertThatThrownBy(() -> new FeedForward(2, 8, true, two, 0, Initializer.zeros(), Initializer.zeros()))
                .hasMessage("FeedForward: activation two has 2 operands and 1 results, expected one of each");
    }

    // ------------------------------------------------------------------ GPT

    @Test
    void parametersBearGpt2sNames() {
        List<String> names = new Gpt(GptConfig.of(5, 4, 1, 1, 2).withTiedHead(false))
                .parameters().stream().map(Parameter::toString).toList();
        String h = "transformer.h.0.";
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "transformer.wte.weight [5, 2]",
                        "transformer.wpe.weight [4, 2]",
                        h + "ln_1.weight [2]",
                        h + "ln_1.bias [2]",
                        h + "attn.c_attn.weight [6, 2]",
                        h + "attn.c_attn.bias [6]",
                        h + "attn.c_proj.weight [2, 2]",
                        h + "attn.c_proj.bias [2]",
                        h + "ln_2.weight [2]",
                        h + "ln_2.bias [2]",
                        h + "mlp.c_fc.weight [8, 2]",
                        h + "mlp.c_fc.bias [8]",
                        h + "mlp.c_proj.weight [2, 8]",
                        h + "mlp.c_proj.bias [2]",
                        "transformer.ln_f.weight [2]",
                        "transformer.ln_f.bias [2]",
                        "lm_head.weight [5, 2]");
    }

    @Test
    void sizesAreCountedWithoutMemory() {
        assertThat(new Gpt(GptConfig.gpt2()).parameterCount()).isEqualTo(124_439_808);
        Gpt large = new Gpt(GptConfig.gpt3());
        assertThat(large.parameterCount()).isEqualTo(174_604_259_328L);
        assertThat(large.parameters()).noneMatch(Parameter::hasValues);
        assertThat(large.describe()).contains("174,604,259,328").contains("transformer.h.95");
    }

    @Test
    void initialWeightsAreGpt2s() {
        Gpt model = model(GptConfig.of(200, 64, 8, 2, 64));
        Map<String, Tensor> state = model.state();
        assertThat(deviation(state.get("transformer.wte.weight"))).isBetween(0.0195, 0.0205);
        assertThat(deviation(state.get("transformer.h.3.attn.c_attn.weight"))).isBetween(0.0195, 0.0205);
        assertThat(deviation(state.get("transformer.h.3.attn.c_proj.weight"))).isBetween(0.0048, 0.0052); // 0.02 / √16
        assertThat(deviation(state.get("transformer.h.7.mlp.c_proj.weight"))).isBetween(0.0048, 0.0052);
        assertThat(state.get("transformer.h.0.mlp.c_fc.bias")).isEqualTo(Tensor.zeros(256));
        assertThat(state.get("transformer.ln_f.weight")).isEqualTo(Tensor.ones(64));
    }

    private static double deviation(Tensor x) {
        return x.std(Axes.all(), 1).item();
    }

    @Test
    void optionsChangeWhatTheyName() {
        IntTensor tokens = IntTensor.of(Shape.of(1, 4), 1, 2, 3, 4);
        Tensor plain = model(SMALL).forward(tokens, Pass.inference()).value();
        assertThat(plain.shape()).isEqualTo(Shape.of(1, 4, 11));
        Tensor erf = model(SMALL.withGelu(GptConfig.Gelu.ERF))
                .forward(tokens, Pass.inference())
                .value();
        assertThat(erf).isNotEqualTo(plain);
        assertThat(distance(erf, plain)).isLessThan(1e-3);
        // Biases are zeros at first, so leaving them out changes nothing yet.
        assertThat(distance(
                        model(SMALL.withBias(false))
                                .forward(tokens, Pass.inference())
                                .value(),
                        plain))
                .isLessThan(1e-6);
        assertThat(new Gpt(SMALL.withTiedHead(false)).parameterCount() - new Gpt(SMALL).parameterCount())
                .isEqualTo(11 * 12);
        Gpt dropping = model(SMALL.withDropout(0.5));
        assertThat(dropping.forward(tokens, Pass.inference()).value()).isEqualTo(plain);
        assertThat(dropping.forward(tokens, Pass.training(Rng.of(1), 0)).value())
                .isNotEqualTo(plain);
    }

    @Test
    void aTiedHeadsTableGetsBothGradients() {
        Gpt tied = model(SMALL);
        Gpt apart = new Gpt(SMALL.withTiedHead(false));
        Map<String, Tensor> state = tied.state();
        state.put("lm_head.weight", state.get("transformer.wte.weight"));
        apart.load(state);
        IntTensor tokens = IntTensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        IntTensor targets = IntTensor.of(Shape.of(2, 3), 2, 3, 4, 5, 6, 7);
        Gradients together = tied.loss(tokens, targets, Pass.inference()).backward();
        Gradients each = apart.loss(tokens, targets, Pass.inference()).backward();
        Tensor sum = gradient(each, apart, "transformer.wte.weight").add(gradient(each, apart, "lm_head.weight"));
        assertThat(distance(gradient(together, tied, "transformer.wte.weight"), sum))
                .isLessThan(1e-6);
    }

    private static Tensor gradient(Gradients gradients, Gpt model, String path) {
        for (Parameter parameter : model.parameters()) {
            if (parameter.path().equals(path)) {
                return gradients.of(parameter.value());
            }
        }
        throw new AssertionError(path);
    }

    @Test
    void whatIsDrawnIsAFunctionOfModelPromptAndSeed() {
        Gpt model = model(SMALL);
        IntTensor prompt = IntTensor.of(1, 2);
        List<Integer> heard = new ArrayList<>();
        IntTensor first = model.generate(prompt, 20, 1, Rng.of(1), heard::add);
        assertThat(first.toArray()).hasSize(20);
        assertThat(heard)
                .containsExactlyElementsOf(
                        Arrays.stream(first.toArray()).boxed().toList());
        assertThat(model.generate(prompt, 20, 1, Rng.of(1), token -> {})).isEqualTo(first);
        assertThat(model.generate(prompt, 20, 1, Rng.of(2), token -> {})).isNotEqualTo(first);
        assertThat(model.generate(prompt, 5, 1, Rng.of(1), token -> {})).isEqualTo(first.slice(0, 5));
        assertThat(model.generate(prompt, 0, 1, Rng.of(1), token -> {})).isEqualTo(IntTensor.of());
    }

    @Test
    void aHighTemperatureDrawsAllTokensAndNoTemperatureTheLikeliest() {
        Gpt model = model(SMALL);
        Set<Integer> drawn = new HashSet<>();
        model.generate(IntTensor.of(1), 300, 1000, Rng.of(1), drawn::add);
        assertThat(drawn).hasSize(11);
        IntTensor greedy = model.generate(IntTensor.of(1), 12, 0, Rng.of(1), token -> {});
        assertThat(model.generate(IntTensor.of(1), 12, 0, Rng.of(2), token -> {}))
                .isEqualTo(greedy);
        assertThat(model.generate(IntTensor.of(1), 12, 1e-6, Rng.of(3), token -> {}))
                .isEqualTo(greedy);
        Tensor logits = model.forward(IntTensor.of(Shape.of(1, 1), 1), Pass.inference())
                .value()
                .reshape(-1);
        assertThat(greedy.get(0)).isEqualTo(logits.argmax(0).get(0));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Gpt model = model(SMALL);
        IntTensor nine = IntTensor.of(Shape.of(1, 9), 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThatThrownBy(() -> model.forward(nine, Pass.inference()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Gpt: 9 tokens are more than the context of 8; cut the sequence or build a model of longer context");
        assertThatThrownBy(() -> model.forward(IntTensor.of(1), Pass.inference()))
                .hasMessage("Gpt: tokens have shape [1], expected [batch, time] with at least one token");
        assertThatThrownBy(() -> model.forward(IntTensor.of(Shape.of(1, 1), 11), Pass.inference()))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("transformer.wte: ")
                .hasMessageContaining("index 11 at position 0 of [1] is out of range: expected 0 to 10");
        assertThatThrownBy(() -> model.generate(IntTensor.of(), 1, 1, Rng.of(1), token -> {}))
                .hasMessage("generate: the prompt has shape [0], expected at least one token on one axis");
        assertThatThrownBy(() -> model.generate(IntTensor.of(1), 1, -1, Rng.of(1), token -> {}))
                .hasMessage("generate: temperature -1.0, expected a number of at least 0");
        assertThatThrownBy(() -> model.generate(IntTensor.of(1), -1, 1, Rng.of(1), token -> {}))
                .hasMessage("generate: count -1 is negative");
        assertThatThrownBy(() -> GptConfig.of(11, 8, 2, 5, 12))
                .hasMessage("GptConfig: width 12 does not divide by 5 heads");
        assertThatThrownBy(() -> GptConfig.of(0, 8, 2, 2, 12)).hasMessage("GptConfig: vocabulary 0 is not positive");
        assertThatThrownBy(() -> SMALL.withDropout(1))
                .hasMessage("GptConfig: dropout 1.0, expected at least 0 and below 1");
    }
}
