package dev.lanewise.core;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer and the activation after it, y = f(z) with z = x·Wᵀ + b: [rows, in], [out, in], and optionally [out] →
 * [rows, out]. f is computed of a part of the product while that is in the cache.
 *
 * <p>Backward: z' = f'(z) · y', then x' = z'·W, W' = z'ᵀ·x, b' = Σ z' over the rows. z is kept for that only where a
 * gradient is wanted.
 */
record ActivatedLinear(Formula activation) implements FusedOp {
    @Override
    public String name() {
        return "linear " + activation.name();
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return (2L * operands.getFirst().size(1) + operands.size() - 2 + activation.operationCount())
                * results.getFirst().count();
    }

    /** There is none for an activation without a gradient, as of a step. */
    @Override
    public boolean hasKernels(List<Tensor> operands) {
        return FusedOp.super.hasKernels(operands) && activation.isDifferentiable(0);
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        return forward(operands, operand -> false);
    }

    @Override
    public Computed forward(List<Tensor> operands, IntPredicate differentiated) {
        Elementwise.checkTypes(name(), operands);
        Tensor x = operands.get(0); // (rows, in)
        Tensor weight = operands.get(1); // (out, in)
        Tensor bias = operands.size() > 2 ? operands.get(2).contiguous() : null; // (out)
        Shape shape = Shape.of(x.shape().size(0), weight.shape().size(0));
        Tensor result = Tensor.toBeWritten(DType.FLOAT32, shape);
        boolean keeps = IntStream.range(0, operands.size()).anyMatch(differentiated);
        Tensor sums = keeps ? Tensor.toBeWritten(DType.FLOAT32, shape) : result;
        if (!shape.isEmpty()) {
            Linear.multiply(x, weight, bias, formula(bias, keeps), sums, result);
        }
        return new Computed(List.of(result), keeps ? List.of(sums) : List.of());
    }

    private Formula formula(@Nullable Tensor bias, boolean keeps) {
        if (bias == null) {
            return activation;
        }
        return keeps ? activation.withSum() : activation.ofSum();
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true; // the bias too: gradients of gradients go through the definition
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        Tensor gradient = saved.state()
                .getFirst()
                .applyAll(
                        new Elementwise(activation.vectorJacobianProduct(0)),
                        List.of(saved.state().getFirst(), saved.gradient()))
                .getFirst(); // (rows, out)
        saved.give(0, () -> gradient.apply(new MatMul(false, false), saved.operand(1))); // (rows, in)
        saved.give(1, () -> gradient.apply(new MatMul(true, false), saved.operand(0))); // (out, in)
        if (saved.operandCount() > 2) {
            saved.give(2, () -> gradient.sum(0)); // (out)
        }
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        return List.of(operands.get(0)
                .linear(operands.get(1), operands.size() > 2 ? operands.get(2) : null)
                .map(activation));
    }
}
