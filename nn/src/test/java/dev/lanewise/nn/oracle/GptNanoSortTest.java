package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A minGPT that has learnt to sort six digits: its published activations, its gradients, its answers, and a fine-tuning
 * run.
 */
class GptNanoSortTest {
    private static final int HEADS = 3;
    private static final int WIDTH = 48;
    private static final int CONTEXT = 11;
    private static final int DIGITS = 3;
    private static final int IGNORED = -1;

    private final List<Golden.Case> cases = Golden.cases("gpt-nano-sort/golden");

    private Golden.Case find(String name) {
        return Golden.find(cases, name);
    }

    /** The published weights; their folder left out the biases of c_attn, which the fine-tuning run starts from. */
    private Map<String, Tensor> weights(DType dtype) {
        Map<String, Tensor> weights =
                new LinkedHashMap<>(find("adamw_50_finetune").tensors("init", dtype));
        weights.putAll(find("published_weights").tensors("weights", dtype));
        return weights;
    }

    private Gpt model(DType dtype) {
        Gpt model = new Gpt(GptConfig.of(DIGITS, CONTEXT, 3, HEADS, WIDTH).withTiedHead(false));
        model.load(weights(dtype));
        return model;
    }

    @Test
    void itHasThePublishedNumberOfWeights() {
        assertThat(model(DType.FLOAT32).parameterCount()).isEqualTo(85_728);
    }

    /** Layer 0 step by step, from the weights, with the operations that layers are made of. */
    @Test
    void everyActivationIsThePublishedOne() {
        Golden.Case published = find("published_activations");
        Map<String, Tensor> w = weights(DType.FLOAT32);
        Activations check = new Activations(published);
        String h = "transformer.h.0.";

        IntTensor numbers = published.get("inp", "idx").ints();
        Tensor tokens = check.that("tok_emb", w.get("transformer.wte.weight").embedding(numbers));
        Tensor positions = check.that(
                "pos_emb",
                w.get("transformer.wpe.weight")
                        .embedding(IntTensor.arange(CONTEXT))
                        .unsqueeze(0));
        Tensor x = check.that("x", tokens.add(positions));
        Tensor first = check.that("ln1", x.layerNorm(w.get(h + "ln_1.weight"), w.get(h + "ln_1.bias"), 1e-5));
        Tensor qkv = check.that("qkv", first.linear(w.get(h + "attn.c_attn.weight"), w.get(h + "attn.c_attn.bias")));
        List<Tensor> parts = qkv.chunk(-1, 3);
        Tensor q = check.that("q", heads(parts.get(0)));
        Tensor k = check.that("k", heads(parts.get(1)));
        Tensor v = check.that("v", heads(parts.get(2)));
        double scale = 1 / Math.sqrt((double) WIDTH / HEADS);
        Tensor scores =
                check.that("att", q.matmul(k.transpose()).mul(scale).maskedFill(later(), Double.NEGATIVE_INFINITY));
        Tensor shares = check.that("attSm", scores.softmax(-1));
        check.that("y", merged(shares.matmul(v)));
        Tensor mixed = check.that("y", merged(q.attention(k, v, true, scale))); // the fused kernel
        Tensor projected =
                check.that("yProj", mixed.linear(w.get(h + "attn.c_proj.weight"), w.get(h + "attn.c_proj.bias")));
        Tensor attended = check.that("attnResid", x.add(projected));
        Tensor second = check.that("ln2", attended.layerNorm(w.get(h + "ln_2.weight"), w.get(h + "ln_2.bias"), 1e-5));
        Tensor up = check.that("fc", second.linear(w.get(h + "mlp.c_fc.weight"), w.get(h + "mlp.c_fc.bias")));
        Tensor active = check.that("gelu", up.geluTanh());
        Tensor down = check.that("mlp", active.linear(w.get(h + "mlp.c_proj.weight"), w.get(h + "mlp.c_proj.bias")));
        check.that("mlpResid", attended.add(down));

        Tensor block = check.that("block0", block(w, 0, x));
        block = check.that("block1", block(w, 1, block));
        block = check.that("block2", block(w, 2, block));
        Tensor last = check.that(
                "ln_f", block.layerNorm(w.get("transformer.ln_f.weight"), w.get("transformer.ln_f.bias"), 1e-5));
        Tensor logits = check.that("lm_head", last.linear(w.get("lm_head.weight"), null));
        check.that("probs", logits.softmax(-1));
        check.everyPublishedOne();
    }

