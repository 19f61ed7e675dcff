package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Tensor;

/**
 * Dropout for networks of {@link Activation#selu} (Klambauer et al. 2017, arXiv:1706.02515): in training, sets each
 * element with a given probability to −α′, what selu tends to far below 0, and then scales and moves all, so that mean
 * 0 and variance 1 stay; otherwise hands the input on. With p the probability: a·(x or −α′) + a·p·α′, a = 1/√((1 +
 * p·α′²)(1 − p)).
 */
public final class AlphaDropout extends Layer implements Transform {
    /** α′, the product of selu's α and its scale; as PyTorch has it. */
    private static final double LIMIT = 1.7580993408473766;

    private final double probability;

    /**
     * A dropout.
     *
     * @param probability of an element to be dropped, at least 0 and below 1
     */
    public AlphaDropout(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "AlphaDropout: probability %s, expected at least 0 and below 1".formatted(probability));
        }
        this.probability = probability;
    }

    /** Drops elements in a training pass. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (!pass.isTraining() || probability == 0) {
            return x;
        }
        Tensor kept = pass.rng(this).uniform(x.dtype(), x.shape(), 0, 1).ge(probability); // 1 where kept
        double scale = 1 / Math.sqrt((1 + probability * LIMIT * LIMIT) * (1 - probability));
        Tensor moved = kept.sub(1).mul(scale * LIMIT).add(scale * LIMIT * probability);
        return x.mul(Variable.constantOf(kept.mul(scale))).add(Variable.constantOf(moved));
    }

    @Override
    public String toString() {
        return "AlphaDropout(%s)".formatted(probability);
    }
}
