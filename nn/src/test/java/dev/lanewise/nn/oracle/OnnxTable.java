package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
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
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * What each of ONNX's operations is here: a method of the library, or some of them. What ONNX says of attributes,
 * defaults, versions and optional operands stands here, and nowhere in the library.
 */
final class OnnxTable {
    private final Map<String, Function<OnnxCall, List<OnnxResult>>> entries = new TreeMap<>();

    private OnnxTable() {}

    /** All operations there are. */
    static Map<String, Function<OnnxCall, List<OnnxResult>>> entries() {
        OnnxTable table = new OnnxTable();
        table.unary();
        table.activations();
        table.binary();
        table.wholeNumbers();
        OnnxShapes.fill(table);
        OnnxIndices.fill(table);
        OnnxReductions.fill(table);
        OnnxNetworks.fill(table);
        OnnxWindows.fill(table);
        OnnxImages.fill(table);
        OnnxSequences.fill(table);
        OnnxQuantities.fill(table);
        OnnxRecurrence.fill(table);
        OnnxSignals.fill(table);
        return table.entries;
    }

    /** An operation with several results. */
    void all(String op, Function<OnnxCall, List<OnnxResult>> call) {
        if (entries.put(op, call) != null) {
            throw new AssertionError(op + " is there twice");
        }
    }

    /** An operation with one result, of whatever type. */
    void one(String op, Function<OnnxCall, OnnxResult> call) {
        all(op, c -> List.of(call.apply(c)));
    }

    /** An operation of floating-point numbers. */
    void tensor(String op, Function<OnnxCall, Tensor> call) {
        one(op, c -> OnnxResult.of(call.apply(c)));
    }

    /** An operation that gives whole numbers. */
    void ints(String op, Function<OnnxCall, IntTensor> call) {
        one(op, c -> OnnxResult.of(call.apply(c)));
    }

    /** The same, of floating-point or of whole numbers. */
    private void either(String op, UnaryOperator<Tensor> function, IntUnaryOperator wholeFunction) {
        one(
                op,
                c -> c.isFloating(0)
                        ? OnnxResult.of(function.apply(c.x()))
                        : OnnxResult.of(c.narrowed(c.ints(0).map(wholeFunction))));
    }

    private void map(String op, UnaryOperator<Tensor> function) {
        tensor(op, c -> function.apply(c.x()));
    }

    private void unary() {
        either("Abs", x -> x.abs(), Math::abs);
        map("Acos", x -> x.acos());
        map("Acosh", x -> x.acosh());
        map("Asin", x -> x.asin());
        map("Asinh", x -> x.asinh());
        map("Atan", x -> x.atan());
        map("Atanh", x -> x.atanh());
        map("Ceil", x -> x.ceil());
        map("Cos", x -> x.cos());
        map("Cosh", x -> x.cosh());
        map("Erf", x -> x.erf());
        map("Exp", x -> x.exp());
        map("Floor", x -> x.floor());
        map("Log", x -> x.log());
        either("Neg", x -> x.neg(), i -> -i);
        map("Reciprocal", x -> x.reciprocal());
        map("Round", x -> x.round());
        either("Sign", x -> x.sign(), Integer::signum);
        map("Sin", x -> x.sin());
        map("Sinh", x -> x.sinh());
        map("Sqrt", x -> x.sqrt());
        map("Tan", x -> x.tan());
        map("Tanh", x -> x.tanh());
        map("IsNaN", x -> x.isNaN());
        tensor("IsInf", c -> {
            Tensor infinite = c.x().isInf();
            infinite = c.whole("detect_positive", 1) == 0 ? infinite.mul(c.x().lt(0)) : infinite;
            return c.whole("detect_negative", 1) == 0 ? infinite.mul(c.x().gt(0)) : infinite;
        });
        one("Identity", c -> c.moved(x -> x));
    }

