package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Losses: how far a model's outputs are from what they should be, as one number: the mean over all examples, or what a
 * {@link Reduction} says.
 */
public final class Losses {
    /** The target that PyTorch's cross-entropy ignores unless told otherwise. */
    public static final int IGNORED = -100;

    /**
     * Where p(1 − p) is below this, PyTorch's binary_cross_entropy has the slope (p − t) / 1e-12, in single precision.
     */
    private static final double LEAST_SPREAD = 1e-12f;

    private Losses() {}

    /**
     * The mean of −ln softmax(logits)[target].
     *
     * @param logits [.., classes], any numbers
     * @param targets [..], class numbers; rows with target {@link #IGNORED} do not count
     */
    public static Variable crossEntropy(Variable logits, IntTensor targets) {
        return crossEntropy(logits, targets, IGNORED);
    }

    /**
     * The mean of −ln softmax(logits)[target] over the rows whose target is not {@code ignored}; NaN if there is none.
     *
     * @param ignored a number that is no class
     */
    public static Variable crossEntropy(Variable logits, IntTensor targets, int ignored) {
        int counted = 0;
        for (int i = 0; i < targets.shape().count(); i++) {
            counted += targets.get(i) == ignored ? 0 : 1;
        }
        return logits.crossEntropy(targets, ignored).sum().div(counted);
    }

    /**
     * {@link #crossEntropy(Variable, IntTensor)} of what a last layer makes of its inputs, without keeping that: less
     * memory, and a little faster, where there are many classes.
     *
     * @param inputs [.., in]
     * @param targets [..], class numbers; rows with target {@link #IGNORED} do not count
     */
    public static Variable linearCrossEntropy(Variable inputs, Linear last, IntTensor targets) {
        last.check(inputs);
        return linearCrossEntropy(inputs, last.weight().value(), last.biasValue(), targets);
    }

    /**
     * {@link #linearCrossEntropy(Variable, Linear, IntTensor)} with a layer's weights, as of an embedding that serves
     * as the last layer too.
     *
     * @param weight [classes, in]
     * @param bias [classes], or null for none
     */
    public static Variable linearCrossEntropy(
            Variable inputs, Variable weight, @Nullable Variable bias, IntTensor targets) {
        return inputs.linearCrossEntropy(weight, bias, targets, IGNORED);
    }

    /**
     * How {@link #crossEntropy(Variable, IntTensor, CrossEntropyConfig)} counts.
     *
     * @param ignored the target that does not count, commonly −100
     * @param weights of each class, [classes]: how much an example of it counts; null if all count the same
     * @param smoothing how much of the target probability 1 is spread evenly over all classes, 0 to 1 (Szegedy et al.
     *     2015, arXiv:1512.00567)
     * @param reduction the mean divides by the sum of the targets' weights
     */
    public record CrossEntropyConfig(int ignored, @Nullable Tensor weights, double smoothing, Reduction reduction) {
        /** As {@link #crossEntropy(Variable, IntTensor)}: all classes alike, no smoothing, the mean. */
        public static final CrossEntropyConfig DEFAULTS = new CrossEntropyConfig(IGNORED, null, 0, Reduction.MEAN);

        /** Checks the smoothing. */
        public CrossEntropyConfig {
            if (!(smoothing >= 0 && smoothing <= 1)) {
                throw new IllegalArgumentException(
                        "crossEntropy: smoothing %s is not between 0 and 1".formatted(smoothing));
            }
        }

        /** The same, with another target that does not count. */
        public CrossEntropyConfig withIgnored(int target) {
            return new CrossEntropyConfig(target, weights, smoothing, reduction);
        }

        /** The same, with these weights of classes. */
        public CrossEntropyConfig withWeights(Tensor classWeights) {
            return new CrossEntropyConfig(ignored, classWeights, smoothing, reduction);
        }

        /** The same, with this smoothing. */
        public CrossEntropyConfig withSmoothing(double share) {
            return new CrossEntropyConfig(ignored, weights, share, reduction);
        }

