package dev.lanewise.core;

import static dev.lanewise.core.Results.results;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Symbolic derivatives against central differences, and the conventions where there is no derivative. */
class DerivativeTest {

    /** Away from kinks and poles, inside every function's domain. */
    private static final double[] POINTS = {-0.93, -0.61, -0.27, 0.13, 0.38, 0.74, 0.97};

    /** Where only positive arguments have a meaning. */
    private static final double[] POSITIVE_POINTS = {0.13, 0.38, 0.74, 0.97, 1.7, 3.2};

    private static Stream<Formula> formulas() {
        var formulas = new ArrayList<Formula>();
        for (UnaryFunction function : UnaryFunction.values()) {
            formulas.add(Formula.of(function.symbol(), x -> Simplifier.unary(function, x)));
        }
        for (BinaryFunction function : BinaryFunction.values()) {
            formulas.add(Formula.of(function.name(), (x, y) -> Simplifier.binary(function, x, y)));
        }
        formulas.add(Formula.of("fma", (x, y, z) -> x.fma(y, z)));
        formulas.add(Formula.of("select", (x, y, z) -> x.gt(0.1).select(y.mul(x), z.exp())));
        formulas.add(Formula.of("clamp", (x, y, z) -> x.clamp(y.sub(1), z.add(1))));
        formulas.add(Formula.of("clampHigh", x -> x.clamp(-0.3, 0.5)));
        formulas.add(Formula.of("silu", Expr::silu));
        formulas.add(Formula.of("gelu", Expr::gelu));
        formulas.add(Formula.of("geluTanh", Expr::geluTanh));
        formulas.add(Formula.of("logSigmoid", Expr::logSigmoid));
        formulas.add(Formula.of("mish", x -> x.mul(x.softplus().tanh())));
        formulas.add(Formula.of("rsqrt", Expr::rsqrt));
        formulas.add(Formula.of("reciprocal", Expr::reciprocal));
        formulas.add(Formula.of("square", Expr::square));
        formulas.add(Formula.of("cube", x -> x.pow(3)));
        formulas.add(Formula.of("power", x -> x.pow(2.7)));
        formulas.add(Formula.of("exponential", x -> Expr.constant(1.7).pow(x)));
        formulas.add(Formula.of(
                "products",
                (x, y) -> x.mul(2).mul(y.neg()).mul(3).div(y.mul(x).add(4)).neg()));
        formulas.add(Formula.of("several", (x, y) -> results(x.mul(y), x.exp().add(y), y, Expr.constant(2))));
        formulas.add(Formula.of(
                "negative", (x, y) -> x.neg().mul(y.neg()).sub(x.neg()).add(y.neg())));
        return formulas.stream();
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void firstDerivativesAreThoseOfCentralDifferences(Formula formula) {
        for (int operand = 0; operand < formula.arity(); operand++) {
            check(formula, operand);
        }
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void secondDerivativesAreThoseOfCentralDifferences(Formula formula) {
        for (int operand = 0; operand < formula.arity(); operand++) {
            Formula first = formula.vectorJacobianProduct(operand);
            for (int second = 0; second < first.arity(); second++) {
                check(first, second);
            }
        }
    }

    private static void check(Formula formula, int operand) {
        Formula product = formula.vectorJacobianProduct(operand);
        double[] gradients = new double[formula.resultCount()];
        for (int r = 0; r < gradients.length; r++) {
            gradients[r] = 0.7 - 0.4 * r;
        }
        int compared = 0;
        for (double[] points : List.of(POINTS, POSITIVE_POINTS)) {
            for (int trial = 0; trial < points.length; trial++) {
                double[] at = new double[formula.arity()];
                for (int o = 0; o < at.length; o++) {
                    at[o] = points[(trial + 3 * o + o * o) % points.length];
                }
                double expected = difference(formula, at, operand, gradients);
                if (Double.isNaN(expected)) {
                    continue; // outside the domain
                }
                double[] all = Arrays.copyOf(at, at.length + gradients.length);
                System.arraycopy(gradients, 0, all, at.length, gradients.length);
                assertThat(product.evaluate(all)[0])
                        .as("%s by operand %d at %s", formula, operand, Arrays.toString(at))
                        .isCloseTo(expected, Offset.offset(2e-6 * (1 + Math.abs(expected))));
                compared++;
            }
        }
        assertThat(compared).as("points inside the domain of " + formula).isGreaterThan(4);
    }

    private static double difference(Formula formula, double[] at, int operand, double[] gradients) {
        double step = 1e-5;
        double[] above = at.clone();
        double[] below = at.clone();
        above[operand] += step;
        below[operand] -= step;
        double[] high = formula.evaluate(above);
        double[] low = formula.evaluate(below);
        double sum = 0;
        for (int r = 0; r < gradients.length; r++) {
            sum += gradients[r] * (high[r] - low[r]) / (2 * step);
        }
        return sum;
    }

    // ---------------------------------------------------------------- conventions

    private static double gradient(Formula formula, double... operands) {
        double[] all = Arrays.copyOf(operands, operands.length + 1);
        all[operands.length] = 1;
        return formula.vectorJacobianProduct(0).evaluate(all)[0];
    }

    @Test
    void reluAndAbsHaveGradientZeroAtZero() {
        assertThat(gradient(Formula.of("relu", Expr::relu), 0)).isZero();
        assertThat(gradient(Formula.of("relu", Expr::relu), 1)).isOne();
        assertThat(gradient(Formula.of("abs", Expr::abs), 0)).isZero();
        assertThat(gradient(Formula.of("abs", Expr::abs), -2)).isEqualTo(-1);
    }

    @Test
    void tiesOfMinAndMaxAreSharedEqually() {
        Formula max = Formula.of("max", (x, y) -> x.max(y));
        Formula min = Formula.of("min", (x, y) -> x.min(y));
        for (Formula formula : List.of(max, min)) {
            for (int operand = 0; operand < 2; operand++) {
                assertThat(formula.vectorJacobianProduct(operand).evaluate(2, 2, 1)[0])
                        .isEqualTo(0.5);
            }
        }
        assertThat(gradient(max, 3, 2)).isOne();
        assertThat(gradient(max, 1, 2)).isZero();
        assertThat(gradient(min, 1, 2)).isOne();
        assertThat(gradient(Formula.of("f", x -> x.max(0)), 0)).isEqualTo(0.5);
    }

    @Test
    void clampPassesTheGradientOnTheClosedInterval() {
        Formula clamp = Formula.of("clamp", x -> x.clamp(-1, 1));
        assertThat(gradient(clamp, -1)).isOne();
        assertThat(gradient(clamp, 1)).isOne();
        assertThat(gradient(clamp, 1.5)).isZero();
        assertThat(gradient(clamp, -1.5)).isZero();
    }

    @Test
    void powByExponentIsZeroAtBaseZero() {
        Formula pow = Formula.of("pow", (x, y) -> x.pow(y));
        Formula byExponent = pow.vectorJacobianProduct(1);
        assertThat(byExponent.evaluate(0, 2, 1)[0]).isZero();
        assertThat(byExponent.evaluate(0, 0, 1)[0]).isZero();
        assertThat(byExponent.evaluate(2, 3, 1)[0]).isEqualTo(8 * Math.log(2), Offset.offset(1e-12));
        assertThat(pow.vectorJacobianProduct(0).evaluate(0, 0, 1)[0]).isZero();
        assertThat(pow.vectorJacobianProduct(0).evaluate(0, 1, 3)[0]).isEqualTo(3);
    }

    @Test
    void selectSpoilsNothingWithTheBranchNotChosen() {
        Formula guarded = Formula.of("guarded", x -> x.gt(0).select(x.log(), x.mul(2)));
        assertThat(gradient(guarded, 0)).isEqualTo(2);
        assertThat(gradient(guarded, 4)).isEqualTo(0.25);
        Formula root = Formula.of("root", x -> x.gt(0).select(x.sqrt(), 0));
        assertThat(gradient(root, 0)).isZero();
        assertThat(gradient(root, -1)).isZero();
        // the chosen branch has no gradient: an infinite gradient from above does not make it NaN
        assertThat(root.vectorJacobianProduct(0).evaluate(-1, Double.POSITIVE_INFINITY)[0])
                .isZero();
        Formula outer = Formula.of("outer", x -> x.gt(0).select(x.sqrt(), 0).sqrt());
        assertThat(gradient(outer, -1)).isZero();
    }

    @Test
    void nothingOverflowsFarOut() {
        for (UnaryFunction function : List.of(
                UnaryFunction.SIGMOID,
                UnaryFunction.SOFTPLUS,
                UnaryFunction.TANH,
                UnaryFunction.RELU,
                UnaryFunction.ERF,
                UnaryFunction.ERFC)) {
            finite(Formula.of(function.symbol(), x -> Simplifier.unary(function, x)));
        }
        finite(Formula.of("silu", Expr::silu));
        finite(Formula.of("gelu", Expr::gelu));
        finite(Formula.of("geluTanh", Expr::geluTanh));
        finite(Formula.of("logSigmoid", Expr::logSigmoid));
        finite(Formula.of("mish", x -> x.mul(x.softplus().tanh())));
    }

    private static void finite(Formula formula) {
        Formula first = formula.vectorJacobianProduct(0);
        Formula second = first.vectorJacobianProduct(0);
        for (float x : new float[] {-1e4f, -700, -89, 89, 700, 1e4f}) {
            assertThat(formula.evaluate(x)[0]).as("%s at %s", formula, x).isFinite();
            assertThat(first.evaluate(x, 1)[0]).as("%s at %s", first, x).isFinite();
            assertThat(second.evaluate(x, 1, 1)[0]).as("%s at %s", second, x).isFinite();
            assertThat(Readings.floats(formula, x)).as("%s at %s", formula, x).isFinite();
            assertThat(Readings.floats(first, x, 1)).as("%s at %s", first, x).isFinite();
            assertThat(Readings.floats(second, x, 1, 1))
                    .as("%s at %s", second, x)
                    .isFinite();
        }
    }
}
