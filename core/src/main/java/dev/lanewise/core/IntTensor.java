package dev.lanewise.core;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of whole numbers with a shape: indices, class labels, token numbers and masks (0 and 1).
 *
 * <p>It is a type of its own so that an embedding cannot be handed floating-point numbers by mistake. Elements are
 * stored row-major; there are no views. Operations of two operands broadcast as those of {@link TensorOps} do, and wrap
 * around as Java's {@code int} does; what only moves or picks elements is written as for any tensor, with
 * {@link #rearranged}.
 */
public final class IntTensor {
    private final Shape shape;
    private final int[] values;

    private IntTensor(Shape shape, int[] values) {
        this.shape = shape;
        this.values = values;
    }

    /** A one-dimensional tensor of the given values, which are copied. */
    public static IntTensor of(int... values) {
        return new IntTensor(Shape.of(values.length), values.clone());
    }

    /**
     * A tensor of the given shape; the values are copied, in row-major order.
     *
     * @throws IllegalArgumentException if the number of values is not that of the shape
     */
    public static IntTensor of(Shape shape, int... values) {
        if (values.length != shape.count()) {
            throw new IllegalArgumentException("IntTensor.of: shape %s holds %d values, given were %d"
                    .formatted(shape, shape.count(), values.length));
        }
        return new IntTensor(shape, values.clone());
    }

    static IntTensor owning(Shape shape, int[] values) {
        return new IntTensor(shape, values);
    }

    /** The numbers 0, 1, …, {@code count - 1}. */
    public static IntTensor arange(int count) {
        return arange(0, count);
    }

    /**
     * The numbers {@code from}, {@code from + 1}, …, {@code to - 1}.
     *
     * @throws IllegalArgumentException if {@code to} is below {@code from}
     */
    public static IntTensor arange(int from, int to) {
        if (to < from) {
            throw new IllegalArgumentException("IntTensor.arange: no numbers from %d to %d".formatted(from, to));
        }
        int[] values = new int[Math.subtractExact(to, from)];
        Arrays.setAll(values, i -> from + i);
        return new IntTensor(Shape.of(values.length), values);
    }

    /** A tensor that holds {@code value} everywhere. */
    public static IntTensor full(Shape shape, int value) {
        int[] values = new int[shape.count()];
        Arrays.fill(values, value);
        return new IntTensor(shape, values);
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** The element at the given row-major position. */
    public int get(int position) {
        return values[position];
    }

    /** The element at the given index, one number an axis; negative numbers count from the end. */
    public int at(int... index) {
        return values[Tensor.position("IntTensor.at", shape, shape.contiguousStrides(), index)];
    }

    /** The elements in row-major order, copied. */
    public int[] toArray() {
        return values.clone();
    }

    /** The elements themselves: not to be changed. */
    int[] values() {
        return values;
    }

    /**
     * The same elements under another shape; one size may be −1 and is then worked out.
     *
     * @throws IllegalArgumentException if the number of elements differs
     */
    public IntTensor reshape(int... sizes) {
        return new IntTensor(Views.reshapeTo("IntTensor.reshape", shape, sizes), values);
    }

    /** The elements {@code from} to {@code to} (exclusive) along the first axis. */
    public IntTensor slice(int from, int to) {
        if (shape.rank() == 0 || from < 0 || to < from || to > shape.size(0)) {
            throw new IndexOutOfBoundsException(
                    "IntTensor.slice: %d to %d is not within the first axis of %s".formatted(from, to, shape));
        }
        int row = shape.count() / Math.max(shape.size(0), 1);
        return new IntTensor(shape.withSize(0, to - from), Arrays.copyOfRange(values, from * row, to * row));
    }

    // ------------------------------------------------------------------ elementwise

    /** Applies a function to each element. */
    public IntTensor map(IntUnaryOperator function) {
        return new IntTensor(shape, Arrays.stream(values).map(function).toArray());
    }

    /**
     * Applies a function of two operands to the elements of this tensor and another one, which broadcast.
     *
     * @throws IllegalArgumentException if the shapes do not broadcast
     */
    public IntTensor map(IntBinaryOperator function, IntTensor other) {
        Shape common = shape.broadcast(other.shape);
        int[] left = expanded(common);
        int[] right = other.expanded(common);
        int[] result = new int[common.count()];
        Arrays.setAll(result, i -> function.applyAsInt(left[i], right[i]));
        return new IntTensor(common, result);
    }

    /** The elements in the order of a shape that this one broadcasts to. */
    private int[] expanded(Shape to) {
        if (shape.equals(to)) {
            return values;
        }
        int rank = to.rank();
        int[] own = shape.contiguousStrides();
        int[] result = new int[to.count()];
        int[] strides = to.contiguousStrides();
        for (int i = 0; i < result.length; i++) {
            int position = 0;
            for (int axis = rank - own.length; axis < rank; axis++) {
                int at = axis - rank + own.length;
                position += shape.size(at) == 1 ? 0 : i / strides[axis] % to.size(axis) * own[at];
            }
            result[i] = values[position];
        }
        return result;
    }

    /** x + y. */
    public IntTensor add(IntTensor other) {
        return map((x, y) -> x + y, other);
    }

    /** x − y. */
    public IntTensor sub(IntTensor other) {
        return map((x, y) -> x - y, other);
    }

    /** x · y. */
    public IntTensor mul(IntTensor other) {
        return map((x, y) -> x * y, other);
    }

    /**
     * The largest whole number not above x / y, as PyTorch's {@code floor_divide}: −7 by 2 is −4.
     *
     * @throws ArithmeticException if an element of {@code other} is 0
     */
    public IntTensor floorDiv(IntTensor other) {
        return map(Math::floorDiv, other);
    }

    /**
     * x / y without its fraction, as Java divides: −7 by 2 is −3.
     *
     * @throws ArithmeticException if an element of {@code other} is 0
     */
    public IntTensor truncDiv(IntTensor other) {
        return map((x, y) -> x / y, other);
    }

    /**
     * What {@link #floorDiv} leaves, with the sign of y: −7 by 2 leaves 1.
     *
     * @throws ArithmeticException if an element of {@code other} is 0
     */
    public IntTensor remainder(IntTensor other) {
        return map(Math::floorMod, other);
    }

    /**
     * What {@link #truncDiv} leaves, with the sign of x, as C's {@code fmod}: −7 by 2 leaves −1.
     *
     * @throws ArithmeticException if an element of {@code other} is 0
     */
    public IntTensor fmod(IntTensor other) {
        return map((x, y) -> x % y, other);
    }

    /** The larger of x and y. */
    public IntTensor maximum(IntTensor other) {
        return map(Math::max, other);
    }

    /** The smaller of x and y. */
    public IntTensor minimum(IntTensor other) {
        return map(Math::min, other);
    }

    /** 1 where x = y, else 0. */
    public IntTensor eq(IntTensor other) {
        return map((x, y) -> x == y ? 1 : 0, other);
    }

    /** 1 where x = c, else 0. */
    public IntTensor eq(int other) {
        return map(x -> x == other ? 1 : 0);
    }

    /** 1 where x ≠ y, else 0. */
    public IntTensor ne(IntTensor other) {
        return map((x, y) -> x != y ? 1 : 0, other);
    }

    /** 1 where x ≠ c, else 0. */
    public IntTensor ne(int other) {
        return map(x -> x != other ? 1 : 0);
    }

    /** 1 where x &lt; y, else 0. */
    public IntTensor lt(IntTensor other) {
        return map((x, y) -> x < y ? 1 : 0, other);
    }

    /** 1 where x ≤ y, else 0. */
    public IntTensor le(IntTensor other) {
        return map((x, y) -> x <= y ? 1 : 0, other);
    }

    /** 1 where x &gt; y, else 0. */
    public IntTensor gt(IntTensor other) {
        return map((x, y) -> x > y ? 1 : 0, other);
    }

    /** 1 where x ≥ y, else 0. */
    public IntTensor ge(IntTensor other) {
        return map((x, y) -> x >= y ? 1 : 0, other);
    }

    /** 1 where neither x nor y is 0, else 0. */
    public IntTensor logicalAnd(IntTensor other) {
        return map((x, y) -> x != 0 && y != 0 ? 1 : 0, other);
    }

    /** 1 where x or y is not 0, else 0. */
    public IntTensor logicalOr(IntTensor other) {
        return map((x, y) -> x != 0 || y != 0 ? 1 : 0, other);
    }

    /** 1 where one of x and y is 0 and the other is not, else 0. */
    public IntTensor logicalXor(IntTensor other) {
        return map((x, y) -> (x != 0) != (y != 0) ? 1 : 0, other);
    }

    /** 1 where x is 0, else 0. */
    public IntTensor logicalNot() {
        return eq(0);
    }

    /** The bits that x and y both have. */
    public IntTensor bitwiseAnd(IntTensor other) {
        return map((x, y) -> x & y, other);
    }

    /** The bits that x or y has. */
    public IntTensor bitwiseOr(IntTensor other) {
        return map((x, y) -> x | y, other);
    }

    /** The bits that one of x and y has. */
    public IntTensor bitwiseXor(IntTensor other) {
        return map((x, y) -> x ^ y, other);
    }

    /** The bits that x does not have: −x − 1. */
    public IntTensor bitwiseNot() {
        return map(x -> ~x);
    }

    // ------------------------------------------------------------------ as a whole

    /**
     * What a function that moves, picks or repeats elements makes of this tensor, for instance {@code mask.rearranged(x
     * -> x.triu(1))}. The elements go through FLOAT64, which holds each {@code int} exactly.
     *
     * @throws IllegalArgumentException if the function gives numbers that are not whole or exceed an {@code int}
     */
    public IntTensor rearranged(UnaryOperator<Tensor> function) {
        return function.apply(toTensor(DType.FLOAT64)).toInts();
    }

    /**
     * Tensors one behind the other along an axis, of the same size along all others; see {@link Tensor#concat(int,
     * List)}.
     */
    public static IntTensor concat(int axis, List<IntTensor> parts) {
        return Tensor.concat(axis, asTensors(parts)).toInts();
    }

    /** Tensors of one shape as one, along a new axis; see {@link Tensor#stack(int, List)}. */
    public static IntTensor stack(int axis, List<IntTensor> parts) {
        return Tensor.stack(axis, asTensors(parts)).toInts();
    }

    /** In FLOAT64, which holds each {@code int} exactly. */
    private static List<Tensor> asTensors(List<IntTensor> parts) {
        return parts.stream().map(part -> part.toTensor(DType.FLOAT64)).toList();
    }

    /** The indices of the elements that are not 0, in row-major order: [count, axes]. */
    public IntTensor nonZero() {
        return indicesOf(shape, i -> values[i] != 0);
    }

    /** The indices of the positions where a condition holds, in row-major order: [count, axes]. */
    static IntTensor indicesOf(Shape shape, IntPredicate condition) {
        int[] positions = IntStream.range(0, shape.count()).filter(condition).toArray();
        int rank = shape.rank();
        int[] strides = shape.contiguousStrides();
        int[] indices = new int[Math.multiplyExact(positions.length, rank)];
        for (int i = 0; i < positions.length; i++) {
            for (int axis = 0; axis < rank; axis++) {
                indices[i * rank + axis] = positions[i] / strides[axis] % shape.size(axis);
            }
        }
        return new IntTensor(Shape.of(positions.length, rank), indices);
    }

    /**
     * How often each number occurs, of 0, 1, … up to the largest, or up to {@code least} − 1 if that is more.
     *
     * @return one axis
     * @throws IndexOutOfBoundsException if an element is negative
     */
    public IntTensor binCount(int least) {
        double[] ones = new double[values.length];
        Arrays.fill(ones, 1);
        double[] counts = Bins.count(this, ones, least);
        return IntTensor.owning(
                Shape.of(counts.length),
                Arrays.stream(counts).mapToInt(count -> (int) count).toArray());
    }

    /**
     * As {@link #binCount(int)}, but each element counts as much as its weight. It has no gradient: where one is
     * wanted, {@link TensorOps#indexAdd} of zeros gives the same sums.
     *
     * @param weights of this shape
     * @return one axis, of the weights' type; the sums are taken in double precision
     * @throws IllegalArgumentException if the weights have another shape
     */
    public Tensor binCount(Tensor weights, int least) {
        if (!weights.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "binCount: numbers have shape %s, weights %s; expected the same".formatted(shape, weights.shape()));
        }
        double[] counts = Bins.count(this, weights.toDoubles(), least);
        return Tensor.of(DType.FLOAT64, Shape.of(counts.length), counts).to(weights.dtype());
    }

    /** The elements as floating-point numbers. */
    public Tensor toTensor(DType dtype) {
        Tensor result = Tensor.allocate(dtype, shape);
        switch (result.array()) {
            case float[] floats -> {
                for (int i = 0; i < values.length; i++) {
                    floats[i] = values[i];
                }
            }
            case double[] doubles -> {
                for (int i = 0; i < values.length; i++) {
                    doubles[i] = values[i];
                }
            }
            default -> throw new AssertionError(dtype);
        }
        return result;
    }

    /**
     * One-hot vectors: 1 at each element's number, 0 elsewhere, [..] → [.., classes], FLOAT32.
     *
     * @throws IndexOutOfBoundsException if an element is not within the classes
     */
    public Tensor oneHot(int classes) {
        checkRange("oneHot", "class", classes);
        Tensor result = Tensor.allocate(DType.FLOAT32, shape.with(-1, classes));
        float[] floats = result.floats();
        for (int i = 0; i < values.length; i++) {
            floats[i * classes + values[i]] = 1;
        }
        return result;
    }

    /**
     * Checks that every element lies in {@code [0, bound)}.
     *
     * @throws IndexOutOfBoundsException naming the operation, the first element that does not, and its position
     */
    void checkRange(String operation, String what, int bound) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0 || values[i] >= bound) {
                throw new IndexOutOfBoundsException("%s: %s %d at position %d of %s is out of range: expected 0 to %d"
                        .formatted(operation, what, values[i], i, shape, bound - 1));
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IntTensor that && shape.equals(that.shape) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(values);
    }

    /** The elements as NumPy prints them. */
    @Override
    public String toString() {
        return Printer.print(shape, i -> Integer.toString(values[i]));
    }
}
