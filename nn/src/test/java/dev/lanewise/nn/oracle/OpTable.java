package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What each operation of the oracle's folder torch-ops is here: a method of the library, or one line of such methods,
 * as a user would write it.
 */
final class OpTable {
    /** How one operation is called. */
    record Entry(boolean oneMethod, Function<OpCall, List<Variable>> call) {}

    private final Map<String, Entry> entries = new TreeMap<>();

    private OpTable() {}

    /** All operations there are. */
    static Map<String, Entry> entries() {
        OpTable table = new OpTable();
        table.unary();
        table.activations();
        table.binary();
        table.reductions();
        table.shapes();
        table.indexing();
        table.networks();
        OpTableLosses.fill(table);
        return table.entries;
    }

    /** A method of the library. */
    void method(String op, Function<OpCall, Variable> call) {
        methods(op, c -> List.of(call.apply(c)));
    }

    /** A method of the library, or two beside each other, with several results. */
    void methods(String op, Function<OpCall, List<Variable>> call) {
        if (entries.put(op, new Entry(true, call)) != null) {
            throw new AssertionError(op + " is there twice");
        }
    }

    /** One line of the library's methods. */
    void line(String op, Function<OpCall, Variable> call) {
        lines(op, c -> List.of(call.apply(c)));
    }

    void lines(String op, Function<OpCall, List<Variable>> call) {
        if (entries.put(op, new Entry(false, call)) != null) {
            throw new AssertionError(op + " is there twice");
        }
    }

    private void map(String op, UnaryOperator<Variable> function) {
        method(op, c -> function.apply(c.x()));
    }

    private void unary() {
        map("abs", x -> x.abs());
        map("acos", x -> x.acos());
        map("asin", x -> x.asin());
        map("atan", x -> x.atan());
        map("ceil", x -> x.ceil());
        map("cos", x -> x.cos());
        map("cosh", x -> x.cosh());
        map("erf", x -> x.erf());
        map("erfc", x -> x.erfc());
        map("exp", x -> x.exp());
        map("expm1", x -> x.expm1());
        map("floor", x -> x.floor());
        map("log", x -> x.log());
        map("log10", x -> x.log10());
        map("log1p", x -> x.log1p());
        map("log2", x -> x.log2());
        map("neg", x -> x.neg());
        map("reciprocal", x -> x.reciprocal());
        map("round_half_even", x -> x.round());
        map("rsqrt", x -> x.rsqrt());
        map("sign", x -> x.sign());
        map("sin", x -> x.sin());
        map("sinh", x -> x.sinh());
        map("sqrt", x -> x.sqrt());
        map("square", x -> x.square());
        map("tan", x -> x.tan());
        map("tanh", x -> x.tanh());
        map("trunc", x -> x.trunc());
    }

    private void activations() {
        map("relu", x -> x.relu());
        map("sigmoid", x -> x.sigmoid());
        map("silu", x -> x.silu());
        map("gelu_erf", x -> x.gelu());
        map("gelu_tanh", x -> x.geluTanh());
        map("logsigmoid", x -> x.logSigmoid());
        method("leaky_relu", c -> c.x().leakyRelu(c.number("slope")));
        method("elu", c -> c.x().elu(c.number("alpha")));
        method("hardtanh", c -> c.x().clamp(c.number("min"), c.number("max")));
        method("relu6", c -> c.x().clamp(0, 6));
        method("clamp_min", c -> c.x().maximum(c.number("min")));
        method("clamp_max", c -> c.x().minimum(c.number("max")));
        method("softplus", c -> {
            double beta = c.number("beta", 1);
            return beta == 1 ? c.x().softplus() : c.x().mul(beta).softplus().div(beta);
        });
        line("celu", c -> c.x().div(c.number("alpha")).elu(1).mul(c.number("alpha")));
        // Klambauer et al. 2017, arXiv:1706.02515: the fixed point's constants
        line("selu", c -> c.x().elu(1.6732632423543772848170429916717).mul(1.0507009873554804934193349852946));
        line("mish", c -> c.x().mul(c.x().softplus().tanh()));
        line("softsign", c -> c.x().div(c.x().abs().add(1)));
        line("hardswish", c -> c.x().mul(c.x().add(3).clamp(0, 6)).div(6));
    }

    private void pair(String op, BinaryOperator<Variable> function) {
        method(op, c -> function.apply(c.a(), c.b()));
    }

    private void binary() {
        pair("add", (a, b) -> a.add(b));
        pair("sub", (a, b) -> a.sub(b));
        pair("mul", (a, b) -> a.mul(b));
        pair("div", (a, b) -> a.div(b));
        pair("pow", (a, b) -> a.pow(b));
        pair("maximum", (a, b) -> a.maximum(b));
        pair("minimum", (a, b) -> a.minimum(b));
        pair("eq", (a, b) -> a.eq(b));
        pair("ne", (a, b) -> a.ne(b));
        pair("lt", (a, b) -> a.lt(b));
        pair("le", (a, b) -> a.le(b));
        pair("gt", (a, b) -> a.gt(b));
        pair("ge", (a, b) -> a.ge(b));
        pair("dot", (a, b) -> a.dot(b));
        pair("outer", (a, b) -> a.outer(b));
        pair("matmul", (a, b) -> a.matmul(b));
        method("where", c -> c.get("c").where(c.a(), c.b()));
        method("add_scalar", c -> c.x().add(c.number("scalar")));
        method("sub_scalar", c -> c.x().sub(c.number("scalar")));
        method("mul_scalar", c -> c.x().mul(c.number("scalar")));
        method("div_scalar", c -> c.x().div(c.number("scalar")));
        method("pow_scalar", c -> c.x().pow(c.number("exponent")));
        line("rdiv_scalar", c -> c.x().constant(c.number("scalar")).div(c.x()));
    }

