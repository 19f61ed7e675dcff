package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.RmsNorm;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.transformer.AttentionConfig;
import dev.lanewise.nn.transformer.GatedFeedForward;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import dev.lanewise.nn.transformer.RotaryPositions;
import dev.lanewise.nn.transformer.TransformerBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A trained model of Llama's architecture: root mean square norms, rotary positions by adjacent pairs, keys and values
 * in groups, gates by silu, the table of tokens as the last layer too.
 */
class Stories260KTest {
    private final List<Golden.Case> cases = Golden.cases("stories260K/golden");

    /** The sizes at the beginning of llama2.c's file, and the weights behind them. */
    private record Weights(int width, int hidden, int layers, int heads, int groups, int vocabulary, ByteBuffer file) {
        static Weights read() {
            try {
                ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(Golden.path("stories260K/stories260K.bin")))
                        .order(ByteOrder.LITTLE_ENDIAN);
                int[] sizes = new int[7]; // the last is the longest sequence
                for (int i = 0; i < sizes.length; i++) {
                    sizes[i] = file.getInt();
                }
                return new Weights(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], file);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        Tensor next(DType dtype, int... sizes) {
            return Tensor.fill(dtype, Shape.of(sizes), i -> file.getFloat());
        }

        /** One weight of all layers, in the order of layers. */
        void each(Map<String, Tensor> state, String key, DType dtype, int... sizes) {
            for (int layer = 0; layer < layers; layer++) {
                state.put("layers." + layer + "." + key, next(dtype, sizes));
            }
        }

        Map<String, Tensor> state(DType dtype) {
            int shared = width / heads * groups;
            Map<String, Tensor> state = new LinkedHashMap<>();
            state.put("tok_embeddings.weight", next(dtype, vocabulary, width));
            each(state, "attention_norm.weight", dtype, width);
            each(state, "attention.wq.weight", dtype, width, width);
            each(state, "attention.wk.weight", dtype, shared, width);
            each(state, "attention.wv.weight", dtype, shared, width);
            each(state, "attention.wo.weight", dtype, width, width);
            each(state, "ffn_norm.weight", dtype, width);
            each(state, "feed_forward.w1.weight", dtype, hidden, width);
            each(state, "feed_forward.w2.weight", dtype, width, hidden);
            each(state, "feed_forward.w3.weight", dtype, hidden, width);
            state.put("norm.weight", next(dtype, width));
            return state;
        }
    }

    private static final class Llama extends Layer {
        private static final double EPSILON = 1e-5; // llama2.c's model.py

        private final Embedding tokens;
        private final List<TransformerBlock> blocks = new ArrayList<>();
        private final RmsNorm norm;

        Llama(Weights sizes) {
            int width = sizes.width();
            int headSize = width / sizes.heads();
            AttentionConfig attention = AttentionConfig.of(width, sizes.heads())
                    .withKeyValueHeads(sizes.groups())
                    .withBias(false)
                    .withCausal(true)
                    .withRotary(new RotaryPositions(headSize, 10_000, RotaryPositions.Pairing.ADJACENT))
                    .withNames(AttentionConfig.Names.LLAMA);
            tokens = child("tok_embeddings", new Embedding(sizes.vocabulary(), width));
            for (int layer = 0; layer < sizes.layers(); layer++) {
                blocks.add(child(
                        "layers." + layer,
                        new TransformerBlock(
                                new RmsNorm(width, EPSILON),
                                new MultiHeadAttention(attention),
                                new RmsNorm(width, EPSILON),
                                GatedFeedForward.swiGlu(width, sizes.hidden()))));
            }
            norm = child("norm", new RmsNorm(width, EPSILON));
        }

        Variable forward(IntTensor numbers) {
            Variable x = tokens.forward(numbers);
            for (TransformerBlock block : blocks) {
                x = block.forward(x, Pass.inference());
            }
            return norm.forward(x, Pass.inference()).linear(tokens.weight().value(), null);
        }
    }

    /** Meta's names as those of the layers here. */
    private static String name(String metas) {
        return metas.replace("attention_norm.", "ln_1.")
                .replace("ffn_norm.", "ln_2.")
                .replace("attention.wo.", "attn.o_proj.")
                .replaceAll("attention\\.w([qkv])\\.", "attn.$1_proj.")
                .replace("feed_forward.w1.", "mlp.gate_proj.")
                .replace("feed_forward.w2.", "mlp.down_proj.")
                .replace("feed_forward.w3.", "mlp.up_proj.");
    }

