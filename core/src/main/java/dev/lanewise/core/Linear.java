package dev.lanewise.core;

import dev.lanewise.core.kernel.Epilogue;
import dev.lanewise.core.kernel.Gemm;
import dev.lanewise.core.kernel.Matrix;
import dev.lanewise.core.kernel.Reduction;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer with a bias, y = x·Wᵀ + b: [rows, in], [out, in], [out] → [rows, out]. The bias is added to a part of
 * the product while that is in the cache, not by a second pass over all of it.
 *
 * <p>Backward: x' = y'·W, W' = y'ᵀ·x, b' = Σ y' over the rows.
 */
record Linear() implements PrimitiveOp {
    /** For kernels: of the operands, product and bias, the second is the same number along a row. */
    private static final long ONE_BIAS = 1L << 1;

    /**
     * The product x·Wᵀ in float32, and what a formula of its elements, and of the bias if there is one, makes of them,
     * part by part. The last result goes to {@code result}, one before it to {@code sums}.
     *
     * @param sums where the product goes; {@code result} or another tensor
     */
    static void multiply(Tensor x, Tensor weight, @Nullable Tensor bias, Formula formula, Tensor sums, Tensor result) {
        int rows = x.shape().size(0);
        int out = weight.shape().size(0);
        Matrix transposed = MatMul.matrix(weight).transposed(); // (in, out)
        float[] product = sums.floats();
        float[][] in = bias == null ? new float[][] {product} : new float[][] {product, bias.floats()};
        int[] inOffset = bias == null ? new int[] {sums.offset()} : new int[] {sums.offset(), bias.offset()};
        boolean both = formula.resultCount() == 2;
        float[][] to = both ? new float[][] {product, result.floats()} : new float[][] {result.floats()};
        int[] toOffset = both ? new int[] {sums.offset(), result.offset()} : new int[] {result.offset()};
        Reduction[] stored = RowLoop.repeat(Reduction.STORE, formula.resultCount());
        if (out == 1) { // A row of one element costs as much as one of many: the column is taken as a row.
            Gemm.sgemm(rows, 1, x.shape().size(1), MatMul.matrix(x), transposed, MatMul.matrix(sums), false);
            int[] none = new int[2];
            formula.kernel(bias == null ? 0 : ONE_BIAS, stored).run(in, inOffset, none, to, toOffset, none, 1, rows);
            return;
        }
        var epilogue = new Epilogue(
                formula.kernel(0, stored), in, inOffset, new int[] {out, 0}, to, toOffset, new int[] {out, out});
        Gemm.sgemm(rows, out, x.shape().size(1), MatMul.matrix(x), transposed, MatMul.matrix(sums), epilogue);
    }

    /** Checks the shapes of [.., in], [out, in] and, if there is one, [out]. */
    static void check(String operation, Shape input, Shape weight, @Nullable Shape bias) {
        if (weight.rank() != 2 || input.rank() == 0 || input.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException("%s: input %s does not fit weight %s; expected [.., in] and [out, in]"
                    .formatted(operation, input, weight));
        }
        if (bias != null && !bias.equals(Shape.of(weight.size(0)))) {
            throw new IllegalArgumentException("%s: bias %s does not fit weight %s; expected [%d]"
                    .formatted(operation, bias, weight, weight.size(0)));
        }
    }

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
            case FLOAT32 -> multiply(x, weight, bias, Formulas.ADD, result, result);
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
