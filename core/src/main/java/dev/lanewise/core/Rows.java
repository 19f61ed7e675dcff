package dev.lanewise.core;

/**
 * A contiguous tensor seen as the rows of a matrix: all axes but the last are the rows.
 *
 * @param matrix of shape [count, n]
 */
record Rows(Tensor matrix, int count, int n) {
    /** The rows of a tensor of at least one axis, which is copied unless contiguous. */
    static Rows of(Tensor x) {
        int n = x.shape().size(-1);
        int count = 1;
        for (int axis = 0; axis < x.shape().rank() - 1; axis++) {
            count *= x.shape().size(axis);
        }
        return new Rows(Views.reshape(x.contiguous(), Shape.of(count, n)), count, n);
    }

    /** A new tensor of one value a row, [count, 1]. */
    Tensor perRow() {
        return Tensor.allocate(matrix.dtype(), Shape.of(count, 1));
    }

    /** A new tensor of the matrix' shape, to be written. */
    Tensor another() {
        return Tensor.toBeWritten(matrix.dtype(), matrix.shape());
    }
}
