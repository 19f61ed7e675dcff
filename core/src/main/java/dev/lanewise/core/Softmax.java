package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.List;

/** exp(x) / Σ exp(x) along the last axis. */
record Softmax() implements PrimitiveOp {
    /** Shifted by the row's maximum, so that the largest exponential is 1. */
    static final Formula SHIFTED_EXP = Formula.of("shiftedExp", (x, max) -> {
        Expr exp = SpecialFunctions.expOfNonPositive(x.sub(max));
        return Results.results(exp, exp);
    });

    private static final Formula SCALED = Formula.of("scaled", (x, divisor) -> x.div(divisor));

    @Override
    public String name() {
        return "softmax";
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
        Tensor exp = rows.another();
        Tensor sum = rows.perRow();
        new RowPasses(rows.count())
                .over(n, Formulas.IDENTITY, List.of(rows.matrix()), List.of(max), Reduction.MAX)
                .over(n, SHIFTED_EXP, List.of(rows.matrix(), max), List.of(exp, sum), Reduction.STORE, Reduction.SUM)
                // in place: exp is this operation's own until it returns
                .over(n, SCALED, List.of(exp, sum), List.of(exp), Reduction.STORE)
                .run();
        return Computed.of(exp.view(x.shape(), 0, x.shape().contiguousStrides()));
    }

    @Override
    public boolean keepsResult(int result) {
        return true;
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        saved.give(0, () -> {
            T y = saved.result(0);
            T product = saved.gradient().mul(y);
            return product.sub(y.mul(product.sum(Axes.of(-1).kept())));
        });
    }
}
