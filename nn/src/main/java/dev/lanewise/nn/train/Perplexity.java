package dev.lanewise.nn.train;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.data.Batch;
import java.util.Map;

/**
 * How many tokens a language model hesitates between, on average: e to the mean of −ln p(token). Labels
 * {@link Losses#IGNORED} do not count.
 */
public final class Perplexity implements Metric {
    private double sum;
    private long count;

    /** Nothing counted yet. */
    public Perplexity() {}

    /**
     * Counts tokens.
     *
     * @param logits [.., classes]
     * @param labels [..]
     * @throws IllegalArgumentException if the shapes do not fit
     * @throws IndexOutOfBoundsException if a label is no class
     */
    public void add(Tensor logits, IntTensor labels) {
        Scores.check("Perplexity", logits, labels);
        double[] losses = logits.crossEntropy(labels, Losses.IGNORED).toDoubles(); // 0 where ignored
        for (int i = 0; i < losses.length; i++) {
            if (Scores.counts(labels.get(i))) {
                sum += losses[i];
                count++;
            }
        }
    }

    /**
     * Counts tokens whose mean loss is known.
     *
     * @param meanLoss in nats
     * @param tokens how many it is the mean of, at least 0
     */
    public void add(double meanLoss, long tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException("Perplexity: %d tokens, expected 0 or more".formatted(tokens));
        }
        if (tokens > 0) { // the mean of none is NaN
            sum += meanLoss * tokens;
            count += tokens;
        }
    }

    @Override
    public void add(Tensor outputs, Batch batch) {
        add(outputs, batch.labels());
    }

    /** The perplexity, at least 1; NaN if there was no token. */
    public double value() {
        return StrictMath.exp(sum / count);
    }

    @Override
    public Map<String, Double> values() {
        return Map.of("perplexity", value());
    }
}
