package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescentTest {
    @Test
    void theSpectrumOfASmallMatrix() {
        Spectrum spectrum = Spectrum.of(new double[][] {{2, 1, 0}, {1, 2, 1}, {0, 1, 2}});

        assertThat(spectrum.largest()).isCloseTo(2 + Math.sqrt(2), within(1e-14));
        assertThat(spectrum.smallest()).isCloseTo(2 - Math.sqrt(2), within(1e-14));
    }

    @Test
    void itComesToLeastSquares() {
        Observations data = correlated(0.99);
        var descent = new Descent(data);
        List<Long> steps = new ArrayList<>();

        Descent.Result result = descent.run(
                descent.bestRate(), descent.bestMomentum(), 10_000, Rng.of(1), (step, model) -> steps.add(step));

        LinearModel best = LeastSquares.fit(data).model();
        assertThat(descent.condition()).isBetween(100.0, 400.0); // (1 + r) / (1 − r) for a correlation r
        assertThat(result.certain()).isTrue();
        assertThat(result.steps()).isLessThan(2 * descent.estimatedSteps(descent.bestRate(), descent.bestMomentum()));
        assertThat(steps).hasSize((int) result.steps() + 1).startsWith(0L).endsWith(result.steps());
        assertThat(result.model().residualSumOfSquares(data) / best.residualSumOfSquares(data) - 1)
                .isLessThan(1e-12);
        for (int j = 0; j < 2; j++) {
            assertThat(result.model().coefficient(j)).isCloseTo(best.coefficient(j), within(1e-5));
        }
        assertThat(result.model().intercept()).isCloseTo(best.intercept(), within(1e-5));
    }

    @Test
    void itStopsWhenThereIsNoLossLeft() {
        var data = new Observations(
                List.of("x"), new double[][] {{1, 2, 3, 4}}, "y", new double[] {1e6 + 3, 1e6 + 6, 1e6 + 9, 1e6 + 12});
        var descent = new Descent(data);

        Descent.Result result = descent.run(0.1, 0, 1000, Rng.of(1), (step, model) -> {});

        assertThat(result.certain()).isTrue();
        assertThat(result.model().coefficient(0)).isCloseTo(3, within(1e-9));
    }

    @Test
    void itEndsWithTheStepsAllowed() {
        var descent = new Descent(correlated(0.9));

        Descent.Result result = descent.run(1e-3, 0, 5, Rng.of(1), (step, model) -> {});

        assertThat(result.certain()).isFalse();
        assertThat(result.steps()).isEqualTo(5);
    }

    @Test
    void aRateThatIsTooHighIsNamed() {
        var descent = new Descent(correlated(0.9));

        assertThatThrownBy(() -> descent.run(1.5, 0, 10_000, Rng.of(1), (step, model) -> {}))
                .hasMessageContainingAll("--learning-rate 1.5", "take a rate below 0.5");
    }

    /** Two features of the given correlation and a target that depends on both, and on chance. */
    private static Observations correlated(double correlation) {
        int rows = 200;
        double[] x = normal("x", rows);
        double[] other = normal("other", rows);
        double[] noise = normal("noise", rows);
        double[] z = new double[rows];
        double[] y = new double[rows];
        for (int i = 0; i < rows; i++) {
            z[i] = correlation * x[i] + Math.sqrt(1 - correlation * correlation) * other[i];
            y[i] = 7 + 2 * x[i] - 3 * z[i] + noise[i];
        }
        return new Observations(List.of("x", "z"), new double[][] {x, z}, "y", y);
    }

    private static double[] normal(String name, int count) {
        return Rng.of(5).stream(name)
                .normal(DType.FLOAT64, Shape.of(count), 0, 1)
                .toDoubles();
    }
}
