package dev.lanewise.core;

import static dev.lanewise.core.Results.results;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FormulaTest {

    private static final Formula SILU = Formula.of("silu", Expr::silu);

    @Test
    void knowsItsOperandsAndResults() {
        Formula momentum = Formula.of("momentum", (parameter, gradient, velocity, rate, decay) -> {
            Expr next = velocity.mul(decay).add(gradient);
            return results(parameter.sub(next.mul(rate)), next);
        });
        assertThat(momentum.name()).isEqualTo("momentum");
        assertThat(momentum.arity()).isEqualTo(5);
        assertThat(momentum.resultCount()).isEqualTo(2);
        assertThat(momentum.operandNames()).containsExactly("x", "y", "z", "u", "v");
        assertThat(momentum.evaluate(1, 0.5, 2, 0.1, 0.9)).containsExactly(1 - (2 * 0.9 + 0.5) * 0.1, 2 * 0.9 + 0.5);
    }

    @Test
    void namesOperandsWhenDefinedWithNames() {
        Formula decay = Formula.define("decay", o -> {
            Expr parameter = o.operand("parameter");
            Expr rate = o.operand("learningRate");
            return parameter.sub(parameter.mul(rate));
        });
        assertThat(decay.operandNames()).containsExactly("parameter", "learningRate");
        assertThat(decay).hasToString("decay(parameter, learningRate) = parameter - parameter * learningRate");
    }

    @Test
    void printsMathematics() {
        assertThat(SILU).hasToString("silu(x) = x * sigmoid(x)");
        assertThat(SILU.vectorJacobianProduct(0)).hasToString("""
                silu'(x, gradient) = gradient * (t1 + t1 * (1 - t1) * x)
                 where t1 = sigmoid(x)""");
        assertThat(Formula.of("f", (x, y) -> x.sub(y.sub(1)).div(x.mul(y)).neg()))
                .hasToString("f(x, y) = -((x - (y - 1)) / (x * y))");
        assertThat(Formula.of("g", (x, y) -> x.lt(y).select(x.max(0), y.pow(2.5))))
                .hasToString("g(x, y) = x < y ? max(x, 0) : pow(y, 2.5)");
        assertThat(Formula.of("h", (x, y) -> results(x.fma(y, x), x.clamp(-1, 1))))
                .hasToString("h(x, y) = (fma(x, y, x), clamp(x, -1, 1))");
        assertThat(Formula.of("mul", (x, y) -> x.mul(y)).vectorJacobianProduct(1))
                .hasToString("mul'y(x, y, gradient) = gradient * x");
        assertThat(Expr.constant(2).mul(0.5)).hasToString("1");
    }

    @Test
    void gradientsOfGradientsHaveNamesOfTheirOwn() {
        Formula second = SILU.vectorJacobianProduct(0).vectorJacobianProduct(0);
        assertThat(second.operandNames()).containsExactly("x", "gradient", "gradient'");
        Formula two = Formula.of("two", x -> results(x.exp(), x.neg()));
        assertThat(two.vectorJacobianProduct(0).operandNames()).containsExactly("x", "gradient1", "gradient2");
    }

    @Test
    void derivativesAreMadeOnce() {
        assertThat(SILU.vectorJacobianProduct(0)).isSameAs(SILU.vectorJacobianProduct(0));
        assertThatThrownBy(() -> SILU.vectorJacobianProduct(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void sharesCommonPartsAndFoldsConstants() {
        Formula f = Formula.of("f", x -> x.mul(2).exp().add(x.mul(2).exp()));
        assertThat(f).hasToString("f(x) = t1 + t1\n where t1 = exp(x * 2)");
        assertThat(Formula.of("g", x -> x.mul(Expr.constant(2).mul(3).sqrt().square())))
                .hasToString("g(x) = x * " + Math.sqrt(6) * Math.sqrt(6));
    }

    @Test
    void simplifiesOnlyWhatCannotChangeABit() {
        assertThat(Formula.of("f", x -> x.sub(0).mul(1).div(1).neg().neg())).hasToString("f(x) = x");
        assertThat(Formula.of("g", x -> x.add(0))).hasToString("g(x) = x + 0"); // turns -0 into +0
        assertThat(Formula.of("h", x -> x.mul(0))).hasToString("h(x) = x * 0"); // NaN for infinity
    }

    @Test
    void smallPowersBecomeProductsAndRoots() {
        assertThat(Formula.of("f", x -> x.pow(3))).hasToString("f(x) = x * x * x");
        assertThat(Formula.of("f", x -> x.pow(-1))).hasToString("f(x) = 1 / x");
        assertThat(Formula.of("f", x -> x.pow(0.5))).hasToString("f(x) = sqrt(x)");
        assertThat(Formula.of("f", x -> x.pow(-1.5))).hasToString("f(x) = 1 / sqrt(x) / x");
        assertThat(Formula.of("f", x -> x.pow(0))).hasToString("f(x) = 1");
        assertThat(Formula.of("f", x -> x.pow(9))).hasToString("f(x) = pow(x, 9)");
    }

    @Test
    void isAPartOfAnother() {
        Formula biased =
                Formula.of("biased", (x, bias) -> SILU.apply(x.add(bias)).getFirst());
        assertThat(biased).hasToString("biased(x, y) = t1 * sigmoid(t1)\n where t1 = x + y");
        assertThatThrownBy(() -> SILU.apply(Expr.constant(1), Expr.constant(2)))
                .hasMessage("silu: takes 1 operands, [x], given were 2");
    }

    @Test
    void knowsWhatAGradientNeeds() {
        Formula product = Formula.of("mul", (x, y) -> x.mul(y));
        assertThat(product.gradientNeedsOperand(0, 0)).isFalse();
        assertThat(product.gradientNeedsOperand(1, 0)).isTrue();
        Formula sum = Formula.of("add", (x, y) -> x.add(y));
        assertThat(sum.gradientNeedsOperand(0, 0)).isFalse();
        assertThat(sum.gradientNeedsOperand(1, 0)).isFalse();
        assertThat(sum.vectorJacobianProduct(0).passesOn()).isEqualTo(2);
        assertThat(product.vectorJacobianProduct(0).passesOn()).isEqualTo(-1);
    }

    @Test
    void knowsWhatHasNoGradient() {
        Formula f = Formula.of("f", (x, y) -> x.gt(y).select(y, 0).add(x.floor()));
        assertThat(f.isDifferentiable(0)).isFalse();
        assertThat(f.isDifferentiable(1)).isTrue();
        assertThat(f.vectorJacobianProduct(0)).hasToString("f'x(x, y, gradient) = 0");
    }

    @Test
    void refusesToDivideByZero() {
        assertThatThrownBy(() -> Formula.of("wrong", x -> x.exp().div(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("formula wrong: division by the constant 0: exp(x) / 0 is infinite or NaN everywhere;"
                        + " divide by something else, or use select to choose a value");
        assertThatThrownBy(() -> Formula.of("wrong", x -> x.div(Expr.constant(2).sub(2))))
                .hasMessageContaining("division by the constant 0");
    }

    @Test
    void refusesConstantsThatMeanNothing() {
        assertThatThrownBy(() -> Formula.of("wrong", x -> x.add(Double.POSITIVE_INFINITY)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("formula wrong: an infinite constant, Infinity, as an operand of +");
        assertThatThrownBy(() -> Formula.of("wrong", x -> x.mul(Double.NaN))).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Formula.of("wrong", x -> x.clamp(1, -1)))
                .hasMessage("formula wrong: clamp: the lower bound 1 is above the upper bound -1; swap them?");
        Formula masked = Formula.of("masked", (x, mask) -> mask.select(x, Double.NEGATIVE_INFINITY));
        assertThat(masked.evaluate(3, 0)).containsExactly(Double.NEGATIVE_INFINITY);
    }

    @Test
    void refusesForeignAndRepeatedOperands() {
        var stray = new Expr[1];
        Formula.of("first", x -> stray[0] = x);
        assertThatThrownBy(() -> Formula.of("second", x -> x.add(stray[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("formula second: uses the operand x of another formula");
        assertThatThrownBy(() -> Formula.define("third", o -> o.operand("a").add(o.operand("a"))))
                .hasMessage("formula third: operand name \"a\" is already taken; the operands so far are [a]");
        assertThatThrownBy(() -> Formula.of(" ", x -> x)).hasMessageContaining("needs a name");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesARuleWithoutResult() {
        assertThatThrownBy(() -> Formula.of("nothing", x -> null))
                .hasMessage("formula nothing: its rule returned null");
        assertThatThrownBy(() -> Formula.of("none", x -> results())).hasMessageContaining("at least one result");
    }

    @Test
    void checksTheNumberOfOperands() {
        assertThatThrownBy(() -> SILU.evaluate(1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("silu: takes 1 operands, [x], given were 2");
    }

    @Test
    void aLongChainIsNoDeepRecursion() {
        Formula chain = Formula.of("chain", x -> {
            Expr sum = x;
            for (int i = 0; i < 20_000; i++) {
                sum = sum.add(x);
            }
            return sum;
        });
        assertThat(chain.evaluate(1)).containsExactly(20_001);
        assertThat(chain.vectorJacobianProduct(0).evaluate(1, 2)).containsExactly(40_002);
    }

    @Test
    void aGraphWithManyPathsIsWalkedOnce() {
        Formula doubled = Formula.of("doubled", x -> {
            Expr sum = x;
            for (int i = 0; i < 60; i++) {
                sum = sum.add(sum);
            }
            return sum;
        });
        assertThat(doubled.evaluate(1)).containsExactly(0x1p60);
        assertThat(doubled.vectorJacobianProduct(0).evaluate(5, 1)).containsExactly(0x1p60);
        assertThat(doubled.toString()).hasSizeLessThan(4000);
    }
}