    private static Llama model(DType dtype) {
        Weights weights = Weights.read();
        Llama model = new Llama(weights);
        Map<String, Tensor> state = new LinkedHashMap<>();
        weights.state(dtype).forEach((key, value) -> state.put(name(key), value));
        model.load(state);
        return model;
    }

    @Test
    void logitsAndLikeliestTokensArePublished() {
        for (DType dtype : DType.values()) {
            Llama model = model(dtype);
            int tested = 0;
            for (Golden.Case golden : cases) {
                if (!golden.op().equals("forward")) {
                    continue;
                }
                IntTensor numbers = golden.get("inp", "input_ids").ints();
                Tensor logits = Variable.withoutGradients(() -> model.forward(numbers.reshape(1, -1)))
                        .value()
                        .select(0, 0); // (time, vocabulary)
                Golden.Entry expected = golden.get("out", "logits_f64");
                Close close = dtype == DType.FLOAT64 ? new Close(0, 1e-10) : new Close(0, 1e-4);
                double worst = close.check(
                        golden.name(), logits.slice(0, 0, expected.shape().size(0)), expected);
                System.out.printf("stories260K, %s in %s: worst %.2g of what is allowed%n", golden, dtype, worst);
                assertThat(logits.argmax(1))
                        .isEqualTo(golden.get("out", "argmax_all").ints());
                tested++;
            }
            assertThat(tested).isPositive();
        }
    }

    @Test
    void lossAndGradientsAreTorchs() {
        Golden.Case golden = Golden.find(cases, "loss_and_grads");
        for (DType dtype : DType.values()) {
            Llama model = model(dtype);
            Variable loss = Losses.crossEntropy(
                    model.forward(golden.get("inp", "x").ints()),
                    golden.get("inp", "y").ints());
            Close close = dtype == DType.FLOAT64 ? new Close(1e-9, 1e-12) : new Close(1e-4, 1e-5);
            close.check("loss", loss.value(), golden.get("out", "loss"));
            Gradients gradients = loss.backward();
            Map<String, Parameter> parameters = new LinkedHashMap<>();
            model.parameters().forEach(parameter -> parameters.put(parameter.path(), parameter));
            double worst = 0;
            for (Golden.Entry gradient : golden.all("grad")) {
                Parameter parameter = parameters.remove(name(gradient.name()));
                worst = Math.max(worst, close.check(gradient.name(), gradients.of(parameter.value()), gradient));
            }
            assertThat(parameters).isEmpty();
            System.out.printf("stories260K, gradients in %s: worst %.2g of what is allowed%n", dtype, worst);
        }
    }

    @Test
    void twentyStepsOfAdamWAreTorchs() {
        Golden.Case golden = Golden.find(cases, "adamw_20");
        for (DType dtype : DType.values()) {
            Llama model = model(dtype);
            assertThat(golden.number("weight_decay_1d")).isZero();
            var optimizer = new AdamW(
                    model.parameters(),
                    AdamW.Config.defaults()
                            .withLearningRate(golden.number("lr"))
                            .withBetas(golden.number("beta1"), golden.number("beta2"))
                            .withEpsilon(golden.number("eps"))
                            .withWeightDecay(
                                    golden.number("weight_decay_2d"),
                                    parameter -> parameter.shape().rank() == 2));
            IntTensor x = golden.get("inp", "x").ints();
            IntTensor y = golden.get("inp", "y").ints();
            int steps = golden.whole("steps");
            double[] losses = new double[steps + 1];
            double[] norms = new double[steps];
            for (int step = 0; step <= steps; step++) {
                Variable loss = Losses.crossEntropy(model.forward(x), y);
                losses[step] = loss.item();
                if (step < steps) {
                    Gradients gradients = loss.backward();
                    norms[step] = gradients.norm();
                    optimizer.step(gradients.clipByNorm(golden.number("clip_grad_norm")));
                }
            }
            Close close = dtype == DType.FLOAT64 ? new Close(1e-9, 0) : new Close(1e-4, 0);
            close.check("losses", losses, golden.get("out", "losses").doubles());
            close.check("norms", norms, golden.get("out", "grad_norms").doubles());
            // A weight's step is about the learning rate whatever its gradient: where that is near 0 its sign may
            // differ.
            Close weights = new Close(0, dtype == DType.FLOAT64 ? 1e-8 : 5e-4);
            Map<String, Tensor> state = model.state();
            for (Golden.Entry expected : golden.all("params")) {
                weights.check(expected.name(), state.get(name(expected.name())), expected);
            }
        }
    }
}
