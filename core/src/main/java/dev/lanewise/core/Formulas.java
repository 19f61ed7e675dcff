package dev.lanewise.core;

/**
 * The formulas behind the elementwise methods of {@link TensorOps}: forward, gradient and kernels all come from these
 * lines.
 */
final class Formulas {
    /** Beyond this, 2²⁸, x² + 1 is x² in double precision, and x² not yet infinite in single precision. */
    private static final double SQUARE_IS_ALL = 0x1p28;

    private static final double LN_2 = 0.693147180559945309417;

    // Klambauer et al. 2017, arXiv:1706.02515: with these, mean 0 and variance 1 are a fixed point.
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    static final Formula IDENTITY = Formula.of("identity", x -> x);

    static final Formula ADD = Formula.of("add", (x, y) -> x.add(y));
    static final Formula SUB = Formula.of("sub", (x, y) -> x.sub(y));
    static final Formula MUL = Formula.of("mul", (x, y) -> x.mul(y));
    static final Formula DIV = Formula.of("div", (x, y) -> x.div(y));
    static final Formula POW = Formula.of("pow", (x, y) -> x.pow(y));
    static final Formula MAXIMUM = Formula.of("maximum", (x, y) -> x.max(y));
    static final Formula MINIMUM = Formula.of("minimum", (x, y) -> x.min(y));
    static final Formula CLAMP = Formula.of("clamp", (x, low, high) -> x.clamp(low, high));

    static final Formula LERP = Formula.of("lerp", (x, y, weight) -> y.sub(x).fma(weight, x));

    /** On equal infinities a difference is NaN: there the value is theirs. */
    static final Formula LOG_ADD_EXP = Formula.of("logAddExp", (x, y) -> {
        Expr sameInfinity = x.eq(y).mul(x.abs().eq(Double.POSITIVE_INFINITY));
        Expr above = x.add(y.sub(x).softplus());
        Expr below = y.add(x.sub(y).softplus());
        return sameInfinity.select(x.mul(0.5).add(y.mul(0.5)), x.gt(y).select(above, below));
    });

    /** √(x² + y²) as m · √(1 + (n/m)²), m the larger of both: squares may overflow where the result does not. */
    static final Formula HYPOT = Formula.of("hypot", (x, y) -> {
        Expr larger = x.abs().max(y.abs());
        Expr smaller = x.abs().min(y.abs());
        Expr ratio = smaller.div(larger.eq(0).select(1, larger));
        Expr finite = larger.mul(ratio.square().add(1).sqrt());
        return larger.eq(Double.POSITIVE_INFINITY).select(larger, finite);
    });

    /**
     * x · ln y, 0 where x is 0 whatever y is, as in entropies: there y gives way to what has a finite logarithm. The
     * gradients are PyTorch's: that by x is ln y, or 0 where x is 0 and y not positive; that by y is x/y, NaN at 0/0,
     * which the root's infinite slope gives.
     */
    static final Formula XLOGY = Formula.of("xlogy", (x, y) -> {
        Expr other = y.eq(0).select(y.sqrt().add(1), y.isNaN().select(y, 1));
        Expr finite = y.gt(0).select(y.min(Float.MAX_VALUE), other);
        return x.mul(x.eq(0).select(finite, y).log());
    });

    static final Formula ATAN2 = Formula.of("atan2", (y, x) -> {
        // Of two infinities the signs alone count.
        Expr both = x.abs().min(y.abs()).eq(Double.POSITIVE_INFINITY);
        Expr a = both.select(x.sign(), x);
        Expr b = both.select(y.sign(), y);
        Expr right = b.div(a).atan();
        Expr left = right.add(isNegative(b).select(-Math.PI, Math.PI));
        Expr steep = b.gt(0)
                .select(Math.PI / 2, Expr.constant(-Math.PI / 2))
                .sub(a.div(b).atan());
        Expr flat = a.ge(0).select(right, left);
        // At the origin the signs of the zeros tell the side, and there is no gradient.
        Expr origin = isNegative(x).select(isNegative(y).select(-Math.PI, Math.PI), y.mul(0));
        return a.abs().max(b.abs()).eq(0).select(origin, a.abs().ge(b.abs()).select(flat, steep));
    });

    /**
     * x − y · trunc(x / y). The quotient, once rounded, may be the next whole number above the true one, never below:
     * then the rest has the wrong sign, and y is one time too many in it.
     */
    static final Formula FMOD = Formula.of("fmod", (x, y) -> fmod(x, y));

    static final Formula REMAINDER = Formula.of("remainder", (x, y) -> {
        Expr rest = fmod(x, y);
        return rest.sign().mul(y.sign()).lt(0).select(rest.add(y), rest);
    });

