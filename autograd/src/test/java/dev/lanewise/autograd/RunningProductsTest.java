package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running sums and products: what PyTorch 2.13 gives for the same numbers, also where they overflow or vanish. */
class RunningProductsTest {
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private static Tensor of(DType dtype, double... values) {
        return Tensor.of(values).to(dtype);
    }

    @Test
    void nothingComesOfAZeroWhateverTheRestOverflowsTo() {
        DType dtype = DType.FLOAT32;
        check(of(dtype, 0, 1e30, 1e30), of(dtype, 0, 0, 0), of(dtype, INFINITE, 0, 0));
        check(of(dtype, 0, 0, 1e30, 1e30, 1e30), of(dtype, 0, 0, 0, 0, 0), of(dtype, 1, 0, 0, 0, 0));
        check(of(dtype, 0, 1e30, 1e30, 1e30), of(dtype, 0, 0, 0, 0), of(dtype, INFINITE, 0, 0, 0));
        Tensor large = of(DType.FLOAT64, 0, 1e300, 1e300);
        check(large, of(DType.FLOAT64, 0, 0, 0), of(DType.FLOAT64, INFINITE, 0, 0));
    }

    private static void check(Tensor x, Tensor products, Tensor gradients) {
        Variable leaf = Variable.of(x);
        Variable y = leaf.cumProd(0);
        assertThat(y.value()).isEqualTo(products);
        assertThat(y.sum().backwardRetainingGraph().of(leaf)).isEqualTo(gradients);
        assertThat(Autograd.grad(y.sum(), List.of(leaf)).getFirst().value()).isEqualTo(gradients);
    }

    @Test
    void productsAreMultipliedInTurnInDoublePrecision() {
        DType dtype = DType.FLOAT32;
        assertThat(of(dtype, 1e30, 1e30, 1e-30).cumProd(0)).isEqualTo(of(dtype, 1e30, INFINITE, 1e30));
        assertThat(of(dtype, 1e-30, 1e-30, 1e30, 1e30).cumProd(0)).isEqualTo(of(dtype, 1e-30, 0, 1e-30, 1));
        assertThat(of(dtype, 1, 1e8, -1e8).cumSum(0)).isEqualTo(of(dtype, 1, 1e8, 1));
    }

    /** PyTorch has inf for the second gradient, a quotient of what has overflowed; the definition has 1e30. */
    @Test
    void theGradientOfAProductThatOverflowsIsThatOfTheOthers() {
        Variable x = Variable.of(of(DType.FLOAT32, 1e30, 1e30));
        assertThat(x.cumProd(0).sum().backward().of(x)).isEqualTo(of(DType.FLOAT32, 1e30, 1e30));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void zerosHaveGradientsAndGradientsOfGradients(DType dtype) {
        checkSecond(of(dtype, 2, 0, 3, 0, 4), of(dtype, 1, 8, 0, 0, 0), of(dtype, 8, 130, 4, 60, 0));
        checkSecond(of(dtype, -0.0, 2, 3), of(dtype, 9, 0, 0), of(dtype, 14, 4, 2));
    }

    /** The gradients of the running products' sum; and of those, the n-th n times, summed. */
    private static void checkSecond(Tensor x, Tensor first, Tensor second) {
        Variable leaf = Variable.of(x);
        Variable gradient = Autograd.grad(leaf.cumProd(0).sum(), List.of(leaf)).getFirst();
        assertThat(gradient.value().add(0)).isEqualTo(first); // a zero may have a sign
        Tensor weights = Tensor.fill(x.dtype(), x.shape(), i -> i + 1);
        Variable sum = gradient.mul(Variable.constantOf(weights)).sum();
        assertThat(Autograd.grad(sum, List.of(leaf)).getFirst().value().add(0)).isEqualTo(second);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void zerosKeepTheirSigns(DType dtype) {
        assertThat(of(dtype, -0.0, 2, 3, -1).cumProd(0)).isEqualTo(of(dtype, -0.0, -0.0, -0.0, 0.0));
        assertThat(of(dtype, 2, -0.0, 3).cumProd(0)).isEqualTo(of(dtype, 2, -0.0, -0.0));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void runAlongEachAxisOfStridedAndOfEmptyTensors(DType dtype) {
        Tensor x = of(dtype, 1, 2, 3, 4, 5, 6).reshape(3, 2).transpose(); // [[1, 3, 5], [2, 4, 6]]
        assertThat(x.cumProd(1)).isEqualTo(of(dtype, 1, 3, 15, 2, 8, 48).reshape(2, 3));
        assertThat(x.cumProd(-2)).isEqualTo(of(dtype, 1, 3, 5, 2, 12, 30).reshape(2, 3));
        assertThat(Tensor.zeros(dtype, Shape.of(2, 0)).cumProd(1).shape()).isEqualTo(Shape.of(2, 0));
        assertThat(Tensor.zeros(dtype, Shape.of(2, 0)).cumProd(0).shape()).isEqualTo(Shape.of(2, 0));
        assertThat(Tensor.scalar(dtype, 3).cumProd(0)).isEqualTo(Tensor.scalar(dtype, 3));
    }
}
