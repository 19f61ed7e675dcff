package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.Axes;
import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.DType;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The walk back through graphs of any form. */
class BackwardTest {
    private static Variable scalar(double value) {
        return Variable.of(Tensor.scalar(DType.FLOAT64, value));
    }

    @Test
    void aChainOfTwoHundredThousandOperationsDifferentiates() {
        Variable x = scalar(1);
        Variable y = x;
        for (int i = 0; i < 200_000; i++) {
            y = i % 2 == 0 ? y.add(x) : y.sub(x);
        }
        Variable end = y.mul(3);
        assertThat(end.backwardRetainingGraph().of(x).item()).isEqualTo(3);
        assertThat(Autograd.grad(end, List.of(x)).getFirst().item()).isEqualTo(3);
    }

    @Test
    void aChainOfProductsDifferentiatesTwice() {
        Variable x = scalar(1);
        Variable y = x;
        int length = 1_000;
        for (int i = 1; i < length; i++) {
            y = y.mul(x);
        }
        Variable first = Autograd.grad(y, List.of(x)).getFirst();
        assertThat(first.item()).isEqualTo(length);
        assertThat(first.backwardRetainingGraph().of(x).item()).isEqualTo((double) length * (length - 1));
    }

    @Test
    void diamondsAddTheGradientsOfTheirSides() {
        Variable x = scalar(3);
        Variable square = x.mul(x);
        Variable left = square.mul(2);
        Variable right = square.mul(square);
        Variable y = left.mul(right).add(square); // 2 x⁶ + x²
        assertThat(y.backwardRetainingGraph().of(x).item()).isEqualTo(12 * 243 + 6);
        Variable first = Autograd.grad(y, List.of(x)).getFirst();
        Variable second = Autograd.grad(first, List.of(x)).getFirst();
        Variable third = Autograd.grad(second, List.of(x)).getFirst();
        assertThat(second.item()).isEqualTo(60 * 81 + 2);
        assertThat(third.item()).isEqualTo(240 * 27);
    }

    @Test
    void manyDiamondsBehindEachOtherAreWalkedOnce() {
        Variable x = scalar(1);
        Variable y = x;
        for (int i = 0; i < 200; i++) {
            y = y.add(y); // 2^200 paths
        }
        assertThat(y.backward().of(x).item()).isEqualTo(StrictMath.pow(2, 200));
    }

    @Test
    void aGraphCanBeWalkedAgain() {
        Variable x = scalar(2);
        Variable y = x.mul(x).exp();
        assertThat(y.backwardRetainingGraph().of(x)).isEqualTo(y.backward().of(x));
    }