    private void reductions() {
        method("sum", c -> c.x().sum(c.axes()));
        method("mean", c -> c.x().mean(c.axes()));
        method("mean_all", c -> c.x().mean());
        method("max_all", c -> c.x().amax(Axes.all()));
        method("amax", c -> c.x().amax(c.axes()));
        method("amin", c -> c.x().amin(c.axes()));
        method("var_biased", c -> c.x().var(c.axes(), 0));
        method("var_unbiased", c -> c.x().var(c.axes(), 1));
        method("std_biased", c -> c.x().std(c.axes(), 0));
        method("std_unbiased", c -> c.x().std(c.axes(), 1));
        method("logsumexp", c -> c.x().logSumExp(c.axes()));
        method("norm1", c -> c.x().norm1(c.axes()));
        method("norm2", c -> c.x().norm2(c.axes()));
        method("norminf", c -> c.x().normInf(c.axes()));
        method("cumsum", c -> c.x().cumSum(c.dim()));
        method("argmax", c -> c.numbers(c.x().value().argmax(c.dim())));
        method("argmin", c -> c.numbers(c.x().value().argmin(c.dim())));
        methods(
                "max_dim",
                c -> List.of(
                        c.x().amax(Axes.of(c.dim())), c.numbers(c.x().value().argmax(c.dim()))));
        methods(
                "min_dim",
                c -> List.of(
                        c.x().amin(Axes.of(c.dim())), c.numbers(c.x().value().argmin(c.dim()))));
    }

    private void shapes() {
        method("expand", c -> c.x().expand(Shape.of(c.list("shape"))));
        method("reshape", c -> c.x().reshape(c.list("shape")));
        method("permute", c -> c.x().permute(c.list("dims")));
        method("transpose", c -> c.x().transpose(c.whole("dim0"), c.whole("dim1")));
        method("transposed_reshape", c -> c.x().transpose(0, 1).reshape(c.list("shape")));
        method("squeeze", c -> c.x().squeeze(c.dim()));
        method("select", c -> c.x().select(c.dim(), c.whole("index")));
        method("slice", c -> c.x().slice(c.dim(), c.whole("start"), c.whole("end"), c.whole("step")));
        method("flip", c -> c.x().flip(c.list("dims")));
        method("roll", c -> c.x().roll(c.dim(), c.whole("shift")));
        method("cat", c -> TensorOps.concat(c.dim(), c.all()));
        method("stack", c -> TensorOps.stack(c.dim(), c.all()));
        methods("split", c -> c.x().split(c.dim(), c.list("sizes")));
    }

    private void indexing() {
        method("gather", c -> c.x().gather(c.dim(), c.ints("index")));
        method("index_select", c -> c.x().indexSelect(c.dim(), c.ints("index")));
        method("scatter_add", c -> c.x().scatterAdd(c.dim(), c.ints("index"), c.get("src")));
        methods("sort", c -> {
            IntTensor order = c.x().value().argsort(c.dim(), c.flag("descending"));
            return List.of(c.x().sort(c.dim(), c.flag("descending")), c.numbers(order));
        });
        lines("topk", c -> {
            Variable sorted = c.x().sort(c.dim(), c.flag("largest"));
            Variable order = c.numbers(c.x().value().argsort(c.dim(), c.flag("largest")));
            return List.of(sorted.slice(c.dim(), 0, c.whole("k")), order.slice(c.dim(), 0, c.whole("k")));
        });
    }

    private void networks() {
        method("softmax", c -> c.x().softmax(c.dim()));
        method("log_softmax", c -> c.x().logSoftmax(c.dim()));
        method("linear", c -> c.x().linear(c.get("w"), c.get("b")));
        method("attention", c -> {
            Variable q = c.get("q");
            return q.attention(
                    c.get("k"),
                    c.get("v"),
                    c.flag("causal"),
                    1 / Math.sqrt(q.shape().size(-1)));
        });
        method("layer_norm", c -> {
            if (c.whole("axes") != 1) {
                throw new OpCall.Uncovered("normalising over two axes");
            }
            return c.x().layerNorm(c.has("w") ? c.get("w") : null, c.has("b") ? c.get("b") : null, c.number("eps"));
        });
        line("rms_norm", c -> {
            Variable scale =
                    c.x().square().mean(Axes.of(-1).kept()).add(c.number("eps")).rsqrt();
            return c.x().mul(scale).mul(c.get("w"));
        });
        line("normalize", c -> c.x().div(c.x().norm2(Axes.of(c.dim()).kept()).maximum(c.number("eps"))));
    }
}
