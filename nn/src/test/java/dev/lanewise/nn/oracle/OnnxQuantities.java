package dev.lanewise.nn.oracle;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** ONNX's operations of numbers in few bits, and its steps of training. */
final class OnnxQuantities {
    private OnnxQuantities() {}

    static void fill(OnnxTable table) {
        quantities(table);
        products(table);
        steps(table);
    }

    // ------------------------------------------------------------------ few bits

    /** Rounded to whole numbers and held within a type's bounds. */
    private static IntTensor rounded(Tensor x, String type) {
        return switch (type) {
            case "uint8" -> x.round().clamp(0, 255).toInts();
            case "int8" -> x.round().clamp(-128, 127).toInts();
            case "uint16" -> x.round().clamp(0, 65535).toInts();
            case "int16" -> x.round().clamp(-32768, 32767).toInts();
            default -> throw new OpCall.Uncovered("quantities of type " + type);
        };
    }

    private static Tensor wide(OnnxCall c, int operand) {
        return c.isFloating(operand)
                ? c.x(operand).to(DType.FLOAT64)
                : c.ints(operand).toTensor(DType.FLOAT64);
    }

    /** A scale or zero point: one for all, one for each place of an axis, or one for each block of them. */
    private static Tensor spread(OnnxCall c, int operand, Shape shape) {
        Tensor given = wide(c, operand);
        if (given.shape().count() == 1) {
            return given.reshape();
        }
        int axis = shape.axis(c.whole("axis", 1));
        if (given.shape().rank() == 1) {
            int[] along = new int[shape.rank()];
            Arrays.fill(along, 1);
            along[axis] = given.shape().count();
            return given.reshape(along);
        }
        return given.repeatInterleave(axis, c.whole("block_size", 1)).slice(axis, 0, shape.size(axis));
    }

    private static void quantities(OnnxTable table) {
        table.ints("QuantizeLinear", c -> {
            Tensor scaled = wide(c, 0).div(spread(c, 1, c.shape(0))).round();
            Tensor shifted = c.has(2) ? scaled.add(spread(c, 2, c.shape(0))) : scaled;
            return rounded(
                    shifted, c.has(2) ? c.type(2) : c.expected().getFirst().type());
        });
        table.tensor("DequantizeLinear", c -> {
            Tensor shifted = c.has(2) ? wide(c, 0).sub(spread(c, 2, c.shape(0))) : wide(c, 0);
            return shifted.mul(spread(c, 1, c.shape(0))).to(c.x(1).dtype());
        });
        table.all("DynamicQuantizeLinear", c -> {
            double low = Math.min(0, c.x().amin(Axes.all()).item());
            double high = Math.max(0, c.x().amax(Axes.all()).item());
            double scale = (high - low) / 255;
            Tensor zero = Tensor.scalar(DType.FLOAT64, -low / scale);
            IntTensor shift = rounded(zero, "uint8");
            Tensor shifted = wide(c, 0).div(scale).round().add(shift.toTensor(DType.FLOAT64));
            return List.of(
                    OnnxResult.of(rounded(shifted, "uint8")),
                    OnnxResult.of(Tensor.scalar(DType.FLOAT32, scale)),
                    OnnxResult.of(shift));
        });
    }

    /** An operand less its zero point, which may be one for each row. */
    private static Tensor centred(OnnxCall c, int operand, int zero, boolean byRow) {
        if (!c.has(zero)) {
            return wide(c, operand);
        }
        Tensor shift = wide(c, zero);
        int count = shift.shape().count();
        return wide(c, operand).sub(count == 1 ? shift.reshape() : byRow ? shift.reshape(count, 1) : shift);
    }

