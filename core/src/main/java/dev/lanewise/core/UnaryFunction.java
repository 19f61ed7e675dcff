package dev.lanewise.core;

import java.util.Locale;

/** The functions of one argument, with their double-precision meaning: the reference for every other reading. */
enum UnaryFunction {
    NEG,
    ABS,
    SQRT,
    EXP,
    /** {@link #EXP} of what is not above 0, in half the time; in float precision 0 instead of a subnormal number. */
    EXP_OF_NON_POSITIVE,
    EXPM1,
    LOG,
    LOG1P,
    LOG2,
    LOG10,
    TANH,
    SIGMOID,
    SOFTPLUS,
    RELU,
    ERF,
    ERFC,
    /** Φ(x), the probability that a standard normal number is below x. */
    NORMAL_PROBABILITY,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    FLOOR,
    CEIL,
    ROUND,
    TRUNC,
    SIGN,
    IS_NAN;

    /** The value in double precision. Transcendental functions are StrictMath's: the same on every platform. */
    double apply(double x) {
        return switch (this) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SQRT -> Math.sqrt(x);
            case EXP, EXP_OF_NON_POSITIVE -> StrictMath.exp(x);
            case EXPM1 -> StrictMath.expm1(x);
            case LOG -> StrictMath.log(x);
            case LOG1P -> StrictMath.log1p(x);
            case LOG2 -> log2(x);
            case LOG10 -> StrictMath.log10(x);
            case TANH -> StrictMath.tanh(x);
            case SIGMOID -> {
                double small = StrictMath.exp(-Math.abs(x)); // never overflows
                yield (x < 0 ? small : 1) / (1 + small);
            }
            case SOFTPLUS -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case RELU -> Math.max(x, 0);
            case ERF -> ErrorFunction.erf(x);
            case ERFC -> ErrorFunction.erfc(x);
            case NORMAL_PROBABILITY -> ErrorFunction.erfc(x * -Math.sqrt(0.5)) * 0.5;
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
            case TAN -> StrictMath.tan(x);
            case ASIN -> StrictMath.asin(x);
            case ACOS -> StrictMath.acos(x);
            case ATAN -> StrictMath.atan(x);
            case SINH -> StrictMath.sinh(x);
            case COSH -> StrictMath.cosh(x);
            case FLOOR -> StrictMath.floor(x);
            case CEIL -> StrictMath.ceil(x);
            case ROUND -> StrictMath.rint(x);
            case TRUNC -> x < 0 ? StrictMath.ceil(x) : StrictMath.floor(x);
            case SIGN -> Math.signum(x);
            case IS_NAN -> Double.isNaN(x) ? 1 : 0;
        };
    }

    /** The name it is printed with. */
    String symbol() {
        return switch (this) {
            case EXP_OF_NON_POSITIVE -> "exp";
            case NORMAL_PROBABILITY -> "ndtr";
            case IS_NAN -> "isNaN";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }

    private static double log2(double x) {
        // exact for powers of two, which a bare quotient of logarithms is not
        if (x > 0 && x < Double.POSITIVE_INFINITY) {
            int exponent = Math.getExponent(x);
            if (exponent >= Double.MIN_EXPONENT && x == Math.scalb(1.0, exponent)) {
                return exponent;
            }
        }
        return StrictMath.log(x) * (1 / StrictMath.log(2));
    }
}
