package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The part of {@link TensorOps} that rearranges elements: views where strides allow.
 *
 * @param <T> the implementing type itself
 */
interface ShapeMethods<T extends TensorOps<T>> extends Operand<T> {
    /**
     * Repeats axes of size 1, and adds axes in front, to reach the given shape; a view. The gradient is summed back.
     *
     * @throws IllegalArgumentException if this shape does not broadcast to the given one
     */
    default T expand(Shape to) {
        if (shape().equals(to)) {
            return self();
        }
        if (!shape().broadcastsTo(to)) {
            throw new IllegalArgumentException("expand: shape %s does not broadcast to %s".formatted(shape(), to));
        }
        return apply(new ViewOp.Expand(to));
    }

    /**
     * The same elements in the same order under another shape: [2, 6] as [3, 4]. One size may be −1 and is worked out.
     * A view where strides allow, else of a copy.
     *
     * @throws IllegalArgumentException if the numbers of elements differ
     */
    default T reshape(int... sizes) {
        Shape to = Views.reshapeTo("reshape", shape(), sizes);
        return shape().equals(to) ? self() : apply(new ViewOp.Reshape(to));
    }

    /**
     * Merges the axes {@code from} to {@code to}, both included, into one. A scalar becomes one of one element.
     *
     * @throws IllegalArgumentException if {@code to} comes before {@code from}
     */
    default T flatten(int from, int to) {
        int first = shape().axis(from);
        int last = shape().axis(to);
        if (shape().rank() == 0) {
            return reshape(1);
        }
        if (last < first) {
            throw new IllegalArgumentException(
                    "flatten: axis %d comes before axis %d of shape %s".formatted(to, from, shape()));
        }
        int[] sizes = new int[shape().rank() - last + first];
        for (int axis = 0, next = 0; axis < shape().rank(); axis++) {
            if (axis > first && axis <= last) {
                sizes[next - 1] *= shape().size(axis);
            } else {
                sizes[next++] = shape().size(axis);
            }
        }
        return reshape(sizes);
    }

    /**
     * Puts the axes in the given order: axis i of the result is axis {@code order[i]} of this; a view.
     *
     * @throws IllegalArgumentException if the order does not name each axis once
     */
    default T permute(int... order) {
        int[] normalized = new int[order.length];
        boolean[] seen = new boolean[shape().rank()];
        boolean identity = true;
        for (int i = 0; i < order.length; i++) {
            normalized[i] = shape().existing(order[i]);
            seen[normalized[i]] = true;
            identity &= normalized[i] == i;
        }
        boolean complete = order.length == seen.length;
        for (boolean named : seen) {
            complete &= named;
        }
        if (!complete) {
            throw new IllegalArgumentException("permute: order %s does not name each of the %d axes of %s once"
                    .formatted(Arrays.toString(order), seen.length, shape()));
        }
        return identity ? self() : apply(new ViewOp.Permute(ViewOp.boxed(normalized)));
    }

    /** Exchanges two axes; a view. */
    default T transpose(int first, int second) {
        int[] order = new int[shape().rank()];
        Arrays.setAll(order, i -> i);
        int one = shape().axis(first);
        int other = shape().axis(second);
        if (one == other) {
            return self();
        }
        order[one] = other;
        order[other] = one;
        return permute(order);
    }

    /**
     * Exchanges the two last axes, [.., m, n] → [.., n, m]; a view.
     *
     * @throws IllegalArgumentException if there are fewer than two axes
     */
    default T transpose() {
        if (shape().rank() < 2) {
            throw new IllegalArgumentException("transpose: shape %s has fewer than two axes".formatted(shape()));
        }
        return transpose(-2, -1);
    }

    /** Adds an axis of size 1, which stands at {@code axis} afterwards; a view. */
    default T unsqueeze(int axis) {
        return reshape(shape().with(axis, 1).toArray());
    }

