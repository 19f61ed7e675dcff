package dev.lanewise.core;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an operation's backward pass sees: the gradients that came in, what was kept of the forward pass, and where the
 * gradients of the operands go.
 *
 * @param <T> {@link Tensor} for plain gradients; values that remember where gradients of gradients are wanted
 */
public interface Saved<T extends TensorOps<T>> {
    /** The number of operands. */
    int operandCount();

    /** An operand's value; only those that {@link Op#keepsOperand} named. */
    T operand(int operand);

    /** A result's value; only those that {@link Op#keepsResult} named. */
    T result(int result);

    /** An operand's shape. */
    Shape operandShape(int operand);

    /** The type of the operands. */
    DType dtype();

    /** The further tensors that the forward pass left in {@link Computed#state}. */
    List<Tensor> state();

    /** The gradient of the only result. */
    default T gradient() {
        return gradient(0);
    }

    /** The gradient of a result; zeros where nothing depends on it. */
    T gradient(int result);

    /** Whether an operand's gradient is wanted. */
    boolean needs(int operand);

    /**
     * What other operations have given an operand so far, summed, if this operation may add to that memory instead of
     * {@linkplain #give giving}: for a gradient that is zero but for a few places. Null if there is none, or if anybody
     * else may see it; and to a {@link CustomOp} always.
     */
    default @Nullable Tensor sumToAddTo(int operand) {
        return null;
    }

    /** Gives an operand its gradient, of the operand's shape. The supplier is only asked if it is wanted. */
    void give(int operand, Supplier<T> gradient);
}
