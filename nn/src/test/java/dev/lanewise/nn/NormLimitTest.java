package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables whose vectors are made shorter as they are looked up: what PyTorch 2.13 does with {@code max_norm}. */
class NormLimitTest {
    private static final IntTensor NUMBERS = IntTensor.of(Shape.of(2, 2), 3, 0, 3, 1);

    /** (i − 4) / 4 of four vectors of three. */
    private static Tensor table(DType dtype) {
        return Tensor.fill(dtype, Shape.of(4, 3), i -> (i - 4) / 4.0);
    }

    private static Embedding embedding(DType dtype, NormLimit limit) {
        var layer = new Embedding(4, 3, limit);
        layer.weight().assign(table(dtype));
        return layer;
    }

    private static void near(Tensor actual, double... expected) {
        assertThat(actual.toDoubles())
                .containsExactly(expected, within(actual.dtype() == DType.FLOAT32 ? 1e-6 : 1e-14));
    }

    private static double norm(double power, double[] x) {
        double sum = 0;
        double largest = 0;
        for (double each : x) {
            sum += Math.pow(Math.abs(each), power);
            largest = Math.max(largest, Math.abs(each));
        }
        return Double.isInfinite(power) ? largest : Math.pow(sum, 1 / power);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void whatIsLookedUpIsNoLongerThanTheLimit(DType dtype) {
        for (double power : new double[] {2, 1, 3, 0.5, Double.POSITIVE_INFINITY}) {
            Embedding layer = embedding(dtype, new NormLimit(0.75, power));
            double[] expected = table(DType.FLOAT64).toDoubles();
            for (int row : new int[] {0, 1, 3}) { // the one that is not looked up stays as it is
                double[] vector = table(DType.FLOAT64).select(0, row).toDoubles();
                double norm = norm(power, vector);
                for (int i = 0; i < 3 && norm > 0.75; i++) {
                    expected[row * 3 + i] = vector[i] * (0.75 / (norm + 1e-7));
                }
            }
            Variable vectors = layer.forward(NUMBERS);
            Tensor weight = layer.weight().value().value();
            near(weight, expected);
            assertThat(vectors.value()).isEqualTo(weight.embedding(NUMBERS));
            Tensor upstream = Tensor.fill(dtype, Shape.of(2, 2, 3), i -> i + 1);
            near(vectors.backward(upstream).of(layer.weight().value()), 4, 5, 6, 10, 11, 12, 0, 0, 0, 8, 10, 12);
        }
    }

    @Test
    void bagsAreLimitedToo() {
        var layer = EmbeddingBag.padded(4, 3, EmbeddingBag.Mode.MEAN, 3, NormLimit.of(1));
        layer.weight().assign(table(DType.FLOAT64));
        // PyTorch's figures
        Tensor bags = layer.forward(IntTensor.of(Shape.of(2, 2), 3, 0, 0, 1)).value();
        double size = Math.sqrt(1.8125) + 1e-7; // of (−1, −0.75, −0.5)
        near(bags, -1 / size, -0.75 / size, -0.5 / size, -0.5 / size - 0.125, -0.375 / size, -0.25 / size + 0.125);
        assertThat(layer.weight().value().value().select(0, 3).norm2().item())
                .isCloseTo(1, within(1e-6)); // padding too
        var largest = new EmbeddingBag(4, 3, EmbeddingBag.Mode.MAX, new NormLimit(0.5, 1));
        largest.weight().assign(table(DType.FLOAT64));
        largest.forward(IntTensor.of(3, 0, 0, 2), IntTensor.of(0, 1));
        Tensor sums = largest.weight().value().value().norm1(1);
        assertThat(sums.toDoubles()).containsExactly(new double[] {0.5, 0.5, 0.5, 0.5}, within(1e-6));
    }

    @Test
    void aGraphThatHasKeptTheTableRefusesIfItWasChanged() {
        Embedding layer = embedding(DType.FLOAT32, NormLimit.of(1));
        Variable squares = layer.weight().value().square().sum();
        layer.forward(IntTensor.of(1)); // short enough
        assertThat(squares.backwardRetainingGraph().of(layer.weight().value()))
                .isEqualTo(table(DType.FLOAT32).mul(2));
        Variable first = layer.forward(IntTensor.of(3)).sum();
        assertThatThrownBy(squares::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("weight was changed since the forward pass");
        Variable second = layer.forward(IntTensor.of(0)).sum(); // which the first lookup need not know
        Tensor gradient = first.add(second).backward().of(layer.weight().value());
        near(gradient, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1);
    }

    @Test
    void whatDoesNotFitChangesNothing() {
        Embedding layer = embedding(DType.FLOAT32, NormLimit.of(1));
        assertThatThrownBy(() -> layer.forward(IntTensor.of(0, 4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("index 4 at position 1");
        assertThat(layer.weight().value().value()).isEqualTo(table(DType.FLOAT32));
        assertThat(layer.forward(IntTensor.of(Shape.of(2, 0))).shape()).isEqualTo(Shape.of(2, 0, 3));
        for (double wrong : new double[] {-1, Double.NaN}) {
            assertThatThrownBy(() -> NormLimit.of(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("NormLimit: largest norm " + wrong);
        }
        assertThatThrownBy(() -> new NormLimit(1, Double.NaN)).hasMessageContaining("power NaN");
        assertThatThrownBy(() -> layer.weight().storage().assignRows(IntTensor.of(0), Tensor.zeros(2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight: cannot take rows of shape [2, 3] and type FLOAT32 for numbers of shape [1], it has"
                        + " [4, 3] and FLOAT32");
    }
}