    /**
     * Removes an axis of size 1; a view.
     *
     * @throws IllegalArgumentException if the axis is of another size
     */
    default T squeeze(int axis) {
        if (shape().sizeAlong(axis) != 1) {
            throw new IllegalArgumentException("squeeze: axis %d of shape %s has size %d, expected 1"
                    .formatted(axis, shape(), shape().size(axis)));
        }
        return reshape(shape().without(axis).toArray());
    }

    /**
     * The elements {@code from} to {@code to} (exclusive) along an axis; a view. Negative positions count from the end.
     */
    default T slice(int axis, int from, int to) {
        return slice(axis, from, to, 1);
    }

    /**
     * Every {@code step}-th element from {@code from} to {@code to} (exclusive) along an axis; a view. Negative
     * positions count from the end.
     *
     * @throws IndexOutOfBoundsException if a position lies outside the axis
     * @throws IllegalArgumentException if the step is not positive
     */
    default T slice(int axis, int from, int to, int step) {
        int along = shape().axis(axis);
        int size = shape().size(along);
        int start = from < 0 ? from + size : from;
        int end = to < 0 ? to + size : to;
        if (step < 1) {
            throw new IllegalArgumentException("slice: step %d is not positive".formatted(step));
        }
        if (start < 0 || end > size || start > end) {
            throw new IndexOutOfBoundsException("slice: %d to %d is not within axis %d of shape %s (size %d)"
                    .formatted(from, to, axis, shape(), size));
        }
        int count = (end - start + step - 1) / step;
        return count == size ? self() : apply(new ViewOp.Slice(along, start, step, count));
    }

    /** The elements with one number along an axis, which is dropped; a view. */
    default T select(int axis, int index) {
        int size = shape().size(axis);
        int element = index < 0 ? index + size : index;
        if (element < 0 || element >= size) {
            throw new IndexOutOfBoundsException(
                    "select: index %d is out of range for axis %d of shape %s: expected %d to %d"
                            .formatted(index, axis, shape(), -size, size - 1));
        }
        return slice(axis, element, element + 1).squeeze(axis);
    }