        /** The same, with this reduction. */
        public CrossEntropyConfig withReduction(Reduction other) {
            return new CrossEntropyConfig(ignored, weights, smoothing, other);
        }
    }

    /**
     * The cross-entropy with weighted classes and smoothed targets. With weights w and smoothing ε of C classes, the
     * loss of an example with target t is (1 − ε) · w[t] · −ln p[t] + ε/C · Σ w[c] · −ln p[c], p = softmax(logits).
     *
     * @param logits [.., classes], any numbers
     * @param targets [..], class numbers
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Variable crossEntropy(Variable logits, IntTensor targets, CrossEntropyConfig config) {
        Tensor weights = config.weights();
        if (weights == null && config.smoothing() == 0) {
            return config.reduction() == Reduction.MEAN
                    ? crossEntropy(logits, targets, config.ignored())
                    : config.reduction().of(logits.crossEntropy(targets, config.ignored()));
        }
        return negativeLogLikelihood("crossEntropy", logits.logSoftmax(-1), targets, config);
    }

    /**
     * The cross-entropy of probabilities as targets, −Σ p[c] · ln softmax(logits)[c] for each example.
     *
     * @param logits [.., classes], any numbers
     * @param probabilities [.., classes]
     */
    public static Variable crossEntropy(Variable logits, Tensor probabilities, Reduction reduction) {
        checkShapes("crossEntropy", logits, probabilities);
        return reduction.of(logits.logSoftmax(-1)
                .mul(logits.constant(probabilities))
                .sum(-1)
                .neg());
    }

    /**
     * The cross-entropy of probabilities as targets with weighted classes and smoothing: of an example, Σ w[c] · q[c] ·
     * −ln softmax(logits)[c], where q = (1 − ε) · p + ε/C. The mean divides by the number of examples.
     *
     * @param logits [.., classes], any numbers
     * @param probabilities p, [.., classes]
     * @param config its ignored target means nothing here
     */
    public static Variable crossEntropy(Variable logits, Tensor probabilities, CrossEntropyConfig config) {
        checkShapes("crossEntropy", logits, probabilities);
        double smoothing = config.smoothing();
        Tensor targets = probabilities;
        if (smoothing > 0) {
            targets = targets.mul(1 - smoothing).add(smoothing / logits.shape().size(-1));
        }
        if (config.weights() != null) {
            targets = targets.mul(classWeights("crossEntropy", logits, config.weights()));
        }
        return crossEntropy(logits, targets, config.reduction());
    }

    /**
     * Minus the mean of the logarithms of the targets' probabilities.
     *
     * @param logProbabilities [.., classes]
     * @param targets [..], class numbers; rows with target {@link #IGNORED} do not count
     */
    public static Variable negativeLogLikelihood(Variable logProbabilities, IntTensor targets) {
        return negativeLogLikelihood(logProbabilities, targets, CrossEntropyConfig.DEFAULTS);
    }

    /** {@link #crossEntropy(Variable, IntTensor, CrossEntropyConfig)} of logarithms of probabilities. */
    public static Variable negativeLogLikelihood(
            Variable logProbabilities, IntTensor targets, CrossEntropyConfig config) {
        return negativeLogLikelihood("negativeLogLikelihood", logProbabilities, targets, config);
    }

