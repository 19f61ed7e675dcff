package dev.lanewise.core;

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
     * @param indices of one axis
     * @throws IndexOutOfBoundsException if an index is not along the axis
     */
    default T indexSelect(int axis, IntTensor indices) {
        if (indices.shape().rank() != 1) {
            throw new IllegalArgumentException(
                    "indexSelect: indices have shape %s, expected one axis".formatted(indices.shape()));
        }
        return apply(new IndexOp.IndexSelect(shape().axis(axis), indices));
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
        checkIndices("scatterAdd", along, indices, shape());
        if (!indices.shape().equals(source.shape())) {
            throw new IllegalArgumentException("scatterAdd: indices have shape %s, the source %s; expected the same"
                    .formatted(indices.shape(), source.shape()));
        }
        return add(source.apply(new IndexOp.ScatterAdd(along, indices, shape())));
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
