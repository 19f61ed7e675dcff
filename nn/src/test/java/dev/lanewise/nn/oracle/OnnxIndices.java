package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.Unique;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;

/** ONNX's operations that pick elements, or put them somewhere. */
final class OnnxIndices {
    private OnnxIndices() {}

    static void fill(OnnxTable table) {
        picks(table);
        puts(table);
        orders(table);
    }

    private static void picks(OnnxTable table) {
        table.one("Gather", c -> {
            int axis = c.shape(0).axis(c.whole("axis", 0));
            IntTensor numbers = c.indices(1, c.shape(0).size(axis));
            int[] sizes = c.shape(0).without(axis).toArray();
            int[] result = new int[sizes.length + numbers.shape().rank()];
            System.arraycopy(sizes, 0, result, 0, axis);
            System.arraycopy(
                    numbers.shape().toArray(), 0, result, axis, numbers.shape().rank());
            System.arraycopy(sizes, axis, result, axis + numbers.shape().rank(), sizes.length - axis);
            return c.moved(x -> x.indexSelect(axis, numbers.reshape(-1)).reshape(result));
        });
        table.one("GatherElements", c -> {
            int axis = c.whole("axis", 0);
            IntTensor numbers = c.indices(1, c.shape(0).size(axis));
            return c.moved(x -> x.gather(axis, numbers));
        });
        table.one("GatherND", c -> c.moved(x -> x.index(places(c, c.whole("batch_dims", 0)))));
        table.one("Compress", c -> {
            IntTensor chosen = c.ints(1).nonZero().reshape(-1);
            return c.moved(x -> c.hasAttribute("axis")
                    ? x.indexSelect(c.whole("axis", 0), chosen)
                    : x.reshape(-1).indexSelect(0, chosen));
        });
        table.one(
                "ArrayFeatureExtractor",
                c -> c.moved(x -> x.indexSelect(-1, c.ints(1).reshape(-1))));
        table.ints(
                "NonZero",
                c -> (c.isFloating(0) ? c.x().nonZero() : c.ints(0).nonZero()).rearranged(x -> x.transpose()));
        table.one(
                "ReverseSequence",
                c -> c.moved(x -> {
                    int time = c.whole("time_axis", 0);
                    int batch = c.whole("batch_axis", 1);
                    int[] lengths = c.numbers(1);
                    List<Tensor> rows = new ArrayList<>();
                    for (int i = 0; i < lengths.length; i++) {
                        Tensor row = x.slice(batch, i, i + 1);
                        Tensor head = row.slice(time, 0, lengths[i]).flip(time);
                        rows.add(Tensor.concat(
                                time,
                                List.of(
                                        head,
                                        row.slice(time, lengths[i], x.shape().size(time)))));
                    }
                    return Tensor.concat(batch, rows);
                }));
        table.one("OneHot", c -> {
            int depth = c.number(1, 0);
            IntTensor classes = c.isFloating(0) ? c.x().toInts() : c.ints(0);
            int[] kept = classes.shape().with(c.whole("axis", -1), 1).toArray();
            int[] along = new int[kept.length];
            Arrays.fill(along, 1);
            along[classes.shape().with(c.whole("axis", -1), 1).axis(c.whole("axis", -1))] = depth;
            IntTensor on = classes.map(i -> i < 0 ? i + depth : i)
                    .reshape(kept)
                    .eq(IntTensor.arange(depth).reshape(along));
            if (c.isFloating(2)) {
                Tensor values = c.x(2);
                return OnnxResult.of(on.toTensor(values.dtype()).where(values.select(0, 1), values.select(0, 0)));
            }
            IntTensor values = c.ints(2);
            IntTensor high = IntTensor.full(Shape.scalar(), values.get(1));
            IntTensor low = IntTensor.full(Shape.scalar(), values.get(0));
            return OnnxResult.of(on.mul(high).add(on.logicalNot().mul(low)));
        });
    }

    /** The last axis of the indices as one tensor for each axis of the data; batches first, if they go together. */
    private static IntTensor[] places(OnnxCall c, int batches) {
        IntTensor indices = c.ints(1);
        int count = indices.shape().size(-1);
        Shape shape = indices.shape().without(-1);
        IntTensor[] places = new IntTensor[batches + count];
        for (int axis = 0; axis < batches; axis++) {
            int[] along = new int[shape.rank()];
            Arrays.fill(along, 1);
            along[axis] = shape.size(axis);
            places[axis] = IntTensor.full(shape, 0)
                    .add(IntTensor.arange(shape.size(axis)).reshape(along));
        }
        for (int k = 0; k < count; k++) {
            int at = k;
            int size = c.shape(0).size(batches + k);
            places[batches + k] = indices.rearranged(x -> x.select(-1, at)).map(i -> i < 0 ? i + size : i);
        }
        return places;
    }

    private static BinaryOperator<Tensor> reduction(OnnxCall c) {
        return switch (c.text("reduction", "none")) {
            case "add" -> (there, given) -> there.add(given);
            case "mul" -> (there, given) -> there.mul(given);
            case "max" -> (there, given) -> there.maximum(given);
            case "min" -> (there, given) -> there.minimum(given);
            default -> throw new AssertionError(c.text("reduction", ""));
        };
    }