    private static Variable negativeLogLikelihood(
            String name, Variable logProbabilities, IntTensor targets, CrossEntropyConfig config) {
        Shape shape = logProbabilities.shape();
        if (shape.rank() == 0 || !shape.without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException(
                    "%s: targets of shape %s do not fit %s; expected that shape without its last axis"
                            .formatted(name, targets.shape(), shape));
        }
        int classes = shape.size(-1);
        Tensor weights = config.weights() == null
                ? Tensor.ones(logProbabilities.dtype(), Shape.of(classes))
                : classWeights(name, logProbabilities, config.weights());
        int count = targets.shape().count();
        int[] numbers = targets.toArray();
        double[] counts = new double[count];
        for (int i = 0; i < count; i++) {
            counts[i] = numbers[i] == config.ignored() ? 0 : 1;
            numbers[i] = numbers[i] == config.ignored() ? 0 : numbers[i]; // any class: it does not count
        }
        Tensor counted = Tensor.of(logProbabilities.dtype(), Shape.of(count), counts);
        Variable rows = logProbabilities.reshape(count, classes);
        Tensor targetWeights = weights.indexSelect(0, IntTensor.of(numbers)).mul(counted); // (count)
        Variable losses = rows.gather(1, IntTensor.of(Shape.of(count, 1), numbers))
                .squeeze(1)
                .mul(rows.constant(targetWeights))
                .mul(config.smoothing() - 1);
        if (config.smoothing() > 0) {
            Variable all = rows.mul(rows.constant(weights)).sum(1);
            losses = losses.sub(all.mul(config.smoothing() / classes));
        }
        Variable kept = rows.constant(counted).where(losses, rows.constant(0));
        return switch (config.reduction()) {
            case NONE -> kept.reshape(targets.shape().toArray());
            case SUM -> kept.sum();
            case MEAN -> kept.sum().div(rows.constant(targetWeights.sum()));
        };
    }

    private static Tensor classWeights(String loss, Variable scores, Tensor weights) {
        int classes = scores.shape().size(-1);
        if (!weights.shape().equals(Shape.of(classes))) {
            throw new IllegalArgumentException("%s: weights have shape %s, expected one for each of %d classes"
                    .formatted(loss, weights.shape(), classes));
        }
        return weights.to(scores.dtype());
    }

    /** The mean squared error, mean (prediction − target)². */
    public static Variable mse(Variable predictions, Tensor targets) {
        return mse(predictions, targets, Reduction.MEAN);
    }

    /** The squared error (prediction − target)² of each element. */
    public static Variable mse(Variable predictions, Tensor targets, Reduction reduction) {
        return reduction.of(difference("mse", predictions, targets).square());
    }

    /** The mean absolute error, mean |prediction − target|. */
    public static Variable l1(Variable predictions, Tensor targets) {
        return l1(predictions, targets, Reduction.MEAN);
    }

    /** The absolute error |prediction − target| of each element. */
    public static Variable l1(Variable predictions, Tensor targets, Reduction reduction) {
        return reduction.of(difference("l1", predictions, targets).abs());
    }

    /** The mean {@linkplain #huber(Variable, Tensor, double, Reduction) Huber loss}. */
    public static Variable huber(Variable predictions, Tensor targets, double delta) {
        return huber(predictions, targets, delta, Reduction.MEAN);
    }

