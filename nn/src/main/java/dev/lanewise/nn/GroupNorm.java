package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;

/**
 * Normalisation of each example's groups of channels (Wu and He 2018, arXiv:1803.08494), [batch, channels, ..]. As many
 * groups as channels is instance normalisation.
 *
 * <p>Parameters: {@code weight} [channels], ones at first, and {@code bias} [channels], zeros.
 */
public final class GroupNorm extends Layer implements Transform {
    private final int groups;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /** A normalisation with ε = 1e-5, PyTorch's default. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, 1e-5);
    }

    /**
     * A normalisation.
     *
     * @param epsilon added to the variance
     */
    public GroupNorm(int groups, int channels, double epsilon) {
        if (groups < 1 || channels < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupNorm: %d channels do not divide into %d groups".formatted(channels, groups));
        }
        this.groups = groups;
        this.epsilon = epsilon;
        weight = parameter("weight", Shape.of(channels), Initializer.ones());
        bias = parameter("bias", Shape.of(channels), Initializer.zeros());
    }

    /** Normalises, [batch, channels, ..]. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (x.shape().rank() < 2 || x.shape().size(1) != weight.shape().size(0)) {
            throw new IllegalArgumentException("%s: input has shape %s, expected [batch, %d, ..]"
                    .formatted(describeSelf(), x.shape(), weight.shape().size(0)));
        }
        return x.groupNorm(groups, weight.value(), bias.value(), epsilon);
    }

    @Override
    public String toString() {
        return "GroupNorm(%d groups of %d)".formatted(groups, weight.shape().size(0) / groups);
    }
}
