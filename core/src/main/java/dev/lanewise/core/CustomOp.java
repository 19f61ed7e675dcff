package dev.lanewise.core;

/**
 * A user's own operation, for what neither a {@link Formula} (elementwise) nor a composition of {@link TensorOps} can
 * say well.
 *
 * <p>Written in terms of {@link TensorOps}, the backward pass serves gradients of gradients too; autograd's
 * {@code GradCheck} compares it with finite differences.
 *
 * <pre>{@code
 * record Cube() implements CustomOp {
 *     public String name() { return "cube"; }
 *     public Computed forward(List<Tensor> operands) {
 *         Tensor x = operands.getFirst();
 *         return Computed.of(x.mul(x).mul(x));
 *     }
 *     public boolean keepsOperand(int operand, IntPredicate differentiated) { return true; }
 *     public <T extends TensorOps<T>> void backward(Saved<T> saved) {
 *         saved.give(0, () -> saved.gradient().mul(saved.operand(0).square().mul(3)));
 *     }
 * }
 * }</pre>
 */
public non-sealed interface CustomOp extends Op {
    /** Gives each operand its gradient; see {@link PrimitiveOp#backward}. */
    <T extends TensorOps<T>> void backward(Saved<T> saved);
}