    /**
     * The Huber loss of d = prediction − target: d²/2 where |d| ≤ δ, else δ(|d| − δ/2).
     *
     * @param delta where the parabola becomes a line, positive
     */
    public static Variable huber(Variable predictions, Tensor targets, double delta, Reduction reduction) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huber: delta %s is not positive".formatted(delta));
        }
        // One formula, and not two joined by where: the gradient of the square at an infinite distance would be 0 · ∞.
        Formula huber = Formula.of(
                "huber",
                d -> d.abs()
                        .le(delta)
                        .select(d.square().mul(0.5), d.abs().sub(0.5 * delta).mul(delta)));
        return reduction.of(difference("huber", predictions, targets).map(huber));
    }

    /**
     * The smooth L1 loss of d = prediction − target: d²/(2β) where |d| &lt; β, else |d| − β/2: the {@link #huber} loss
     * with δ = β, divided by β (Girshick 2015, arXiv:1504.08083, with β = 1).
     *
     * @param beta where the parabola becomes a line; 0 is {@link #l1}
     */
    public static Variable smoothL1(Variable predictions, Tensor targets, double beta, Reduction reduction) {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("smoothL1: beta %s is not 0 or more".formatted(beta));
        }
        return beta == 0
                ? l1(predictions, targets, reduction)
                : huber(predictions, targets, beta, reduction).div(beta);
    }

    /**
     * The mean {@linkplain #binaryCrossEntropyWithLogits(Variable, Tensor, Tensor, Reduction) cross-entropy of logits}.
     */
    public static Variable binaryCrossEntropyWithLogits(Variable logits, Tensor targets) {
        return binaryCrossEntropyWithLogits(logits, targets, Reduction.MEAN);
    }

    /** The {@linkplain #binaryCrossEntropyWithLogits(Variable, Tensor, Tensor, Reduction) cross-entropy of logits}. */
    public static Variable binaryCrossEntropyWithLogits(Variable logits, Tensor targets, Reduction reduction) {
        return binaryCrossEntropyWithLogits(logits, targets, null, reduction);
    }

    /**
     * The binary cross-entropy of logits, −w·t·ln sigmoid(x) − (1 − t)·ln(1 − sigmoid(x)), computed as (1 − t)·x + (1 +
     * (w − 1)·t)·ln(1 + e^(−x)).
     *
     * @param targets probabilities, of the logits' shape
     * @param positiveWeights how much positive examples count, w, which broadcasts; null for 1
     */
    public static Variable binaryCrossEntropyWithLogits(
            Variable logits, Tensor targets, @Nullable Tensor positiveWeights, Reduction reduction) {
        checkShapes("binaryCrossEntropyWithLogits", logits, targets);
        if (positiveWeights == null) {
            return reduction.of(logits.softplus().sub(logits.mul(logits.constant(targets))));
        }
        Tensor factor = positiveWeights.sub(1).mul(targets).add(1);
        return reduction.of(logits.mul(logits.constant(targets.neg().add(1)))
                .add(logits.neg().softplus().mul(logits.constant(factor))));
    }

    /**
     * The binary cross-entropy of probabilities, −t·ln p − (1 − t)·ln(1 − p), with logarithms of at least −100. Of
     * logits, {@link #binaryCrossEntropyWithLogits(Variable, Tensor)} is more accurate.
     *
     * @param targets probabilities, of the predictions' shape
     */
    public static Variable binaryCrossEntropy(Variable probabilities, Tensor targets, Reduction reduction) {
        checkShapes("binaryCrossEntropy", probabilities, targets);
        Variable p = probabilities;
        Variable others = p.neg().add(1);
        Variable atEdge = p.mul(others).lt(LEAST_SPREAD);
        Variable inside = atEdge.where(p.constant(0.5), p); // whose logarithms have slopes
        Variable positive = inside.log().mul(p.constant(targets));
        Variable negative = inside.neg().log1p().mul(p.constant(targets.neg().add(1)));
        Variable loss = positive.add(negative).neg();
        return reduction.of(atEdge.where(edgeLoss(p, targets), loss));
    }

    /** The loss of probabilities that are nearly 0 or 1, and its tangent there, (p − t) / {@link #LEAST_SPREAD}. */
    private static Variable edgeLoss(Variable probabilities, Tensor targets) {
        Tensor p = probabilities.value();
        Tensor others = targets.neg().add(1);
        Tensor loss = p.log()
                .maximum(-100)
                .mul(targets)
                .add(p.neg().log1p().maximum(-100).mul(others));
        Variable slope = probabilities.constant(p.sub(targets).div(LEAST_SPREAD));
        return probabilities.sub(probabilities.constant(p)).mul(slope).sub(probabilities.constant(loss));
    }

    /**
     * The Kullback-Leibler divergence t · (ln t − x) of each element, 0 where t is 0. (For the divergence of
     * distributions, sum over classes and take the mean over examples.)
     *
     * @param logProbabilities the model's, x
     * @param targets probabilities, of the same shape
     */
    public static Variable klDivergence(Variable logProbabilities, Tensor targets, Reduction reduction) {
        checkShapes("klDivergence", logProbabilities, targets);
        Variable target = logProbabilities.constant(targets);
        return reduction.of(logProbabilities.constant(targets.xlogy(targets)).sub(target.mul(logProbabilities)));
    }

    /**
     * Minus the log-likelihood of counts under Poisson distributions, eˣ − t·x, less what does not depend on x.
     *
     * @param logRates logarithms of the expected counts, x
     * @param targets counts, of the same shape
     */
    public static Variable poissonNll(Variable logRates, Tensor targets, Reduction reduction) {
        return poissonNll(logRates, targets, false, reduction);
    }

    /**
     * {@link #poissonNll(Variable, Tensor, Reduction)}, or all of minus the log-likelihood.
     *
     * @param full whether to add ln t!, which does not depend on x, by Stirling's formula: t·ln t − t + ln(2πt)/2 where
     *     t is above 1, else 0
     */
    public static Variable poissonNll(Variable logRates, Tensor targets, boolean full, Reduction reduction) {
        checkShapes("poissonNll", logRates, targets);
        Variable losses = logRates.exp().sub(logRates.mul(logRates.constant(targets)));
        return reduction.of(full ? losses.add(losses.constant(logFactorials(targets))) : losses);
    }

    /** ln t! by Stirling's formula where t is above 1, else 0. */
    private static Tensor logFactorials(Tensor counts) {
        Tensor many = counts.maximum(1); // of whose logarithm there is no NaN
        Tensor formula =
                many.log().mul(many).sub(many).add(many.mul(2 * Math.PI).log().mul(0.5));
        return counts.le(1).where(counts.constant(0), formula);
    }

    /**
     * Minus the log-likelihood of counts under Poisson distributions, r − t·ln(r + ε), less what does not depend on r.
     * Of logarithms of rates, {@link #poissonNll} is more accurate.
     *
     * @param rates the expected counts, r
     * @param targets counts, of the same shape
     * @param epsilon against the logarithm of 0, commonly 1e-8
     */
    public static Variable poissonNllOfRates(Variable rates, Tensor targets, double epsilon, Reduction reduction) {
        return poissonNllOfRates(rates, targets, epsilon, false, reduction);
    }

    /**
     * {@link #poissonNllOfRates(Variable, Tensor, double, Reduction)}, or all of minus the log-likelihood.
     *
     * @param full whether to add ln t!, as {@link #poissonNll(Variable, Tensor, boolean, Reduction)} does
     */
    public static Variable poissonNllOfRates(
            Variable rates, Tensor targets, double epsilon, boolean full, Reduction reduction) {
        checkShapes("poissonNllOfRates", rates, targets);
        Variable losses = rates.sub(rates.add(epsilon).log().mul(rates.constant(targets)));
        return reduction.of(full ? losses.add(losses.constant(logFactorials(targets))) : losses);
    }

    /**
     * Minus the log-likelihood of numbers under normal distributions, (ln v + (x − t)²/v) / 2, less what depends on
     * neither.
     *
     * @param means x
     * @param variances v, of the same shape, or one for each row of it (without the last axis, or with a last axis of
     *     size 1); those below epsilon count as epsilon, with its gradient
     * @param targets t, of the means' shape
     */
    public static Variable gaussianNll(
            Variable means, Variable variances, Tensor targets, double epsilon, Reduction reduction) {
        return gaussianNll(means, variances, targets, epsilon, false, reduction);
    }

    /**
     * {@link #gaussianNll(Variable, Variable, Tensor, double, Reduction)}, or all of minus the log-likelihood.
     *
     * @param full whether to add ln(2π)/2
     */
    public static Variable gaussianNll(
            Variable means, Variable variances, Tensor targets, double epsilon, boolean full, Reduction reduction) {
        Variable distance = difference("gaussianNll", means, targets);
        Variable given = perElement(variances, means.shape());
        Variable lack = given.constant(given.value().neg().add(epsilon));
        Variable variance = given.lt(epsilon).where(given.add(lack), given);
        Variable losses = variance.log().add(distance.square().div(variance)).mul(0.5);
        return reduction.of(full ? losses.add(0.5 * StrictMath.log(2 * Math.PI)) : losses);
    }

    /** Variances of elements, or of rows, so that they broadcast to the means. */
    private static Variable perElement(Variable variances, Shape means) {
        Shape given = variances.shape();
        if (given.equals(means) || (means.rank() > 0 && given.equals(means.withSize(-1, 1)))) {
            return variances;
        }
        if (means.rank() > 0 && given.equals(means.without(-1))) {
            return variances.unsqueeze(-1);
        }
        throw new IllegalArgumentException(
                "gaussianNll: variances have shape %s, means %s; expected the same, or one variance for each row"
                        .formatted(given, means));
    }

    /**
     * Connectionist temporal classification: minus the logarithm of the probability of a sequence of labels, whenever
     * each of them is said. At each time one class is said; said blanks are left out, and so is what repeats the class
     * before (Graves et al. 2006, doi:10.1145/1143844.1143891).
     *
     * <p>An example whose labels do not fit into its times has the loss ∞ and no gradient.
     *
     * <p>Of one example, all may come without the axis of examples.
     *
     * @param logProbabilities [batch, time, classes], as of {@code logSoftmax(-1)}
     * @param times [batch], how many of its times an example has
     * @param labels [batch, longest], classes; those behind an example's own may be anything
     * @param labelCounts [batch], how many labels an example has
     * @param blank the class that is no label, commonly 0
     * @param reduction the mean is that of losses by their numbers of labels, at least 1
     */
    public static Variable ctc(
            Variable logProbabilities,
            IntTensor times,
            IntTensor labels,
            IntTensor labelCounts,
            int blank,
            Reduction reduction) {
        if (logProbabilities.shape().rank() == 2
                && labels.shape().rank() == 1
                && times.shape().count() == 1
                && labelCounts.shape().count() == 1) {
            Variable one = logProbabilities.unsqueeze(0); // (1, time, classes)
            Variable losses =
                    ctc(one, times.reshape(1), labels.reshape(1, -1), labelCounts.reshape(1), blank, reduction);
            return losses.reshape();
        }
        CtcLoss loss = CtcLoss.of(logProbabilities.shape(), times, labels, labelCounts, blank);
        int batch = logProbabilities.shape().size(0);
        double[] possible = new double[batch];
        double[] counts = new double[batch];
        for (int example = 0; example < batch; example++) {
            possible[example] = loss.isPossible(example) ? 1 : 0;
            counts[example] = Math.max(1, loss.labelCounts()[example]);
        }
        DType type = logProbabilities.dtype();
        Variable losses = logProbabilities
                .constant(Tensor.of(type, Shape.of(batch), possible))
                .where(logProbabilities.apply(loss), logProbabilities.constant(Double.POSITIVE_INFINITY));
        return reduction == Reduction.MEAN
                ? losses.div(logProbabilities.constant(Tensor.of(type, Shape.of(batch), counts)))
                        .mean()
                : reduction.of(losses);
    }

    private static Variable difference(String loss, Variable predictions, Tensor targets) {
        checkShapes(loss, predictions, targets);
        return predictions.sub(predictions.constant(targets));
    }

    private static void checkShapes(String loss, Variable predictions, Tensor targets) {
        if (!predictions.shape().equals(targets.shape())) {
            throw new IllegalArgumentException("%s: predictions have shape %s, targets %s; expected the same"
                    .formatted(loss, predictions.shape(), targets.shape()));
        }
        if (predictions.dtype() != targets.dtype()) {
            throw new IllegalArgumentException(
                    "%s: predictions are of type %s, targets of %s; convert one of them, as by to(%s)"
                            .formatted(loss, predictions.dtype(), targets.dtype(), predictions.dtype()));
        }
    }
}
