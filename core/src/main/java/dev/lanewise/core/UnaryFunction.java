package dev.lanewise.core;

import java.util.Locale;

/** The functions of one argument, with their double-precision meaning: the reference for every other reading. */
enum UnaryFunction {
    NEG,
    ABS,
    SQRT,
    EXP,
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
            case EXP -> StrictMath.exp(x);
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
        return this == IS_NAN ? "isNaN" : name().toLowerCase(Locale.ROOT);
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
