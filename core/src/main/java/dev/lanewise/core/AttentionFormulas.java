package dev.lanewise.core;

import dev.lanewise.core.kernel.AttentionKernel;
import dev.lanewise.core.kernel.Reduction;

/** The row formulas of attention, handed to its kernel, which knows no formulas. */
final class AttentionFormulas {
    private static final Formula MAX = Formula.of("rowMax", x -> x);
    /** exp(s · scale − max · scale), stored and summed. */
    private static final Formula WEIGHTS = Formula.of("attentionWeights", (s, max, scale) -> {
        Expr weight = SpecialFunctions.expOfNonPositive(s.sub(max).mul(scale));
        return Results.results(weight, weight);
    });

    private static final Formula NORMALIZED = Formula.of("attentionNormalized", (x, sum) -> x.div(sum));
    /** ln Σ exp of the scaled scores' differences from the largest. */
    private static final Formula LOG_SUM = Formula.of("attentionLogSum", sum -> sum.log());

    /** The weights again, from the saved largest score and the logarithm of their sum. */
    private static final Formula WEIGHTS_AGAIN = Formula.of(
            "attentionWeightsAgain",
            (s, max, logSum, scale) ->
                    SpecialFunctions.expOfNonPositive(s.sub(max).fma(scale, logSum.neg())));

    private static final Formula PRODUCT = Formula.of("rowProduct", (x, y) -> x.mul(y));
    private static final Formula SCORE_GRADIENT = Formula.of(
            "attentionScoreGradient",
            (p, g, delta, scale) -> p.mul(g.sub(delta)).mul(scale));

    static final AttentionKernel.Rows KERNELS = new AttentionKernel.Rows(
            MAX.kernel(0b0, Reduction.MAX),
            WEIGHTS.kernel(0b110, Reduction.STORE, Reduction.SUM),
            NORMALIZED.kernel(0b10, Reduction.STORE),
            LOG_SUM.kernel(0b0, Reduction.STORE),
            WEIGHTS_AGAIN.kernel(0b1110, Reduction.STORE),
            PRODUCT.kernel(0b00, Reduction.SUM),
            SCORE_GRADIENT.kernel(0b1100, Reduction.STORE));

    private AttentionFormulas() {}
}
