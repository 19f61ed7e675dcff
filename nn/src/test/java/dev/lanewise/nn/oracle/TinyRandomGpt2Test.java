package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A small GPT-2 as Hugging Face stores it: its logits, gradients and greedy answers. */
class TinyRandomGpt2Test {
    private final List<Golden.Case> cases = Golden.cases("tiny-random-gpt2/golden");

    /** The model's tensors; weights of its linear layers lie the other way round. */
    private static Map<String, Tensor> weights(DType dtype) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        SafeTensors.read(Golden.path("tiny-random-gpt2/model.safetensors"), dtype)
                .forEach((name, tensor) -> {
                    boolean isLinear = name.matches(".*\\.(c_attn|c_proj|c_fc)\\.weight");
                    if (!name.endsWith(".attn.bias")
                            && !name.endsWith("masked_bias")
                            && !name.equals("lm_head.weight")) {
                        String key = name.startsWith("transformer.") ? name : "transformer." + name;
                        weights.put(key, isLinear ? tensor.transpose() : tensor);
                    }
                });
        return weights;
    }

    private static Gpt model(DType dtype) {
        Gpt model = new Gpt(GptConfig.of(1000, 512, 5, 4, 32));
        model.load(weights(dtype));
        return model;
    }

    @Test
    void logitsLossAndGradientsAreTorchs() {
        Golden.Case golden = Golden.find(cases, "logits_loss_grads");
        for (DType dtype : DType.values()) {
            Gpt model = model(dtype);
            Variable logits = model.forward(golden.get("inp", "x").ints(), Pass.inference());
            new Close(0, dtype == DType.FLOAT32 ? 1e-5 : 1e-12)
                    .check("logits", logits.value(), golden.get("out", "logits"));
            Variable loss = Losses.crossEntropy(logits, golden.get("inp", "y").ints());
            new Close(0, dtype == DType.FLOAT32 ? 1e-5 : 1e-12).check("loss", loss.value(), golden.get("out", "loss"));
            Gradients gradients = loss.backward();
            Close close = dtype == DType.FLOAT32 ? new Close(1e-4, 1e-6) : new Close(1e-6, 1e-9);
            for (Parameter parameter : model.parameters()) {
                close.check(parameter.path(), gradients.of(parameter.value()), golden.get("grad", parameter.path()));
            }
        }
    }

    @Test
    void greedyAnswersAreThePublishedOnes() {
        Golden.Case golden = Golden.find(cases, "greedy_published");
        Gpt model = model(DType.FLOAT32);
        IntTensor prompts = golden.get("inp", "input_ids").ints();
        IntTensor expected = golden.get("out", "expected").ints();
        for (int row = 0; row < prompts.shape().size(0); row++) {
            int[] wanted = expected.slice(row, row + 1).toArray();
            int given = prompts.shape().size(1);
            IntTensor prompt = prompts.slice(row, row + 1).reshape(-1);
            assertThat(model.generate(prompt, wanted.length - given, 0, Rng.of(0), token -> {})
                            .toArray())
                    .isEqualTo(Arrays.copyOfRange(wanted, given, wanted.length));
        }
    }
}
