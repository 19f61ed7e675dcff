package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomLayerTest {
    private final Tensor input = Rng.of(1).normal(7, 3);
    private final Tensor kept = Tensor.of(new float[] {0, 0.5f, 0.9f});

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1337, 1, 2, 3})
    void theLayerPays(int seed) {
        Programs.Result result = Programs.succeed("custom-layer", "--seed", seed, "--out", folder);

        assertThat(result.out().lines().filter(line -> line.endsWith(" yes"))).hasSize(3);
        assertThat(result.out()).doesNotContain(" NO\n").contains("kept(x) = exp(-exp(-x))");
        assertThat(result.line("GradCheck, right")).contains("agree with finite differences");
        assertThat(result.line("GradCheck, wrong"))
                .contains(
                        "gradient of operand 0, element 0 of [6, 2]", "finite differences give", "backward gives 0.5");
        assertThat(folder.resolve("custom-layer.png")).isNotEmptyFile();
    }

    @Test
    void theSameSeedGivesTheSameLines() {
        String once =
                Programs.succeed("custom-layer", "--steps", 20, "--out", folder).out();

        assertThat(Programs.succeed("custom-layer", "--steps", 20, "--out", folder)
                        .out())
                .isEqualTo(once);
        assertThat(Programs.succeed("custom-layer", "--steps", 20, "--out", folder, "--seed", 5)
                        .out())
                .isNotEqualTo(once);
    }

    /** The recurrence hour by hour, made of the library's own operations. */
    private static Variable composed(Variable input, Variable kept) {
        List<Variable> sums = new ArrayList<>(List.of(input.select(0, 0)));
        for (int hour = 1; hour < input.shape().size(0); hour++) {
            sums.add(input.select(0, hour).add(sums.getLast().mul(kept)));
        }
        return TensorOps.stack(0, sums);
    }

    @Test
    void theOperationIsWhatItsDefinitionSays() {
        Variable x = Variable.of(input);
        Variable k = Variable.of(kept);
        Variable expected = composed(x, k);
        Variable actual = x.apply(new CustomLayer.Recurrence(), k);
        Tensor weights = Rng.of(2).normal(7, 3);

        assertThat(actual.value().toDoubles()).containsExactly(expected.value().toDoubles(), within(1e-6));
        Gradients gradients = actual.backward(weights);
        Gradients reference = expected.backward(weights);
        assertThat(gradients.of(x).toDoubles()).containsExactly(reference.of(x).toDoubles(), within(1e-5));
        assertThat(gradients.of(k).toDoubles()).containsExactly(reference.of(k).toDoubles(), within(1e-4));
    }

    @Test
    void aGradientThatForgetsIsCaught() {
        assertThatThrownBy(() -> GradCheck.check(
                        x -> x.get(0).apply(new CustomLayer.WrongRecurrence(), x.get(1)), List.of(input, kept)))
                .isInstanceOf(AssertionError.class)
                // The first store keeps nothing, so there the mistake cannot be seen; the second one shows it.
                .hasMessageContaining("gradient of operand 0, element 1 of [7, 3]");
        GradCheck.check(x -> x.get(0).apply(new CustomLayer.Recurrence(), x.get(1)), List.of(input, kept), 3);
    }

    @Test
    void theLayerNamesItselfWhereItsInputIsWrong() {
        var stores = new CustomLayer.Stores(3, 100);
        stores.init(Rng.of(1));

        assertThat(stores.times()).containsExactly(new double[] {1, 10, 100}, within(1e-4));
        assertThatThrownBy(() -> stores.forward(Variable.constantOf(input)))
                .hasMessageContaining("Stores: input has shape [7, 3], expected [time]");
    }

    @Test
    void aStoreKeepsItsWater() {
        var stores = new CustomLayer.Stores(2, 20);
        stores.init(Rng.of(1));
        Tensor rain = TensorOps.concat(0, List.of(Tensor.ones(1), Tensor.zeros(500)));

        Tensor outflow = stores.forward(Variable.constantOf(rain)).value();

        // What flowed in flows out, sooner or later.
        assertThat(outflow.sum(0).toDoubles()).containsExactly(new double[] {1, 1}, within(1e-5));
    }
}
