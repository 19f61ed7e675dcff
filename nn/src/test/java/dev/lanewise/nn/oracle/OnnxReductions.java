package dev.lanewise.nn.oracle;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Tensor;
import java.util.function.BiFunction;

/** ONNX's reductions: axes as an attribute, or later as an operand, and kept unless told otherwise. */
final class OnnxReductions {
    private OnnxReductions() {}

    static void fill(OnnxTable table) {
        one(table, "ReduceSum", (x, axes) -> x.sum(axes));
        one(table, "ReduceMean", (x, axes) -> x.mean(axes));
        one(table, "ReduceProd", (x, axes) -> x.prod(axes));
        one(table, "ReduceL1", (x, axes) -> x.norm1(axes));
        one(table, "ReduceL2", (x, axes) -> x.norm2(axes));
        one(table, "ReduceLogSum", (x, axes) -> x.sum(axes).log());
        one(table, "ReduceLogSumExp", (x, axes) -> x.logSumExp(axes));
        one(table, "ReduceSumSquare", (x, axes) -> x.square().sum(axes));
        table.one("ReduceMax", c -> c.moved(x -> extreme(c, x, true)));
        table.one("ReduceMin", c -> c.moved(x -> extreme(c, x, false)));
    }

    private static void one(OnnxTable table, String op, BiFunction<Tensor, Axes, Tensor> function) {
        table.one(op, c -> {
            if (c.isFloating(0)) {
                return OnnxResult.of(function.apply(c.x(), axes(c)));
            }
            Tensor whole = c.ints(0).toTensor(DType.FLOAT64);
            return OnnxResult.of(c.narrowed(function.apply(whole, axes(c)).toInts()));
        });
    }

    /** Of no element ONNX takes an infinity for the largest one, where the library refuses to choose. */
    private static Tensor extreme(OnnxCall c, Tensor x, boolean largest) {
        Axes axes = axes(c);
        if (x.shape().isEmpty()) {
            double none = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            return x.sum(axes).add(none);
        }
        return largest ? x.amax(axes) : x.amin(axes);
    }

    private static Axes axes(OnnxCall c) {
        int[] given = c.has(1) ? c.numbers(1) : c.list("axes");
        boolean none = given == null || given.length == 0;
        Axes axes = !none ? Axes.of(given) : c.flag("noop_with_empty_axes") ? Axes.of() : Axes.all();
        return c.whole("keepdims", 1) == 1 ? axes.kept() : axes;
    }
}