    @Test
    void aPassLetsGoOfWhatWasKeptAndTheNextSaysSo() {
        Variable x = Variable.of(Tensor.of(new double[] {2, 3}));
        Variable squares = x.square();
        Variable sum = squares.sum();
        assertThat(sum.backwardRetainingGraph().of(x)).isEqualTo(Tensor.of(new double[] {4, 6}));
        assertThat(sum.backward().of(x)).isEqualTo(Tensor.of(new double[] {4, 6}));
        for (Variable later : List.of(sum, squares.mean())) {
            assertThatThrownBy(later::backward)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("backward of square")
                    .hasMessageContaining("backwardRetainingGraph");
        }
        assertThatThrownBy(() -> Autograd.grad(squares.sum(), List.of(x))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theSameVariableAsBothOperandsOfAProductOfMatrices() {
        Tensor value = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
        Variable x = Variable.of(value);
        // d Σ X·X / dX = 1·Xᵀ + Xᵀ·1
        assertThat(x.matmul(x).sum().backward().of(x)).isEqualTo(Tensor.of(new double[] {7, 11, 9, 13}, 2, 2));
    }

    @Test
    void gradientsByVariablesInBetween() {
        Variable x = scalar(2);
        Variable middle = x.mul(3);
        Variable y = middle.mul(middle).add(x);
        List<Variable> gradients = Autograd.grad(y, List.of(middle, x));
        assertThat(gradients.get(0).item()).isEqualTo(12);
        assertThat(gradients.get(1).item()).isEqualTo(37);
    }

    @Test
    void gradientsByWhatHasNoInfluenceAreZeros() {
        Variable x = scalar(2);
        Variable other = Variable.of(Tensor.ones(3, 2));
        List<Variable> gradients = Autograd.grad(x.mul(2), List.of(other, Variable.constantOf(Tensor.ones(4))));
        assertThat(gradients.get(0).value()).isEqualTo(Tensor.zeros(3, 2));
        assertThat(gradients.get(1).value()).isEqualTo(Tensor.zeros(4));
    }

    @Test
    void unwantedGradientsAreNeverComputedAndTheirOperandsNotKept() {
        Variable x = scalar(2);
        Variable constant = Variable.constantOf(Tensor.scalar(DType.FLOAT64, 5));
        ProbeOp probe = new ProbeOp();
        assertThat(constant.apply(probe, x).backward().of(x).item()).isEqualTo(5);
        assertThat(probe.gradientsOf(0)).isZero();
        assertThat(probe.gradientsOf(1)).isEqualTo(1);
        assertThat(probe.kept(0)).isEqualTo(1);
        assertThat(probe.kept(1)).isZero();
    }

    @Test
    void constantsAloneRunNoBackwardPassAndKeepNothing() {
        Variable constant = Variable.constantOf(Tensor.scalar(DType.FLOAT64, 5));
        ProbeOp probe = new ProbeOp();
        Variable product = constant.apply(probe, constant);
        assertThat(product.needsGradient()).isFalse();
        Variable x = scalar(2);
        assertThat(product.mul(x).backward().of(x).item()).isEqualTo(25);
        assertThat(probe.passes() + probe.kept(0) + probe.kept(1)).isZero();
    }

    @Test
    void chosenVariablesLeaveOutBranchesThatDoNotLeadToThem() {
        Variable x = scalar(2);
        Variable z = scalar(3);
        ProbeOp besides = new ProbeOp();
        ProbeOp between = new ProbeOp();
        Variable y = z.apply(besides, z).add(x.apply(between, z));
        assertThat(Autograd.grad(y, List.of(x)).getFirst().item()).isEqualTo(3);
        assertThat(besides.passes()).isZero();
        assertThat(between.gradientsOf(0)).isEqualTo(1);
        assertThat(between.gradientsOf(1)).isZero();
    }

    @Test
    void aResultNobodyUsesGivesNoGradient() {
        Variable x = Variable.of(Tensor.of(new double[] {1, 2, 3}));
        ProbeOp probe = new ProbeOp();
        x.apply(probe, x); // thrown away
        assertThat(x.sum().backward().of(x)).isEqualTo(Tensor.ones(DType.FLOAT64, Shape.of(3)));
        assertThat(probe.passes()).isZero();
    }

    /** What is kept is memory until the backward pass. */
    @Test
    void onlyWhatTheBackwardPassReadsIsKept() {
        Variable w = Variable.of(Tensor.ones(3, 2));
        Node product = Variable.constantOf(Tensor.ones(4, 3)).matmul(w).node();
        assertThat(product.operand(0).shape()).isEqualTo(Shape.of(4, 3));
        assertThatThrownBy(() -> product.operand(1)).hasMessageContaining("was not kept");
        for (Variable result : List.of(w.add(w), w.neg(), w.sum(), w.transpose(), w.mul(3), w.exp(), w.softmax(-1))) {
            for (int i = 0; i < result.node().edges().size(); i++) {
                int operand = i;
                boolean mayBe = result.node().op().name().equals("exp");
                if (!mayBe && result.node().edge(i).node() != null) {
                    assertThatThrownBy(() -> result.node().operand(operand))
                            .as(result.node().op().name())
                            .hasMessageContaining("was not kept");
                }
            }
        }
    }

    @Test
    void extremesThatTieShareTheGradient() {
        Variable x = Variable.of(Tensor.of(new double[] {1, 3, 3, 3, 0, -1}, 2, 3));
        assertThat(x.amax(Axes.of(1)).sum().backward().of(x))
                .isEqualTo(Tensor.of(new double[] {0, 0.5, 0.5, 1, 0, 0}, 2, 3));
        assertThat(x.neg().amin(Axes.all()).backward().of(x).add(0))
                .isEqualTo(Tensor.of(new double[] {0, -1, -1, -1, 0, 0}, 2, 3)
                        .div(3)
                        .add(0));
        Variable y = Variable.of(Tensor.of(new double[] {1, 2, 0, 0, 0, -2}, 2, 3));
        Gradients gradients = x.maximum(y).sum().backward();
        assertThat(gradients.of(x)).isEqualTo(Tensor.of(new double[] {0.5, 1, 1, 1, 0.5, 1}, 2, 3));
        assertThat(gradients.of(y)).isEqualTo(Tensor.of(new double[] {0.5, 0, 0, 0, 0.5, 0}, 2, 3));
    }

    /** Conventions at kinks, which are PyTorch's. */
    @Test
    void gradientsAtKinks() {
        Variable zero = scalar(0);
        assertThat(zero.abs().backward().of(zero).item()).isZero();
        assertThat(zero.relu().backward().of(zero).item()).isZero();
        assertThat(zero.sign().backward().of(zero).item()).isZero();
        assertThat(zero.leakyRelu(0.25).backward().of(zero).item()).isEqualTo(0.25);
        assertThat(zero.clamp(0, 1).backward().of(zero).item()).isEqualTo(1);
        assertThat(zero.clamp(1, -1).backward().of(zero).item()).isZero(); // it is −1 whatever it was
        assertThat(zero.clamp(0, -1).backward().of(zero).item()).isZero();
        Variable zeros = Variable.of(Tensor.of(new double[2]));
        assertThat(zeros.norm2(Axes.all()).backward().of(zeros)).isEqualTo(Tensor.of(new double[2]));
        Variable same = Variable.of(Tensor.of(new double[] {2, 2, 2}));
        assertThat(same.std(0).backward().of(same)).isEqualTo(Tensor.of(new double[3]));
        assertThat(zeros.norm(3, Axes.all()).backward().of(zeros)).isEqualTo(Tensor.of(new double[2]));
        assertThat(slopeAt(0, x -> x.elu(0.5))).isEqualTo(0.5);
        assertThat(slopeAt(0, x -> x.celu(0.5))).isEqualTo(1);
        assertThat(slopeAt(0, x -> x.selu())).isCloseTo(1.0507009873554805 * 1.6732632423543772, within(1e-12));
        assertThat(slopeAt(0, x -> x.atan2(x.constant(0)))).isZero();
        assertThat(slopeAt(0, x -> x.constant(0).atan2(x))).isZero();
        assertThat(slopeAt(1, x -> x.acosh())).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void aPowerOfZeroHasTheSlopeOfItsFormula() {
        assertThat(slopeAt(0, x -> x.pow(1.5))).isZero();
        assertThat(slopeAt(0, x -> x.pow(-1.5))).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(slopeAt(0, x -> x.pow(-2))).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(slopeAt(0, x -> x.pow(-3))).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(slopeAt(4, x -> x.pow(1.5))).isEqualTo(3);
        assertThat(slopeAt(4, x -> x.pow(-1.5))).isCloseTo(-1.5 / 32, within(1e-15));
        assertThat(slopeAt(2, x -> x.pow(-3))).isCloseTo(-3 / 16.0, within(1e-15));
    }

    /** Where x is 0, x · ln y is 0 whatever y is; its slopes are ln y and x/y. */
    @Test
    void slopesOfXlogyAtZero() {
        assertThat(slopeAt(0, x -> x.xlogy(x.constant(2)))).isCloseTo(Math.log(2), within(1e-15));
        assertThat(slopeAt(0, x -> x.xlogy(x.constant(-1)))).isZero();
        assertThat(slopeAt(0, x -> x.xlogy(x.constant(0)))).isZero();
        assertThat(slopeAt(2, y -> y.constant(0).xlogy(y))).isZero();
        assertThat(slopeAt(0, y -> y.constant(0).xlogy(y))).isNaN();
        assertThat(scalar(0).xlogy(scalar(Double.POSITIVE_INFINITY)).item()).isZero();
        assertThat(scalar(0).xlogy(scalar(-1)).item()).isZero();
        assertThat(scalar(0).xlogy(scalar(Double.NaN)).item()).isNaN();
    }

    /** PyTorch's conventions. */
    @Test
    void gradientsAtNotANumber() {
        assertThat(slopeAt(Double.NaN, x -> x.abs())).isZero();
        assertThat(slopeAt(Double.NaN, x -> x.relu())).isEqualTo(1);
        assertThat(slopeAt(Double.NaN, x -> x.clamp(0, 1))).isZero();
        assertThat(slopeAt(Double.NaN, x -> x.maximum(2))).isEqualTo(1);
        assertThat(slopeAt(2, x -> x.minimum(x.constant(Double.NaN)))).isEqualTo(1);
        assertThat(slopeAt(Double.NaN, x -> x.maximum(x))).isEqualTo(2);
    }

    @Test
    void theFirstOfTheLargestOfAnImageHasTheGradient() {
        Variable image = Variable.of(Tensor.of(new double[] {1, 2, 2, 1}, 2, 2));
        assertThat(image.adaptiveMaxPool(1, 1)
                        .backward(Tensor.ones(DType.FLOAT64, Shape.of(1, 1)))
                        .of(image))
                .isEqualTo(Tensor.of(new double[] {0, 1, 0, 0}, 2, 2));
    }

    @Test
    void lengthsThatEpsilonTakesThePlaceOfKeepTheirGradient() {
        Variable x = Variable.of(Tensor.of(new double[] {0.6, 0.8}));
        Variable y = Variable.constantOf(Tensor.of(new double[] {3, 4}));
        // cos = x·y/(max(|x|, 2) · 5), whose slope is y/10 − x/|x| · (x·y)/(4 · 5)
        Tensor slope = x.cosineSimilarity(y, 0, 2).backward().of(x);
        assertThat(slope.sub(Tensor.of(new double[] {0.3 - 0.15, 0.4 - 0.2}))
                        .abs()
                        .amax(Axes.all())
                        .item())
                .isLessThan(1e-15);
        Variable rows = Variable.constantOf(Tensor.of(new double[] {3, 4, 4, -3}, 2, 2));
        Tensor cosines = rows.cosineSimilarity(x, 1, 1e-8).value();
        assertThat(cosines.sub(Tensor.of(new double[] {1, 0}))
                        .abs()
                        .amax(Axes.all())
                        .item())
                .isLessThan(1e-15);
    }

    private static double slopeAt(double x, UnaryOperator<Variable> function) {
        Variable at = scalar(x);
        return function.apply(at).backward().of(at).item();
    }

    @Test
    void whereStopsWhatTheOtherSideHoldsEvenNotANumber() {
        Variable x = Variable.of(Tensor.of(new double[] {1, 2}));
        Variable nan = Variable.of(Tensor.of(new double[] {Double.NaN, Double.NaN}));
        Variable condition = Variable.constantOf(Tensor.of(new double[] {1, 1}));
        Gradients gradients = condition.where(x.square(), nan).sum().backward();
        assertThat(gradients.of(x)).isEqualTo(Tensor.of(new double[] {2, 4}));
        assertThat(gradients.of(nan)).isEqualTo(Tensor.of(new double[] {0, 0}));
    }

    // ------------------------------------------------------------------ errors

    @Test
    void aParameterChangedBetweenForwardAndBackwardIsAnError() {
        MutableTensor weights = new MutableTensor("layer.weight", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        Variable w = Variable.of(weights.value());
        Variable x = Variable.of(Tensor.ones(2, 2));
        Variable loss = w.transpose().matmul(x).sum(); // a view of the storage is kept for the gradient of x
        weights.assign(Tensor.ones(2, 2));
        assertThatThrownBy(loss::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("backward of matmul")
                .hasMessageContaining("layer.weight was changed since the forward pass (version 0, now 1)")
                .hasMessageContaining("call backward before the optimizer's step");
        assertThatThrownBy(() -> Autograd.grad(loss, List.of(x))).isInstanceOf(IllegalStateException.class);
        assertThat(Autograd.grad(loss, List.of(w)).getFirst().value()).isEqualTo(Tensor.full(w.dtype(), w.shape(), 2));
    }

    @Test
    void aChangedParameterWhoseValueIsNotNeededIsNone() {
        MutableTensor weights = new MutableTensor("weight", Tensor.of(new float[] {1, 2}));
        Variable w = Variable.of(weights.value());
        Variable loss = w.add(1).sum();
        weights.assign(Tensor.ones(2));
        assertThat(loss.backward().of(w)).isEqualTo(Tensor.ones(2));
    }

    @Test
    void moreThanOneElementNeedsAGradientToStartWith() {
        Variable x = Variable.of(Tensor.ones(2, 3));
        assertThatThrownBy(x::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shape [2, 3] has 6 elements, expected one; reduce it (as with mean())");
        assertThatThrownBy(() -> Autograd.grad(x, List.of(x))).hasMessageContaining("shape [2, 3] has 6 elements");
        assertThatThrownBy(() -> x.backward(Tensor.ones(3, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the gradient has shape [3, 2]")
                .hasMessageContaining("expected [2, 3]");
        assertThatThrownBy(() -> x.backward(Tensor.ones(DType.FLOAT64, Shape.of(2, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLOAT64");
        assertThatThrownBy(() -> Autograd.grad(x, Variable.constantOf(Tensor.ones(3)), List.of(x)))
                .hasMessageContaining("the gradient has shape [3], expected [2, 3]");
    }

    @Test
    void aConstantHasNoGradients() {
        assertThatThrownBy(() -> Variable.constantOf(Tensor.scalar(1)).backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("depends on no variable whose gradient is wanted; make one with Variable.of");
    }

    /** Gives gradients of a wrong shape, or reads what it did not keep. */
    private record Wrong(boolean readsUnkept) implements CustomOp {
        @Override
        public String name() {
            return "wrong";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(operands.getFirst().sum());
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> readsUnkept ? saved.operand(0) : saved.gradient());
        }
    }

    @Test
    void aCustomOperationsMistakesAreNamed() {
        Variable x = Variable.of(Tensor.ones(2, 3));
        assertThatThrownBy(() -> x.apply(new Wrong(false)).backward())
                .hasMessageContaining(
                        "backward of wrong: the gradient of operand 0 has shape [], expected the operand's [2, 3]");
        assertThatThrownBy(() -> x.apply(new Wrong(true)).backward())
                .hasMessageContaining("backward of wrong: operand 0 was not kept; name it in keepsOperand");
    }

    /** x³ with the gradient of x². */
    private record WrongCube() implements CustomOp {
        @Override
        public String name() {
            return "wrongCube";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst();
            return Computed.of(x.mul(x).mul(x));
        }

        @Override
        public boolean keepsOperand(int operand, java.util.function.IntPredicate differentiated) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().mul(saved.operand(0)).mul(2));
        }
    }

    @Test
    void theGradientCheckFindsAWrongGradient() {
        Tensor x = Tensor.of(new double[] {1, 2});
        assertThatThrownBy(() -> GradCheck.check(o -> o.getFirst().apply(new WrongCube()), List.of(x)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "gradient of operand 0, element 0 of [2] (value 1.0): finite differences give 1.49999");
        assertThatThrownBy(() ->
                        GradCheck.checkSecondOrder(o -> o.getFirst().square().apply(new WrongCube()), List.of(x)))
                .isInstanceOf(AssertionError.class);
    }
}
