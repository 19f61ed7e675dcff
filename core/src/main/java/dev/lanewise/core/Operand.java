package dev.lanewise.core;

import java.util.List;

/**
 * What an implementation of {@link TensorOps} provides.
 *
 * @param <T> the implementing type itself
 */
interface Operand<T extends TensorOps<T>> {
    /** This tensor, as its own type. */
    T self();

    /** The plain values. */
    Tensor value();

    /** The given values as a T that no gradient flows to. */
    T constant(Tensor value);

    /**
     * Applies an operation.
     *
     * @return its results, one or more
     */
    List<T> applyAll(Op op, List<T> operands);

    /** The shape. */
    default Shape shape() {
        return value().shape();
    }

    /** The type of the elements. */
    default DType dtype() {
        return value().dtype();
    }

    /** A constant of shape {@code []} and of this tensor's type. */
    default T constant(double value) {
        return constant(Tensor.scalar(dtype(), value));
    }

    /** Applies an operation of one operand and one result to this tensor. */
    default T apply(Op op) {
        return applyAll(op, List.of(self())).getFirst();
    }

    /** Applies an operation of two operands and one result to this tensor and another one. */
    default T apply(Op op, T other) {
        return applyAll(op, List.of(self(), other)).getFirst();
    }
}
