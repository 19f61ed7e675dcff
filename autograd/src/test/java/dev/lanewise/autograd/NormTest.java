package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.junit.jupiter.api.Test;
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

    /** As PyTorch's: a length that overflows makes zeros, one that vanishes is replaced by ε. */
    @Test
    void ofVectorsWhoseCosineIsAskedForAndThatAreTooLongOrTooShort() {
        float[] zeros = new float[2];
        checkCosine(new float[] {1e30f, 1e30f}, new float[] {1e30f, 1e30f}, 0, zeros, zeros);
        checkCosine(new float[] {1e30f, 2}, new float[] {3, 4}, 0, zeros, zeros);
        checkCosine(new float[] {3e38f, 3e38f}, new float[] {1, 1}, 0, zeros, zeros);
        checkCosine(new float[] {1e-20f, 1e-20f}, new float[] {1e20f, 1e20f}, 0, zeros, zeros);
        checkCosine(
                new float[] {1e-30f, 1e-30f},
                new float[] {1e-30f, 2e-30f},
                2.942726775082116e-44,
                new float[] {1.0000000671549648e-14f, 2.0000001343099295e-14f},
                new float[] {1.0000000671549648e-14f, 1.0000000671549648e-14f});
        checkCosine(new float[2], new float[] {1, 2}, 0, new float[] {44721360, 89442720}, zeros);
    }

    private static void checkCosine(float[] x, float[] y, double cosine, float[] ofX, float[] ofY) {
        Variable a = Variable.of(Tensor.of(x));
        Variable b = Variable.of(Tensor.of(y));
        Variable result = a.cosineSimilarity(b, 0, 1e-8);
        assertThat(result.item()).isEqualTo(cosine);
        Gradients gradients = result.backward();
        for (int i = 0; i < x.length; i++) {
            assertThat(gradients.of(a).toFloats()[i]).isCloseTo(ofX[i], withinPercentage(1e-4));
            assertThat(gradients.of(b).toFloats()[i]).isCloseTo(ofY[i], withinPercentage(1e-4));
        }
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
