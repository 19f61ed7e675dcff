package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Layer normalisation over the last axis: x̂ = (x − μ) · ρ with ρ = 1/√(σ² + ε), y = x̂ · w + b. Operands: x, and
 * optionally w, and optionally b.
 *
 * <p>A mean far from 0 is rounded; what it lacks, δ = mean(x − μ), is found in the pass that sums the squares, and x̂ =
 * (x − μ − δ) · ρ keeps its accuracy where the mean is large against the deviation.
 *
 * <p>Backward, with h = g·w and means over the row: x' = ρ · (h − mean(h) − x̂ · mean(h · x̂)); w' = Σ g · x̂ and b' =
 * Σ g over the rows.
 */
record LayerNorm(double epsilon) implements FusedOp {
    private static final Formula MEAN = Formula.of("mean", (sum, count) -> sum.div(count));

    /** Sums of the distances from the rounded mean, and of their squares. */
    private static final Formula DISTANCES = Formula.of("distances", (x, mean) -> {
        Expr distance = x.sub(mean);
        return Results.results(distance, distance.square());
    });

    /** ρ, with the variance about the true mean: Σd²/n − δ². */
    private static final Formula RECIPROCAL_DEVIATION = Formula.of(
            "reciprocalDeviation",
            (squares, delta, count, epsilon) ->
                    squares.div(count).sub(delta.square()).max(0).add(epsilon).rsqrt());

    private static final Formula NORMALIZED =
            Formula.of("layerNorm", (x, mean, delta, rho) -> normalized(x, mean, delta, rho));
    private static final Formula WEIGHTED = Formula.of(
            "layerNormWeighted",
            (x, mean, delta, rho, w) -> normalized(x, mean, delta, rho).mul(w));
    private static final Formula AFFINE = Formula.of(
            "layerNormAffine",
            (x, mean, delta, rho, w, b) -> normalized(x, mean, delta, rho).fma(w, b));

    /** Row sums of h and of h · x̂. */
    private static final Formula ROW_SUMS = Formula.of("layerNormRowSums", (g, w, x, mean, delta, rho) -> {
        Expr h = g.mul(w);
        return Results.results(h, h.mul(normalized(x, mean, delta, rho)));
    });

    private static final Formula INPUT_GRADIENT = Formula.define("layerNormInputGradient", o -> {
        Expr h = o.operand("gradient").mul(o.operand("weight"));
        Expr x = o.operand("x");
        Expr mean = o.operand("mean");
        Expr delta = o.operand("delta");
        Expr rho = o.operand("rho");
        Expr sum = o.operand("sum");
        Expr productSum = o.operand("productSum");
        Expr share = o.operand("reciprocalCount");
        Expr slope = normalized(x, mean, delta, rho).mul(productSum.mul(share));
        return h.sub(sum.mul(share)).sub(slope).mul(rho);
    });

    /** Column sums of g · x̂ and of g. */
    private static final Formula PARAMETER_GRADIENTS = Formula.of(
            "layerNormParameterGradients",
            (g, x, mean, delta, rho) -> Results.results(g.mul(normalized(x, mean, delta, rho)), g));

    private static final Formula WEIGHT_GRADIENT =
            Formula.of("layerNormWeightGradient", (g, x, mean, delta, rho) -> g.mul(normalized(x, mean, delta, rho)));

    private static Expr normalized(Expr x, Expr mean, Expr delta, Expr rho) {
        return x.sub(mean).sub(delta).mul(rho);
    }

    @Override
    public String name() {
        return "layerNorm";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return 8L * results.getFirst().count();
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Elementwise.checkTypes(name(), operands);
        Tensor x = operands.getFirst();
        Rows rows = Rows.of(x);
        int count = rows.count();
        int n = rows.n();
        Tensor size = Tensor.scalar(n);
        Tensor matrix = rows.matrix();
        Tensor sum = rows.perRow();
        Tensor mean = rows.perRow();
        Tensor distances = rows.perRow();
        Tensor squares = rows.perRow();
        Tensor delta = rows.perRow();
        Tensor rho = rows.perRow();
        Tensor result = rows.another();
        List<Tensor> all = new ArrayList<>(List.of(matrix, mean, delta, rho));
        for (Tensor parameter : operands.subList(1, operands.size())) {
            all.add(parameter.contiguous());
        }
        Formula formula = operands.size() == 1 ? NORMALIZED : operands.size() == 2 ? WEIGHTED : AFFINE;
        new RowPasses(count)
                .over(n, Formulas.IDENTITY, List.of(matrix), List.of(sum), Reduction.SUM)
                .perRow(MEAN, List.of(sum, size), List.of(mean))
                .over(n, DISTANCES, List.of(matrix, mean), List.of(distances, squares), Reduction.SUM, Reduction.SUM)
                .perRow(MEAN, List.of(distances, size), List.of(delta))
                .perRow(RECIPROCAL_DEVIATION, List.of(squares, delta, size, Tensor.scalar(epsilon)), List.of(rho))
                .over(n, formula, all, List.of(result), Reduction.STORE)
                .run();
        return new Computed(
                List.of(result.view(x.shape(), 0, x.shape().contiguousStrides())), List.of(mean, delta, rho));
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true; // the bias too: gradients of gradients go through the definition
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        Rows x = Rows.of(saved.operand(0));
        Tensor g = Rows.of(saved.gradient()).matrix();
        Tensor mean = saved.state().get(0);
        Tensor delta = saved.state().get(1);
        Tensor rho = saved.state().get(2);
        int count = x.count();
        int n = x.n();
        saved.give(0, () -> {
            Tensor w = saved.operandCount() > 1 ? saved.operand(1).contiguous() : Tensor.scalar(1);
            Tensor sum = x.perRow();
            Tensor productSum = x.perRow();
            Tensor result = x.another();
            new RowPasses(count)
                    .over(
                            n,
                            ROW_SUMS,
                            List.of(g, w, x.matrix(), mean, delta, rho),
                            List.of(sum, productSum),
                            Reduction.SUM,
                            Reduction.SUM)
                    .over(
                            n,
                            INPUT_GRADIENT,
                            List.of(g, w, x.matrix(), mean, delta, rho, sum, productSum, Tensor.scalar(1.0 / n)),
                            List.of(result),
                            Reduction.STORE)
                    .run();
            return result.view(saved.operandShape(0), 0, saved.operandShape(0).contiguousStrides());
        });
        if (saved.operandCount() == 3 && saved.needs(1) && saved.needs(2)) {
            List<Tensor> sums = Reductions.reduceAll(
                    PARAMETER_GRADIENTS, List.of(g, x.matrix(), mean, delta, rho), Axes.of(0), Reduction.SUM);
            saved.give(1, () -> sums.get(0));
            saved.give(2, () -> sums.get(1));
        } else if (saved.operandCount() > 1) {
            saved.give(
                    1,
                    () -> Reductions.reduce(
                            WEIGHT_GRADIENT, List.of(g, x.matrix(), mean, delta, rho), Axes.of(0), Reduction.SUM));
            if (saved.operandCount() == 3) {
                saved.give(2, () -> g.sum(0));
            }
        }
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T x = operands.getFirst();
        Axes last = Axes.of(-1).kept();
        T distance = x.sub(x.mean(last));
        T centered = distance.sub(distance.mean(last));
        T result = centered.mul(centered.square().mean(last).add(epsilon).rsqrt());
        if (operands.size() > 1) {
            result = result.mul(operands.get(1));
        }
        return List.of(operands.size() > 2 ? result.add(operands.get(2)) : result);
    }
}
