package dev.lanewise.core;

import dev.lanewise.core.kernel.Gemm;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A linear layer with a bias, y = x·Wᵀ + b: [rows, in], [out, in], [out] → [rows, out]. The bias is added to a part of
 * the product while that is in the cache, not by a second pass over all of it.
 *
 * <p>Backward: x' = y'·W, W' = y'ᵀ·x, b' = Σ y' over the rows.
 */
record Linear() implements PrimitiveOp {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return (2L * operands.getFirst().size(1) + 1) * results.getFirst().count();
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Elementwise.checkTypes(name(), operands);
        Tensor x = operands.get(0); // (rows, in)
        Tensor weight = operands.get(1); // (out, in)
        Tensor bias = operands.get(2).contiguous(); // (out)
        int rows = x.shape().size(0);
        int in = x.shape().size(1);
        int out = weight.shape().size(0);
        Tensor result = Tensor.toBeWritten(x.dtype(), Shape.of(rows, out));
        if (result.shape().isEmpty()) {
            return Computed.of(result);
        }
        switch (x.dtype()) {
            case FLOAT32 ->
                Gemm.sgemmPlusRow(
                        rows,
                        out,
                        in,
                        x.floats(),
                        x.offset(),
                        x.stride(0),
                        x.stride(1),
                        weight.floats(),
                        weight.offset(),
                        weight.stride(1),
                        weight.stride(0),
                        bias.floats(),
                        bias.offset(),
                        result.floats(),
                        0,
                        out);
            case FLOAT64 -> {
                Gemm.dgemm(
                        rows,
                        out,
                        in,
                        x.doubles(),
                        x.offset(),
                        x.stride(0),
                        x.stride(1),
                        weight.doubles(),
                        weight.offset(),
                        weight.stride(1),
                        weight.stride(0),
                        result.doubles(),
                        0,
                        out,
                        false);
                double[] sums = result.doubles();
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < out; column++) {
                        sums[row * out + column] += bias.doubles()[bias.offset() + column];
                    }
                }
            }
        }
        return Computed.of(result);
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return operand < 2 && differentiated.test(1 - operand);
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        T gradient = saved.gradient(); // (rows, out)
        saved.give(0, () -> gradient.apply(new MatMul(false, false), saved.operand(1))); // (rows, in)
        saved.give(1, () -> gradient.apply(new MatMul(true, false), saved.operand(0))); // (out, in)
        saved.give(2, () -> gradient.sum(0)); // (out)
    }
}
