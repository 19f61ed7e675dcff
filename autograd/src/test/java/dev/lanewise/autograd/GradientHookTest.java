package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientHookTest {
    private static Variable numbers(DType dtype) {
        return Variable.of(Tensor.of(dtype, Shape.of(3), 1, 2, 3));
    }

    @Test
    void aHookSeesTheSumOfAllGradientsOnceAPass() {
        for (DType dtype : DType.values()) {
            Variable x = numbers(dtype);
            List<Tensor> seen = new ArrayList<>();
            Variable hooked = x.mul(2).onGradient(seen::add);
            Variable loss = hooked.square().sum().add(hooked.mul(10).sum()); // d/dh = 2h + 10
            assertThat(seen).isEmpty();
            Tensor expected = Tensor.of(dtype, x.shape(), 14, 18, 22);
            assertThat(loss.backwardRetainingGraph().of(x)).isEqualTo(expected.mul(2));
            assertThat(seen).containsExactly(expected);
            loss.backward();
            assertThat(seen).containsExactly(expected, expected);
        }
    }

    @Test
    void aHookReplacesTheGradientThatGoesOn() {
        for (DType dtype : DType.values()) {
            Variable x = numbers(dtype);
            Variable loss =
                    x.square().mapGradient(gradient -> gradient.mul(-1)).mul(3).sum();
            assertThat(loss.item()).isEqualTo(42); // the value is what it was
            assertThat(loss.backward().of(x)).isEqualTo(x.value().mul(-6));
        }
    }

    @Test
    void theHookAttachedLastComesFirst() {
        List<String> order = new ArrayList<>();
        Variable one = Variable.of(Tensor.scalar(1));
        Variable chained = one.mul(1)
                .mapGradient(gradient -> {
                    order.add("first attached, sees " + gradient.item());
                    return gradient.add(1);
                })
                .mapGradient(gradient -> {
                    order.add("last attached, sees " + gradient.item());
                    return gradient.mul(10);
                });
        assertThat(chained.backward().of(one).item()).isEqualTo(11);
        assertThat(order).containsExactly("last attached, sees 1.0", "first attached, sees 10.0");
    }

    @Test
    void aHookOfALeafSeesWhatComesThroughIt() {
        Variable x = numbers(DType.FLOAT32);
        Variable hooked = x.mapGradient(gradient -> gradient.mul(100));
        Variable loss = hooked.sum().add(x.sum());
        assertThat(loss.backward().of(x)).isEqualTo(Tensor.full(DType.FLOAT32, x.shape(), 101));
    }

    @Test
    void betweenTheVariableAndTheReturnedOneTheGradientChanges() {
        Variable x = numbers(DType.FLOAT32);
        Variable hooked = x.mapGradient(gradient -> gradient.mul(2));
        List<Variable> gradients = Autograd.grad(hooked.mul(3).sum(), List.of(x, hooked));
        assertThat(gradients.get(0).value()).isEqualTo(Tensor.full(DType.FLOAT32, x.shape(), 6));
        assertThat(gradients.get(1).value()).isEqualTo(Tensor.full(DType.FLOAT32, x.shape(), 3));
    }

    @Test
    void whereNoGradientComesByNothingIsCalled() {
        List<Tensor> seen = new ArrayList<>();
        Variable x = numbers(DType.FLOAT32);
        Variable hooked = x.onGradient(seen::add);
        assertThat(x.add(hooked.detach()).sum().backward().of(x)).isEqualTo(Tensor.ones(3));
        Variable constant = Variable.constantOf(Tensor.ones(3));
        assertThat(constant.onGradient(seen::add)).isSameAs(constant);
        assertThat(Variable.withoutGradients(() -> x.onGradient(seen::add))).isSameAs(x);
        assertThat(seen).isEmpty();
    }

    /**
     * x³ with the gradient squared on the way: (3x²)² = 9x⁴. The gradient of that, 36x³, comes by the function too and
     * is squared, since x³ was computed from what stands behind it.
     */
    @Test
    void whatAHookMakesOfAGradientThatRemembersRemembers() {
        Variable x = Variable.of(Tensor.scalar(DType.FLOAT64, 2));
        Variable loss = x.mapGradient(gradient -> gradient.square()).pow(3);
        Variable first = Autograd.grad(loss, List.of(x)).getFirst();
        assertThat(first.item()).isEqualTo(144);
        assertThat(Autograd.grad(first, List.of(x)).getFirst().item()).isEqualTo(288 * 288);
    }

    @Test
    void aHookMayHoldWhatItSeesWithinReusedMemory() {
        Tensor input = Rng.of(1).normal(64, 64);
        Variable x = Variable.of(input);
        List<Tensor> seen = new ArrayList<>();
        Variable loss = Variable.reusingMemory(
                () -> x.exp().onGradient(seen::add).square().sum());
        loss.backward();
        for (int i = 0; i < 3; i++) {
            Variable.reusingMemory(() -> x.exp().sin().square().sum()).backward();
        }
        assertThat(seen).containsExactly(input.exp().mul(2));
    }

    @Test
    void aHookThatThrowsEndsThePassWithItsException() {
        Variable x = numbers(DType.FLOAT32);
        var problem = new IllegalCallerException("on purpose");
        Variable loss = x.square()
                .onGradient(gradient -> {
                    throw problem;
                })
                .sum();
        assertThatThrownBy(loss::backward).isSameAs(problem);
        assertThatThrownBy(() -> Autograd.grad(
                        x.onGradient(gradient -> {
                                    throw problem;
                                })
                                .sum(),
                        List.of(x)))
                .isSameAs(problem);
        assertThat(x.square().sum().backward().of(x)).isEqualTo(x.value().mul(2));
    }

    @Test
    void aGradientOfAnotherShapeOrTypeIsAnError() {
        Variable x = numbers(DType.FLOAT32);
        assertThatThrownBy(x.mapGradient(gradient -> gradient.sum()).sum()::backward)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mapGradient: the function made a gradient of shape []")
                .hasMessageContaining("expected [3]");
        assertThatThrownBy(x.mapGradient(g -> Variable.constantOf(Tensor.zeros(DType.FLOAT64, g.shape())))
                        .sum()::backward)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLOAT64");
    }
}