    private void activations() {
        map("Relu", x -> x.relu());
        map("Sigmoid", x -> x.sigmoid());
        map("Softplus", x -> x.softplus());
        map("Softsign", x -> x.softsign());
        map("Mish", x -> x.mish());
        map("HardSwish", x -> x.hardSwish());
        tensor("Celu", c -> c.x().celu(c.real("alpha", 1)));
        tensor("Elu", c -> c.x().elu(c.real("alpha", 1)));
        tensor("Gelu", c -> c.text("approximate", "none").equals("tanh") ? c.x().geluTanh() : c.x().gelu());
        tensor(
                "HardSigmoid",
                c -> c.x().mul(c.real("alpha", 0.2)).add(c.real("beta", 0.5)).clamp(0, 1));
        tensor("LeakyRelu", c -> c.x().leakyRelu(c.real("alpha", 0.01)));
        tensor("PRelu", c -> {
            boolean perChannel =
                    c.version() < 7 && c.shape(1).rank() == 1 && c.shape(0).rank() > 1;
            int[] sizes = new int[c.shape(0).rank() - 1];
            Arrays.fill(sizes, 1);
            sizes[0] = c.shape(1).count();
            return c.x().prelu(perChannel ? c.x(1).reshape(sizes) : c.x(1));
        });
        tensor(
                "Selu",
                c -> c.hasAttribute("alpha") || c.hasAttribute("gamma")
                        ? c.x().elu(c.real("alpha", 1.67326319217681884765625))
                                .mul(c.real("gamma", 1.05070102214813232421875))
                        : c.x().selu());
        tensor("Shrink", c -> {
            double lambda = c.real("lambd", 0.5);
            double bias = c.real("bias", 0);
            Tensor x = c.x();
            return bias == lambda
                    ? x.softShrink(lambda)
                    : x.hardShrink(lambda).sub(x.hardShrink(lambda).sign().mul(bias));
        });
        tensor("Swish", c -> c.x().mul(c.x().mul(c.real("alpha", 1)).sigmoid()));
        tensor("ThresholdedRelu", c -> c.x().threshold(c.real("alpha", 1), 0));
        one("Clip", c -> {
            if (!c.isFloating(0)) {
                IntTensor numbers = c.has(1) ? c.ints(0).maximum(c.ints(1)) : c.ints(0);
                return OnnxResult.of(c.has(2) ? numbers.minimum(c.ints(2)) : numbers);
            }
            Tensor x = c.x();
            double low = c.has(1) ? c.scalar(1) : c.real("min", Double.NEGATIVE_INFINITY);
            double high = c.has(2) ? c.scalar(2) : c.real("max", Double.POSITIVE_INFINITY);
            return OnnxResult.of(
                    low <= high ? x.clamp(low, high) : x.maximum(low).minimum(high));
        });
        tensor("Binarizer", c -> c.x().gt(c.real("threshold", 0)));
    }

    /** The second operand, as operations before version 7 broadcast it: from an axis of the first one on. */
    private static Tensor aligned(OnnxCall c) {
        Tensor y = c.x(1);
        if (!c.hasAttribute("axis")) {
            return y;
        }
        int[] sizes = new int[c.shape(0).rank() - c.whole("axis", 0)];
        Arrays.fill(sizes, 1);
        System.arraycopy(y.shape().toArray(), 0, sizes, 0, y.shape().rank());
        return y.reshape(sizes);
    }

    /** An operation of two operands, of floating-point or of whole numbers. */
    private void pair(
            String op, BinaryOperator<Tensor> function, Function<OnnxCall, BinaryOperator<IntTensor>> wholeFunction) {
        one(op, c -> {
            if (c.isFloating(0)) {
                return OnnxResult.of(function.apply(c.x(), aligned(c)));
            }
            return OnnxResult.of(wholeFunction.apply(c).apply(c.ints(0), c.ints(1)));
        });
    }

    /** The same, but what does not fit into the operands' type wraps around. */
    private void arithmetic(String op, BinaryOperator<Tensor> function, BinaryOperator<IntTensor> wholeFunction) {
        one(op, c -> {
            if (c.isFloating(0)) {
                return OnnxResult.of(function.apply(c.x(), aligned(c)));
            }
            IntTensor result = wholeFunction.apply(c.ints(0), c.ints(1));
            if (c.type(0).equals("uint32") || c.type(0).equals("uint64")) { // whether an int holds the result, too
                Tensor exact = function.apply(
                        c.ints(0).toTensor(DType.FLOAT64), c.ints(1).toTensor(DType.FLOAT64));
                if (!exact.equals(result.toTensor(DType.FLOAT64))) {
                    throw new OpCall.Uncovered("numbers of more than 31 bits");
                }
            }
            return OnnxResult.of(c.narrowed(result));
        });
    }

    private void several(String op, BinaryOperator<Tensor> function, BinaryOperator<IntTensor> wholeFunction) {
        one(op, c -> {
            if (c.isFloating(0)) {
                return OnnxResult.of(c.all().stream().reduce(function).orElseThrow());
            }
            IntTensor result = c.ints(0);
            for (int i = 1; i < c.operandCount(); i++) {
                result = wholeFunction.apply(result, c.ints(i));
            }
            return OnnxResult.of(result);
        });
    }

