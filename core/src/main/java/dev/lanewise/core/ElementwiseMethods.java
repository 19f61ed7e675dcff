package dev.lanewise.core;

import java.util.ArrayList;
import java.util.List;

/**
 * The elementwise part of {@link TensorOps}. Each method is a {@link Formula}.
 *
 * @param <T> the implementing type itself
 */
interface ElementwiseMethods<T extends TensorOps<T>> extends Operand<T> {
    /** Applies a formula of one operand to each element. */
    default T map(Formula formula) {
        return apply(new Elementwise(formula));
    }

    /**
     * Applies a formula of two operands and one result to the elements of this tensor and another one, which broadcast.
     */
    default T map(Formula formula, T other) {
        return apply(new Elementwise(formula), other);
    }

    /** Applies a formula of three operands and one result. */
    default T map(Formula formula, T second, T third) {
        return applyAll(new Elementwise(formula), List.of(self(), second, third))
                .getFirst();
    }

    /**
     * Applies a formula of any number of operands and results.
     *
     * @param others the operands after the first, which is this tensor
     */
    default List<T> mapAll(Formula formula, List<T> others) {
        List<T> operands = new ArrayList<>(others.size() + 1);
        operands.add(self());
        operands.addAll(others);
        return applyAll(new Elementwise(formula), operands);
    }

    /** x + y. */
    default T add(T other) {
        return map(Formulas.ADD, other);
    }

    /** x + c for a number c. */
    default T add(double other) {
        return add(constant(other));
    }

    /** x − y. */
    default T sub(T other) {
        return map(Formulas.SUB, other);
    }

    /** x − c for a number c. */
    default T sub(double other) {
        return sub(constant(other));
    }

    /** x · y, elementwise. */
    default T mul(T other) {
        return map(Formulas.MUL, other);
    }

    /** x · c for a number c. */
    default T mul(double other) {
        return mul(constant(other));
    }

    /** x / y, elementwise, by IEEE rules: 1/0 is ∞, 0/0 NaN. */
    default T div(T other) {
        return map(Formulas.DIV, other);
    }

    /** x / c for a number c. */
    default T div(double other) {
        return div(constant(other));
    }

    /**
     * x to the power y, with C's special cases: a negative x needs a whole y, else the result is NaN. The gradient by y
     * is 0 where x is 0 and y ≥ 0.
     */
    default T pow(T other) {
        return map(Formulas.POW, other);
    }

    /** x to the power c, a formula of its own: small whole and half powers are products and square roots. */
    default T pow(double other) {
        return map(Formula.of("pow", x -> x.pow(other)));
    }

    /**
     * What is left of x when y is taken from it as often as it goes, with the sign of x, as C's {@code fmod}: −7 by 2
     * leaves −1. Exact while |x / y| is below 2²⁴ in FLOAT32, 2⁵³ in FLOAT64; NaN if y is 0. The gradient by y is
     * −trunc(x / y).
     */
    default T fmod(T other) {
        return map(Formulas.FMOD, other);
    }

    /** {@link #fmod(TensorOps)} by a number. */
    default T fmod(double other) {
        return fmod(constant(other));
    }

    /**
     * As {@link #fmod(TensorOps)}, but with the sign of y, as PyTorch's {@code remainder}: −7 by 2 leaves 1. The
     * gradient by y is −⌊x / y⌋.
     */
    default T remainder(T other) {
        return map(Formulas.REMAINDER, other);
    }

    /** {@link #remainder(TensorOps)} by a number. */
    default T remainder(double other) {
        return remainder(constant(other));
    }

    /** The larger of x and y; NaN if either is. Where they tie, each gets half of the gradient. */
    default T maximum(T other) {
        return map(Formulas.MAXIMUM, other);
    }

    /** The larger of x and the number c. */
    default T maximum(double other) {
        return maximum(constant(other));
    }

    /** The smaller of x and y; NaN if either is. Where they tie, each gets half of the gradient. */
    default T minimum(T other) {
        return map(Formulas.MINIMUM, other);
    }

