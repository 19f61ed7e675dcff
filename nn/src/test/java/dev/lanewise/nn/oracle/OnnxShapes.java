package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** ONNX's operations that rearrange elements, or make tensors. */
final class OnnxShapes {
    private OnnxShapes() {}

    static void fill(OnnxTable table) {
        views(table);
        joins(table);
        pads(table);
        constants(table);
    }

    private static void views(OnnxTable table) {
        table.one("Reshape", c -> c.moved(x -> x.reshape(reshaped(c))));
        table.one(
                "Flatten",
                c -> c.moved(x -> {
                    int axis = c.whole("axis", 1);
                    int rows = 1;
                    for (int i = 0; i < (axis < 0 ? axis + x.shape().rank() : axis); i++) {
                        rows *= x.shape().size(i);
                    }
                    return x.reshape(rows, rows == 0 ? 0 : x.shape().count() / rows);
                }));
        table.one(
                "Transpose",
                c -> c.moved(x -> {
                    int rank = x.shape().rank();
                    int[] order = c.list("perm");
                    return x.permute(
                            order == null
                                    ? IntStream.range(0, rank)
                                            .map(i -> rank - 1 - i)
                                            .toArray()
                                    : order);
                }));
        table.one(
                "Squeeze",
                c -> c.moved(x -> {
                    int[] axes = axes(c);
                    Shape shape = x.shape();
                    boolean[] dropped = new boolean[shape.rank()];
                    for (int axis = 0; axis < dropped.length; axis++) {
                        dropped[axis] = axes == null && shape.size(axis) == 1;
                    }
                    for (int axis : axes == null ? new int[0] : axes) {
                        dropped[shape.axis(axis)] = true;
                    }
                    for (int axis = dropped.length - 1; axis >= 0; axis--) {
                        x = dropped[axis] ? x.squeeze(axis) : x;
                    }
                    return x;
                }));
        table.one(
                "Unsqueeze",
                c -> c.moved(x -> {
                    int[] axes = axes(c);
                    int rank = x.shape().rank() + axes.length;
                    for (int axis : Arrays.stream(axes)
                            .map(a -> a < 0 ? a + rank : a)
                            .sorted()
                            .toArray()) {
                        x = x.unsqueeze(axis);
                    }
                    return x;
                }));
        table.one("Expand", c -> c.moved(x -> x.expand(x.shape().broadcast(Shape.of(c.numbers(1))))));
        table.one("Slice", c -> c.moved(x -> sliced(c, x)));
        table.one(
                "DepthToSpace",
                c -> c.moved(x -> {
                    int f = c.whole("blocksize", 1);
                    Tensor blocks = c.text("mode", "DCR").equals("CRD")
                            ? x
                            : swapped(x, f * f, x.shape().size(1) / (f * f));
                    return blocks.pixelShuffle(f);
                }));
        table.one(
                "SpaceToDepth",
                c -> c.moved(x -> {
                    int f = c.whole("blocksize", 1);
                    return swapped(x.pixelUnshuffle(f), x.shape().size(1), f * f);
                }));
        table.one("Trilu", c -> {
            int diagonal = c.number(1, 0);
            return c.moved(x -> c.whole("upper", 1) == 1 ? x.triu(diagonal) : x.tril(diagonal));
        });
    }

    /** The channels, seen as a table, the other way round. */
    private static Tensor swapped(Tensor x, int rows, int columns) {
        int[] s = x.shape().toArray();
        return x.reshape(s[0], rows, columns, s[2], s[3]).transpose(1, 2).reshape(s);
    }

    /** Axes as an operand, or before version 13 as an attribute. */
    private static int @Nullable [] axes(OnnxCall c) {
        return c.has(1) ? c.numbers(1) : c.list("axes");
    }

