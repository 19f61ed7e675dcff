package dev.lanewise.core;

import static dev.lanewise.core.TernaryFunction.CLAMP;
import static dev.lanewise.core.TernaryFunction.FMA;
import static dev.lanewise.core.TernaryFunction.SELECT;

/**
 * A piece of mathematics: what the rule of a {@link Formula} computes with.
 *
 * <p>An expression stands for one number of each element. Methods build larger expressions; nothing is computed until
 * the formula runs. Expressions are immutable, a part used twice is computed once, and constants are folded.
 *
 * <pre>{@code
 * Formula mish = Formula.of("mish", x -> x.mul(x.softplus().tanh()));
 * }</pre>
 *
 * <p><b>Numbers.</b> In a kernel of floats every operation rounds to float, and multiplication and addition are fused
 * only by {@link #fma}. The elementary functions are within 2 units in the last place of the true value ({@link #tan},
 * {@link #tanh}, {@link #sigmoid}, {@link #softplus} and {@link #erfc} within 2.5, {@link #pow} within 6 and mostly
 * within 1), and the same bits on every machine. In double precision they are {@link StrictMath}'s.
 *
 * <p><b>Gradients.</b> Each method states its derivative; ′ marks it. Where a function has a kink or a tie the
 * convention is PyTorch's.
 */
public sealed interface Expr extends Outputs permits Node {

    /**
     * A number.
     *
     * @param value not NaN; infinities are meaningful to {@link #select}, {@link #min}, {@link #max}, {@link #clamp}
     *     and comparisons only
     */
    static Expr constant(double value) {
        return Simplifier.constant(value);
    }

    // ---------------------------------------------------------------- arithmetic

    /** {@code this + other}. */
    default Expr add(Expr other) {
        return Simplifier.binary(BinaryFunction.ADD, this, other);
    }

    /** {@code this + other}. */
    default Expr add(double other) {
        return add(constant(other));
    }

    /** {@code this - other}. */
    default Expr sub(Expr other) {
        return Simplifier.binary(BinaryFunction.SUB, this, other);
    }

    /** {@code this - other}. */
    default Expr sub(double other) {
        return sub(constant(other));
    }

    /** {@code this * other}. */
    default Expr mul(Expr other) {
        return Simplifier.binary(BinaryFunction.MUL, this, other);
    }

    /** {@code this * other}. */
    default Expr mul(double other) {
        return mul(constant(other));
    }

    /** {@code this / other}; the constant 0 as divisor is an error. */
    default Expr div(Expr other) {
        return Simplifier.binary(BinaryFunction.DIV, this, other);
    }

    /** {@code this / other}; 0 as divisor is an error. */
    default Expr div(double other) {
        return div(constant(other));
    }

    /** {@code this * factor + summand}, rounded once. */
    default Expr fma(Expr factor, Expr summand) {
        return Simplifier.ternary(FMA, this, factor, summand);
    }

    /** {@code -this}. */
    default Expr neg() {
        return unary(UnaryFunction.NEG);
    }

    /** {@code this * this}. */
    default Expr square() {
        return mul(this);
    }

    /** {@code 1 / this}. */
    default Expr reciprocal() {
        return Node.Constant.ONE.div(this);
    }

    /** The square root, correctly rounded; NaN below 0. (√x)′ = 1/(2√x), infinite at 0. */
    default Expr sqrt() {
        return unary(UnaryFunction.SQRT);
    }

    /** {@code 1 / sqrt(this)}. */
    default Expr rsqrt() {
        return sqrt().reciprocal();
    }

    /** The absolute value. |x|′ = {@link #sign}, so 0 at 0. */
    default Expr abs() {
        return unary(UnaryFunction.ABS);
    }

    /**
     * {@code this} to the power of {@code exponent}, with C's special cases: {@code pow(x, 0) = pow(1, y) = 1} even for
     * NaN, a negative base needs a whole exponent, and so on. The error, in units in the last place, grows with the
     * logarithm of the result: it is below 1 for results of everyday size and up to 6 near overflow and underflow.
     *
     * <p>(xʸ)′ = y·xʸ⁻¹ by x (0 where y is 0), xʸ·ln x by y (0 where x is 0 and y is not negative).
     */
    default Expr pow(Expr exponent) {
        return Simplifier.binary(BinaryFunction.POW, this, exponent);
    }

    /**
     * {@code this} to a constant power. Whole exponents from -8 to 8 become products, ±0.5 and ±1.5 square roots; each
     * product adds half a unit in the last place.
     */
    default Expr pow(double exponent) {
        return pow(constant(exponent));
    }

    // ---------------------------------------------------------------- exponentials and logarithms

    /** eˣ. Overflows to infinity above 88.72 (float), underflows through the subnormals to 0. */
    default Expr exp() {
        return unary(UnaryFunction.EXP);
    }

