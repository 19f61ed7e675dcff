package dev.lanewise.nn.train;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import java.util.Map;

/**
 * The share of examples whose label is the class with the highest score, or is among the k classes with the highest
 * ones. Of classes with equal scores the first comes first; NaN counts as the highest of all, as in
 * {@link Tensor#argmax}. Labels {@link dev.lanewise.nn.Losses#IGNORED} do not count.
 */
public final class Accuracy implements Metric {
    private final int k;
    private long right;
    private long count;

    /** How often the class with the highest score is right. */
    public Accuracy() {
        this(1);
    }

    /**
     * How often one of the k classes with the highest scores is right.
     *
     * @throws IllegalArgumentException if k is below 1
     */
    public Accuracy(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("Accuracy: top %d, expected at least 1".formatted(k));
        }
        this.k = k;
    }

    /**
     * Counts examples.
     *
     * @param scores [.., classes], logits or probabilities
     * @param labels [..]
     * @throws IllegalArgumentException if the shapes do not fit
     * @throws IndexOutOfBoundsException if a label is no class
     */
    public void add(Tensor scores, IntTensor labels) {
        Scores.check("Accuracy", scores, labels);
        double[] all = scores.toDoubles();
        int classes = scores.shape().size(-1);
        for (int i = 0; i < labels.shape().count(); i++) {
            int label = labels.get(i);
            if (Scores.counts(label)) {
                count++;
                right += isAmongBest(all, i * classes, classes, label) ? 1 : 0;
            }
        }
    }

    /**
     * Counts examples whose class was chosen in another way, as by a threshold.
     *
     * @param predicted [..], classes
     * @param labels [..]
     * @throws IllegalStateException if this is of more than the best class
     */
    public void add(IntTensor predicted, IntTensor labels) {
        if (k != 1) {
            throw new IllegalStateException(
                    "Accuracy: one class an example was given, but the best %d are asked for; give scores"
                            .formatted(k));
        }
        Scores.checkSame("Accuracy", predicted, labels);
        for (int i = 0; i < labels.shape().count(); i++) {
            if (Scores.counts(labels.get(i))) {
                count++;
                right += predicted.get(i) == labels.get(i) ? 1 : 0;
            }
        }
    }

    @Override
    public void add(Tensor outputs, Batch batch) {
        add(outputs, batch.labels());
    }

    private boolean isAmongBest(double[] scores, int from, int classes, int label) {
        double own = scores[from + label];
        int better = 0;
        for (int c = 0; c < classes && better < k; c++) {
            double other = scores[from + c];
            boolean same = other == own || (Double.isNaN(other) && Double.isNaN(own));
            boolean higher = Double.isNaN(own) ? false : Double.isNaN(other) || other > own;
            better += higher || (same && c < label) ? 1 : 0;
        }
        return better < k;
    }

    /** The share, 0 to 1; NaN if there was no example. */
    public double value() {
        return (double) right / count;
    }

    /** The number of examples. */
    public long count() {
        return count;
    }

    @Override
    public Map<String, Double> values() {
        return Map.of(k == 1 ? "accuracy" : "top-" + k + " accuracy", value());
    }
}
