package dev.lanewise.nn.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Autograd;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Pass;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A GPT whose blocks are computed again in the backward pass is the same model, to the last bit. */
class CheckpointingTest {
    private static final GptConfig CONFIG = GptConfig.of(11, 8, 3, 2, 12);
    private static final IntTensor TOKENS = Rng.of(5).integers(Shape.of(2, 8), 11);
    private static final IntTensor TARGETS = Rng.of(6).integers(Shape.of(2, 8), 11);

    private static Gpt model(GptConfig config, DType dtype) {
        Gpt model = new Gpt(config);
        model.init(Rng.of(3), dtype);
        return model;
    }

    @Test
    void lossAndGradientsHaveTheSameBits() {
        for (DType dtype : DType.values()) {
            for (GptConfig config : List.of(
                    CONFIG,
                    CONFIG.withDropout(0.2),
                    CONFIG.withTiedHead(false).withBias(false).withGelu(GptConfig.Gelu.ERF))) {
                Gpt plain = model(config, dtype);
                Gpt again = model(config.withCheckpointing(true), dtype);
                Pass pass = Pass.training(Rng.of(4), 7);
                Variable expectedLoss = plain.loss(TOKENS, TARGETS, pass);
                Variable loss = again.loss(TOKENS, TARGETS, pass);
                assertThat(loss.item()).isEqualTo(expectedLoss.item());
                Gradients expected = expectedLoss.backward();
                Gradients actual = loss.backward();
                for (int i = 0; i < plain.parameters().size(); i++) {
                    assertThat(actual.of(again.parameters().get(i).value()))
                            .as(plain.parameters().get(i).path())
                            .isEqualTo(expected.of(plain.parameters().get(i).value()));
                }
            }
        }
    }

    @Test
    void gradientsOfGradientsHaveTheSameBits() {
        Gpt plain = model(CONFIG, DType.FLOAT32);
        Gpt again = model(CONFIG.withCheckpointing(true), DType.FLOAT32);
        assertThat(second(again).toFloats()).isEqualTo(second(plain).toFloats());
    }

    private static Tensor second(Gpt model) {
        Variable weight = model.parameters().get(4).value();
        Variable loss = model.loss(TOKENS, TARGETS, Pass.inference());
        Variable gradient = Autograd.grad(loss, List.of(weight)).getFirst();
        return Autograd.grad(gradient.square().sum(), List.of(weight))
                .getFirst()
                .value();
    }

    @Test
    void itGeneratesTheSameText() {
        IntTensor prompt = IntTensor.of(1, 2, 3);
        IntTensor expected = model(CONFIG, DType.FLOAT32).generate(prompt, 9, 1, Rng.of(8), token -> {});
        IntTensor actual =
                model(CONFIG.withCheckpointing(true), DType.FLOAT32).generate(prompt, 9, 1, Rng.of(8), token -> {});
        assertThat(actual.toArray()).isEqualTo(expected.toArray());
    }

    @Test
    void itIsAnOptionThatOtherOptionsLeaveAlone() {
        GptConfig config = CONFIG.withCheckpointing(true);
        assertThat(CONFIG.checkpointing()).isFalse();
        assertThat(config.withBias(false)
                        .withDropout(0.1)
                        .withGelu(GptConfig.Gelu.ERF)
                        .checkpointing())
                .isTrue();
        assertThat(config.withTiedHead(false).withDeviation(0.1).checkpointing())
                .isTrue();
        assertThat(config.withCheckpointing(false)).isEqualTo(CONFIG);
    }
}