    private static void puts(OnnxTable table) {
        for (String op : List.of("ScatterElements", "Scatter")) {
            table.tensor(op, c -> {
                int axis = c.whole("axis", 0);
                IntTensor numbers = c.indices(1, c.shape(0).size(axis));
                return c.text("reduction", "none").equals("none")
                        ? c.x().scatter(axis, numbers, c.x(2))
                        : c.x().scatterReduce(axis, numbers, c.x(2), reduction(c));
            });
        }
        table.tensor(
                "ScatterND",
                c -> c.text("reduction", "none").equals("none")
                        ? c.x().indexPut(c.x(2), places(c, 0))
                        : c.x().indexReduce(c.x(2), reduction(c), places(c, 0)));
        table.tensor("TensorScatter", c -> {
            Tensor cache = c.x();
            Tensor update = c.x(1);
            int axis = cache.shape().axis(c.whole("axis", -2));
            int size = cache.shape().size(axis);
            int[] batch = new int[cache.shape().rank()];
            int[] along = batch.clone();
            Arrays.fill(batch, 1);
            Arrays.fill(along, 1);
            batch[0] = cache.shape().size(0);
            along[axis] = update.shape().size(axis);
            IntTensor from = c.has(2) ? c.ints(2).reshape(batch) : IntTensor.full(Shape.of(batch), 0);
            IntTensor places = IntTensor.full(update.shape(), 0)
                    .add(from)
                    .add(IntTensor.arange(along[axis]).reshape(along));
            boolean circular = c.text("mode", "linear").equals("circular");
            return cache.scatter(axis, circular ? places.map(i -> Math.floorMod(i, size)) : places, update);
        });
    }

    private static void orders(OnnxTable table) {
        table.all("TopK", c -> {
            int axis = c.whole("axis", -1);
            int k = c.has(1) ? c.number(1, 0) : c.whole("k", 0);
            boolean largest = c.whole("largest", 1) == 1;
            Tensor x = c.isFloating(0) ? c.x() : c.ints(0).toTensor(DType.FLOAT64);
            return List.of(c.moved(v -> v.topK(axis, k, largest)), OnnxResult.of(x.argTopK(axis, k, largest)));
        });
        table.all("Unique", c -> {
            boolean sorted = c.whole("sorted", 1) == 1;
            Unique unique = c.hasAttribute("axis") ? c.x().unique(c.whole("axis", 0), sorted) : c.x().unique(sorted);
            IntTensor inverse = unique.inverse();
            return List.of(
                    OnnxResult.of(unique.values()),
                    OnnxResult.of(unique.first()),
                    OnnxResult.of(inverse.reshape(-1)),
                    OnnxResult.of(unique.counts()));
        });
        table.one("ArgMax", c -> chosen(c, true));
        table.one("ArgMin", c -> chosen(c, false));
        table.tensor("Hardmax", c -> {
            int before = c.version() < 13 ? 1 : -1;
            int axis = c.x().shape().axis(c.whole("axis", before));
            Tensor x = c.version() < 13 ? c.x().reshape(OnnxNetworks.flat(c.shape(0), axis)) : c.x();
            int along = c.version() < 13 ? 1 : axis;
            Tensor hot = x.argmax(along).oneHot(x.shape().size(along)).to(x.dtype()); // the classes last
            int last = x.shape().rank() - 1;
            int[] order = new int[last + 1];
            Arrays.setAll(order, i -> i < along ? i : i == along ? last : i - 1);
            return hot.permute(order).reshape(c.shape(0).toArray());
        });
        table.one("CumSum", c -> running(c, 0, (x, axis) -> x.cumSum(axis)));
        table.one("CumProd", c -> running(c, 1, (x, axis) -> x.cumProd(axis)));
    }

    private interface Running {
        Tensor apply(Tensor x, int axis);
    }

    /** Without the element itself: those before it, beginning with what joins to nothing. */
    private static OnnxResult running(OnnxCall c, double neutral, Running function) {
        int axis = c.number(1, 0);
        return c.moved(x -> {
            Tensor ordered = c.flag("reverse") ? x.flip(axis) : x;
            Tensor shifted = c.flag("exclusive") ? ordered.pad(axis, 1, -1, neutral) : ordered;
            Tensor result = function.apply(shifted, axis);
            return c.flag("reverse") ? result.flip(axis) : result;
        });
    }

    private static OnnxResult chosen(OnnxCall c, boolean largest) {
        int axis = c.shape(0).axis(c.whole("axis", 0));
        boolean last = c.flag("select_last_index");
        int n = c.shape(0).size(axis);
        Tensor x = last ? c.x().flip(axis) : c.x();
        IntTensor found = largest ? x.argmax(axis) : x.argmin(axis);
        IntTensor numbers = last ? found.map(i -> n - 1 - i) : found;
        int[] kept = c.shape(0).withSize(axis, 1).toArray();
        return OnnxResult.of(c.whole("keepdims", 1) == 1 ? numbers.reshape(kept) : numbers);
    }
}
