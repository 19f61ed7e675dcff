package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Norms and their gradients where elements are 0 or infinite: figures of PyTorch 2.13's linalg.vector_norm. */
class NormTest {
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private static void check(DType dtype, double p, double[] x, double norm, double... gradient) {
        Variable of = Variable.of(Tensor.of(dtype, Shape.of(x.length), x));
        Variable result = of.norm(p, Axes.all());
        assertThat(result.item()).isCloseTo(norm, within(1e-5 * norm));
        double[] actual = result.backward().of(of).toDoubles();
        for (int i = 0; i < x.length; i++) {
            assertThat(actual[i]).as("p %s, element %d", p, i).isCloseTo(gradient[i], within(1e-5));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofVectorsWithAZero(DType dtype) {
        double[] withZero = {0, 2, -3};
        check(dtype, 0.5, withZero, 9.898979485566358, 0, 2.224744871391589, -1.8164965809277265);
        check(dtype, 0.3, withZero, 24.841896745972388, 0, 5.833219644088319, -4.391819152598582);
        check(dtype, 1, withZero, 5, 0, 1, -1);
        check(dtype, 1.5, withZero, 4.008188992688178, 0, 0.7063840791276677, -0.8651402781442813);
        check(dtype, -1, withZero, 0, 0, 0, 0);
        check(dtype, -2, withZero, 0, 0, 0, 0);
        check(dtype, -INFINITE, withZero, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @EnumSource
    void ofZeroVectors(DType dtype) {
        for (double p : new double[] {-INFINITE, -2, -1, 0.3, 0.5, 1, 1.5, 2, 3, INFINITE}) {
            check(dtype, p, new double[2], 0, 0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofSmallestElements(DType dtype) {
        check(dtype, -INFINITE, new double[] {1, -1, 5}, 1, 0.5, -0.5, 0);
        check(dtype, -1, new double[] {1, -1, 5}, 0.45454545454545453, 0.20661157, -0.20661157, 0.00826446);
        check(dtype, -1, new double[] {INFINITE, 1}, 1, 0, 1);
        assertThat(Tensor.of(new double[] {INFINITE}).norm(-2, Axes.all()).item())
                .isInfinite();
    }

    @ParameterizedTest
    @EnumSource
    void ofPowerZeroCountsWhatIsNotZero(DType dtype) {
        Tensor x = Tensor.of(dtype, Shape.of(4), 0, 2, Double.NaN, -INFINITE);
        assertThat(x.norm(0, Axes.all()).item()).isEqualTo(3);
        assertThat(Tensor.zeros(dtype, Shape.of(0)).norm(0, Axes.all()).item()).isZero();
        assertThat(Tensor.zeros(dtype, Shape.of(0)).norm(0.5, Axes.all()).item())
                .isZero();
    }
}