    static final Formula NEG = Formula.of("neg", x -> x.neg());
    static final Formula ABS = Formula.of("abs", x -> x.abs());
    /** 0 of NaN, as in PyTorch. */
    static final Formula SIGN = Formula.of("sign", x -> x.gt(0).sub(x.lt(0)));

    static final Formula SQUARE = Formula.of("square", x -> x.square());
    static final Formula SQRT = Formula.of("sqrt", x -> x.sqrt());
    static final Formula RSQRT = Formula.of("rsqrt", x -> x.rsqrt());
    static final Formula RECIPROCAL = Formula.of("reciprocal", x -> x.reciprocal());
    static final Formula FLOOR = Formula.of("floor", x -> x.floor());
    static final Formula CEIL = Formula.of("ceil", x -> x.ceil());
    static final Formula ROUND = Formula.of("round", x -> x.round());
    static final Formula TRUNC = Formula.of("trunc", x -> x.trunc());

    static final Formula EXP = Formula.of("exp", x -> x.exp());
    static final Formula EXPM1 = Formula.of("expm1", x -> x.expm1());
    static final Formula LOG = Formula.of("log", x -> x.log());
    static final Formula LOG1P = Formula.of("log1p", x -> x.log1p());
    static final Formula LOG2 = Formula.of("log2", x -> x.log2());
    static final Formula LOG10 = Formula.of("log10", x -> x.log10());
    static final Formula SIN = Formula.of("sin", x -> x.sin());
    static final Formula COS = Formula.of("cos", x -> x.cos());
    static final Formula TAN = Formula.of("tan", x -> x.tan());
    static final Formula ASIN = Formula.of("asin", x -> x.asin());
    static final Formula ACOS = Formula.of("acos", x -> x.acos());
    static final Formula ATAN = Formula.of("atan", x -> x.atan());
    static final Formula SINH = Formula.of("sinh", x -> x.sinh());
    static final Formula COSH = Formula.of("cosh", x -> x.cosh());
    static final Formula ASINH = Formula.of(
            "asinh",
            x -> x.ge(0).select(positiveAsinh(x), positiveAsinh(x.neg()).neg()));
    /** Below 1 NaN, which is -∞ · 0; the gradient is 1/√(x² − 1) there too, as PyTorch has it. */
    static final Formula ACOSH = Formula.of("acosh", x -> {
        Expr odd = x.ge(0).select(positiveAcosh(x), positiveAcosh(x.neg()).neg());
        Expr nothing = x.mul(0).log().mul(0);
        return x.lt(1).select(odd.add(nothing), odd);
    });

    static final Formula ATANH =
            Formula.of("atanh", x -> x.log1p().sub(x.neg().log1p()).mul(0.5));
    static final Formula TANH = Formula.of("tanh", x -> x.tanh());
    static final Formula ERF = Formula.of("erf", x -> x.erf());
    static final Formula ERFC = Formula.of("erfc", x -> x.erfc());

    static final Formula LGAMMA = Formula.of("lgamma", SpecialFunctions::lgamma);
    static final Formula ERFINV = Formula.of("erfinv", SpecialFunctions::erfinv);
    static final Formula ERFCX = Formula.of("erfcx", SpecialFunctions::erfcx);
    static final Formula NDTR = Formula.of("ndtr", SpecialFunctions::ndtr);
    static final Formula LOG_NDTR = Formula.of("logNdtr", SpecialFunctions::logNdtr);
    static final Formula ENTR = Formula.of("entr", SpecialFunctions::entr);
    static final Formula SINC = Formula.of("sinc", SpecialFunctions::sinc);
    static final Formula LOGIT = Formula.of("logit", SpecialFunctions::logit);
    static final Formula I0 = Formula.of("i0", SpecialFunctions::i0);
    static final Formula I0E = Formula.of("i0e", SpecialFunctions::i0e);
    static final Formula I1 = Formula.of("i1", SpecialFunctions::i1);
    static final Formula I1E = Formula.of("i1e", SpecialFunctions::i1e);
    static final Formula DIGAMMA = Formula.of("digamma", x -> SpecialFunctions.polygamma(0, x));
    static final Formula XLOG1PY = Formula.of("xlog1py", (x, y) -> SpecialFunctions.xlog1py(x, y));

