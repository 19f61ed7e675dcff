package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerTest {
    /** Two layers, the second one optional, and a parameter of its own. */
    private static final class Net extends Layer {
        private final Linear hidden = child("hidden", new Linear(3, 4));
        private final Parameter scale = parameter("scale", Shape.of(2), Initializer.ones());
        private final Linear output = child("deep.output", new Linear(4, 2, false));

        Variable forward(Variable x) {
            return output.forward(hidden.forward(x).tanh()).mul(scale.value());
        }
    }

    private static Net initialised(long seed) {
        Net net = new Net();
        net.init(Rng.of(seed));
        return net;
    }

    @Test
    void namesLeadFromTheModelDown() {
        Net net = new Net();
        assertThat(net.parameters().stream().map(Parameter::path))
                .containsExactly("scale", "hidden.weight", "hidden.bias", "deep.output.weight");
        assertThat(net.children()).containsOnlyKeys("hidden", "deep.output");
        assertThat(net.path()).isEmpty();
        assertThat(net.hidden.path()).isEqualTo("hidden");
        assertThat(net.scale.name()).isEqualTo("scale");
        assertThat(net.scale).hasToString("scale [2]");
        assertThat(net.parameterCount()).isEqualTo(2 + 12 + 4 + 8);
    }

    /** A layer in a plain field, as PyTorch registers it by itself. */
    @Test
    void aLayerThatWasNotRegisteredIsFound() {
        Layer model = new Layer() {};
        Linear forgotten = new Linear(3, 4);
        model.init(Rng.of(1));
        assertThatThrownBy(() -> forgotten.forward(Variable.constantOf(Tensor.zeros(1, 3))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "weight has no values yet: call init(rng) on the model, or load its state, before using it; if that was done, the Linear is not registered in the model: child(name, layer) does it");
        assertThatThrownBy(() -> Pass.inference().rng(forgotten)).hasMessageStartingWith("Linear: draws random");
    }

    @Test
    void aNameIsTakenOnce() {
        assertThatThrownBy(() -> new Layer() {
                    {
                        parameter("x", Shape.of(1), Initializer.zeros());
                        child("x", new Linear(1, 1));
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the name 'x' is taken");
        assertThatThrownBy(() -> new Layer() {
                    {
                        parameter(" ", Shape.of(1), Initializer.zeros());
                    }
                })
                .hasMessageContaining("a parameter or layer needs a name");
    }

    @Test
    void aLayerIsPartOfOneOther() {
        Linear shared = new Linear(1, 1);
        assertThatThrownBy(() -> new Layer() {
                    {
                        child("first", shared);
                        child("second", shared);
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the layer registered as 'second' is already part of")
                .hasMessageContaining("as 'first'; share it by a field, register it once");
    }

    @Test
    void parametersHaveNoValuesBeforeTheyGetThem() {
        Net net = new Net();
        assertThat(net.scale.hasValues()).isFalse();
        assertThatThrownBy(() -> net.forward(Variable.constantOf(Tensor.ones(1, 3))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "hidden.weight has no values yet: call init(rng) on the model, or load its state, before using it");
        assertThatThrownBy(net::state).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> net.scale.storage()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void initialValuesAreAFunctionOfSeedAndPath() {
        Net net = initialised(1);
        assertThat(net.state()).isEqualTo(initialised(1).state());
        assertThat(net.state().get("hidden.weight"))
                .isNotEqualTo(initialised(2).state().get("hidden.weight"));
        // The same layer under the same path has the same values, whatever else there is.
        Layer other = new Layer() {
            {
                child("before", new Linear(7, 7));
                child("hidden", new Linear(3, 4));
            }
        };
        other.init(Rng.of(1));
        assertThat(other.state().get("hidden.weight")).isEqualTo(net.state().get("hidden.weight"));
        assertThat(other.state().get("hidden.bias")).isNotEqualTo(Tensor.zeros(4));
    }

    @Test
    void aModelMayBeOfEitherType() {
        Net net = new Net();
        net.init(Rng.of(1), DType.FLOAT64);
        net.state().values().forEach(value -> assertThat(value.dtype()).isEqualTo(DType.FLOAT64));
        Variable out = net.forward(Variable.constantOf(Tensor.ones(DType.FLOAT64, Shape.of(2, 3))));
        assertThat(out.dtype()).isEqualTo(DType.FLOAT64);
    }

    @Test
    void theStateIsACopyAndGoesBack() {
        Net net = initialised(1);
        Map<String, Tensor> state = net.state();
        Tensor before = state.get("scale");
        net.scale.assign(Tensor.zeros(2));
        assertThat(before).isEqualTo(Tensor.ones(2));
        net.load(state);
        assertThat(net.state()).isEqualTo(state);
        assertThat(new LinkedHashMap<>(net.hidden.state())).containsOnlyKeys("weight", "bias");
        Net other = initialised(2);
        other.hidden.load(net.hidden.state());
        assertThat(other.state().get("hidden.bias")).isEqualTo(state.get("hidden.bias"));
    }

    @Test
    void aStateThatDoesNotFitIsRefusedWithAllThatIsWrongAndChangesNothing() {
        Net net = initialised(1);
        Map<String, Tensor> before = net.state();
        Map<String, Tensor> wrong = new LinkedHashMap<>(initialised(2).state());
        wrong.remove("scale");
        wrong.put("hidden.bias", Tensor.zeros(5));
        wrong.put("extra", Tensor.zeros(1, 2));
        assertThatThrownBy(() -> net.load(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "load: the state does not fit Net: missing scale [2]; hidden.bias has shape [5], expected [4]; unknown extra [1, 2]");
        assertThat(net.state()).isEqualTo(before);
        Net described = new Net();
        assertThatThrownBy(() -> described.load(wrong)).isInstanceOf(IllegalArgumentException.class);
        assertThat(described.scale.hasValues()).isFalse();
    }

    @Test
    void aParameterKeepsItsIdentityForGradientsWhenItsValuesChange() {
        Net net = initialised(1);
        Variable before = net.scale.value();
        net.scale.assign(Tensor.of(new float[] {2, 3}));
        assertThat(net.scale.value()).isSameAs(before);
        assertThat(before.value()).isEqualTo(Tensor.of(new float[] {2, 3}));
        assertThatThrownBy(() -> net.scale.assign(Tensor.zeros(3)))
                .hasMessage("scale: cannot take values of shape [3], it has shape [2]");
    }

    @Test
    void describesItselfAsATable() {
        assertThat(new Net().describe().lines().map(String::strip))
                .anyMatch(line -> line.matches("Net +26"))
                .anyMatch(line -> line.matches("scale +\\[2\\] +2"))
                .anyMatch(line -> line.matches("hidden: Linear\\(3 → 4\\) +16"))
                .anyMatch(line -> line.matches("weight +\\[4, 3\\] +12"))
                .anyMatch(line -> line.matches("deep.output: Linear\\(4 → 2, no bias\\) +8"));
    }

    @Test
    void layersRefuseWhatDoesNotFitAndNameThemselves() {
        Net net = initialised(1);
        Variable wrong = Variable.constantOf(Tensor.ones(2, 5));
        assertThatThrownBy(() -> net.forward(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hidden: input has shape [2, 5], expected [.., 3]");
        assertThatThrownBy(() -> new Linear(0, 2))
                .hasMessage("Linear: 0 inputs and 2 outputs, expected at least one of each");
        assertThatThrownBy(() -> new Embedding(3, 0))
                .hasMessage("Embedding: 3 vectors of 0 numbers, expected at least one of each");
        assertThatThrownBy(() -> new LayerNorm(0)).hasMessage("LayerNorm: size 0 is not positive");
        LayerNorm norm = new LayerNorm(3);
        norm.init(Rng.of(1));
        assertThatThrownBy(() -> norm.forward(wrong)).hasMessage("LayerNorm: input has shape [2, 5], expected [.., 3]");
        var several = new LayerNorm(Shape.of(4, 5), true, 1e-5);
        several.init(Rng.of(1));
        assertThatThrownBy(() -> several.forward(wrong))
                .hasMessage("LayerNorm: input has shape [2, 5], expected [.., 4, 5]");
        assertThatThrownBy(() -> new LayerNorm(Shape.of(), true, 1e-5)).hasMessageContaining("no sizes");
        Embedding embedding = new Embedding(3, 2);
        embedding.init(Rng.of(1));
        assertThatThrownBy(() -> embedding.forward(IntTensor.of(0, 3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("Embedding: ")
                .hasMessageContaining("index 3 at position 1 of [2] is out of range: expected 0 to 2");
    }

    @Test
    void layerNormOfSeveralAxesIsThatOfTheAxesAsOne() {
        Tensor x = Rng.of(1).normal(3, 4, 5);
        var several = new LayerNorm(Shape.of(4, 5), true, 1e-5);
        several.init(Rng.of(1));
        var one = new LayerNorm(20);
        one.init(Rng.of(1));
        Tensor weight = Rng.of(2).normal(20);
        Tensor bias = Rng.of(3).normal(20);
        one.load(Map.of("weight", weight, "bias", bias));
        several.load(Map.of("weight", weight.reshape(4, 5), "bias", bias.reshape(4, 5)));
        assertThat(several.forward(Variable.constantOf(x)).value())
                .isEqualTo(one.forward(Variable.constantOf(x.reshape(3, 20)))
                        .value()
                        .reshape(3, 4, 5));
        assertThat(several).hasToString("LayerNorm(4, 5)");
    }

    @Test
    void sharedWeightsAreOneParameter() {
        Linear linear = new Linear(2, 2, false);
        linear.init(Rng.of(1));
        Variable x = Variable.constantOf(Tensor.eye(2));
        Variable twice = linear.forward(linear.forward(x)).sum();
        List<Parameter> parameters = linear.parameters();
        assertThat(parameters).hasSize(1);
        assertThat(twice.backward().has(parameters.getFirst().value())).isTrue();
    }
}
