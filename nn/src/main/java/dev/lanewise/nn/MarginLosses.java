package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Losses that ask for a distance, a margin, between what belongs together and what does not. */
public final class MarginLosses {
    /** A margin that is just kept has a gradient, as in PyTorch: so these losses are clamped, and not a ReLU. */
    private static final double UNLIMITED = Double.POSITIVE_INFINITY;

    /** What PyTorch adds to squared lengths in {@link #cosineEmbedding}, in single precision. */
    private static final double COSINE_EPSILON = 1e-12f;

    private MarginLosses() {}

    /**
     * max(0, margin − t · (x − y)): x should be larger than y by the margin where t is 1, smaller where it is −1.
     *
     * @param signs t, 1 or −1, of the scores' shape
     */
    public static Variable marginRanking(Variable x, Variable y, Tensor signs, double margin, Reduction reduction) {
        check("marginRanking", x.shape(), y.shape());
        check("marginRanking", x.shape(), signs.shape());
        return reduction.of(y.sub(x).mul(x.constant(signs)).add(margin).clamp(0, UNLIMITED));
    }

    /**
     * x where t is 1, max(0, margin − x) where it is −1: distances of pairs, small for those alike.
     *
     * @param signs t, 1 or −1, of the distances' shape
     */
    public static Variable hingeEmbedding(Variable distances, Tensor signs, double margin, Reduction reduction) {
        check("hingeEmbedding", distances.shape(), signs.shape());
        Variable apart = distances.neg().add(margin).clamp(0, UNLIMITED);
        return reduction.of(distances.constant(signs.gt(0)).where(distances, apart));
    }

    /**
     * 1 − cos(x, y) where t is 1, max(0, cos(x, y) − margin) where it is −1, over the last axis.
     *
     * @param signs t, 1 or −1, one for each pair of vectors
     */
    public static Variable cosineEmbedding(Variable x, Variable y, Tensor signs, double margin, Reduction reduction) {
        check("cosineEmbedding", x.shape(), y.shape());
        check("cosineEmbedding", x.shape().without(-1), signs.shape());
        Variable lengths = x.square()
                .sum(-1)
                .add(COSINE_EPSILON)
                .mul(y.square().sum(-1).add(COSINE_EPSILON))
                .sqrt();
        Variable cosine = x.mul(y).sum(-1).div(lengths);
        return reduction.of(x.constant(signs.gt(0))
                .where(cosine.neg().add(1), cosine.sub(margin).clamp(0, UNLIMITED)));
    }

    /**
     * max(0, |anchor − positive| − |anchor − negative| + margin), over the last axis (Schroff et al. 2015,
     * arXiv:1503.03832): {@link #tripletMargin(Variable, Variable, Variable, double, BinaryOperator, boolean,
     * Reduction)} of the distances {@code x.pairwiseDistance(y, p, epsilon)}.
     *
     * @param p the norm of distances, commonly 2
     * @param epsilon added to differences, commonly 1e-6
     */
    public static Variable tripletMargin(
            Variable anchor,
            Variable positive,
            Variable negative,
            double margin,
            double p,
            double epsilon,
            Reduction reduction) {
        return tripletMargin(
                anchor, positive, negative, margin, (x, y) -> x.pairwiseDistance(y, p, epsilon), false, reduction);
    }

    /**
     * max(0, d(anchor, positive) − d(anchor, negative) + margin): what belongs together should be nearer than what does
     * not by the margin.
     *
     * @param distance d, of two variables of the anchors' shape
     * @param swapped whether the negative's distance is that from the anchor or from the positive, whichever is less
     *     (Balntas et al. 2016, doi:10.5244/C.30.119)
     */
    public static Variable tripletMargin(
            Variable anchor,
            Variable positive,
            Variable negative,
            double margin,
            BinaryOperator<Variable> distance,
            boolean swapped,
            Reduction reduction) {
        check("tripletMargin", anchor.shape(), positive.shape());
        check("tripletMargin", anchor.shape(), negative.shape());
        Variable near = distance.apply(anchor, positive);
        Variable far = distance.apply(anchor, negative);
        if (swapped) {
            far = far.minimum(distance.apply(positive, negative));
        }
        return reduction.of(near.add(margin).sub(far).clamp(0, UNLIMITED));
    }

    /** ln(1 + e^(−t·x)): scores whose sign should be that of t, 1 or −1. */
    public static Variable softMargin(Variable scores, Tensor signs, Reduction reduction) {
        check("softMargin", scores.shape(), signs.shape());
        return reduction.of(scores.mul(scores.constant(signs)).neg().softplus());
    }

    /**
     * Σ max(0, margin − x[t] + x[c])ᵖ / C over the classes c other than the target t: the target's score should be the
     * largest by the margin.
     *
     * @param scores [examples, classes], or [classes] of one example
     * @param targets [examples], class numbers; of one example [] or [1]
     * @param p 1 or 2
     */
    public static Variable multiMargin(
            Variable scores, IntTensor targets, double margin, double p, Reduction reduction) {
        return multiMargin(scores, targets, margin, p, null, reduction);
    }