    static final Formula SIGMOID = Formula.of("sigmoid", x -> x.sigmoid());
    static final Formula RELU = Formula.of("relu", x -> x.relu());
    static final Formula SILU = Formula.of("silu", x -> x.silu());
    static final Formula GELU = Formula.of("gelu", x -> x.gelu());
    static final Formula GELU_TANH = Formula.of("geluTanh", x -> x.geluTanh());
    static final Formula SOFTPLUS = Formula.of("softplus", x -> x.softplus());
    static final Formula LIMITED_SOFTPLUS = Formula.of("softplus", (x, beta, threshold) -> {
        Expr scaled = x.mul(beta);
        return scaled.gt(threshold).select(x, scaled.softplus().div(beta));
    });
    static final Formula LOG_SIGMOID = Formula.of("logSigmoid", x -> x.logSigmoid());
    static final Formula LEAKY_RELU =
            Formula.of("leakyRelu", (x, slope) -> x.gt(0).select(x, x.mul(slope)));
    static final Formula ELU =
            Formula.of("elu", (x, alpha) -> x.gt(0).select(x, x.expm1().mul(alpha)));
    static final Formula CELU = Formula.of(
            "celu", (x, alpha) -> x.gt(0).select(x, x.div(alpha).expm1().mul(alpha)));
    static final Formula SELU =
            Formula.of("selu", x -> x.gt(0).select(x, x.expm1().mul(SELU_ALPHA)).mul(SELU_SCALE));
    static final Formula MISH = Formula.of("mish", x -> x.mul(x.softplus().tanh()));
    static final Formula SOFTSIGN = Formula.of("softsign", x -> x.div(x.abs().add(1)));
    static final Formula HARD_SIGMOID = Formula.of(
            "hardSigmoid", x -> x.le(-3).select(0, x.ge(3).select(1, x.add(3).div(6))));
    static final Formula HARD_SWISH = Formula.of(
            "hardSwish",
            x -> x.le(-3).select(x.mul(0), x.lt(3).select(x.mul(x.add(3)).div(6), x)));
    static final Formula HARD_TANH = Formula.of(
            "hardTanh", (x, low, high) -> x.le(low).select(low, x.ge(high).select(high, x)));
    static final Formula HARD_SHRINK =
            Formula.of("hardShrink", (x, lambda) -> x.abs().le(lambda).select(0, x));
    static final Formula SOFT_SHRINK = Formula.of(
            "softShrink",
            (x, lambda) -> x.gt(lambda).select(x.sub(lambda), x.lt(lambda.neg()).select(x.add(lambda), x.mul(0))));
    static final Formula TANH_SHRINK = Formula.of("tanhShrink", x -> x.sub(x.tanh()));
    static final Formula THRESHOLD =
            Formula.of("threshold", (x, threshold, value) -> x.le(threshold).select(value, x));

    static final Formula IS_NAN = Formula.of("isNaN", x -> x.isNaN());
    static final Formula IS_INF = Formula.of("isInf", x -> x.abs().eq(Double.POSITIVE_INFINITY));
    static final Formula EQ = Formula.of("eq", (x, y) -> x.eq(y));
    static final Formula NE = Formula.of("ne", (x, y) -> x.ne(y));
    static final Formula LT = Formula.of("lt", (x, y) -> x.lt(y));
    static final Formula LE = Formula.of("le", (x, y) -> x.le(y));
    static final Formula GT = Formula.of("gt", (x, y) -> x.gt(y));
    static final Formula GE = Formula.of("ge", (x, y) -> x.ge(y));
    static final Formula WHERE = Formula.of("where", (condition, x, y) -> condition.select(x, y));

    private Formulas() {}

    private static Expr fmod(Expr x, Expr y) {
        Expr rest = x.div(y).trunc().neg().fma(y, x);
        Expr mended = rest.sign().mul(x.sign()).lt(0).select(rest.add(y.abs().mul(x.sign())), rest);
        // Of a finite x an infinite y leaves all, where 0 · ∞ would be NaN.
        return y.abs().eq(Double.POSITIVE_INFINITY).select(x.add(x.sub(x)), mended);
    }

    /** Whether x is below 0, or the zero that is. */
    private static Expr isNegative(Expr x) {
        return x.lt(0).max(x.reciprocal().lt(0));
    }

    /** ln(x + √(x² − 1)) for x ≥ 1, without loss near 1. */
    private static Expr positiveAcosh(Expr x) {
        Expr above = x.sub(1);
        Expr usual = above.add(above.mul(above.add(2)).sqrt()).log1p();
        return x.gt(SQUARE_IS_ALL).select(x.log().add(LN_2), usual);
    }

    /** ln(x + √(x² + 1)) for x ≥ 0, without loss near 0. */
    private static Expr positiveAsinh(Expr x) {
        Expr square = x.square();
        Expr usual = x.add(square.div(square.add(1).sqrt().add(1))).log1p();
        return x.gt(SQUARE_IS_ALL).select(x.log().add(LN_2), usual);
    }
}
