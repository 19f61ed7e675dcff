package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.transformer.AttentionConfig;
import dev.lanewise.nn.transformer.AttentionMask;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import dev.lanewise.nn.transformer.RotaryPositions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published snapshots of Stanford's CS336. */
class Cs336Test {
    private final List<Golden.Case> cases = Golden.cases("cs336");

    @Test
    void everyCaseHasATest() {
        assertThat(cases.stream().map(Golden.Case::name))
                .containsExactlyInAnyOrder("sdpa", "sdpa4d", "rope", "adamw_1000_steps");
    }

    @Test
    void rotaryPositionsAreTheSnapshots() {
        Golden.Case golden = Golden.find(cases, "rope");
        assertThat(golden.text("layout")).isEqualTo("interleaved_pairs");
        for (DType dtype : DType.values()) {
            Tensor x = golden.get("inp", "x").tensor(dtype);
            var positions =
                    new RotaryPositions(x.shape().size(-1), golden.number("theta"), RotaryPositions.Pairing.ADJACENT);
            new Close(0, 5e-6).check("rope", positions.rotate(x, 0), golden.get("out", "out"));
            IntTensor numbers = IntTensor.arange(x.shape().size(-2));
            new Close(0, 5e-6).check("rope by number", positions.rotate(x, numbers), golden.get("out", "out"));
        }
    }

    /**
     * The attention layer with projections that change nothing, so that its way with a mask is all there is to see: of
     * one head for three axes, of as many heads as there are for four.
     */
    @ParameterizedTest
    @ValueSource(strings = {"sdpa", "sdpa4d"})
    void theAttentionLayerIsTheSnapshot(String name) {
        Golden.Case golden = Golden.find(cases, name);
        for (DType dtype : DType.values()) {
            Golden.Entry q = golden.get("inp", "q");
            boolean oneHead = q.shape().rank() == 3;
            int heads = oneHead ? 1 : q.shape().size(1);
            int width = heads * q.shape().size(-1);
            var layer = new MultiHeadAttention(AttentionConfig.of(width, heads).withBias(false));
            Tensor eye = Tensor.eye(width).to(dtype);
            layer.load(Map.of("in_proj_weight", eye.repeat(0, 3), "out_proj.weight", eye));
            IntTensor visible = golden.get("inp", "mask").ints();
            int[] sizes = visible.shape().toArray();
            if (oneHead) {
                visible = visible.reshape(sizes[0], 1, sizes[1], sizes[2]); // (batch, heads, queries, keys)
            }
            Variable result = layer.forward(
                    joined(q.tensor(dtype)),
                    joined(golden.get("inp", "k").tensor(dtype)),
                    joined(golden.get("inp", "v").tensor(dtype)),
                    AttentionMask.NONE.withVisible(visible),
                    Pass.inference());
            Tensor expected = joined(golden.get("out", "out").tensor(dtype)).value();
            new Close(0, 5e-6).check(name, result.value().toDoubles(), expected.toDoubles());
        }
    }

    /** (batch, heads, time, headSize) → (batch, time, heads · headSize); three axes stay as they are. */
    private static Variable joined(Tensor x) {
        Tensor flat = x.shape().rank() == 3 ? x : x.transpose(1, 2).flatten(2, 3);
        return Variable.constantOf(flat);
    }

    /** With a mask of any form, which the fused kernel has not: the primitives that attention is defined by. */
    @ParameterizedTest
    @ValueSource(strings = {"sdpa", "sdpa4d"})
    void maskedAttentionIsTheSnapshot(String name) {
        Golden.Case golden = Golden.find(cases, name);
        for (DType dtype : DType.values()) {
            Tensor q = golden.get("inp", "q").tensor(dtype);
            Tensor k = golden.get("inp", "k").tensor(dtype);
            Tensor v = golden.get("inp", "v").tensor(dtype);
            IntTensor hidden = negated(golden.get("inp", "mask").ints());
            Tensor scores = q.matmul(k.transpose()).div(Math.sqrt(q.shape().size(-1)));
            Tensor result = scores.maskedFill(hidden, Double.NEGATIVE_INFINITY)
                    .softmax(-1)
                    .matmul(v);
            new Close(0, 5e-6).check(name, result, golden.get("out", "out"));
        }
    }

    private static IntTensor negated(IntTensor mask) {
        int[] values = mask.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 - values[i];
        }
        return IntTensor.of(mask.shape(), values);
    }

    @Test
    void aThousandStepsOfAdamWEndAtTheSnapshot() {
        Golden.Case golden = Golden.find(cases, "adamw_1000_steps");
        for (DType dtype : DType.values()) {
            Linear layer = new Linear(3, 2, false, Initializer.zeros(), Initializer.zeros());
            layer.load(Map.of("weight", golden.get("inp", "w0").tensor(dtype)));
            var optimizer = new AdamW(
                    layer.parameters(),
                    AdamW.Config.defaults()
                            .withLearningRate(golden.number("lr"))
                            .withBetas(golden.number("beta1"), golden.number("beta2"))
                            .withEpsilon(golden.number("eps"))
                            .withWeightDecay(golden.number("weight_decay")));
            Tensor rows = golden.get("inp", "x").tensor(dtype);
            for (int step = 0; step < golden.whole("steps"); step++) {
                Tensor x = rows.select(0, step); // (3)
                Tensor y = Tensor.stack(
                        0,
                        List.of(
                                x.select(0, 0).add(x.select(0, 1)),
                                x.select(0, 2).neg()));
                Variable error = layer.forward(Variable.constantOf(x)).sub(Variable.constantOf(y));
                optimizer.step(error.square().sum().backward());
            }
            Tensor weight = layer.weight().value().value();
            new Close(0, 1e-4).check("published", weight, golden.get("out", "w_published"));
            // PyTorch's is a run in single precision.
            new Close(0, dtype == DType.FLOAT32 ? 5e-6 : 1e-5)
                    .check("PyTorch's", weight, golden.get("out", "w_pytorch"));
        }
    }
}
