package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation of each example's groups of channels (Wu and He 2018, arXiv:1803.08494), [batch, channels, ..]. As many
 * groups as channels is instance normalisation.
 *
 * <p>Parameters, unless left out: {@code weight} [channels], ones at first, and {@code bias} [channels], zeros.
 */
public final class GroupNorm extends Layer implements Transform {
    private final int groups;
    private final double epsilon;
    private final int channels;
    private final @Nullable Parameter weight;
    private final @Nullable Parameter bias;

    /** A normalisation with ε = 1e-5, PyTorch's default. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, 1e-5);
    }

    /** A normalisation with a weight and a bias. */
    public GroupNorm(int groups, int channels, double epsilon) {
        this(groups, channels, true, epsilon);
    }

    /**
     * A normalisation.
     *
     * @param affine whether there are a weight and a bias
     * @param epsilon added to the variance
     */
    public GroupNorm(int groups, int channels, boolean affine, double epsilon) {
        if (groups < 1 || channels < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupNorm: %d channels do not divide into %d groups".formatted(channels, groups));
        }
        Checks.epsilon("GroupNorm", epsilon);
        this.groups = groups;
        this.channels = channels;
        this.epsilon = epsilon;
        weight = affine ? parameter("weight", Shape.of(channels), Initializer.ones()) : null;
        bias = affine ? parameter("bias", Shape.of(channels), Initializer.zeros()) : null;
    }

    /** Normalises, [batch, channels, ..]. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (x.shape().rank() < 2 || x.shape().size(1) != channels) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [batch, %d, ..]".formatted(describeSelf(), x.shape(), channels));
        }
        if (weight != null) {
            checkType(x, weight);
        }
        return x.groupNorm(groups, weight == null ? null : weight.value(), bias == null ? null : bias.value(), epsilon);
    }

    @Override
    public String toString() {
        return "GroupNorm(%d groups of %d)".formatted(groups, channels / groups);
    }
}