    private static int[] reshaped(OnnxCall c) {
        int[] sizes = c.has(1) ? c.numbers(1) : c.list("shape");
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = sizes[i] == 0 && !c.flag("allowzero") ? c.shape(0).size(i) : sizes[i];
        }
        return sizes;
    }

    private static Tensor sliced(OnnxCall c, Tensor x) {
        int[] starts = c.has(1) ? c.numbers(1) : c.list("starts");
        int[] ends = c.has(2) ? c.numbers(2) : c.list("ends");
        int[] axes = c.has(3) ? c.numbers(3) : c.list("axes");
        Tensor result = x;
        for (int i = 0; i < starts.length; i++) {
            int axis = axes == null ? i : x.shape().axis(axes[i]);
            int step = c.has(4) ? c.numbers(4)[i] : 1;
            int n = x.shape().size(axis);
            int from = starts[i] < 0 ? starts[i] + n : starts[i];
            int to = ends[i] < 0 ? ends[i] + n : ends[i];
            if (step < 0) { // from behind: of the flipped axis the places are n - 1 minus these
                result = result.flip(axis);
                from = n - 1 - Math.clamp(from, -1, n - 1);
                to = n - 1 - Math.clamp(to, -1, n - 1);
            }
            from = Math.clamp(from, 0, n);
            to = Math.clamp(to, from, n);
            // A step beyond the end picks one element, as one of all does.
            int by = step == Integer.MIN_VALUE ? n + 1 : Math.min(Math.abs(step), n + 1);
            result = result.slice(axis, from, to, by);
        }
        return result;
    }

    private static void joins(OnnxTable table) {
        table.one("Concat", c -> {
            List<Tensor> parts = new ArrayList<>();
            boolean floating = c.isFloating(0);
            for (int i = 0; i < c.operandCount(); i++) {
                parts.add(floating ? c.x(i) : c.ints(i).toTensor(DType.FLOAT64));
            }
            Tensor joined = Tensor.concat(c.whole("axis", 1), parts);
            return floating ? OnnxResult.of(joined) : OnnxResult.of(joined.toInts());
        });
        table.all("Split", c -> {
            int axis = c.whole("axis", 0);
            int n = c.shape(0).size(axis);
            int count = c.whole("num_outputs", c.resultCount());
            int[] sizes = c.has(1) ? c.numbers(1) : c.list("split");
            if (sizes == null) {
                int each = Math.ceilDiv(n, count);
                sizes = new int[count];
                Arrays.setAll(sizes, i -> Math.clamp(n - i * each, 0, each));
            }
            if (c.isFloating(0)) {
                return c.x().split(axis, sizes).stream().map(OnnxResult::of).toList();
            }
            Tensor whole = c.ints(0).toTensor(DType.FLOAT64);
            return whole.split(axis, sizes).stream()
                    .map(part -> OnnxResult.of(part.toInts()))
                    .toList();
        });
        table.one(
                "Tile",
                c -> c.moved(x -> {
                    int[] counts = c.numbers(1);
                    for (int axis = 0; axis < counts.length; axis++) {
                        x = counts[axis] == 0 ? x.slice(axis, 0, 0) : x.repeat(axis, counts[axis]);
                    }
                    return x;
                }));
    }

    private static void pads(OnnxTable table) {
        table.one(
                "Pad",
                c -> c.moved(x -> {
                    int[] pads = c.has(1) ? c.numbers(1) : c.list("pads");
                    int[] axes = c.has(3)
                            ? c.numbers(3)
                            : IntStream.range(0, x.shape().rank()).toArray();
                    double value = c.has(2) ? c.scalar(2) : c.real("value", 0);
                    for (int i = 0; i < axes.length; i++) {
                        int axis = axes[i];
                        int before = pads[i];
                        int after = pads[i + axes.length];
                        if (before == 0 && after == 0) {
                            continue;
                        }
                        x = switch (c.text("mode", "constant")) {
                            case "constant" -> x.pad(axis, before, after, value);
                            case "reflect" -> x.padReflect(axis, before, after);
                            case "edge" -> x.padReplicate(axis, before, after);
                            case "wrap" -> x.padCircular(axis, before, after);
                            default -> throw new AssertionError(c.text("mode", ""));
                        };
                    }
                    return x;
                }));
        table.one(
                "CenterCropPad",
                c -> c.moved(x -> {
                    int[] sizes = c.numbers(1);
                    int[] axes = c.list("axes");
                    for (int i = 0; i < sizes.length; i++) {
                        int axis = axes == null ? i : axes[i];
                        int more = sizes[i] - x.shape().size(axis);
                        x = x.pad(axis, more / 2, more - more / 2);
                    }
                    return x;
                }));
        table.one(
                "Col2Im",
                c -> c.moved(x -> {
                    int[] image = c.numbers(1);
                    int[] sizes = c.numbers(2);
                    int axes = image.length;
                    int[] pads = c.list("pads", 2 * axes, 0);
                    int[] strides = c.list("strides", axes, 1);
                    int[] dilations = c.list("dilations", axes, 1);
                    List<Sliding> sliding = new ArrayList<>();
                    for (int axis = 0; axis < axes; axis++) {
                        sliding.add(new Sliding(strides[axis], pads[axis], pads[axis + axes], dilations[axis]));
                    }
                    return x.columnsToImage(image, sizes, sliding);
                }));
    }

    private static void constants(OnnxTable table) {
        table.one("ConstantOfShape", c -> {
            Shape shape = Shape.of(c.numbers(0));
            double value = c.constant("value", 0);
            return c.expected().getFirst().isFloating()
                    ? OnnxResult.of(Tensor.full(
                            c.expected().getFirst().type().equals("float32") ? DType.FLOAT32 : DType.FLOAT64,
                            shape,
                            value))
                    : OnnxResult.of(IntTensor.full(shape, (int) value));
        });
        table.one("Range", c -> {
            double from = c.scalar(0);
            double by = c.scalar(2);
            int count = (int) Math.max(0, Math.ceil((c.scalar(1) - from) / by));
            return c.isFloating(0)
                    ? OnnxResult.of(IntTensor.arange(count)
                            .toTensor(c.x().dtype())
                            .mul(by)
                            .add(from))
                    : OnnxResult.of(c.narrowed(IntTensor.arange(count).map(i -> (int) (from + i * by))));
        });
        table.one("EyeLike", c -> {
            int k = c.whole("k", 0);
            UnaryOperator<Tensor> diagonal = ones -> ones.tril(k).triu(k);
            boolean whole = c.hasAttribute("dtype") ? c.whole("dtype", 0) == 6 : !c.isFloating(0);
            return whole
                    ? OnnxResult.of(IntTensor.full(c.shape(0), 1).rearranged(diagonal))
                    : OnnxResult.of(diagonal.apply(Tensor.ones(c.dtype("dtype", DType.FLOAT32), c.shape(0))));
        });
        table.one("Cast", c -> cast(c, c.whole("to", 0)));
        table.one("CastLike", c -> switch (c.type(1)) {
            case "float32" -> cast(c, 1);
            case "float64" -> cast(c, 11);
            default -> throw new OpCall.Uncovered("results of type " + c.type(1));
        });
        window(table, "HannWindow", 0.5, 0.5);
        window(table, "HammingWindow", 25.0 / 46, 21.0 / 46);
        window(table, "BlackmanWindow", 0.42, 0.5, 0.08);
    }

    private static OnnxResult cast(OnnxCall c, int to) {
        if (to == 6 || to == 7) {
            return c.isFloating(0) ? OnnxResult.of(c.x().trunc().toInts()) : OnnxResult.of(c.ints(0));
        }
        if (to != 1 && to != 11) {
            throw new OpCall.Uncovered("results of type " + to);
        }
        DType dtype = to == 1 ? DType.FLOAT32 : DType.FLOAT64;
        return OnnxResult.of(c.isFloating(0) ? c.x().to(dtype) : c.ints(0).toTensor(dtype));
    }

    private static void window(OnnxTable table, String op, double... coefficients) {
        table.tensor(
                op,
                c -> Tensor.cosineWindow(c.number(0, 0), c.whole("periodic", 1) == 1, coefficients)
                        .to(c.dtype("output_datatype", DType.FLOAT32)));
    }
}
