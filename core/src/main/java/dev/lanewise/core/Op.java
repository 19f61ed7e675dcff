package dev.lanewise.core;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * An operation on tensors: its way forward, from values to values, and its way backward, from gradients to gradients,
 * side by side.
 *
 * <p>Operations are immutable records: the operands are not part of them, their arguments (axes, indices, constants)
 * are. One calls them by the methods of {@link TensorOps}; this interface is of interest to those who write a
 * {@link CustomOp}.
 *
 * <p>There are three kinds. A {@link PrimitiveOp} has a backward pass written once for values and for values that
 * remember, hence for gradients of gradients. A {@link FusedOp} has kernels both ways and a definition in primitives
 * beside them. A {@link CustomOp} is a user's.
 */
public sealed interface Op permits PrimitiveOp, FusedOp, CustomOp {
    /** The name that messages and pictures of graphs show, as in {@code matmul}. */
    String name();

    /**
     * Computes the results.
     *
     * @param operands the operands, which may be views with any strides
     */
    Computed forward(List<Tensor> operands);

    /**
     * {@link #forward} for an operation that makes good use of knowing whether a backward pass may follow: what only
     * that needs can be left out, or be computed at once, while all it takes is in the cache.
     *
     * @param differentiated of each operand's number, whether its gradient may be wanted
     */
    default Computed forward(List<Tensor> operands, IntPredicate differentiated) {
        return forward(operands);
    }

    /**
     * {@link #forward(List, IntPredicate)}, made known to Java Flight Recorder as an event
     * {@code dev.lanewise.Operation}.
     */
    default Computed compute(List<Tensor> operands, IntPredicate differentiated) {
        return OperationEvent.record(this, operands, differentiated);
    }

    /**
     * How many floating-point operations the way forward takes, for those who look at a recording: a fused multiply-add
     * counts as two, an elementary function as one. 0 where numbers are only moved, or nobody has counted.
     */
    default long flops(List<Shape> operands, List<Shape> results) {
        return 0;
    }

    /** {@link #flops(List, List)} of {@link #forward(List, IntPredicate)}. */
    default long flops(List<Shape> operands, List<Shape> results, IntPredicate differentiated) {
        return flops(operands, results);
    }

    /**
     * Whether the backward pass reads an operand's value, which the graph then keeps until that pass.
     *
     * @param operand the operand's number
     * @param differentiated of each operand's number, whether its gradient is wanted
     */
    default boolean keepsOperand(int operand, IntPredicate differentiated) {
        return false;
    }

    /** Whether the backward pass reads the value of a result. */
    default boolean keepsResult(int result) {
        return false;
    }
}
