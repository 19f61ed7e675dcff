package dev.lanewise.autograd;

import static dev.lanewise.core.Results.results;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/** Cases for the elementwise methods. */
final class ElementwiseCases {
    private final List<OpCase> cases = new ArrayList<>();

    static List<OpCase> all() {
        var all = new ElementwiseCases();
        all.unary();
        all.activations();
        all.binary();
        all.formulas();
        return all.cases;
    }

    private void one(String method, UnaryOperator<Variable> function, DoubleUnaryOperator reference, Tensor x) {
        one(method, method, function, reference, x);
    }

    private void one(
            String method, String formula, UnaryOperator<Variable> function, DoubleUnaryOperator reference, Tensor x) {
        cases.add(OpCase.of(
                        method,
                        "Elementwise:" + formula,
                        o -> function.apply(o.getFirst()),
                        o -> Naive.map(reference, o.getFirst()),
                        x)
                .withEmpty(Tensor.zeros(x.dtype(), x.shape().with(0, 0))));
    }

    private static Tensor around(double size) {
        return Naive.awayFromZero(1, size, 3, 4);
    }

    private static Tensor between(double low, double high) {
        return Naive.values(2, low, high, 2, 3, 2);
    }

    private void unary() {
        one("neg", x -> x.neg(), x -> -x, around(2));
        one("abs", x -> x.abs(), Math::abs, around(2));
        one("sign", x -> x.sign(), Math::signum, around(2));
        one("square", x -> x.square(), x -> x * x, around(2));
        one("sqrt", x -> x.sqrt(), Math::sqrt, between(0.3, 4));
        one("rsqrt", x -> x.rsqrt(), x -> 1 / Math.sqrt(x), between(0.3, 4));
        one("reciprocal", x -> x.reciprocal(), x -> 1 / x, around(2));
        one("floor", x -> x.floor(), Math::floor, around(3));
        one("ceil", x -> x.ceil(), Math::ceil, around(3));
        one("round", x -> x.round(), Math::rint, around(3));
        one("trunc", x -> x.trunc(), x -> x < 0 ? Math.ceil(x) : Math.floor(x), around(3));
        one("exp", x -> x.exp(), StrictMath::exp, around(2));
        one("expm1", x -> x.expm1(), StrictMath::expm1, around(2));
        one("log", x -> x.log(), StrictMath::log, between(0.2, 5));
        one("log1p", x -> x.log1p(), StrictMath::log1p, between(-0.7, 3));
        one("log2", x -> x.log2(), x -> StrictMath.log(x) / StrictMath.log(2), between(0.2, 5));
        one("log10", x -> x.log10(), StrictMath::log10, between(0.2, 5));
        one("sin", x -> x.sin(), StrictMath::sin, around(4));
        one("cos", x -> x.cos(), StrictMath::cos, around(4));
        one("tan", x -> x.tan(), StrictMath::tan, around(1));
        one("asin", x -> x.asin(), StrictMath::asin, around(0.7));
        one("acos", x -> x.acos(), StrictMath::acos, around(0.7));
        one("atan", x -> x.atan(), StrictMath::atan, around(3));
        one("sinh", x -> x.sinh(), StrictMath::sinh, around(2));
        one("cosh", x -> x.cosh(), StrictMath::cosh, around(2));
        one("tanh", x -> x.tanh(), StrictMath::tanh, around(2));
        one("asinh", x -> x.asinh(), ElementwiseCases::asinh, around(3));
        one("asinh", x -> x.asinh(), ElementwiseCases::asinh, around(3).mul(1e9f));
        one("acosh", x -> x.acosh(), x -> StrictMath.log(x + Math.sqrt(x * x - 1)), between(1.2, 6));
        one("acosh", x -> x.acosh(), x -> StrictMath.log(x) + StrictMath.log(2), between(1e9, 5e9));
        one("atanh", x -> x.atanh(), x -> StrictMath.log((1 + x) / (1 - x)) / 2, around(0.7));
        one("erf", x -> x.erf(), Naive::erf, around(2));
        one("erfc", x -> x.erfc(), x -> 1 - Naive.erf(x), around(2));
    }