    /** The smaller of x and the number c. */
    default T minimum(double other) {
        return minimum(constant(other));
    }

    /** −x. */
    default T neg() {
        return map(Formulas.NEG);
    }

    /** |x|; the gradient at 0 is 0. */
    default T abs() {
        return map(Formulas.ABS);
    }

    /** −1, 0 or 1 as x is negative, zero or positive; the gradient is 0. */
    default T sign() {
        return map(Formulas.SIGN);
    }

    /** x². */
    default T square() {
        return map(Formulas.SQUARE);
    }

    /** √x, correctly rounded; NaN for negative x. */
    default T sqrt() {
        return map(Formulas.SQRT);
    }

    /** 1/√x. */
    default T rsqrt() {
        return map(Formulas.RSQRT);
    }

    /** 1/x. */
    default T reciprocal() {
        return map(Formulas.RECIPROCAL);
    }

    /** The largest whole number not above x; the gradient is 0. */
    default T floor() {
        return map(Formulas.FLOOR);
    }

    /** The smallest whole number not below x; the gradient is 0. */
    default T ceil() {
        return map(Formulas.CEIL);
    }

    /** The nearest whole number, halves to the even one; the gradient is 0. */
    default T round() {
        return map(Formulas.ROUND);
    }

    /** x without its fraction; the gradient is 0. */
    default T trunc() {
        return map(Formulas.TRUNC);
    }

    /** eˣ, within 2 ulp. */
    default T exp() {
        return map(Formulas.EXP);
    }

    /** eˣ − 1, accurate near 0. */
    default T expm1() {
        return map(Formulas.EXPM1);
    }

    /** ln x, within 2 ulp; −∞ at 0, NaN below. */
    default T log() {
        return map(Formulas.LOG);
    }

    /** ln(1 + x), accurate near 0. */
    default T log1p() {
        return map(Formulas.LOG1P);
    }

    /** The logarithm to base 2. */
    default T log2() {
        return map(Formulas.LOG2);
    }

    /** The logarithm to base 10. */
    default T log10() {
        return map(Formulas.LOG10);
    }

    /** sin x, x in radians. */
    default T sin() {
        return map(Formulas.SIN);
    }

    /** cos x, x in radians. */
    default T cos() {
        return map(Formulas.COS);
    }

    /** tan x, x in radians. */
    default T tan() {
        return map(Formulas.TAN);
    }

    /** arcsin x in radians; NaN outside [−1, 1]. */
    default T asin() {
        return map(Formulas.ASIN);
    }

    /** arccos x in radians; NaN outside [−1, 1]. */
    default T acos() {
        return map(Formulas.ACOS);
    }

    /** arctan x in radians. */
    default T atan() {
        return map(Formulas.ATAN);
    }

    /** sinh x. */
    default T sinh() {
        return map(Formulas.SINH);
    }

    /** cosh x. */
    default T cosh() {
        return map(Formulas.COSH);
    }

    /** The inverse of sinh. */
    default T asinh() {
        return map(Formulas.ASINH);
    }

    /** The inverse of cosh; NaN below 1. */
    default T acosh() {
        return map(Formulas.ACOSH);
    }

    /** The inverse of tanh; ±∞ at ±1, NaN beyond. */
    default T atanh() {
        return map(Formulas.ATANH);
    }

    /**
     * The angle of the point (x, y) in radians, −π to π, with this as y: arctan(y / x) in the right quadrant; 0 at the
     * origin.
     */
    default T atan2(T x) {
        return map(Formulas.ATAN2, x);
    }

    /** ln(eˣ + eʸ), without overflow. */
    default T logAddExp(T other) {
        return map(Formulas.LOG_ADD_EXP, other);
    }

    /** √(x² + y²), also where the squares would overflow; the gradient at 0, 0 is 0. */
    default T hypot(T other) {
        return map(Formulas.HYPOT, other);
    }

