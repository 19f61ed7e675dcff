package dev.lanewise.core;

/**
 * An operation whose backward pass is written once, in terms of {@link TensorOps}, for values and for values that
 * remember how they were computed alike. So gradients of gradients, to any order, come of themselves.
 */
public sealed interface PrimitiveOp extends Op
        permits Elementwise,
                ViewOp,
                ReductionOp,
                IndexOp,
                JoinOp,
                MatMul,
                Linear,
                Softmax,
                LogSoftmax,
                FactorizationOp,
                SolveOp,
                DeterminantOp {
    /**
     * Gives each operand its gradient: the product of the results' gradients with the derivative of the results by that
     * operand (the vector-Jacobian product).
     */
    <T extends TensorOps<T>> void backward(Saved<T> saved);
}