    private void activations() {
        DoubleUnaryOperator sigmoid = x -> 1 / (1 + StrictMath.exp(-x));
        one("sigmoid", x -> x.sigmoid(), sigmoid, around(3));
        one("relu", x -> x.relu(), x -> Math.max(x, 0), around(3));
        one("silu", x -> x.silu(), x -> x * sigmoid.applyAsDouble(x), around(3));
        one("gelu", x -> x.gelu(), x -> x / 2 * (1 + Naive.erf(x / Math.sqrt(2))), around(3));
        one(
                "geluTanh",
                x -> x.geluTanh(),
                x -> x / 2 * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
                around(3));
        one("softplus", x -> x.softplus(), x -> StrictMath.log(1 + StrictMath.exp(x)), around(3));
        one("logSigmoid", x -> x.logSigmoid(), x -> -StrictMath.log(1 + StrictMath.exp(-x)), around(3));
        one("leakyRelu", x -> x.leakyRelu(0.125), x -> x > 0 ? x : 0.125 * x, around(3));
        one("elu", x -> x.elu(1.5), x -> x > 0 ? x : 1.5 * StrictMath.expm1(x), around(3));
        one("celu", x -> x.celu(1.5), x -> x > 0 ? x : 1.5 * StrictMath.expm1(x / 1.5), around(3));
        one(
                "selu",
                x -> x.selu(),
                x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * StrictMath.expm1(x)),
                around(3));
        one("mish", x -> x.mish(), x -> x * StrictMath.tanh(StrictMath.log(1 + StrictMath.exp(x))), around(3));
        one("softsign", x -> x.softsign(), x -> x / (1 + Math.abs(x)), around(3));
        one("softplus", x -> x.softplus(2.5), x -> StrictMath.log(1 + StrictMath.exp(2.5 * x)) / 2.5, around(3));
        one(
                "softplus",
                x -> x.softplus(2.5, 3),
                x -> 2.5 * x > 3 ? x : StrictMath.log(1 + StrictMath.exp(2.5 * x)) / 2.5,
                around(3));
        one("hardSigmoid", x -> x.hardSigmoid(), x -> Math.min(Math.max(x + 3, 0), 6) / 6, around(5));
        one("hardSwish", x -> x.hardSwish(), x -> x * Math.min(Math.max(x + 3, 0), 6) / 6, around(5));
        one("hardTanh", x -> x.hardTanh(-1, 0.5), x -> Math.min(Math.max(x, -1), 0.5), around(2));
        one("relu6", "hardTanh", x -> x.relu6(), x -> Math.min(Math.max(x, 0), 6), around(9));
        one("hardShrink", x -> x.hardShrink(0.75), x -> Math.abs(x) <= 0.75 ? 0 : x, around(2));
        one("softShrink", x -> x.softShrink(0.75), x -> x > 0.75 ? x - 0.75 : x < -0.75 ? x + 0.75 : 0, around(2));
        one("tanhShrink", x -> x.tanhShrink(), x -> x - StrictMath.tanh(x), around(2));
        one("threshold", x -> x.threshold(0.75, -2), x -> x > 0.75 ? x : -2, around(2));
        two(
                "prelu",
                "leakyRelu",
                (x, w) -> x.prelu(w),
                (x, w) -> x > 0 ? x : x * w,
                Naive.awayFromZero(3, 2, 2, 3),
                Naive.values(4, 0.1, 0.5, 3));
        one("clamp", x -> x.clamp(-1, 0.5), x -> Math.min(Math.max(x, -1), 0.5), around(2));
    }

    private static double asinh(double x) {
        return Math.signum(x) * StrictMath.log(Math.abs(x) + Math.sqrt(x * x + 1));
    }

    private void two(
            String method, BinaryOperator<Variable> function, DoubleBinaryOperator reference, Tensor x, Tensor y) {
        two(method, method, function, reference, x, y);
    }

    private void two(
            String method,
            String formula,
            BinaryOperator<Variable> function,
            DoubleBinaryOperator reference,
            Tensor x,
            Tensor y) {
        cases.add(OpCase.of(
                        method,
                        "Elementwise:" + formula,
                        o -> function.apply(o.get(0), o.get(1)),
                        o -> Naive.map(reference, o.get(0), o.get(1)),
                        x,
                        y)
                .withEmpty(Naive.values(0, 1, 2, 0, 3), Naive.values(0, 1, 2, 3)));
    }

    private void binary() {
        Tensor x = Naive.awayFromZero(3, 2, 2, 3, 4);
        Tensor y = Naive.awayFromZero(4, 2, 3, 1);
        Tensor column = Naive.awayFromZero(5, 2, 3, 1);
        Tensor row = Naive.awayFromZero(6, 2, 1, 4);
        Tensor single = Naive.awayFromZero(7, 2);
        for (Tensor[] pair : new Tensor[][] {{x, y}, {column, row}, {single, x}, {x, x.mul(0.75)}}) {
            two("add", (a, b) -> a.add(b), (a, b) -> a + b, pair[0], pair[1]);
            two("sub", (a, b) -> a.sub(b), (a, b) -> a - b, pair[0], pair[1]);
            two("mul", (a, b) -> a.mul(b), (a, b) -> a * b, pair[0], pair[1]);
            two("div", (a, b) -> a.div(b), (a, b) -> a / b, pair[0], pair[1]);
            two("maximum", (a, b) -> a.maximum(b), Math::max, pair[0], pair[1]);
            two("minimum", (a, b) -> a.minimum(b), Math::min, pair[0], pair[1]);
            two("eq", (a, b) -> a.eq(b), (a, b) -> a == b ? 1 : 0, pair[0], pair[1]);
            two("ne", (a, b) -> a.ne(b), (a, b) -> a != b ? 1 : 0, pair[0], pair[1]);
            two("lt", (a, b) -> a.lt(b), (a, b) -> a < b ? 1 : 0, pair[0], pair[1]);
            two("le", (a, b) -> a.le(b), (a, b) -> a <= b ? 1 : 0, pair[0], pair[1]);
            two("gt", (a, b) -> a.gt(b), (a, b) -> a > b ? 1 : 0, pair[0], pair[1]);
            two("ge", (a, b) -> a.ge(b), (a, b) -> a >= b ? 1 : 0, pair[0], pair[1]);
        }
        two("hypot", (a, b) -> a.hypot(b), StrictMath::hypot, x, y);
        two("atan2", (a, b) -> a.atan2(b), StrictMath::atan2, x, y);
        two("atan2", (a, b) -> a.atan2(b), StrictMath::atan2, Naive.awayFromZero(4, 0.2, 3, 1), row);
        DoubleBinaryOperator logAddExp = (a, b) -> StrictMath.log(StrictMath.exp(a) + StrictMath.exp(b));
        two("logAddExp", (a, b) -> a.logAddExp(b), logAddExp, x, y);
        two("logAddExp", (a, b) -> a.logAddExp(b), logAddExp, row, row);
        two("xlogy", (a, b) -> a.xlogy(b), (a, b) -> a * StrictMath.log(b), x, Naive.values(9, 0.3, 2, 4));
        two("lerp", (a, b) -> a.lerp(b, 0.375), (a, b) -> a + 0.375 * (b - a), x, y);
        // By Java's remainder, which is exact; no quotient is whole here, where both would jump.
        two("fmod", (a, b) -> a.fmod(b), (a, b) -> a % b, x.mul(4), Naive.awayFromZero(9, 1, 3, 1));
        two("remainder", (a, b) -> a.remainder(b), (a, b) -> (a % b + b) % b, x.mul(4), Naive.awayFromZero(9, 1, 3, 1));
        one("fmod", "fmod", a -> a.fmod(0.75), a -> a % 0.75, around(5));
        one("remainder", "remainder", a -> a.remainder(-0.75), a -> (a % -0.75 - 0.75) % -0.75, around(5));
        one("isNaN", a -> a.isNaN(), a -> 0, around(2));
        one("isInf", a -> a.isInf(), a -> 0, around(2));
        two("pow", (a, b) -> a.pow(b), StrictMath::pow, Naive.values(8, 0.3, 3, 2, 3), Naive.values(9, -2, 2, 3));
        one("pow", "pow", a -> a.pow(2.5), a -> StrictMath.pow(a, 2.5), between(0.3, 3));
        one("add", "add", a -> a.add(0.5), a -> a + 0.5, around(2));
        one("sub", "sub", a -> a.sub(0.5), a -> a - 0.5, around(2));
        one("mul", "mul", a -> a.mul(0.5), a -> a * 0.5, around(2));
        one("div", "div", a -> a.div(0.5), a -> a / 0.5, around(2));
        one("maximum", "maximum", a -> a.maximum(0.125), a -> Math.max(a, 0.125), around(2));
        one("minimum", "minimum", a -> a.minimum(0.125), a -> Math.min(a, 0.125), around(2));
        one("eq", "eq", a -> a.eq(0.25), a -> a == 0.25 ? 1 : 0, around(2));
        one("ne", "ne", a -> a.ne(0.25), a -> a != 0.25 ? 1 : 0, around(2));
        one("lt", "lt", a -> a.lt(0.25), a -> a < 0.25 ? 1 : 0, around(2));
        one("le", "le", a -> a.le(0.25), a -> a <= 0.25 ? 1 : 0, around(2));
        one("gt", "gt", a -> a.gt(0.25), a -> a > 0.25 ? 1 : 0, around(2));
        one("ge", "ge", a -> a.ge(0.25), a -> a >= 0.25 ? 1 : 0, around(2));
        cases.add(OpCase.of(
                "where",
                "Elementwise:where",
                o -> o.get(0).where(o.get(1), o.get(2)),
                o -> Naive.tensor(
                        o.get(1).shape(),
                        i -> Naive.broadcastAt(o.get(0), i) != 0
                                ? Naive.broadcastAt(o.get(1), i)
                                : Naive.broadcastAt(o.get(2), i)),
                Naive.map(v -> v > 0 ? 1 : 0, Naive.values(1, -1, 1, 3, 1)),
                x,
                row));
    }

    /** Formulas with several operands and results. */
    private void formulas() {
        Formula polar = Formula.of("polar", (r, phi) -> results(r.mul(phi.cos()), r.mul(phi.sin())));
        cases.add(OpCase.of(
                "mapAll",
                "Elementwise:polar",
                o -> {
                    List<Variable> both = o.get(0).mapAll(polar, List.of(o.get(1)));
                    return both.get(0).mul(both.get(1).exp());
                },
                o -> Naive.map(
                        (r, phi) -> r * StrictMath.cos(phi) * StrictMath.exp(r * StrictMath.sin(phi)),
                        o.get(0),
                        o.get(1)),
                Naive.values(1, 0.2, 2, 3, 1),
                Naive.values(2, -2, 2, 4)));
        Formula halfPolar = Formula.of(
                "unusedResult", (r, phi) -> results(r.mul(phi.cos()), r.square().mul(phi)));
        cases.add(OpCase.of(
                "mapAll",
                "Elementwise:unusedResult",
                o -> o.get(0).mapAll(halfPolar, List.of(o.get(1))).get(1),
                o -> Naive.map((r, phi) -> r * r * phi, o.get(0), o.get(1)),
                Naive.values(1, 0.2, 2, 3, 1),
                Naive.values(2, -2, 2, 4)));
        Formula three = Formula.of("three", (x, y, z) -> {
            Expr product = x.mul(y);
            return product.fma(z, product.tanh());
        });
        cases.add(OpCase.of(
                "map",
                "Elementwise:three",
                o -> o.get(0).map(three, o.get(1), o.get(2)),
                o -> Naive.tensor(o.get(0).shape(), i -> {
                    double product = o.get(0).at(i) * Naive.broadcastAt(o.get(1), i);
                    return product * Naive.broadcastAt(o.get(2), i) + StrictMath.tanh(product);
                }),
                Naive.values(1, -1, 1, 2, 3, 4),
                Naive.values(2, -1, 1, 3, 1),
                Naive.values(3, -1, 1)));
    }
}