    /** eˣ - 1, exact to the last places near 0. */
    default Expr expm1() {
        return unary(UnaryFunction.EXPM1);
    }

    /** The natural logarithm; -infinity at ±0, NaN below. (ln x)′ = 1/x. */
    default Expr log() {
        return unary(UnaryFunction.LOG);
    }

    /** ln(1 + x), exact to the last places near 0. */
    default Expr log1p() {
        return unary(UnaryFunction.LOG1P);
    }

    /** The logarithm to base 2; exact for powers of two. */
    default Expr log2() {
        return unary(UnaryFunction.LOG2);
    }

    /** The logarithm to base 10. */
    default Expr log10() {
        return unary(UnaryFunction.LOG10);
    }

    // ---------------------------------------------------------------- hyperbolic, sigmoid and its kin

    /** The hyperbolic tangent. (tanh x)′ = 1 - tanh² x. */
    default Expr tanh() {
        return unary(UnaryFunction.TANH);
    }

    /** The hyperbolic sine. */
    default Expr sinh() {
        return unary(UnaryFunction.SINH);
    }

    /** The hyperbolic cosine. */
    default Expr cosh() {
        return unary(UnaryFunction.COSH);
    }

    /**
     * 1/(1 + e⁻ˣ), without overflow for any x; in float precision 0 instead of a subnormal number, below -87.3. s′ =
     * s(1 - s).
     */
    default Expr sigmoid() {
        return unary(UnaryFunction.SIGMOID);
    }

    /** ln(sigmoid(x)) = -softplus(-x), stable for any x. */
    default Expr logSigmoid() {
        return neg().softplus().neg();
    }

    /** ln(1 + eˣ) = max(x, 0) + log1p(e^-|x|), stable for any x. Its derivative is {@link #sigmoid}. */
    default Expr softplus() {
        return unary(UnaryFunction.SOFTPLUS);
    }

    /** max(x, 0); NaN stays NaN. relu′ = 1 above 0, else 0: at 0 it is 0. */
    default Expr relu() {
        return unary(UnaryFunction.RELU);
    }

    /** x·sigmoid(x), also called swish. */
    default Expr silu() {
        return mul(sigmoid());
    }

    /**
     * The Gaussian error linear unit x·Φ(x) = x/2·(1 + erf(x/√2)). In float precision Φ is within 6 units in the last
     * place, and within x²/2 more where x is negative. Φ′ = e^-x²/2 / √(2π).
     */
    default Expr gelu() {
        return mul(Simplifier.unary(UnaryFunction.NORMAL_PROBABILITY, this));
    }

    /** GELU in its approximation by tanh: x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))) (Hendrycks and Gimpel, 2016). */
    default Expr geluTanh() {
        Expr twiceInner = mul(square().mul(0.044715).add(1)).mul(2 * Math.sqrt(2 / Math.PI));
        return mul(twiceInner.sigmoid()); // (1 + tanh u)/2 = sigmoid(2u)
    }

    /** The error function 2/√π·∫₀ˣ e^-t² dt. erf′ = 2/√π·e^-x². */
    default Expr erf() {
        return unary(UnaryFunction.ERF);
    }

    /** 1 - erf(x), without the cancellation for large x. */
    default Expr erfc() {
        return unary(UnaryFunction.ERFC);
    }

    // ---------------------------------------------------------------- trigonometry

    /**
     * The sine. In float precision within 2 units in the last place for |x| up to 100,000; the error grows beyond, and
     * above 6 million the value, though from -1 to 1, means nothing.
     */
    default Expr sin() {
        return unary(UnaryFunction.SIN);
    }

    /** The cosine; its range is that of {@link #sin}. */
    default Expr cos() {
        return unary(UnaryFunction.COS);
    }

    /** The tangent; its range is that of {@link #sin}. (tan x)′ = 1 + tan² x. */
    default Expr tan() {
        return unary(UnaryFunction.TAN);
    }

    /** The arc sine, from -π/2 to π/2; NaN outside [-1, 1]. */
    default Expr asin() {
        return unary(UnaryFunction.ASIN);
    }

    /** The arc cosine, from 0 to π; NaN outside [-1, 1]. */
    default Expr acos() {
        return unary(UnaryFunction.ACOS);
    }

    /** The arc tangent, from -π/2 to π/2. */
    default Expr atan() {
        return unary(UnaryFunction.ATAN);
    }

    // ---------------------------------------------------------------- rounding; all their derivatives are 0

    /** The largest whole number not above. Derivative 0. */
    default Expr floor() {
        return unary(UnaryFunction.FLOOR);
    }

    /** The smallest whole number not below. Derivative 0. */
    default Expr ceil() {
        return unary(UnaryFunction.CEIL);
    }