    private static void products(OnnxTable table) {
        table.ints(
                "MatMulInteger",
                c -> centred(c, 0, 2, true).matmul(centred(c, 1, 3, false)).toInts());
        table.ints(
                "ConvInteger",
                c -> convolved(c, centred(c, 0, 2, false), centred(c, 1, 3, false), 1)
                        .toInts());
        table.ints("QLinearMatMul", c -> {
            Tensor a = centred(c, 0, 2, true).mul(c.scalar(1));
            Tensor b = centred(c, 3, 5, false).mul(c.scalar(4));
            return rounded(a.matmul(b).div(c.scalar(6)).round().add(c.scalar(7)), c.type(7));
        });
        table.ints("QLinearConv", c -> {
            Tensor x = centred(c, 0, 2, false).mul(c.scalar(1));
            int filters = c.shape(3).size(0);
            int[] each = new int[c.shape(3).rank()];
            Arrays.fill(each, 1);
            each[0] = wide(c, 4).shape().count() == 1 ? 1 : filters;
            Tensor zero = wide(c, 5).shape().count() == 1
                    ? wide(c, 5).reshape()
                    : wide(c, 5).reshape(each);
            Tensor weight = wide(c, 3).sub(zero).mul(wide(c, 4).reshape(each));
            Tensor y = convolved(c, x, weight, 3);
            return rounded(y.div(c.scalar(6)).round().add(c.scalar(7)), c.type(7));
        });
    }

    private static Tensor convolved(OnnxCall c, Tensor x, Tensor weight, int which) {
        int[] sizes =
                Arrays.copyOfRange(c.shape(which).toArray(), 2, c.shape(which).rank());
        return x.conv(weight, null, c.whole("group", 1), OnnxWindows.sliding(c, sizes));
    }

    // ------------------------------------------------------------------ steps of training

    /** A rule that makes of a tensor, its gradient and what is kept for it the new ones. */
    private interface Rule {
        List<Tensor> apply(OnnxCall c, double rate, double step, Tensor x, Tensor g, List<Tensor> kept);
    }

    /** Operands: the rate, the step, all tensors, their gradients, and what is kept for them. */
    private static void step(OnnxTable table, String op, int kept, Rule rule) {
        table.all(op, c -> {
            int count = (c.operandCount() - 2) / (2 + kept);
            List<List<OnnxResult>> results = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                List<Tensor> state = new ArrayList<>();
                for (int k = 0; k < kept; k++) {
                    state.add(c.x(2 + (2 + k) * count + i));
                }
                Tensor x = c.x(2 + i);
                Tensor g = c.x(2 + count + i).add(x.mul(c.real("norm_coefficient", 0)));
                List<Tensor> made = rule.apply(c, c.scalar(0), c.scalar(1), x, g, state);
                results.add(made.stream().map(OnnxResult::of).toList());
            }
            List<OnnxResult> ordered = new ArrayList<>();
            for (int k = 0; k <= kept; k++) {
                for (List<OnnxResult> one : results) {
                    ordered.add(one.get(k));
                }
            }
            return ordered;
        });
    }

    private static void steps(OnnxTable table) {
        step(table, "Momentum", 1, (c, rate, step, x, g, kept) -> {
            double alpha = c.real("alpha", 0);
            double beta = step > 0 ? c.real("beta", 0) : 1;
            Tensor velocity = kept.getFirst().mul(alpha).add(g.mul(beta));
            Tensor direction = c.text("mode", "standard").equals("nesterov") ? g.add(velocity.mul(alpha)) : velocity;
            return List.of(x.sub(direction.mul(rate)), velocity);
        });
        step(table, "Adagrad", 1, (c, rate, step, x, g, kept) -> {
            double now = rate / (1 + step * c.real("decay_factor", 0));
            Tensor squares = kept.getFirst().add(g.square());
            Tensor direction = g.div(squares.sqrt().add(c.real("epsilon", 1e-6)));
            return List.of(x.sub(direction.mul(now)), squares);
        });
        step(table, "Adam", 2, (c, rate, step, x, g, kept) -> {
            double alpha = c.real("alpha", 0.9);
            double beta = c.real("beta", 0.999);
            double now = step > 0 ? rate * Math.sqrt(1 - Math.pow(beta, step)) / (1 - Math.pow(alpha, step)) : rate;
            Tensor mean = kept.get(0).mul(alpha).add(g.mul(1 - alpha));
            Tensor squares = kept.get(1).mul(beta).add(g.square().mul(1 - beta));
            Tensor next =
                    x.sub(mean.div(squares.sqrt().add(c.real("epsilon", 1e-6))).mul(now));
            return List.of(next.mul(1 - c.real("norm_coefficient_post", 0)), mean, squares);
        });
    }
}
