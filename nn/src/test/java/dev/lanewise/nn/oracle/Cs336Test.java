package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.optim.AdamW;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The published snapshots of Stanford's CS336, as far as there is something here to compare: rotary positions are not.
 */
class Cs336Test {
    private final List<Golden.Case> cases = Golden.cases("cs336");

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
