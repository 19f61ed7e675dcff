package dev.lanewise.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of whole numbers with a shape: indices, class labels, token numbers and masks (0 and 1).
 *
 * <p>It is a type of its own so that an embedding cannot be handed floating-point numbers by mistake. Elements are
 * stored row-major; there are no views.
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
        int[] values = new int[count];
        Arrays.setAll(values, i -> i);
        return new IntTensor(Shape.of(count), values);
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
