package dev.lanewise.core;

import java.util.Arrays;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * The part of {@link TensorOps} that picks elements by number.
 *
 * @param <T> the implementing type itself
 */
interface IndexMethods<T extends TensorOps<T>> extends ElementwiseMethods<T> {
    /**
     * Slices of an axis by their numbers, one behind the other. A slice picked more than once gets the sum of the
     * gradients.
     *
     * @param indices of one axis, or a single one, which leaves an axis of size 1
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T indexSelect(int axis, IntTensor indices) {
        if (indices.shape().rank() > 1) {
            throw new IllegalArgumentException("indexSelect: indices have shape %s, expected one axis or a single index"
                    .formatted(indices.shape()));
        }
        return apply(new IndexOp.IndexSelect(shape().axis(axis), indices.reshape(-1)));
    }

    /**
     * Rows of a table by their numbers: with this of shape [rows, n] and numbers of shape [..], the result is [.., n].
     * Rows picked more than once get the sum of the gradients.
     *
     * @throws IndexOutOfBoundsException if a number is not that of a row
     */
    default T embedding(IntTensor numbers) {
        if (shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "embedding: the table has shape %s, expected two axes [rows, size]".formatted(shape()));
        }
        T rows = apply(new IndexOp.IndexSelect(0, numbers.reshape(-1))); // (count, n)
        int[] sizes = numbers.shape().with(-1, shape().size(1)).toArray();
        return rows.reshape(sizes); // (.., n)
    }

    /**
     * {@link #embedding(IntTensor)} with a row for padding, which gets no gradient: what stands for padding is not
     * learned.
     *
     * @param padding the number of that row; a negative one counts from the end
     */
    default T embedding(IntTensor numbers, int padding) {
        T rows = embedding(numbers); // (.., n)
        int[] kept = numbers.shape().with(-1, 1).toArray();
        int row = padding < 0 ? padding + shape().size(0) : padding;
        T isPadding = constant(numbers.reshape(kept).toTensor(dtype())).eq(row); // (.., 1)
        return isPadding.where(constant(rows.value()), rows);
    }

    /**
     * The elements at given places of the first axes: {@code x.index(i, j)} of a matrix is {@code x[i][j]} for each
     * pair of numbers, of the indices' shape; axes that no index is given for follow. Indices broadcast: with i of
     * shape [3, 1] and j of shape [4] the result is [3, 4], each row of i with each column of j. Places picked more
     * than once get the sum of the gradients.
     *
     * @param indices one for each of the first axes, of shapes that broadcast
     * @throws IllegalArgumentException if there are none, or more than axes, or their shapes do not broadcast
     * @throws IndexOutOfBoundsException if an index is not along its axis
     */
    default T index(IntTensor... indices) {
        IntTensor rows = rows("index", indices); // (..)
        int[] rest = Arrays.copyOfRange(shape().toArray(), indices.length, shape().rank());
        T table = self().reshape(Views.joined(new int[] {table(indices.length).size(0)}, rest)); // (places, ..)
        return table.indexSelect(0, rows.reshape(-1))
                .reshape(Views.joined(rows.shape().toArray(), rest));
    }

    /**
     * Of each position of {@code indices}, the element at that position but with the index as its number along the
     * axis: for axis 1, {@code result[i][j] = x[i][indices[i][j]]}.
     *
     * @throws IllegalArgumentException if the indices have another number of axes, or are longer along another axis
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T gather(int axis, IntTensor indices) {
        int along = shape().axis(axis);
        checkIndices("gather", along, indices, shape());
        return apply(new IndexOp.Gather(along, indices));
    }

    /**
     * This tensor, with each element of {@code source} added at its index along the axis: for axis 1,
     * {@code result[i][indices[i][j]] += source[i][j]}, in row-major order. Repeated indices add up.
     *
     * @throws IllegalArgumentException if indices and source differ in shape or do not fit this shape
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T scatterAdd(int axis, IntTensor indices, T source) {
        int along = shape().axis(axis);
        checkScatter("scatterAdd", along, indices, shape(), source.shape());
        return add(source.apply(new IndexOp.ScatterAdd(along, indices, shape())));
    }

    /**
     * This tensor, with each element of {@code source} put at its index along the axis: for axis 1,
     * {@code result[i][indices[i][j]] = source[i][j]}. Of repeated indices the last one in row-major order stays, and
     * gets the gradient.
     *
     * @throws IllegalArgumentException if indices and source differ in shape or do not fit this shape
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T scatter(int axis, IntTensor indices, T source) {
        int along = shape().axis(axis);
        checkScatter("scatter", along, indices, shape(), source.shape());
        return Scatter.put("scatter", self(), along, indices, source);
    }

    /**
     * This tensor, with each element of {@code source} joined to the one at its index along the axis: for axis 1,
     * {@code result[i][indices[i][j]] = join(result[i][indices[i][j]], source[i][j])}, in row-major order; for instance
     * {@code x.scatterReduce(0, indices, source, (a, b) -> a.maximum(b))}. Gradients are those of {@code join}. Takes
     * as many steps as an index is repeated.
     *
     * @param join an elementwise function of what is there and of what is given
     * @throws IllegalArgumentException if indices and source differ in shape or do not fit this shape
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T scatterReduce(int axis, IntTensor indices, T source, BinaryOperator<T> join) {
        int along = shape().axis(axis);
        checkScatter("scatterReduce", along, indices, shape(), source.shape());
        return Scatter.join("scatterReduce", self(), along, indices, source, join);
    }

    /**
     * This tensor, with other elements at given places of the first axes, the counterpart of {@link #index}:
     * {@code x.indexPut(source, i, j)} of a matrix puts {@code source[k]} at {@code x[i[k]][j[k]]}. Of places that
     * occur twice the last one stays.
     *
     * @param source of the shape that the indices broadcast to, and the sizes of those axes that no index is given for
     *     behind it
     * @param indices one for each of the first axes, of shapes that broadcast
     * @throws IllegalArgumentException if there are none, or more than axes, or shapes do not fit
     * @throws IndexOutOfBoundsException if an index is not along its axis
     */
    default T indexPut(T source, IntTensor... indices) {
        IntTensor each = slices("indexPut", source.shape(), indices); // (count, size)
        Shape table = table(indices.length);
        return Scatter.put(
                        "indexPut",
                        self().reshape(table.toArray()),
                        0,
                        each,
                        source.reshape(each.shape().toArray()))
                .reshape(shape().toArray());
    }

    /**
     * As {@link #indexPut}, but joins what is given to what is there, in row-major order; {@code join} may add them,
     * multiply them, or take the larger one. Takes as many steps as a place occurs.
     */
    default T indexReduce(T source, BinaryOperator<T> join, IntTensor... indices) {
        IntTensor each = slices("indexReduce", source.shape(), indices); // (count, size)
        Shape table = table(indices.length);
        return Scatter.join(
                        "indexReduce",
                        self().reshape(table.toArray()),
                        0,
                        each,
                        source.reshape(each.shape().toArray()),
                        join)
                .reshape(shape().toArray());
    }

    /** This shape with its first axes as one, and all others as another. */
    private Shape table(int first) {
        int rows = 1;
        for (int axis = 0; axis < first; axis++) {
            rows *= shape().size(axis);
        }
        return Shape.of(rows, shape().countFrom(first));
    }

    /** For each element of a source, the row of the {@link #table} it belongs to: [count, size]. */
    private IntTensor slices(String operation, Shape source, IntTensor... indices) {
        IntTensor rows = rows(operation, indices);
        int[] rest = Arrays.copyOfRange(shape().toArray(), indices.length, shape().rank());
        Shape expected = Shape.of(Views.joined(rows.shape().toArray(), rest));
        if (!source.equals(expected)) {
            throw new IllegalArgumentException("%s: the source has shape %s, expected %s for these indices of shape %s"
                    .formatted(operation, source, expected, shape()));
        }
        return rows.reshape(-1, 1)
                .map((row, zero) -> row, IntTensor.full(Shape.of(1, shape().countFrom(indices.length)), 0));
    }

    /**
     * For places along the first axes, the number of each in row-major order, of the shape the indices broadcast to.
     */
    private IntTensor rows(String operation, IntTensor... indices) {
        if (indices.length == 0 || indices.length > shape().rank()) {
            throw new IllegalArgumentException("%s: %d indices given for the axes of shape %s, expected 1 to %d"
                    .formatted(operation, indices.length, shape(), shape().rank()));
        }
        IntTensor rows = IntTensor.full(Shape.of(), 0);
        for (int axis = 0; axis < indices.length; axis++) {
            rows.shape().broadcast(operation + ", indices", indices[axis].shape());
            int size = shape().size(axis);
            for (int i = 0; i < indices[axis].shape().count(); i++) {
                int index = indices[axis].get(i);
                if (index < -size || index >= size) {
                    throw new IndexOutOfBoundsException(
                            "%s: index %d at position %d of %s is not along axis %d of shape %s: expected %d to %d"
                                    .formatted(
                                            operation,
                                            index,
                                            i,
                                            indices[axis].shape(),
                                            axis,
                                            shape(),
                                            -size,
                                            size - 1));
                }
            }
            rows = rows.map((row, index) -> row * size + (index < 0 ? index + size : index), indices[axis]);
        }
        return rows;
    }

    /**
     * This tensor, with each slice of {@code source} added at its index along the axis: for axis 0,
     * {@code result[indices[i]] += source[i]}. Repeated indices add up.
     *
     * @param indices of one axis, as many as the source has slices
     * @throws IllegalArgumentException if the source does not fit
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T indexAdd(int axis, IntTensor indices, T source) {
        int along = shape().axis(axis);
        if (indices.shape().rank() != 1
                || !source.shape()
                        .equals(shape().withSize(along, indices.shape().count()))) {
            throw new IllegalArgumentException(
                    "indexAdd: indices of shape %s and a source of shape %s do not fit axis %d of shape %s"
                            .formatted(indices.shape(), source.shape(), axis, shape()));
        }
        return add(source.apply(new IndexOp.IndexAdd(along, indices, shape().sizeAlong(along))));
    }

    /**
     * The elements where the mask is not 0, in row-major order, as one axis. This and the mask broadcast.
     *
     * @throws IllegalArgumentException if they do not broadcast
     */
    default T maskedSelect(IntTensor mask) {
        Shape common = shape().broadcast("maskedSelect", mask.shape());
        double[] chosen = mask.toTensor(DType.FLOAT32).expand(common).toDoubles();
        int[] places =
                IntStream.range(0, chosen.length).filter(i -> chosen[i] != 0).toArray();
        return self().expand(common).reshape(common.count()).indexSelect(0, IntTensor.of(places));
    }

    /** This tensor with {@code value} wherever the mask, which broadcasts, is not 0. */
    default T maskedFill(IntTensor mask, double value) {
        return constant(mask.toTensor(dtype())).where(constant(value), self());
    }

    /**
     * The elements along an axis in ascending or descending order; see {@link Tensor#argsort}. The gradient goes back
     * to where each element came from.
     */
    default T sort(int axis, boolean descending) {
        return gather(axis, value().argsort(axis, descending));
    }

    /**
     * The k largest (or smallest) elements along an axis, sorted; their numbers are {@link Tensor#argTopK}.
     *
     * @throws IllegalArgumentException if the axis has fewer elements
     */
    default T topK(int axis, int k, boolean largest) {
        return gather(axis, value().argTopK(axis, k, largest));
    }

    private static void checkScatter(String operation, int axis, IntTensor indices, Shape shape, Shape source) {
        checkIndices(operation, axis, indices, shape);
        if (!indices.shape().equals(source)) {
            throw new IllegalArgumentException("%s: indices have shape %s, the source %s; expected the same"
                    .formatted(operation, indices.shape(), source));
        }
    }

    private static void checkIndices(String operation, int axis, IntTensor indices, Shape shape) {
        boolean fits = indices.shape().rank() == shape.rank();
        for (int i = 0; fits && i < shape.rank(); i++) {
            fits = i == axis || indices.shape().size(i) <= shape.size(i);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: indices of shape %s do not fit shape %s: expected as many axes, and no longer ones but for axis %d"
                            .formatted(operation, indices.shape(), shape, axis));
        }
    }
}
