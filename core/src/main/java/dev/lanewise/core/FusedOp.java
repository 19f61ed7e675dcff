package dev.lanewise.core;

import java.util.List;

/**
 * An operation with a kernel for its forward pass, a kernel for its backward pass, and a definition in primitives.
 *
 * <p>The definition, {@link #composite}, is the specification: tests hold both kernels to it, operands without kernels
 * (FLOAT64) run it, and gradients of gradients are taken through it.
 */
public sealed interface FusedOp extends Op
        permits ActivatedLinear,
                LayerNorm,
                CrossEntropy,
                LinearCrossEntropy,
                Attention,
                Convolution,
                Recurrence,
                TransposedConvolution {
    /** What the operation means, in primitives. */
    <T extends TensorOps<T>> List<T> composite(List<T> operands);

    /** Gives each operand its gradient by a kernel. */
    void backwardKernel(Saved<Tensor> saved);

    /** Whether there are kernels for such operands. */
    default boolean hasKernels(List<Tensor> operands) {
        for (Tensor operand : operands) {
            if (operand.dtype() != DType.FLOAT32) {
                return false;
            }
        }
        return true;
    }
}
