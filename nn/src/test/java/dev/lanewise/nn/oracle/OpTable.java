package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.Arrays;
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

    private static final double LEAST = Double.NEGATIVE_INFINITY;
    private static final double MOST = Double.POSITIVE_INFINITY;

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
        table.windows();
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
        map("acosh", x -> x.acosh());
        map("asinh", x -> x.asinh());
        map("atanh", x -> x.atanh());
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
        method("hardtanh", c -> c.x().hardTanh(c.number("min"), c.number("max")));
        map("relu6", x -> x.relu6());
        method("clamp", c -> c.x().clamp(c.number("min", LEAST), c.number("max", MOST)));
        method("clamp_min", c -> c.x().clamp(c.number("min"), MOST));
        method("clamp_max", c -> c.x().clamp(LEAST, c.number("max")));
        method("softplus", c -> c.x().softplus(c.number("beta", 1), c.number("threshold", 20)));
        method("celu", c -> c.x().celu(c.number("alpha")));
        map("selu", x -> x.selu());
        map("mish", x -> x.mish());
        map("softsign", x -> x.softsign());
        map("hardswish", x -> x.hardSwish());
        map("hardsigmoid", x -> x.hardSigmoid());
        map("tanhshrink", x -> x.tanhShrink());
        method("hardshrink", c -> c.x().hardShrink(c.number("lambd", 0.5)));
        method("softshrink", c -> c.x().softShrink(c.number("lambd", 0.5)));
        method("threshold", c -> c.x().threshold(c.number("threshold"), c.number("value")));
        method("prelu", OpTable::prelu);
    }

    /** PyTorch's weight is for the second axis, or one for all. */
    private static Variable prelu(OpCall c) {
        Variable weight = c.get("w");
        int[] sizes = new int[c.x().shape().rank()];
        Arrays.fill(sizes, 1);
        if (weight.shape().count() > 1) {
            sizes[1] = weight.shape().count();
        }
        return c.x().prelu(weight.reshape(sizes));
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
        pair("atan2", (a, b) -> a.atan2(b));
        pair("logaddexp", (a, b) -> a.logAddExp(b));
        pair("xlogy", (a, b) -> a.xlogy(b));
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
        method("prod", c -> c.x().prod(c.axes()));
        method("prod_all", c -> c.x().prod());
        method("cumprod", c -> c.x().cumProd(c.dim()));
        method("logcumsumexp", c -> c.x().logCumSumExp(c.dim()));
        method("cumsum", c -> c.x().cumSum(c.dim()));
        method("argmax", c -> c.numbers(c.x().value().argmax(c.dim())));
        method("argmin", c -> c.numbers(c.x().value().argmin(c.dim())));
        methods(
                "max_dim",
                c -> List.of(c.x().max(c.dim()), c.numbers(c.x().value().argmax(c.dim()))));
        methods(
                "min_dim",
                c -> List.of(c.x().min(c.dim()), c.numbers(c.x().value().argmin(c.dim()))));
    }

    private void shapes() {
        method("expand", OpTable::expanded);
        method("reshape", c -> c.x().reshape(c.list("shape")));
        method("permute", c -> c.x().permute(c.list("dims")));
        method("transpose", c -> c.x().transpose(c.whole("dim0"), c.whole("dim1")));
        method("transposed_reshape", c -> c.x().transpose(0, 1).reshape(c.list("shape")));
        method("squeeze", c -> c.x().shape().size(c.dim()) == 1 ? c.x().squeeze(c.dim()) : c.x());
        method("select", c -> c.x().select(c.dim(), c.whole("index")));
        method("slice", OpTable::sliced);
        method("flip", c -> c.x().flip(c.list("dims")));
        method("roll", c -> c.x().roll(c.dim(), c.whole("shift")));
        method("diagonal", c -> c.x().diagonal(c.wholeOr("offset", 0), c.wholeOr("dim1", 0), c.wholeOr("dim2", 1)));
        method("diag_embed", c -> c.x().diagEmbed(c.wholeOr("offset", 0)));
        method("tril", c -> c.x().tril(c.whole("k")));
        method("triu", c -> c.x().triu(c.whole("k")));
        method("unsqueeze", c -> c.x().unsqueeze(c.dim()));
        line("pad_reflect", c -> padded(c, (x, axis, pads) -> x.padReflect(axis, pads[0], pads[1])));
        line("pad_replicate", c -> padded(c, (x, axis, pads) -> x.padReplicate(axis, pads[0], pads[1])));
        line("pad_circular", c -> padded(c, (x, axis, pads) -> x.padCircular(axis, pads[0], pads[1])));
        line("pad_constant", c -> padded(c, (x, axis, pads) -> x.pad(axis, pads[0], pads[1], c.number("value", 0))));
        method("cat", c -> TensorOps.concat(c.dim(), c.all()));
        method("stack", c -> TensorOps.stack(c.dim(), c.all()));
        methods("split", c -> c.x().split(c.dim(), c.list("sizes")));
    }

    /** A size of -1 is the operand's own. */
    private static Variable expanded(OpCall c) {
        int[] sizes = c.list("shape");
        int more = sizes.length - c.x().shape().rank();
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = sizes[axis] == -1 ? c.x().shape().size(axis - more) : sizes[axis];
        }
        return c.x().expand(Shape.of(sizes));
    }

    /** Python cuts what lies outside; here it is an error. */
    private static Variable sliced(OpCall c) {
        int size = c.x().shape().size(c.dim());
        int from = within(c.wholeOr("start", 0), size);
        int to = within(c.wholeOr("end", size), size);
        return c.x().slice(c.dim(), from, Math.max(from, to), c.wholeOr("step", 1));
    }

    private static int within(int position, int size) {
        return Math.clamp(position < 0 ? position + size : position, 0, size);
    }

    private interface Padding {
        Variable pad(Variable x, int axis, int[] pads);
    }

    /** PyTorch's pads are pairs, the last axis first. */
    private static Variable padded(OpCall c, Padding padding) {
        Variable result = c.x();
        int[] pads = c.list("pads");
        for (int i = 0; i < pads.length; i += 2) {
            int axis = -1 - i / 2;
            result = padding.pad(result, axis, new int[] {pads[i], pads[i + 1]});
        }
        return result;
    }

    private void indexing() {
        method("index_2d", c -> c.x().index(c.ints("i"), c.ints("j")));
        method("index_add", c -> c.x().indexAdd(c.dim(), c.ints("index"), c.get("src")));
        method("masked_fill", c -> c.x().maskedFill(c.ints("mask"), c.number("value")));
        method("masked_select", c -> c.x().maskedSelect(c.ints("mask")));
        method("embedding", c -> c.get("w").embedding(c.ints("idx")));
        method("embedding_padding", c -> c.get("w").embedding(c.ints("idx"), c.whole("padding_idx")));
        method("gather", c -> c.x().gather(c.dim(), c.ints("index")));
        method("index_select", c -> c.x().indexSelect(c.dim(), c.ints("index")));
        method("scatter_add", c -> c.x().scatterAdd(c.dim(), c.ints("index"), c.get("src")));
        methods("sort", c -> {
            IntTensor order = c.x().value().argsort(c.dim(), c.flag("descending"));
            return List.of(c.x().sort(c.dim(), c.flag("descending")), c.numbers(order));
        });
        methods(
                "topk",
                c -> List.of(
                        c.x().topK(c.dim(), c.whole("k"), c.flag("largest")),
                        c.numbers(c.x().value().argTopK(c.dim(), c.whole("k"), c.flag("largest")))));
    }

    private void networks() {
        method("softmax", c -> c.x().softmax(c.dim()));
        method("log_softmax", c -> c.x().logSoftmax(c.dim()));
        method("linear", c -> c.x().linear(c.get("w"), c.orNull("b")));
        method("attention", OpTable::attention);
        method("layer_norm", c -> c.x().layerNorm(c.whole("axes"), c.orNull("w"), c.orNull("b"), c.number("eps")));
        method("rms_norm", c -> c.x().rmsNorm(c.orNull("w"), c.number("eps")));
        method(
                "batch_norm_eval",
                c -> c.x().batchNorm(c.get("rm"), c.get("rv"), c.orNull("w"), c.orNull("b"), c.number("eps")));
        lines("batch_norm_train", OpTable::batchNormInTraining);
        method("group_norm", c -> c.x().groupNorm(c.whole("groups"), c.orNull("w"), c.orNull("b"), c.number("eps")));
        method(
                "instance_norm",
                c -> c.x().groupNorm(c.x().shape().size(1), c.orNull("w"), c.orNull("b"), c.number("eps")));
        method("normalize", c -> c.x().normalize(c.number("p", 2), c.dim(), c.number("eps")));
        method("cosine_similarity", c -> c.a().cosineSimilarity(c.b(), c.dim(), c.number("eps")));
        method("einsum", c -> TensorOps.einsum(c.text("equation"), c.all()));
    }

    /**
     * With more keys than queries or fewer, PyTorch's first query sees the first key, while here the last sees the
     * last.
     */
    private static Variable attention(OpCall c) {
        Variable q = c.get("q");
        Variable k = c.get("k");
        double scale = c.number("scale", 1 / Math.sqrt(q.shape().size(-1)));
        int queries = q.shape().size(-2);
        int keys = k.shape().size(-2);
        if (c.flag("causal") && queries != keys) {
            Tensor hidden =
                    Tensor.full(c.dtype(), Shape.of(queries, keys), LEAST).triu(1);
            return q.attention(k, c.get("v"), q.constant(hidden), scale);
        }
        return c.has("mask")
                ? q.attention(k, c.get("v"), c.get("mask"), scale)
                : q.attention(k, c.get("v"), c.flag("causal"), scale);
    }

    /** The result, and the running statistics afterwards, whose variance is the unbiased one. */
    private static List<Variable> batchNormInTraining(OpCall c) {
        List<Variable> own = c.x().channelStatistics();
        Variable result = c.x().batchNorm(own.get(0), own.get(1), c.orNull("w"), c.orNull("b"), c.number("eps"));
        double n = c.x().shape().count() / (double) c.x().shape().size(1);
        double momentum = c.number("momentum");
        Variable mean = c.get("rm").lerp(own.get(0), momentum);
        Variable variance = c.get("rv").lerp(own.get(1).mul(n / (n - 1)), momentum);
        return List.of(result, Variable.constantOf(mean.value()), Variable.constantOf(variance.value()));
    }

    private void windows() {
        for (int axes = 1; axes <= 3; axes++) {
            int count = axes;
            method(
                    "conv" + axes + "d",
                    c -> c.batched(
                            count, x -> x.conv(c.get("w"), c.orNull("b"), c.wholeOr("groups", 1), c.sliding(count))));
            method(
                    "conv_transpose" + axes + "d",
                    c -> c.batched(
                            count,
                            x -> x.convTranspose(
                                    c.get("w"),
                                    c.orNull("b"),
                                    c.wholeOr("groups", 1),
                                    c.sliding(count),
                                    c.each("output_padding", count, 0))));
            method("max_pool" + axes + "d", c -> c.x().maxPool(c.window(count), c.slidingWindows(count)));
            method(
                    "avg_pool" + axes + "d",
                    c -> c.x().avgPool(
                                    c.window(count),
                                    c.slidingWindows(count),
                                    !"false".equals(c.textOr("count_include_pad", "true"))));
        }
    }
}