    private void binary() {
        arithmetic("Add", (x, y) -> x.add(y), (x, y) -> x.add(y));
        arithmetic("Sub", (x, y) -> x.sub(y), (x, y) -> x.sub(y));
        arithmetic("Mul", (x, y) -> x.mul(y), (x, y) -> x.mul(y));
        pair("Div", (x, y) -> x.div(y), c -> (x, y) -> x.truncDiv(y));
        pair("Mod", (x, y) -> x.fmod(y), c -> c.flag("fmod") ? (x, y) -> x.fmod(y) : (x, y) -> x.remainder(y));
        pair("Equal", (x, y) -> x.eq(y), c -> (x, y) -> x.eq(y));
        pair("Less", (x, y) -> x.lt(y), c -> (x, y) -> x.lt(y));
        pair("LessOrEqual", (x, y) -> x.le(y), c -> (x, y) -> x.le(y));
        pair("Greater", (x, y) -> x.gt(y), c -> (x, y) -> x.gt(y));
        pair("GreaterOrEqual", (x, y) -> x.ge(y), c -> (x, y) -> x.ge(y));
        several("Max", (x, y) -> x.maximum(y), (x, y) -> x.maximum(y));
        several("Min", (x, y) -> x.minimum(y), (x, y) -> x.minimum(y));
        tensor("Sum", c -> c.all().stream().reduce((x, y) -> x.add(y)).orElseThrow());
        tensor(
                "Mean",
                c -> c.all().stream().reduce((x, y) -> x.add(y)).orElseThrow().div(c.operandCount()));
        one("Pow", c -> {
            Tensor x = c.isFloating(0) ? c.x() : c.ints(0).toTensor(DType.FLOAT64);
            Tensor power =
                    x.pow(c.isFloating(1) ? aligned(c).to(x.dtype()) : c.ints(1).toTensor(x.dtype()));
            return c.isFloating(0) ? OnnxResult.of(power) : OnnxResult.of(power.toInts());
        });
        one("Where", c -> {
            IntTensor taken = c.ints(0);
            if (c.isFloating(1)) {
                return OnnxResult.of(taken.toTensor(c.x(1).dtype()).where(c.x(1), c.x(2)));
            }
            return OnnxResult.of(taken.mul(c.ints(1)).add(taken.logicalNot().mul(c.ints(2))));
        });
        tensor("MatMul", c -> c.x().matmul(c.x(1)));
        tensor("Gemm", c -> {
            Tensor a = c.flag("transA") ? c.x().transpose() : c.x();
            Tensor b = c.flag("transB") ? c.x(1).transpose() : c.x(1);
            Tensor product = a.matmul(b).mul(c.real("alpha", 1));
            Tensor summand = c.orNull(2);
            return summand == null ? product : product.add(summand.mul(c.real("beta", 1)));
        });
        tensor("Det", c -> c.x().det());
        tensor("SwiGLU", c -> c.x().mul(c.x().mul(c.real("alpha", 1)).sigmoid()).mul(c.x(1)));
        tensor("Einsum", c -> TensorOps.einsum(c.text("equation", "").replace('_', ' '), c.all()));
    }

    private void wholeNumbers() {
        ints("And", c -> c.ints(0).logicalAnd(c.ints(1)));
        ints("Or", c -> c.ints(0).logicalOr(c.ints(1)));
        ints("Xor", c -> c.ints(0).logicalXor(c.ints(1)));
        ints("Not", c -> c.ints(0).logicalNot());
        ints("BitwiseAnd", c -> c.ints(0).bitwiseAnd(c.ints(1)));
        ints("BitwiseOr", c -> c.ints(0).bitwiseOr(c.ints(1)));
        ints("BitwiseXor", c -> c.ints(0).bitwiseXor(c.ints(1)));
        ints("BitwiseNot", c -> c.narrowed(c.ints(0).bitwiseNot()));
        ints("Shape", c -> {
            int[] sizes = c.shape(0).toArray();
            int rank = sizes.length;
            int from = place(c.whole("start", 0), rank);
            int to = place(c.whole("end", rank), rank);
            return IntTensor.of(Arrays.copyOfRange(sizes, from, Math.max(from, to)));
        });
        ints(
                "BitShift",
                c -> c.text("direction", "LEFT").equals("LEFT")
                        ? c.narrowed(c.ints(0).map((x, n) -> Math.toIntExact((long) x << n), c.ints(1)))
                        : c.ints(0).map((x, n) -> x >> n, c.ints(1)));
        ints("Size", c -> IntTensor.of(Shape.scalar(), c.shape(0).count()));
    }

    /** A place between axes, negative ones counted from the end, within them. */
    private static int place(int axis, int rank) {
        return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }
}