    /** x · ln y; 0 where x is 0, unless y is NaN. */
    default T xlogy(T other) {
        return map(Formulas.XLOGY, other);
    }

    /** x + w · (y − x) for a number w: x for 0, y for 1. */
    default T lerp(T end, double weight) {
        return map(Formulas.LERP, end, constant(weight));
    }

    /** tanh x, within 2.5 ulp; the gradient is 1 − tanh² x. */
    default T tanh() {
        return map(Formulas.TANH);
    }

    /** The error function 2/√π ∫₀ˣ e^(−t²) dt; the gradient is 2/√π · e^(−x²). */
    default T erf() {
        return map(Formulas.ERF);
    }

    /** 1 − erf x, accurate where erf x is near 1. */
    default T erfc() {
        return map(Formulas.ERFC);
    }

    /** 1 / (1 + e^(−x)), without overflow at either end; in FLOAT32 0 instead of a subnormal number, below −87.3. */
    default T sigmoid() {
        return map(Formulas.SIGMOID);
    }

    /** max(x, 0); the gradient at 0 is 0. */
    default T relu() {
        return map(Formulas.RELU);
    }

    /** x · sigmoid(x) (Elfwing et al. 2017, arXiv:1702.03118). */
    default T silu() {
        return map(Formulas.SILU);
    }

    /** x · Φ(x) = x/2 · (1 + erf(x/√2)) (Hendrycks and Gimpel 2016, arXiv:1606.08415), the exact form. */
    default T gelu() {
        return map(Formulas.GELU);
    }

    /** x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))): GPT-2's approximation of {@link #gelu}. */
    default T geluTanh() {
        return map(Formulas.GELU_TANH);
    }

    /** ln(1 + eˣ), without overflow. */
    default T softplus() {
        return map(Formulas.SOFTPLUS);
    }

    /** ln sigmoid(x), without underflow. */
    default T logSigmoid() {
        return map(Formulas.LOG_SIGMOID);
    }

    /** x where positive, else x · slope; the gradient at 0 is the slope. */
    default T leakyRelu(double slope) {
        return map(Formulas.LEAKY_RELU, constant(slope));
    }

    /** x where positive, else α(eˣ − 1) (Clevert et al. 2015, arXiv:1511.07289). */
    default T elu(double alpha) {
        return map(Formulas.ELU, constant(alpha));
    }

    /** x where positive, else x · weight, which broadcasts and is learned (He et al. 2015, arXiv:1502.01852). */
    default T prelu(T weight) {
        return map(Formulas.LEAKY_RELU, weight);
    }

    /**
     * x where positive, else α(e^(x/α) − 1): an {@link #elu} with a continuous slope (Barron 2017, arXiv:1704.07483).
     */
    default T celu(double alpha) {
        return map(Formulas.CELU, constant(alpha));
    }

    /**
     * {@link #elu} with the α and scale at which mean 0 and variance 1 persist (Klambauer et al. 2017,
     * arXiv:1706.02515).
     */
    default T selu() {
        return map(Formulas.SELU);
    }

    /** x · tanh(softplus(x)) (Misra 2019, arXiv:1908.08681). */
    default T mish() {
        return map(Formulas.MISH);
    }

    /** x / (1 + |x|). */
    default T softsign() {
        return map(Formulas.SOFTSIGN);
    }

    /** ln(1 + e^(βx)) / β. */
    default T softplus(double beta) {
        return beta == 1 ? softplus() : mul(beta).softplus().div(beta);
    }

    /**
     * ln(1 + e^(βx)) / β, and x itself where βx is above the threshold: PyTorch's softplus, whose threshold is 20
     * unless said.
     */
    default T softplus(double beta, double threshold) {
        return map(Formulas.LIMITED_SOFTPLUS, constant(beta), constant(threshold));
    }

    /** (x + 3)/6 limited to [0, 1]; the gradient at both ends is 0. */
    default T hardSigmoid() {
        return map(Formulas.HARD_SIGMOID);
    }

