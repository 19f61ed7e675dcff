package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Derivatives of functions, against what one writes down by hand, and against finite differences. */
class DerivativesTest {
    private static Variable constant(DType dtype, Shape shape, double... values) {
        return Variable.constantOf(Tensor.of(dtype, shape, values));
    }

    private static void assertClose(Variable actual, Shape shape, double... expected) {
        assertThat(actual.shape()).isEqualTo(shape);
        double[] values = actual.value().toDoubles();
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as("element " + i).isCloseTo(expected[i], offset(1e-5));
        }
    }

    /** f(x, y) = (x·y, x²): the Jacobian is ((y, x), (2x, 0)). */
    private static Variable productAndSquare(Variable x) {
        Variable product = x.slice(0, 0, 1).mul(x.slice(0, 1, 2));
        return TensorOps.concat(0, List.of(product, x.slice(0, 0, 1).square()));
    }

    @Test
    void ofAFunctionOfTwoNumbers() {
        for (DType dtype : DType.values()) {
            Variable at = constant(dtype, Shape.of(2), 3, 5);
            UnaryOperator<Variable> f = DerivativesTest::productAndSquare;
            assertClose(Autograd.jacobian(f, at), Shape.of(2, 2), 5, 3, 6, 0);
            assertClose(Autograd.vjp(f, at, constant(dtype, Shape.of(2), 1, 10)), Shape.of(2), 65, 3);
            assertClose(Autograd.jvp(f, at, constant(dtype, Shape.of(2), 1, 10)), Shape.of(2), 35, 6);
        }
    }

    @Test
    void ofAFunctionOfTwoMatrices() {
        for (DType dtype : DType.values()) {
            Variable a = constant(dtype, Shape.of(1, 2), 2, 3);
            Variable b = constant(dtype, Shape.of(2, 1), 5, 7);
            Function<List<Variable>, Variable> f = x -> x.get(0).matmul(x.get(1)); // [1, 1]: 2·5 + 3·7
            List<Variable> jacobian = Autograd.jacobian(f, List.of(a, b));
            assertClose(jacobian.get(0), Shape.of(1, 1, 1, 2), 5, 7);
            assertClose(jacobian.get(1), Shape.of(1, 1, 2, 1), 2, 3);
            assertClose(
                    Autograd.vjp(f, List.of(a, b), constant(dtype, Shape.of(1, 1), 2))
                            .get(1),
                    Shape.of(2, 1),
                    4,
                    6);
            List<Variable> along =
                    List.of(constant(dtype, Shape.of(1, 2), 1, 0), constant(dtype, Shape.of(2, 1), 0, 1));
            assertClose(Autograd.jvp(f, List.of(a, b), along), Shape.of(1, 1), 5 + 3);
            List<List<Variable>> hessian = Autograd.hessian(f, List.of(a, b));
            assertClose(hessian.get(0).get(0), Shape.of(1, 2, 1, 2), 0, 0, 0, 0);
            assertClose(hessian.get(0).get(1), Shape.of(1, 2, 2, 1), 1, 0, 0, 1);
            assertClose(hessian.get(1).get(0), Shape.of(2, 1, 1, 2), 1, 0, 0, 1);
            List<Variable> product = Autograd.hvp(f, List.of(a, b), along);
            assertClose(product.get(0), Shape.of(1, 2), 0, 1);
            assertClose(product.get(1), Shape.of(2, 1), 1, 0);
        }
    }

    /** Σ x³ / 6 + x₀·x₁: the Hessian has x on its diagonal, and 1 beside it at the corner. */
    private static Variable cubic(Variable x) {
        return x.pow(3).sum().div(6).add(x.slice(0, 0, 1).mul(x.slice(0, 1, 2)).sum());
    }

    @Test
    void theHessianAndItsProductWithAVector() {
        for (DType dtype : DType.values()) {
            Variable at = constant(dtype, Shape.of(3), 2, 3, 4);
            assertClose(Autograd.hessian(DerivativesTest::cubic, at), Shape.of(3, 3), 2, 1, 0, 1, 3, 0, 0, 0, 4);
            Variable vector = constant(dtype, Shape.of(3), 1, 10, 100);
            assertClose(Autograd.hvp(DerivativesTest::cubic, at, vector), Shape.of(3), 12, 31, 400);
        }
    }

    @Test
    void ofAFunctionThatDoesNotDependOnItsOperand() {
        Variable at = constant(DType.FLOAT32, Shape.of(2), 1, 2);
        Variable other = constant(DType.FLOAT32, Shape.of(3), 1, 2, 3);
        assertClose(Autograd.jacobian(x -> other, at), Shape.of(3, 2), new double[6]);
        assertClose(Autograd.jvp(x -> other, at, at), Shape.of(3), new double[3]);
        assertClose(Autograd.vjp(x -> other, at, other), Shape.of(2), new double[2]);
        assertClose(Autograd.hessian(x -> x.sum(), at), Shape.of(2, 2), new double[4]);
        assertClose(Autograd.hvp(x -> x.sum(), at, at), Shape.of(2), new double[2]);
    }

    @Test
    void ofNumbersAndOfNothing() {
        Variable number = constant(DType.FLOAT64, Shape.scalar(), 3);
        assertClose(Autograd.jacobian(x -> x.square(), number), Shape.scalar(), 6);
        assertClose(Autograd.hessian(x -> x.pow(3), number), Shape.scalar(), 18);
        assertClose(
                Autograd.jvp(x -> x.square(), number, constant(DType.FLOAT64, Shape.scalar(), 2)), Shape.scalar(), 12);
        Variable nothing = constant(DType.FLOAT64, Shape.of(0));
        assertThat(Autograd.jacobian(x -> x.exp(), nothing).shape()).isEqualTo(Shape.of(0, 0));
        assertThat(Autograd.hessian(x -> x.exp().sum(), nothing).shape()).isEqualTo(Shape.of(0, 0));
    }

    /** The operand is told apart from other uses of the same variable, which are constants to the function. */
    @Test
    void otherUsesOfTheVariableAreConstants() {
        Variable x = Variable.of(Tensor.scalar(DType.FLOAT64, 3));
        Variable derivative = Autograd.vjp(y -> y.mul(x), x, constant(DType.FLOAT64, Shape.scalar(), 1));
        assertThat(derivative.item()).isEqualTo(3);
        // d(y·x)/dy = x, whose derivative by x is 1
        assertThat(derivative.backward().of(x).item()).isEqualTo(1);
    }

    @Test
    void derivativesCanBeDifferentiatedByWhatWasGivenAndByWhatWasUsed() {
        GradCheck.checkSecondOrder(
                x -> Autograd.jacobian((Variable y) -> y.mul(x.get(1)).tanh(), x.get(0)),
                List.of(Tensor.of(new double[] {0.3, -0.2}), Tensor.of(new double[] {0.7, 1.1})));
        GradCheck.check(
                x -> Autograd.hvp((Variable y) -> y.mul(x.get(1)).tanh().sum(), x.get(0), x.get(1)),
                List.of(Tensor.of(new double[] {0.3, -0.2}), Tensor.of(new double[] {0.7, 1.1})));
        GradCheck.check(
                x -> Autograd.jvp((Variable y) -> y.sin().mul(x.get(1)), x.get(0), x.get(1)),
                List.of(Tensor.of(new double[] {0.3, -0.2}), Tensor.of(new double[] {0.7, 1.1})));
    }

    @Test
    void theHessianOfAFusedLossIsTheDifferencesOfItsGradients() {
        Tensor point = Rng.of(1).normal(DType.FLOAT32, Shape.of(2, 5), 0, 1);
        var labels = IntTensor.of(1, 3);
        UnaryOperator<Variable> f =
                x -> x.layerNorm(null, null, 1e-5).crossEntropy(labels, -1).sum();
        double[] hessian =
                Autograd.hessian(f, Variable.constantOf(point)).value().toDoubles();
        double[] at = point.toDoubles();
        double step = 1e-5;
        for (int i = 0; i < at.length; i++) {
            double[] above = gradientAt(f, at, i, step);
            double[] below = gradientAt(f, at, i, -step);
            for (int j = 0; j < at.length; j++) {
                assertThat(hessian[i * at.length + j]).isCloseTo((above[j] - below[j]) / (2 * step), offset(1e-5));
            }
        }
    }

    private static double[] gradientAt(UnaryOperator<Variable> f, double[] at, int element, double step) {
        double[] moved = at.clone();
        moved[element] += step;
        Variable x = Variable.of(Tensor.of(DType.FLOAT64, Shape.of(2, 5), moved));
        return f.apply(x).backward().of(x).toDoubles();
    }

    @Test
    void withoutGradientsTheDerivativesAreTheSameAndForget() {
        Variable x = Variable.of(Rng.of(1).normal(DType.FLOAT32, Shape.of(2, 5), 0, 1));
        UnaryOperator<Variable> f = y -> y.layerNorm(null, null, 1e-5).square().sum(); // a fused operation
        Variable hessian = Autograd.hessian(f, x);
        Variable alone = Variable.withoutGradients(() -> Autograd.hessian(f, x));
        assertThat(alone.value()).isEqualTo(hessian.value());
        assertThat(hessian.needsGradient()).isTrue();
        assertThat(alone.needsGradient()).isFalse();
        Variable sum = f.apply(x);
        Variable gradient = Autograd.grad(sum, List.of(x)).getFirst();
        Variable forgotten =
                Variable.withoutGradients(() -> Autograd.grad(sum, List.of(x))).getFirst();
        assertThat(forgotten.value()).isEqualTo(gradient.value());
        assertThat(forgotten.needsGradient()).isFalse();
    }

    @Test
    void withinReusedMemoryTheDerivativesAreTheSame() {
        Variable x = Variable.of(Rng.of(1).normal(DType.FLOAT32, Shape.of(3, 4), 0, 1));
        UnaryOperator<Variable> f =
                y -> y.softmax(-1).matmul(y.transpose()).tanh().sum();
        Tensor expected = Autograd.hessian(f, x).value();
        Variable sum = Variable.reusingMemory(() -> Autograd.hessian(f, x).mul(1));
        assertThat(sum.value()).isEqualTo(expected);
    }

    @Test
    void errorsNameWhatDoesNotFit() {
        Variable x = constant(DType.FLOAT32, Shape.of(2), 1, 2);
        Variable three = constant(DType.FLOAT32, Shape.of(3), 1, 2, 3);
        assertThatThrownBy(() -> Autograd.vjp(y -> y.exp(), x, three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vjp: the vector has shape [3]")
                .hasMessageContaining("expected [2]");
        assertThatThrownBy(() -> Autograd.jvp(y -> y.exp(), x, three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jvp: vector 0 has shape [3]");
        assertThatThrownBy(() -> Autograd.hvp(y -> y.exp().sum(), x, constant(DType.FLOAT64, Shape.of(2), 1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hvp: vector 0")
                .hasMessageContaining("FLOAT64");
        assertThatThrownBy(() -> Autograd.hessian(y -> y.exp(), x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("hessian: the function's result has shape [2]");
        assertThatThrownBy(() -> Autograd.hvp(y -> y.exp(), x, x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("hvp");
        assertThatThrownBy(() -> Autograd.jvp(y -> y.getFirst(), List.of(x, x), List.of(x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 operands and 1 vectors");
    }
}
