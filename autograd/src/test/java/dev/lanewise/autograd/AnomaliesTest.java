package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AnomaliesTest {
    private static Variable numbers(DType dtype, double... values) {
        return Variable.of(Tensor.of(dtype, Shape.of(values.length), values));
    }

    private static void assertNames(Supplier<?> code, String... parts) {
        assertThatThrownBy(() -> Variable.detectingAnomalies(code::get))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContainingAll(parts)
                .hasMessageStartingWith("detectingAnomalies: ");
    }

    @Test
    void theOperationThatMadeTheFirstIsNamedWithItsShapes() {
        for (DType dtype : DType.values()) {
            Variable x = numbers(dtype, 1, -4, 2);
            assertNames(
                    () -> x.mul(2).log().exp().sum(),
                    "log made the first NaN, in 1 of 3 elements of its result [3]",
                    "operands: [3] from -8.0 to 4.0");
            assertThat(x.mul(2).log().sum().item()).isNaN(); // nobody looks
        }
    }

    @Test
    void whereInfiniteValuesCameFromIsSaid() {
        for (DType dtype : DType.values()) {
            Variable x = numbers(dtype, 1, 1000);
            assertNames(
                    () -> {
                        Variable exp = x.exp();
                        return exp.div(exp.sum());
                    },
                    "div made the first NaN",
                    "infinite values came first from exp of [2] from 1.0 to 1000.0");
        }
        Variable x = numbers(DType.FLOAT32, 1, 1000);
        Variable infinite = Variable.detectingAnomalies(() -> x.exp().sum()); // no error by itself
        assertThat(infinite.item()).isInfinite();
    }

    @Test
    void notANumberThatWasGivenIsSaidToBe() {
        MutableTensor weight =
                new MutableTensor("hidden.weight", Tensor.of(new float[] {1, Float.NaN, Float.NaN, 1}, 2, 2));
        Variable w = Variable.of(weight.value());
        assertNames(
                () -> Variable.of(Tensor.ones(2, 2)).matmul(w),
                "operand 1 of matmul, hidden.weight [2, 2]",
                "holds NaN in 2 of 4 elements",
                "check where it comes from");
    }

    @Test
    void thePlaceInTheModelIsNamed() {
        MutableTensor weight = new MutableTensor("hidden.weight", Tensor.ones(2, 2));
        Variable w = Variable.of(weight.value());
        Variable x = Variable.of(Tensor.ones(1, 2));
        assertNames(() -> x.matmul(w).neg().add(1).sqrt(), "sqrt made the first NaN", "next after hidden.weight");
        assertNames(
                () -> Variable.within(() -> "blocks.3", () -> x.matmul(w).neg().sqrt()),
                "sqrt made the first NaN",
                "in blocks.3");
        weight.assign(Tensor.full(DType.FLOAT32, Shape.of(2, 2), -1));
        assertNames(() -> w.sqrt(), "sqrt made the first NaN", "operands: hidden.weight [2, 2] from -1.0 to -1.0");
    }

    /** √x² at 0: the value is a number, its gradient ∞ · 0. */
    @Test
    void theOperationWhoseBackwardPassMadeTheFirstIsNamed() {
        for (DType dtype : DType.values()) {
            Variable x = numbers(dtype, 0, 4);
            assertThat(x.square().sqrt().sum().backward().of(x).toDoubles()[0]).isNaN();
            Supplier<Variable> forward =
                    () -> Variable.within(() -> "norm", () -> x.square().sqrt()).sum();
            assertNames(
                    () -> forward.get().backward(),
                    "the backward pass of square of [2] in norm made the first NaN, in 1 of 2 elements of the gradient of operand 0 [2]",
                    "infinite values came first from the backward pass of sqrt of [2] in norm");
            assertNames(() -> Autograd.grad(forward.get(), List.of(x)), "square", "norm");
        }
    }

    @Test
    void gradientsWhoseSumIsNoNumber() {
        Variable x = numbers(DType.FLOAT64, 0);
        assertNames(
                () -> {
                    Variable y = x.mul(1);
                    return y.sqrt().sub(y.sqrt()).sum().backward(); // ∞ - ∞
                },
                "gradients of result 0 of mul of [1]",
                "add up to NaN");
    }

    @Test
    void aGradientToStartWithThatIsNoNumber() {
        Variable y = numbers(DType.FLOAT32, 1, 2).mul(3);
        assertNames(() -> y.backward(Tensor.of(new float[] {1, Float.NaN})), "the gradient [2]", "starts with", "mul");
    }

    @Test
    void gradientsThatAreAddedInPlaceAreLookedAtToo() {
        Variable table = Variable.of(Tensor.ones(8, 8));
        IntTensor picked = IntTensor.of(1, 2);
        Supplier<Variable> loss = () -> Variable.reusingMemory(() -> {
            Variable way = table.mul(1);
            return way.sum().add(way.indexSelect(0, picked).sub(1).sqrt().mul(0).sum());
        });
        assertNames(() -> loss.get().backward(), "the backward pass of sqrt");
    }

    @Test
    void withoutAnomaliesAllIsAsEver() {
        Variable x = numbers(DType.FLOAT32, 1, 2, 3);
        Gradients expected = x.exp().square().sum().backward();
        Gradients gradients = Variable.detectingAnomalies(
                () -> Variable.reusingMemory(() -> x.exp().square().sum()).backward());
        assertThat(gradients.of(x)).isEqualTo(expected.of(x));
    }

    @Test
    void itHoldsForTheCallAlone() {
        Variable x = numbers(DType.FLOAT32, -1);
        assertNames(() -> x.log(), "log");
        assertThat(x.log().item()).isNaN();
        int[] asked = new int[1];
        Variable.within(
                () -> {
                    asked[0]++;
                    return "nowhere";
                },
                () -> x.log());
        assertThat(asked[0]).isZero();
    }
}