    /**
     * {@link #multiMargin(Variable, IntTensor, double, double, Reduction)}, each example's loss times the weight of its
     * target's class.
     *
     * @param weights [classes]; null if all count the same
     */
    public static Variable multiMargin(
            Variable scores,
            IntTensor targets,
            double margin,
            double p,
            @Nullable Tensor weights,
            Reduction reduction) {
        if (scores.shape().rank() == 1 && targets.shape().count() == 1) {
            Variable row = scores.unsqueeze(0); // (1, classes)
            Variable losses = multiMargin(row, targets.reshape(1), margin, p, weights, reduction);
            return reduction == Reduction.NONE ? losses.reshape(targets.shape().toArray()) : losses;
        }
        if (scores.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "multiMargin: scores have shape %s, targets %s; expected [examples, classes] and [examples], or [classes] and []"
                            .formatted(scores.shape(), targets.shape()));
        }
        check("multiMargin", scores.shape().without(-1), targets.shape());
        int classes = scores.shape().size(1);
        Variable own = scores.gather(1, targets.reshape(-1, 1)); // (examples, 1)
        Variable others =
                scores.constant(targets.oneHot(classes).to(scores.dtype()).eq(0));
        Variable excess = excess(others, scores.sub(own).add(margin));
        Variable powers = p == 1 ? excess : excess.pow(p);
        Variable losses = powers.sum(1).div(classes);
        if (weights != null) {
            check("multiMargin, weights of classes", Shape.of(classes), weights.shape());
            losses = losses.mul(scores.constant(weights.indexSelect(0, targets)));
        }
        return reduction.of(losses);
    }

    /**
     * Σ max(0, 1 − x[t] + x[c]) / C over an example's target classes t and all other classes c: each target's score
     * should be larger by 1 than each other's.
     *
     * @param scores [examples, classes], or [classes] of one example
     * @param targets of the same shape, in each row the target classes' numbers, then −1; what follows that does not
     *     count
     */
    public static Variable multilabelMargin(Variable scores, IntTensor targets, Reduction reduction) {
        check("multilabelMargin", scores.shape(), targets.shape());
        if (scores.shape().rank() == 1) {
            Variable losses = multilabelMargin(scores.unsqueeze(0), targets.reshape(1, -1), reduction);
            return reduction == Reduction.NONE ? losses.squeeze(0) : losses;
        }
        if (scores.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "multilabelMargin: scores have shape %s, expected [examples, classes] or [classes]"
                            .formatted(scores.shape()));
        }
        int classes = scores.shape().size(1);
        double[] isTarget = new double[scores.shape().count()];
        for (int row = 0; row < scores.shape().size(0); row++) {
            for (int i = 0; i < classes && targets.get(row * classes + i) != -1; i++) {
                int target = targets.get(row * classes + i);
                if (target < 0 || target >= classes) {
                    throw new IndexOutOfBoundsException(
                            "multilabelMargin: target %d of example %d is out of range: expected 0 to %d, or -1 after the last"
                                    .formatted(target, row, classes - 1));
                }
                isTarget[row * classes + target] = 1;
            }
        }
        Tensor wanted = Tensor.of(scores.dtype(), scores.shape(), isTarget);
        Tensor counted = wanted.unsqueeze(2).mul(wanted.neg().add(1).unsqueeze(1)); // (examples, targets, others)
        Variable lead = scores.unsqueeze(1).sub(scores.unsqueeze(2)).add(1);
        return reduction.of(
                excess(scores.constant(counted), lead).sum(Axes.of(1, 2)).div(classes));
    }

    /**
     * The mean over classes of the binary cross-entropy of logits: examples that may belong to several classes.
     *
     * @param logits [.., classes]
     * @param targets 0 or 1, of the same shape
     */
    public static Variable multilabelSoftMargin(Variable logits, Tensor targets, Reduction reduction) {
        return multilabelSoftMargin(logits, targets, null, reduction);
    }

    /**
     * {@link #multilabelSoftMargin(Variable, Tensor, Reduction)} with classes that count more or less than others.
     *
     * @param weights by which each class's loss is multiplied before the mean, [classes], or null for 1
     */
    public static Variable multilabelSoftMargin(
            Variable logits, Tensor targets, @Nullable Tensor weights, Reduction reduction) {
        check("multilabelSoftMargin", logits.shape(), targets.shape());
        Variable losses = Losses.binaryCrossEntropyWithLogits(logits, targets, null, Reduction.NONE);
        if (weights != null) {
            check(
                    "multilabelSoftMargin, weights of classes",
                    Shape.of(logits.shape().size(-1)),
                    weights.shape());
            losses = losses.mul(logits.constant(weights));
        }
        return reduction.of(losses.mean(-1));
    }

    /** max(0, x) of what counts; else 0 even where x, a difference of infinite scores, is NaN. */
    private static Variable excess(Variable counted, Variable x) {
        return counted.where(x, x.constant(0)).relu();
    }

    private static void check(String loss, Shape expected, Shape given) {
        if (!expected.equals(given)) {
            throw new IllegalArgumentException(
                    "%s: shapes %s and %s do not fit, expected the same".formatted(loss, expected, given));
        }
    }
}
