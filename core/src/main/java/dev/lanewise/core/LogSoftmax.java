package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.List;

/** ln softmax(x) = x − max − ln Σ exp(x − max) along the last axis. */
record LogSoftmax() implements PrimitiveOp {
    static final Formula EXP_OF_DIFFERENCE =
            Formula.of("expOfDifference", (x, max) -> SpecialFunctions.expOfNonPositive(x.sub(max)));
    private static final Formula NORMALIZED =
            Formula.of("logNormalized", (x, max, sum) -> x.sub(max).sub(sum.log()));

    @Override
    public String name() {
        return "logSoftmax";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return 5L * results.getFirst().count();
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Tensor x = operands.getFirst().contiguous();
        Rows rows = Rows.of(x);
        int n = rows.n();
        Tensor max = rows.perRow();
        Tensor sum = rows.perRow();
        Tensor result = rows.another();
        new RowPasses(rows.count())
                .over(n, Formulas.IDENTITY, List.of(rows.matrix()), List.of(max), Reduction.MAX)
                .over(n, EXP_OF_DIFFERENCE, List.of(rows.matrix(), max), List.of(sum), Reduction.SUM)
                .over(n, NORMALIZED, List.of(rows.matrix(), max, sum), List.of(result), Reduction.STORE)
                .run();
        return Computed.of(result.view(x.shape(), 0, x.shape().contiguousStrides()));
    }

    @Override
    public boolean keepsResult(int result) {
        return true;
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        saved.give(0, () -> {
            T gradient = saved.gradient();
            return gradient.sub(
                    saved.result(0).exp().mul(gradient.sum(Axes.of(-1).kept())));
        });
    }
}
