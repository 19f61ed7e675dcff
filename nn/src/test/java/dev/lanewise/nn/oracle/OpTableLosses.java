package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.nn.Losses;

/** The losses of torch-ops. */
final class OpTableLosses {
    private OpTableLosses() {}

    static void fill(OpTable table) {
        table.method("cross_entropy", OpTableLosses::crossEntropy);
        table.method("bce_with_logits", OpTableLosses::binaryCrossEntropy);
        // Both operands have gradients here: the loss of their difference against zeros gives both.
        table.method("mse_loss", c -> c.reducedFromMean(Losses.mse(c.x().sub(c.y()), c.zeros(c.x()))));
        table.method("l1_loss", c -> c.reducedFromMean(Losses.l1(c.x().sub(c.y()), c.zeros(c.x()))));
        table.method(
                "huber_loss",
                c -> c.reducedFromMean(Losses.huber(c.x().sub(c.y()), c.zeros(c.x()), c.number("delta"))));
        table.line("smooth_l1_loss", c -> {
            double beta = c.number("beta");
            return c.reducedFromMean(
                    Losses.huber(c.x().sub(c.y()), c.zeros(c.x()), beta).div(beta));
        });
        table.line("bce_loss", c -> {
            Variable one = c.x().constant(1);
            return c.reduced(c.y().mul(c.x().log())
                    .add(one.sub(c.y()).mul(one.sub(c.x()).log()))
                    .neg());
        });
        table.line("soft_margin_loss", c -> c.reduced(c.x().mul(c.y()).neg().softplus()));
        table.line("poisson_nll_loss", c -> c.reduced(c.x().exp().sub(c.x().mul(c.y()))));
        table.line(
                "margin_ranking_loss",
                c -> c.reduced(
                        c.b().sub(c.a()).mul(c.y()).add(c.number("margin")).relu()));
        table.line(
                "cross_entropy_soft",
                c -> c.reduced(c.x().logSoftmax(-1).mul(c.get("p")).sum(-1).neg()));
        table.line("gaussian_nll_loss", c -> {
            Variable variance = c.get("v").maximum(c.number("eps"));
            return c.reduced(
                    variance.log().add(c.x().sub(c.y()).square().div(variance)).mul(0.5));
        });
    }

    private static Variable crossEntropy(OpCall c) {
        if (c.flag("weighted") || c.number("label_smoothing", 0) != 0) {
            throw new OpCall.Uncovered("class weights and label smoothing");
        }
        IntTensor targets = c.ints("t");
        int ignored = (int) c.number("ignore_index", Losses.IGNORED);
        Variable logits = c.x().shape().rank() == 3 ? c.x().transpose(1, 2) : c.x(); // class axis last
        if (c.reducesTo("mean")) {
            return Losses.crossEntropy(logits, targets, ignored);
        }
        return c.reduced(logits.crossEntropy(targets, ignored));
    }

    private static Variable binaryCrossEntropy(OpCall c) {
        if (c.flag("pos_weighted")) {
            throw new OpCall.Uncovered("weights of positives");
        }
        return c.reducesTo("none")
                ? c.x().softplus().sub(c.x().mul(c.y()))
                : c.reducedFromMean(Losses.binaryCrossEntropy(c.x(), c.y().value()));
    }
}