    /** The nearest whole number, ties to the even one. Derivative 0. */
    default Expr round() {
        return unary(UnaryFunction.ROUND);
    }

    /** The whole number next towards 0. Derivative 0. */
    default Expr trunc() {
        return unary(UnaryFunction.TRUNC);
    }

    /** 1, -1, or the argument itself where it is ±0 or NaN. Derivative 0. */
    default Expr sign() {
        return unary(UnaryFunction.SIGN);
    }

    // ---------------------------------------------------------------- choices

    /** The smaller; NaN if either is, and -0 is below +0. The gradient goes to the smaller, half to each at a tie. */
    default Expr min(Expr other) {
        return Simplifier.binary(BinaryFunction.MIN, this, other);
    }

    /** The smaller; the gradient at a tie is a half. */
    default Expr min(double other) {
        return min(constant(other));
    }

    /** The larger; NaN if either is, and +0 is above -0. The gradient goes to the larger, half to each at a tie. */
    default Expr max(Expr other) {
        return Simplifier.binary(BinaryFunction.MAX, this, other);
    }

    /** The larger; the gradient at a tie is a half (that of {@link #relu} is 0). */
    default Expr max(double other) {
        return max(constant(other));
    }

    /**
     * {@code min(max(this, low), high)}; the gradient passes where {@code low <= this <= high}, the bounds included.
     */
    default Expr clamp(Expr low, Expr high) {
        return Simplifier.ternary(CLAMP, this, low, high);
    }

    /**
     * {@code min(max(this, low), high)}; the gradient passes where {@code low <= this <= high}, the bounds included.
     */
    default Expr clamp(double low, double high) {
        return clamp(constant(low), constant(high));
    }

    /**
     * {@code ifTrue} where this is not 0 (NaN is not 0), {@code ifFalse} where it is. The gradient goes to the chosen
     * one alone, so an infinite derivative of the other does no harm: {@code x.gt(0).select(x.log(), x)} has a gradient
     * at 0.
     */
    default Expr select(Expr ifTrue, Expr ifFalse) {
        return Simplifier.ternary(SELECT, this, ifTrue, ifFalse);
    }

    /** {@link #select(Expr, Expr)} with a number for the second. */
    default Expr select(Expr ifTrue, double ifFalse) {
        return select(ifTrue, constant(ifFalse));
    }

    /** {@link #select(Expr, Expr)} with a number for the first. */
    default Expr select(double ifTrue, Expr ifFalse) {
        return select(constant(ifTrue), ifFalse);
    }

    /** {@link #select(Expr, Expr)} with two numbers. */
    default Expr select(double ifTrue, double ifFalse) {
        return select(constant(ifTrue), constant(ifFalse));
    }

    /** 1 where {@code this < other}, else 0. Derivative 0. */
    default Expr lt(Expr other) {
        return Simplifier.binary(BinaryFunction.LT, this, other);
    }

    /** 1 where {@code this < other}, else 0. */
    default Expr lt(double other) {
        return lt(constant(other));
    }

    /** 1 where {@code this <= other}, else 0. Derivative 0. */
    default Expr le(Expr other) {
        return Simplifier.binary(BinaryFunction.LE, this, other);
    }

    /** 1 where {@code this <= other}, else 0. */
    default Expr le(double other) {
        return le(constant(other));
    }

    /** 1 where {@code this > other}, else 0. Derivative 0. */
    default Expr gt(Expr other) {
        return Simplifier.binary(BinaryFunction.GT, this, other);
    }

    /** 1 where {@code this > other}, else 0. */
    default Expr gt(double other) {
        return gt(constant(other));
    }

    /** 1 where {@code this >= other}, else 0. Derivative 0. */
    default Expr ge(Expr other) {
        return Simplifier.binary(BinaryFunction.GE, this, other);
    }

    /** 1 where {@code this >= other}, else 0. */
    default Expr ge(double other) {
        return ge(constant(other));
    }

    /** 1 where {@code this == other}, else 0. Derivative 0. */
    default Expr eq(Expr other) {
        return Simplifier.binary(BinaryFunction.EQ, this, other);
    }

    /** 1 where {@code this == other}, else 0. */
    default Expr eq(double other) {
        return eq(constant(other));
    }

    /** 1 where {@code this != other}, else 0; NaN differs from everything. Derivative 0. */
    default Expr ne(Expr other) {
        return Simplifier.binary(BinaryFunction.NE, this, other);
    }

    /** 1 where {@code this != other}, else 0. */
    default Expr ne(double other) {
        return ne(constant(other));
    }

    /** 1 where this is NaN, else 0. Derivative 0. */
    default Expr isNaN() {
        return unary(UnaryFunction.IS_NAN);
    }

    private Expr unary(UnaryFunction function) {
        return Simplifier.unary(function, this);
    }
}
