package dev.lanewise.core;

/**
 * The formulas behind the elementwise methods of {@link TensorOps}: forward, gradient and kernels all come from these
 * lines.
 */
final class Formulas {
    static final Formula IDENTITY = Formula.of("identity", x -> x);

    static final Formula ADD = Formula.of("add", (x, y) -> x.add(y));
    static final Formula SUB = Formula.of("sub", (x, y) -> x.sub(y));
    static final Formula MUL = Formula.of("mul", (x, y) -> x.mul(y));
    static final Formula DIV = Formula.of("div", (x, y) -> x.div(y));
    static final Formula POW = Formula.of("pow", (x, y) -> x.pow(y));
    static final Formula MAXIMUM = Formula.of("maximum", (x, y) -> x.max(y));
    static final Formula MINIMUM = Formula.of("minimum", (x, y) -> x.min(y));
    static final Formula CLAMP = Formula.of("clamp", (x, low, high) -> x.clamp(low, high));

    static final Formula NEG = Formula.of("neg", x -> x.neg());
    static final Formula ABS = Formula.of("abs", x -> x.abs());
    static final Formula SIGN = Formula.of("sign", x -> x.sign());
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
    static final Formula TANH = Formula.of("tanh", x -> x.tanh());
    static final Formula ERF = Formula.of("erf", x -> x.erf());
    static final Formula ERFC = Formula.of("erfc", x -> x.erfc());

    static final Formula SIGMOID = Formula.of("sigmoid", x -> x.sigmoid());
    static final Formula RELU = Formula.of("relu", x -> x.relu());
    static final Formula SILU = Formula.of("silu", x -> x.silu());
    static final Formula GELU = Formula.of("gelu", x -> x.gelu());
    static final Formula GELU_TANH = Formula.of("geluTanh", x -> x.geluTanh());
    static final Formula SOFTPLUS = Formula.of("softplus", x -> x.softplus());
    static final Formula LOG_SIGMOID = Formula.of("logSigmoid", x -> x.logSigmoid());
    static final Formula LEAKY_RELU =
            Formula.of("leakyRelu", (x, slope) -> x.gt(0).select(x, x.mul(slope)));
    static final Formula ELU =
            Formula.of("elu", (x, alpha) -> x.gt(0).select(x, x.min(0).expm1().mul(alpha)));

    static final Formula EQ = Formula.of("eq", (x, y) -> x.eq(y));
    static final Formula NE = Formula.of("ne", (x, y) -> x.ne(y));
    static final Formula LT = Formula.of("lt", (x, y) -> x.lt(y));
    static final Formula LE = Formula.of("le", (x, y) -> x.le(y));
    static final Formula GT = Formula.of("gt", (x, y) -> x.gt(y));
    static final Formula GE = Formula.of("ge", (x, y) -> x.ge(y));
    static final Formula WHERE = Formula.of("where", (condition, x, y) -> condition.select(x, y));

    private Formulas() {}
}