    /** Compares activations by their names. */
    private static final class Activations {
        private final Golden.Case published;
        private final Map<String, Tensor> seen = new LinkedHashMap<>();

        Activations(Golden.Case published) {
            this.published = published;
        }

        Tensor that(String name, Tensor activation) {
            new Close(0, 1e-4).check(name, activation, published.get("out", name));
            seen.put(name, activation);
            return activation;
        }

        void everyPublishedOne() {
            assertThat(seen.keySet())
                    .containsAll(published.all("out").stream()
                            .map(Golden.Entry::name)
                            .toList());
        }
    }

    private static Tensor heads(Tensor x) {
        return x.reshape(-1, CONTEXT, HEADS, WIDTH / HEADS).transpose(1, 2); // (batch, heads, time, size)
    }

    private static Tensor merged(Tensor x) {
        return x.transpose(1, 2).reshape(-1, CONTEXT, WIDTH);
    }

    private static IntTensor later() {
        int[] mask = new int[CONTEXT * CONTEXT];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % CONTEXT > i / CONTEXT ? 1 : 0;
        }
        return IntTensor.of(Shape.of(CONTEXT, CONTEXT), mask);
    }

    private static Tensor block(Map<String, Tensor> w, int layer, Tensor x) {
        String h = "transformer.h." + layer + ".";
        List<Tensor> parts = x.layerNorm(w.get(h + "ln_1.weight"), w.get(h + "ln_1.bias"), 1e-5)
                .linear(w.get(h + "attn.c_attn.weight"), w.get(h + "attn.c_attn.bias"))
                .chunk(-1, 3);
        Tensor mixed = heads(parts.get(0)).attention(heads(parts.get(1)), heads(parts.get(2)), true, 0.25);
        Tensor attended = x.add(merged(mixed).linear(w.get(h + "attn.c_proj.weight"), w.get(h + "attn.c_proj.bias")));
        return attended.add(attended.layerNorm(w.get(h + "ln_2.weight"), w.get(h + "ln_2.bias"), 1e-5)
                .linear(w.get(h + "mlp.c_fc.weight"), w.get(h + "mlp.c_fc.bias"))
                .geluTanh()
                .linear(w.get(h + "mlp.c_proj.weight"), w.get(h + "mlp.c_proj.bias")));
    }

    @Test
    void theModelsLogitsAreThePublishedOnes() {
        Golden.Case published = find("published_activations");
        for (DType dtype : DType.values()) {
            Tensor logits = model(dtype)
                    .forward(published.get("inp", "idx").ints(), Pass.inference())
                    .value();
            new Close(0, 1e-4).check("logits", logits, published.get("out", "lm_head"));
            new Close(0, 1e-4).check("probabilities", logits.softmax(-1), published.get("out", "probs"));
        }
    }

    @Test
    void lossAndGradientsAreTorchs() {
        Golden.Case golden = find("loss_and_grads");
        for (DType dtype : DType.values()) {
            Close close = dtype == DType.FLOAT64 ? new Close(1e-8, 1e-13) : new Close(1e-3, 1e-6);
            Gpt model = model(dtype);
            Variable logits = model.forward(golden.get("inp", "x").ints(), Pass.inference());
            close.check("logits", logits.value(), golden.get("out", "logits"));
            Variable loss = Losses.crossEntropy(logits, golden.get("inp", "y").ints(), IGNORED);
            close.check("loss", loss.value(), golden.get("out", "loss"));
            Gradients gradients = loss.backward();
            assertThat(model.parameters()).hasSameSizeAs(golden.all("grad"));
            for (Parameter parameter : model.parameters()) {
                close.check(parameter.path(), gradients.of(parameter.value()), golden.get("grad", parameter.path()));
            }
        }
    }

    @Test
    void itSortsAll729Inputs() {
        Golden.Case golden = find("sort_all_729");
        Gpt model = model(DType.FLOAT32);
        IntTensor inputs = golden.get("inp", "x").ints();
        int[] expected = golden.get("out", "y").ints().toArray();
        int digits = inputs.shape().size(1);
        int rows = inputs.shape().size(0);
        int[] text = inputs.toArray();
        for (int step = 0; step < digits; step++) {
            int time = digits + step;
            IntTensor seen = IntTensor.of(Shape.of(rows, time), text);
            IntTensor next = Variable.withoutGradients(() -> model.forward(seen, Pass.inference()))
                    .value()
                    .select(1, -1)
                    .argmax(-1);
            int[] longer = new int[rows * (time + 1)];
            for (int row = 0; row < rows; row++) {
                System.arraycopy(text, row * time, longer, row * (time + 1), time);
                longer[row * (time + 1) + time] = next.get(row);
                assertThat(next.get(row)).isEqualTo(expected[row * digits + step]);
            }
            text = longer;
        }
    }

    @Test
    void generatingDigitByDigitGivesTheSameAnswers() {
        Golden.Case golden = find("sort_all_729");
        Gpt model = model(DType.FLOAT32);
        for (int row = 0; row < 729; row += 91) {
            IntTensor input = golden.get("inp", "x").ints().slice(row, row + 1).reshape(-1);
            IntTensor answer = golden.get("out", "y").ints().slice(row, row + 1).reshape(-1);
            assertThat(model.generate(input, 6, 0, Rng.of(1), token -> {})).isEqualTo(answer);
        }
    }

    @Test
    void theFineTuningRunIsReproducedInDoublePrecision() {
        fineTune(DType.FLOAT64, new Close(1e-8, 1e-13), new Close(1e-8, 1e-12), new Close(1e-8, 1e-12));
    }

    /** The losses are some 1e-5: logarithms of probabilities next to 1, of which single precision holds few digits. */
    @Test
    void theFineTuningRunIsReproducedInSinglePrecision() {
        fineTune(DType.FLOAT32, new Close(1e-2, 2e-6), new Close(5e-2, 1e-4), new Close(1e-2, 5e-4));
    }

    private void fineTune(DType dtype, Close losses, Close norms, Close parameters) {
        Golden.Case run = find("adamw_50_finetune");
        Gpt model = new Gpt(GptConfig.of(DIGITS, CONTEXT, 3, HEADS, WIDTH).withTiedHead(false));
        model.load(run.tensors("init", dtype));
        var optimizer = new AdamW(
                model.parameters(),
                AdamW.Config.defaults()
                        .withLearningRate(run.number("lr"))
                        .withBetas(run.number("beta1"), run.number("beta2"))
                        .withEpsilon(run.number("eps"))
                        .withWeightDecay(run.number("weight_decay_2d_linear"), GptNanoSortTest::isLinearWeight));
        IntTensor x = run.get("inp", "x").ints();
        IntTensor y = run.get("inp", "y").ints();
        int steps = run.whole("steps");
        double[] reached = new double[steps + 1];
        double[] lengths = new double[steps];
        for (int step = 0; step <= steps; step++) {
            Variable loss = Losses.crossEntropy(model.forward(x, Pass.inference()), y, IGNORED);
            reached[step] = loss.item();
            if (step < steps) {
                Gradients gradients = loss.backward();
                lengths[step] = gradients.norm();
                optimizer.step(gradients.clipByNorm(run.number("clip_grad_norm")));
            }
        }
        double worst = losses.check("losses", reached, run.get("out", "losses").doubles());
        double worstNorm =
                norms.check("norms", lengths, run.get("out", "grad_norms").doubles());
        System.out.printf(
                "gpt-nano-sort, fine-tuning in %s: worst loss %.3f, worst norm %.3f of what is allowed%n",
                dtype, worst, worstNorm);
        for (Parameter parameter : model.parameters()) {
            parameters.check(
                    "last " + parameter.path(), parameter.value().value(), run.get("params", parameter.path()));
        }
    }

    private static boolean isLinearWeight(Parameter parameter) {
        return parameter.shape().rank() == 2
                && !parameter.path().contains("wte")
                && !parameter.path().contains("wpe");
    }
}
