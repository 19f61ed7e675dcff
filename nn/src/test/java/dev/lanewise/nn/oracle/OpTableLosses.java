package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.MarginLosses;

/** The losses of torch-ops. */
final class OpTableLosses {
    private OpTableLosses() {}

    static void fill(OpTable table) {
        table.method("cross_entropy", OpTableLosses::crossEntropy);
        table.method(
                "cross_entropy_soft",
                c -> Losses.crossEntropy(
                        classesLast(c.x()), classesLast(c.get("p")).value(), config(c)));
        table.method("nll_loss", c -> Losses.negativeLogLikelihood(classesLast(c.x()), c.ints("t"), config(c)));
        table.method("bce_with_logits", c -> {
            Variable weights = c.orNull("pw");
            return Losses.binaryCrossEntropyWithLogits(
                    c.x(), c.y().value(), weights == null ? null : weights.value(), c.reduction());
        });
        table.method("bce_loss", c -> Losses.binaryCrossEntropy(c.x(), c.y().value(), c.reduction()));
        // Both operands have gradients here: the loss of their difference against zeros gives both.
        table.method("mse_loss", c -> Losses.mse(c.x().sub(c.y()), c.zeros(c.x()), c.reduction()));
        table.method("l1_loss", c -> Losses.l1(c.x().sub(c.y()), c.zeros(c.x()), c.reduction()));
        table.method(
                "huber_loss", c -> Losses.huber(c.x().sub(c.y()), c.zeros(c.x()), c.number("delta"), c.reduction()));
        table.method(
                "smooth_l1_loss",
                c -> Losses.smoothL1(c.x().sub(c.y()), c.zeros(c.x()), c.number("beta"), c.reduction()));
        table.method("kl_div", c -> Losses.klDivergence(c.x(), c.y().value(), c.reduction()));
        table.method("poisson_nll_loss", c -> {
            return c.flag("log_input")
                    ? Losses.poissonNll(c.x(), c.y().value(), c.flag("full"), c.reduction())
                    : Losses.poissonNllOfRates(
                            c.x(), c.y().value(), c.number("eps", 1e-8), c.flag("full"), c.reduction());
        });
        table.method(
                "gaussian_nll_loss",
                c -> Losses.gaussianNll(
                        c.x().sub(c.y()), c.get("v"), c.zeros(c.x()), c.number("eps"), c.flag("full"), c.reduction()));
        table.method("soft_margin_loss", c -> MarginLosses.softMargin(c.x(), c.y().value(), c.reduction()));
        table.method(
                "margin_ranking_loss",
                c -> MarginLosses.marginRanking(c.a(), c.b(), c.y().value(), c.number("margin"), c.reduction()));
        table.method(
                "hinge_embedding_loss",
                c -> MarginLosses.hingeEmbedding(c.x(), c.y().value(), c.number("margin"), c.reduction()));
        table.method(
                "cosine_embedding_loss",
                c -> MarginLosses.cosineEmbedding(c.a(), c.b(), c.y().value(), c.number("margin"), c.reduction()));
        table.method(
                "triplet_margin_loss",
                c -> MarginLosses.tripletMargin(
                        c.a(),
                        c.get("p"),
                        c.get("n"),
                        c.number("margin"),
                        (x, y) -> x.pairwiseDistance(y, c.number("p", 2), c.number("eps", 1e-6)),
                        c.flag("swap"),
                        c.reduction()));
        table.method(
                "multi_margin_loss",
                c -> MarginLosses.multiMargin(
                        c.x(),
                        c.ints("t"),
                        c.number("margin"),
                        c.number("p", 1),
                        c.flag("weighted") ? c.get("w").value() : null,
                        c.reduction()));
        table.method("multilabel_margin_loss", c -> MarginLosses.multilabelMargin(c.x(), c.ints("t"), c.reduction()));
        table.method(
                "multilabel_soft_margin_loss",
                c -> MarginLosses.multilabelSoftMargin(
                        c.x(), c.y().value(), c.flag("weighted") ? c.get("w").value() : null, c.reduction()));
    }

    private static Losses.CrossEntropyConfig config(OpCall c) {
        var config = Losses.CrossEntropyConfig.DEFAULTS
                .withIgnored((int) c.number("ignore_index", Losses.IGNORED))
                .withSmoothing(c.number("label_smoothing", 0))
                .withReduction(c.reduction());
        return c.flag("weighted") ? config.withWeights(c.get("w").value()) : config;
    }

    private static Variable crossEntropy(OpCall c) {
        return Losses.crossEntropy(classesLast(c.x()), c.ints("t"), config(c));
    }

    /** Classes are the second axis in PyTorch, the last one here. */
    private static Variable classesLast(Variable x) {
        int rank = x.shape().rank();
        int[] order = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            order[axis] = axis == 0 ? 0 : axis == rank - 1 ? 1 : axis + 1;
        }
        return rank > 2 ? x.permute(order) : x;
    }
}
