package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Losses: how far a model's outputs are from what they should be, as one number, the mean over all examples. */
public final class Losses {
    /** The target that PyTorch's cross-entropy ignores unless told otherwise. */
    public static final int IGNORED = -100;

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

    /** The mean squared error, mean (prediction − target)². */
    public static Variable mse(Variable predictions, Tensor targets) {
        checkShapes("mse", predictions, targets);
        return predictions.sub(Variable.constantOf(targets)).square().mean();
    }

    /** The mean absolute error, mean |prediction − target|. */
    public static Variable l1(Variable predictions, Tensor targets) {
        checkShapes("l1", predictions, targets);
        return predictions.sub(Variable.constantOf(targets)).abs().mean();
    }

    /**
     * The mean of the Huber loss of d = prediction − target: d²/2 where |d| ≤ δ, else δ(|d| − δ/2).
     *
     * @param delta where the parabola becomes a line, positive
     */
    public static Variable huber(Variable predictions, Tensor targets, double delta) {
        checkShapes("huber", predictions, targets);
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huber: delta %s is not positive".formatted(delta));
        }
        Variable distance = predictions.sub(Variable.constantOf(targets)).abs();
        return distance.le(delta)
                .where(distance.square().mul(0.5), distance.sub(0.5 * delta).mul(delta))
                .mean();
    }

    /**
     * The mean binary cross-entropy of logits, −t·ln sigmoid(x) − (1 − t)·ln(1 − sigmoid(x)), computed as max(x, 0) −
     * x·t + ln(1 + e^(−|x|)).
     *
     * @param targets probabilities, of the logits' shape
     */
    public static Variable binaryCrossEntropy(Variable logits, Tensor targets) {
        checkShapes("binaryCrossEntropy", logits, targets);
        return logits.softplus().sub(logits.mul(Variable.constantOf(targets))).mean();
    }

    private static void checkShapes(String loss, Variable predictions, Tensor targets) {
        if (!predictions.shape().equals(targets.shape())) {
            throw new IllegalArgumentException("%s: predictions have shape %s, targets %s; expected the same"
                    .formatted(loss, predictions.shape(), targets.shape()));
        }
    }
}