    /** x · {@link #hardSigmoid} (Howard et al. 2019, arXiv:1905.02244). */
    default T hardSwish() {
        return map(Formulas.HARD_SWISH);
    }

    /**
     * x limited to [low, high], like {@link #clamp}, but the gradient at both ends is 0.
     *
     * @throws IllegalArgumentException if low is above high or one of them is NaN
     */
    default T hardTanh(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("hardTanh: low %s is not at or below high %s".formatted(low, high));
        }
        return map(Formulas.HARD_TANH, constant(low), constant(high));
    }

    /** x limited to [0, 6]; the gradient at both ends is 0. */
    default T relu6() {
        return hardTanh(0, 6);
    }

    /** 0 where |x| ≤ λ, else x. */
    default T hardShrink(double lambda) {
        return map(Formulas.HARD_SHRINK, constant(lambda));
    }

    /** 0 where |x| ≤ λ, else x brought nearer to 0 by λ. */
    default T softShrink(double lambda) {
        return map(Formulas.SOFT_SHRINK, constant(lambda));
    }

    /** x − tanh x. */
    default T tanhShrink() {
        return map(Formulas.TANH_SHRINK);
    }

    /** x where above the threshold, else {@code value}. */
    default T threshold(double threshold, double value) {
        return map(Formulas.THRESHOLD, constant(threshold), constant(value));
    }

    /**
     * x limited to [low, high]; the gradient passes where x is within. Where low is above high, all is high, as in
     * PyTorch, but for NaN.
     *
     * @throws IllegalArgumentException if low or high is NaN
     */
    default T clamp(double low, double high) {
        if (Double.isNaN(low) || Double.isNaN(high)) {
            throw new IllegalArgumentException("clamp: low %s and high %s, expected numbers".formatted(low, high));
        }
        return map(Formulas.CLAMP, constant(low), constant(high));
    }

    /** 1 where x is NaN, else 0; no gradient flows. */
    default T isNaN() {
        return map(Formulas.IS_NAN);
    }

    /** 1 where x is ∞ or −∞, else 0; no gradient flows. */
    default T isInf() {
        return map(Formulas.IS_INF);
    }

    /** 1 where x = y, else 0; no gradient flows. */
    default T eq(T other) {
        return map(Formulas.EQ, other);
    }

    /** 1 where x = c, else 0. */
    default T eq(double other) {
        return eq(constant(other));
    }

    /** 1 where x ≠ y, else 0; no gradient flows. */
    default T ne(T other) {
        return map(Formulas.NE, other);
    }

    /** 1 where x ≠ c, else 0. */
    default T ne(double other) {
        return ne(constant(other));
    }

    /** 1 where x &lt; y, else 0; no gradient flows. */
    default T lt(T other) {
        return map(Formulas.LT, other);
    }

    /** 1 where x &lt; c, else 0. */
    default T lt(double other) {
        return lt(constant(other));
    }

    /** 1 where x ≤ y, else 0; no gradient flows. */
    default T le(T other) {
        return map(Formulas.LE, other);
    }

    /** 1 where x ≤ c, else 0. */
    default T le(double other) {
        return le(constant(other));
    }

    /** 1 where x &gt; y, else 0; no gradient flows. */
    default T gt(T other) {
        return map(Formulas.GT, other);
    }

    /** 1 where x &gt; c, else 0. */
    default T gt(double other) {
        return gt(constant(other));
    }

    /** 1 where x ≥ y, else 0; no gradient flows. */
    default T ge(T other) {
        return map(Formulas.GE, other);
    }

    /** 1 where x ≥ c, else 0. */
    default T ge(double other) {
        return ge(constant(other));
    }

    /**
     * Where this tensor is not zero, the element of {@code x}, else that of {@code y}. The gradient goes to the one
     * that was taken; what the other one holds there, NaN included, does not matter.
     */
    default T where(T x, T y) {
        return map(Formulas.WHERE, x, y);
    }
}
