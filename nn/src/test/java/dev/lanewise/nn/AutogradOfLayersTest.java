package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.transformer.AttentionConfig;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What autograd offers, over layers: checkpoints, anomalies, hooks. */
class AutogradOfLayersTest {
    private final Tensor input = Rng.of(2).normal(6, 4);

    private static Sequential model(Transform middle) {
        var model =
                new Sequential(new Linear(4, 5), new BatchNorm1d(5), middle, new Dropout(0.3), new Linear(5, 1, false));
        model.init(Rng.of(1));
        return model;
    }

    private static Pass pass(long step) {
        return Pass.training(Rng.of(3), step);
    }

    /** Dropout draws the same numbers again, and running statistics follow a batch once. */
    @Test
    void aLayerThatIsComputedAgainDoesTheSame() {
        Sequential one = model((x, pass) -> x.gelu());
        Sequential other = model((x, pass) -> x.gelu());
        for (int step = 0; step < 3; step++) {
            Pass pass = pass(step);
            Variable x = Variable.of(input);
            Variable plain = one.forward(x, pass).square().mean();
            Variable again =
                    Variable.checkpoint(() -> other.forward(x, pass)).square().mean();
            assertThat(again.item()).isEqualTo(plain.item());
            Gradients expected = plain.backward();
            Gradients actual = again.backward();
            assertThat(actual.of(x)).isEqualTo(expected.of(x));
            for (int i = 0; i < one.parameters().size(); i++) {
                assertThat(actual.of(other.parameters().get(i).value()))
                        .isEqualTo(expected.of(one.parameters().get(i).value()));
            }
            assertThat(other.state()).isEqualTo(one.state());
        }
    }

    @Test
    void theLayerThatMakesTheFirstNaNIsNamed() {
        final class Root extends Layer implements Transform {
            @Override
            public Variable forward(Variable x, Pass pass) {
                return x.sub(1000).sqrt();
            }
        }
        Sequential model = model(new Root());
        Sequential outer = new Sequential(new Linear(4, 4), model);
        outer.init(Rng.of(1));
        assertThatThrownBy(() -> Variable.detectingAnomalies(
                        () -> outer.forward(Variable.of(input), pass(0)).mean()))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("sqrt made the first NaN")
                .hasMessageContaining("[6, 5]")
                .hasMessageContaining("in 1.2;");
        assertThatThrownBy(() -> Variable.detectingAnomalies(() -> {
                    Variable x = Variable.of(input);
                    return model((y, pass) -> y.sub(y).sqrt().mul(y.sub(y)))
                            .forward(x, pass(0))
                            .mean()
                            .backward(); // ∞ · 0
                }))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("the backward pass of sqrt of [6, 5] next after what is in 1 made the first NaN");
    }

    @Test
    void aLayersWeightThatIsNoNumberIsNamed() {
        var attention =
                new MultiHeadAttention(AttentionConfig.of(4, 2).withCausal(true).withNames(AttentionConfig.Names.GPT2));
        var model = new Sequential((x, pass) -> x, (Transform) (x, pass) -> attention.forward(x, pass));
        attention.init(Rng.of(1));
        Map<String, Tensor> state = new LinkedHashMap<>(attention.state());
        state.put("c_proj.weight", Tensor.full(DType.FLOAT32, Shape.of(4, 4), Double.NaN));
        attention.load(state);
        assertThatThrownBy(() -> Variable.detectingAnomalies(
                        () -> model.forward(Variable.of(Rng.of(1).normal(1, 3, 4)), Pass.inference())))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("c_proj.weight [4, 4]")
                .hasMessageContaining("16 of 16");
    }

    /** Training stops with the hook's exception; what has been trained is as it was, and can be trained on. */
    @Test
    void aHookThatThrowsLeavesModelAndOptimizerIntact() {
        Sequential model = model((x, pass) -> x.gelu());
        Sequential control = model((x, pass) -> x.gelu());
        var optimizer = new AdamW(model.parameters(), AdamW.Config.defaults());
        var other = new AdamW(control.parameters(), AdamW.Config.defaults());
        var problem = new IllegalCallerException("on purpose");
        for (int step = 0; step < 4; step++) {
            Pass pass = pass(step);
            Variable x = Variable.of(input);
            other.step(control.forward(x, pass).square().mean().backward());
            Map<String, Tensor> before = model.state();
            if (step == 2) {
                Variable loss =
                        Variable.reusingMemory(() -> Variable.checkpoint(() -> model.forward(x, Pass.inference()))
                                .onGradient(gradient -> {
                                    throw problem;
                                })
                                .square()
                                .mean());
                assertThatThrownBy(() -> optimizer.step(loss.backward())).isSameAs(problem);
                assertThat(model.state()).isEqualTo(before);
            }
            optimizer.step(model.forward(x, pass).square().mean().backward());
        }
        assertThat(model.state()).isEqualTo(control.state());
    }

    @Test
    void aPictureNamesTheParameters() {
        var model = new Sequential(new Linear(4, 5), (x, pass) -> x.relu());
        model.init(Rng.of(1));
        assertThat(model.forward(Variable.constantOf(input), Pass.inference()).toDot())
                .contains("0.weight\\n[5, 4]", "0.bias\\n[5]", "relu\\n[6, 5]", "constant\\n[6, 4]");
    }
}
