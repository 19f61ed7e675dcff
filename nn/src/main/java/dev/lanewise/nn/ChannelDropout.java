package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/**
 * {@link Dropout} of whole channels, [batch, channels, ..] (Tompson et al. 2015, arXiv:1411.4280): where neighbours in
 * an image tell much the same, dropping single elements changes little. PyTorch's Dropout1d, 2d and 3d.
 */
public final class ChannelDropout extends Layer implements Transform {
    private final double probability;

    /**
     * A dropout.
     *
     * @param probability of a channel of an example to be dropped, at least 0 and below 1
     */
    public ChannelDropout(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "ChannelDropout: probability %s, expected at least 0 and below 1".formatted(probability));
        }
        this.probability = probability;
    }

    /**
     * Drops channels in a training pass.
     *
     * @throws IllegalArgumentException naming this layer, if the input has no channels
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [batch, channels, ..]".formatted(describeSelf(), x.shape()));
        }
        if (!pass.isTraining() || probability == 0) {
            return x;
        }
        Shape channels = x.shape();
        for (int axis = 2; axis < channels.rank(); axis++) {
            channels = channels.withSize(axis, 1); // (batch, channels, 1, ..)
        }
        Tensor kept = pass.rng(this).uniform(x.dtype(), channels, 0, 1).ge(probability); // 1 where kept
        return x.mul(Variable.constantOf(kept.mul(1 / (1 - probability))));
    }

    @Override
    public String toString() {
        return "ChannelDropout(%s)".formatted(probability);
    }
}