    /**
     * Cuts an axis into pieces of the given sizes; views.
     *
     * @throws IllegalArgumentException if the sizes do not add up to the axis
     */
    default List<T> split(int axis, int... sizes) {
        int along = shape().axis(axis);
        long sum = 0;
        for (int size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "split: size %d in %s is negative".formatted(size, Arrays.toString(sizes)));
            }
            sum += size;
        }
        if (sum != shape().size(along) || sizes.length == 0) {
            throw new IllegalArgumentException("split: sizes %s add up to %d, axis %d of shape %s has %d"
                    .formatted(Arrays.toString(sizes), sum, axis, shape(), shape().size(along)));
        }
        return applyAll(new ViewOp.Split(along, ViewOp.boxed(sizes)), List.of(self()));
    }

    /**
     * Cuts an axis into equal pieces; views. Where it does not divide evenly, pieces are of the next larger size as
     * long as elements last, as in PyTorch: the last one is smaller, and there may be fewer than asked for.
     *
     * @param pieces the largest number of them
     */
    default List<T> chunk(int axis, int pieces) {
        int n = shape().size(axis);
        if (pieces < 1) {
            throw new IllegalArgumentException(
                    "chunk: %d pieces of axis %d of shape %s, expected 1 or more".formatted(pieces, axis, shape()));
        }
        int size = Math.ceilDiv(n, pieces);
        int[] sizes = new int[size == 0 ? pieces : Math.ceilDiv(n, size)];
        Arrays.setAll(sizes, i -> Math.min(size, n - i * size));
        return split(axis, sizes);
    }

    /** Reverses the order of elements along the given axes; a view. */
    default T flip(int... axes) {
        T result = self();
        for (int axis : axes) {
            int along = shape().axis(axis);
            int size = shape().sizeAlong(along);
            if (size > 1) {
                result = result.apply(new ViewOp.Slice(along, size - 1, -1, size));
            }
        }
        return result;
    }

    /** Moves elements along an axis by {@code shift} places; those that leave at the end come in at the start. */
    default T roll(int axis, int shift) {
        int size = shape().size(axis);
        int start = size == 0 ? 0 : Math.floorMod(-shift, size);
        if (start == 0) {
            return self();
        }
        return TensorOps.concat(axis, List.of(slice(axis, start, size), slice(axis, 0, start)));
    }

    /** Repeats the tensor {@code count} times along an axis, one copy behind the other. */
    default T repeat(int axis, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("repeat: count %d is not positive".formatted(count));
        }
        List<T> copies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            copies.add(self());
        }
        return TensorOps.concat(axis, copies);
    }

    /** Repeats each element {@code count} times along an axis, one copy behind the other: abc twice is aabbcc. */
    default T repeatInterleave(int axis, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("repeatInterleave: count %d is not positive".formatted(count));
        }
        int along = shape().existing(axis);
        return unsqueeze(along + 1)
                .expand(shape().with(along + 1, count))
                .reshape(shape().withSize(along, Math.multiplyExact(shape().size(along), count))
                        .toArray());
    }

    /** The diagonal of the last two axes, [.., m, n] → [.., min(m, n)]; a view. */
    default T diagonal() {
        return diagonal(0, -2, -1);
    }

    /**
     * The elements whose number along {@code second} is that along {@code first}, plus {@code offset}: the main
     * diagonal for 0, those above it for positive offsets. The two axes are dropped, the diagonal becomes the last one;
     * a view.
     *
     * @throws IllegalArgumentException if both axes are the same
     */
    default T diagonal(int offset, int first, int second) {
        int rows = shape().existing(first);
        int columns = shape().existing(second);
        if (rows == columns) {
            throw new IllegalArgumentException("diagonal: axes %d and %d of shape %s are the same, expected two"
                    .formatted(first, second, shape()));
        }
        return rows < columns
                ? apply(new ViewOp.Diagonal(offset, rows, columns))
                : apply(new ViewOp.Diagonal(-offset, columns, rows));
    }

    /** Matrices with the last axis on their diagonal, zeros elsewhere, [.., n] → [.., n, n]. */
    default T diagEmbed() {
        return diagEmbed(0);
    }

    /**
     * Square matrices with the last axis on a diagonal, zeros elsewhere, [.., n] → [.., n + |offset|, n + |offset|].
     * The adjoint of {@link #diagonal}.
     *
     * @param offset 0 for the main diagonal, positive for those above it
     */
    default T diagEmbed(int offset) {
        int size = Math.addExact(shape().size(-1), Math.absExact(offset));
        int rank = shape().rank();
        return apply(new ViewOp.PlaceDiagonal(offset, rank - 1, rank, size, size));
    }

    /**
     * The lower triangle of the last two axes; zeros above it.
     *
     * @param diagonal the last diagonal that is kept: 0 for the main one, positive for those above it
     */
    default T tril(int diagonal) {
        return triangle("tril", diagonal, true);
    }

    /**
     * The upper triangle of the last two axes; zeros below it.
     *
     * @param diagonal the first diagonal that is kept: 0 for the main one, negative for those below it
     */
    default T triu(int diagonal) {
        return triangle("triu", diagonal, false);
    }

    private T triangle(String operation, int diagonal, boolean lower) {
        if (shape().rank() < 2) {
            throw new IllegalArgumentException("%s: shape %s has fewer than two axes".formatted(operation, shape()));
        }
        int columns = shape().size(-1);
        Shape matrix = Shape.of(shape().size(-2), columns);
        Tensor mask = Tensor.fill(dtype(), matrix, i -> {
            int offset = i % columns - i / columns;
            return (lower ? offset <= diagonal : offset >= diagonal) ? 1 : 0;
        });
        return constant(mask).where(self(), constant(0));
    }
}
