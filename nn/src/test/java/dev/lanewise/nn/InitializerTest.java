package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Initializer.Fan;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@code torch.nn.init} promises of each. */
class InitializerTest {
    /** Weights of a convolution: fan-in 5 · 3 · 4 = 60, fan-out 40 · 3 · 4 = 480. */
    private static final Shape WINDOWS = Shape.of(40, 5, 3, 4);

    private static double[] draw(Initializer initializer, Shape shape) {
        Tensor drawn = initializer.draw(Rng.of(5), DType.FLOAT32, shape);
        assertThat(drawn.shape()).isEqualTo(shape);
        assertThat(drawn).isEqualTo(initializer.draw(Rng.of(5), DType.FLOAT32, shape));
        assertThat(drawn.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(initializer.draw(Rng.of(5), DType.FLOAT64, shape).dtype()).isEqualTo(DType.FLOAT64);
        return drawn.toDoubles();
    }

    /**
     * Mean and deviation of many numbers, within five of their own deviations.
     *
     * @param kurtosis the mean of fourth powers over the square of the variance: 3 if normal, 1.8 if even
     */
    private static void checkMoments(double[] values, double mean, double deviation, double kurtosis) {
        double sum = 0;
        double squares = 0;
        for (double value : values) {
            sum += value - mean;
            squares += (value - mean) * (value - mean);
        }
        double n = values.length;
        assertThat(sum / n).isCloseTo(0, within(5 * deviation / Math.sqrt(n)));
        double variance = deviation * deviation;
        assertThat(squares / n).isCloseTo(variance, within(5 * variance * Math.sqrt((kurtosis - 1) / n)));
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    private static void checkUniform(Initializer initializer, Shape shape, double bound) {
        double[] values = draw(initializer, shape);
        checkMoments(values, 0, bound / Math.sqrt(3), 1.8);
        // Of 2400 numbers, none in the outer hundredth has a chance of 3e-11.
        assertThat(largest(values)).isBetween(0.99 * bound, bound * (1 + 1e-6));
    }

    private static void checkNormal(Initializer initializer, Shape shape, double deviation) {
        double[] values = draw(initializer, shape);
        checkMoments(values, 0, deviation, 3);
        assertThat(largest(values)).isBetween(2.5 * deviation, 6 * deviation);
    }

    @Test
    void numbersAreOneOrEvenOrNormal() {
        assertThat(draw(Initializer.constant(2.5), Shape.of(2))).containsExactly(2.5, 2.5);
        assertThat(draw(Initializer.zeros(), Shape.of(1))).containsExactly(0);
        assertThat(draw(Initializer.ones(), Shape.of(1))).containsExactly(1);
        double[] even = draw(Initializer.uniform(-1, 3), WINDOWS);
        checkMoments(even, 1, 4 / Math.sqrt(12), 1.8);
        assertThat(Arrays.stream(even).min().orElseThrow()).isBetween(-1.0, -0.96);
        assertThat(Arrays.stream(even).max().orElseThrow()).isBetween(2.96, 3.0);
        checkMoments(draw(Initializer.normal(1, 0.02), WINDOWS), 1, 0.02, 3);
        checkNormal(Initializer.normal(0, 3), WINDOWS, 3);
        checkUniform(Initializer.uniformByInputs(200), WINDOWS, 1 / Math.sqrt(200));
    }

    @Test
    void xavierKeepsBothVariances() {
        checkUniform(Initializer.xavierUniform(), WINDOWS, Math.sqrt(6.0 / 540));
        checkUniform(Initializer.xavierUniform(Gain.TANH), WINDOWS, 5.0 / 3 * Math.sqrt(6.0 / 540));
        checkNormal(Initializer.xavierNormal(), WINDOWS, Math.sqrt(2.0 / 540));
        checkNormal(Initializer.xavierNormal(3), Shape.of(100, 25), 3 * Math.sqrt(2.0 / 125));
    }

    @Test
    void kaimingKeepsTheVarianceOfItsFan() {
        checkUniform(Initializer.kaimingUniform(), WINDOWS, Math.sqrt(6.0 / 60));
        checkUniform(Initializer.kaimingUniform(Fan.OUT, 1), WINDOWS, Math.sqrt(3.0 / 480));
        checkNormal(Initializer.kaimingNormal(), WINDOWS, Math.sqrt(2.0 / 60));
        double leaky = 1.3545709229571927;
        checkNormal(Initializer.kaimingNormal(Fan.OUT, Gain.leakyRelu(0.3)), WINDOWS, leaky / Math.sqrt(480));
    }

    /** torch.nn.init.calculate_gain of PyTorch 2.13. */
    @Test
    void gainsAreTorchs() {
        assertThat(Gain.LINEAR).isEqualTo(1);
        assertThat(Gain.SIGMOID).isEqualTo(1);
        assertThat(Gain.TANH).isEqualTo(1.6666666666666667);
        assertThat(Gain.RELU).isEqualTo(1.4142135623730951);
        assertThat(Gain.SELU).isEqualTo(0.75);
        assertThat(Gain.leakyRelu(0.01)).isEqualTo(1.4141428569978354);
        assertThat(Gain.leakyRelu(0.3)).isEqualTo(1.3545709229571927);
        assertThatThrownBy(() -> Gain.leakyRelu(Double.NaN)).hasMessageContaining("slope NaN");
    }

    /** Variances and kurtoses by quadrature of the cut density. */
    @Test
    void truncatedNormalStaysInItsRangeAndKeepsItsShape() {
        Shape shape = Shape.of(400, 50);
        double[] values = draw(Initializer.truncatedNormal(0, 0.02, -0.04, 0.04), shape);
        assertThat(largest(values)).isBetween(0.0395, 0.0400001);
        checkMoments(values, 0, 0.02 * Math.sqrt(0.7737413), 2.36554);
        // Hardly cut at all.
        checkMoments(draw(Initializer.truncatedNormal(1, 0.5, -100, 100), shape), 1, 0.5, 3);
        // Far out at either end, where normal proposals would hardly ever fall.
        double[] far = draw(Initializer.truncatedNormal(0, 1, 3, 100), shape);
        assertThat(Arrays.stream(far).min().orElseThrow()).isBetween(3.0, 3.001);
        checkMoments(far, 3.2830987, Math.sqrt(0.0705592), 6.8024);
        double[] below = draw(Initializer.truncatedNormal(0, 1, -100, -3), shape);
        checkMoments(below, -3.2830987, Math.sqrt(0.0705592), 6.8024);
        // A narrow range.
        double[] narrow = draw(Initializer.truncatedNormal(0, 1, 0.1, 0.2), shape);
        checkMoments(narrow, 0.149875, Math.sqrt(0.000833046), 1.8004);
    }

    @Test
    void orthogonalVectorsHaveOneLengthAndRightAngles() {
        for (Shape shape : List.of(Shape.of(12, 12), Shape.of(7, 20), Shape.of(20, 7), Shape.of(6, 2, 2, 2))) {
            Tensor drawn = Initializer.orthogonal(1.5).draw(Rng.of(1), DType.FLOAT64, shape);
            assertThat(drawn.shape()).isEqualTo(shape);
            Tensor matrix = drawn.flatten(1, -1);
            int rows = matrix.shape().size(0);
            int columns = matrix.shape().size(1);
            Tensor products = rows <= columns
                    ? matrix.matmul(matrix.transpose())
                    : matrix.transpose().matmul(matrix);
            Tensor expected =
                    Tensor.eye(Math.min(rows, columns)).to(DType.FLOAT64).mul(2.25);
            assertThat(products.sub(expected).normInf(Axes.all()).item()).isLessThan(1e-13);
        }
        assertThat(Initializer.orthogonal().draw(Rng.of(1), DType.FLOAT32, Shape.of(0, 3)))
                .isEqualTo(Tensor.zeros(0, 3));
    }

    /**
     * No direction is preferred: an element of a random rotation of space is evenly spread over ±1 (Archimedes). With
     * Householder's signs of R it would be negative on the diagonal more often than not.
     */
    @Test
    void orthogonalMatricesAreDrawnEvenly() {
        double[] corners = IntStream.range(0, 2000)
                .mapToDouble(seed -> Initializer.orthogonal()
                        .draw(Rng.of(seed), DType.FLOAT64, Shape.of(3, 3))
                        .at(0, 0))
                .toArray();
        checkMoments(corners, 0, 1 / Math.sqrt(3), 1.8);
    }

    @Test
    void aShareOfEachSparseColumnIsZero() {
        Tensor drawn = Initializer.sparse(0.3, 0.01).draw(Rng.of(1), DType.FLOAT32, Shape.of(25, 200));
        for (double zeros : drawn.eq(0).sum(0).toDoubles()) {
            assertThat(zeros).isEqualTo(8); // ⌈7.5⌉
        }
        for (double zeros : drawn.eq(0).sum(1).toDoubles()) {
            // Of 200, each with probability 0.32: five deviations of 6.6
            assertThat(zeros).isCloseTo(64, within(33.0));
        }
        double[] others =
                Arrays.stream(drawn.toDoubles()).filter(value -> value != 0).toArray();
        checkMoments(others, 0, 0.01, 3);
        assertThat(Initializer.sparse(1, 1).draw(Rng.of(1), DType.FLOAT32, Shape.of(2, 3)))
                .isEqualTo(Tensor.zeros(2, 3));
    }

    @Test
    void eyeAndDiracHandOn() {
        assertThat(Initializer.eye().draw(Rng.of(1), DType.FLOAT32, Shape.of(2, 3)))
                .isEqualTo(Tensor.of(new float[][] {{1, 0, 0}, {0, 1, 0}}));
        // As torch.nn.init.dirac_ fills [6, 3, 3, 2] in two groups.
        Tensor dirac = Initializer.dirac(2).draw(Rng.of(1), DType.FLOAT32, Shape.of(6, 3, 3, 2));
        assertThat(dirac.sum().item()).isEqualTo(6);
        for (int output = 0; output < 6; output++) {
            assertThat(dirac.at(output, output % 3, 1, 1)).isEqualTo(1);
        }
        Tensor more = Initializer.dirac().draw(Rng.of(1), DType.FLOAT32, Shape.of(5, 2, 3));
        assertThat(more.sum().item()).isEqualTo(2);
        assertThat(more.at(1, 1, 1)).isEqualTo(1);
        Tensor fewer = Initializer.dirac().draw(Rng.of(1), DType.FLOAT32, Shape.of(2, 4, 1));
        assertThat(fewer.reshape(2, 4)).isEqualTo(Tensor.of(new float[][] {{1, 0, 0, 0}, {0, 1, 0, 0}}));
    }

    @Test
    void shapesThatHaveNoFansOrNoMatrixAreRefused() {
        for (Initializer initializer : List.of(
                Initializer.xavierUniform(),
                Initializer.xavierNormal(),
                Initializer.kaimingUniform(),
                Initializer.kaimingNormal())) {
            assertThatThrownBy(() -> initializer.draw(Rng.of(1), DType.FLOAT32, Shape.of(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "shape [3] has no inputs and outputs to count; expected [outputs, inputs, ..]");
        }
        assertThatThrownBy(() -> Initializer.kaimingNormal().draw(Rng.of(1), DType.FLOAT32, Shape.of(3, 0)))
                .hasMessage("kaimingNormal: shape [3, 0] is empty, there is nothing to draw for");
        assertThatThrownBy(() -> Initializer.orthogonal().draw(Rng.of(1), DType.FLOAT32, Shape.of(3)))
                .hasMessageContaining("orthogonal: shape [3], expected two axes or more");
        assertThatThrownBy(() -> Initializer.eye().draw(Rng.of(1), DType.FLOAT32, Shape.of(3, 2, 1)))
                .hasMessage("eye: shape [3, 2, 1] has 3 axes, expected 2");
        assertThatThrownBy(() -> Initializer.sparse(0.1, 1).draw(Rng.of(1), DType.FLOAT32, Shape.of(3)))
                .hasMessage("sparse: shape [3] has 1 axes, expected 2");
        assertThatThrownBy(() -> Initializer.dirac().draw(Rng.of(1), DType.FLOAT32, Shape.of(3, 2)))
                .hasMessage("dirac: shape [3, 2] has 2 axes, expected 3 to 5");
        assertThatThrownBy(() -> Initializer.dirac(2).draw(Rng.of(1), DType.FLOAT32, Shape.of(3, 2, 1)))
                .hasMessageContaining("the 3 outputs of shape [3, 2, 1] do not divide into 2 groups");
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> Initializer.sparse(1.1, 1)).hasMessage("sparse: sparsity 1.1, expected 0 to 1");
        assertThatThrownBy(() -> Initializer.truncatedNormal(0, 0, -1, 1)).hasMessageContaining("deviation 0.0");
        assertThatThrownBy(() -> Initializer.truncatedNormal(0, 1, 1, 1))
                .hasMessageContaining("[1.0, 1.0] is no range");
        assertThatThrownBy(() -> Initializer.orthogonal(Double.NaN)).hasMessageContaining("orthogonal: gain NaN");
        assertThatThrownBy(() -> Initializer.xavierUniform(-1)).hasMessageContaining("xavierUniform: gain -1.0");
    }
}
