package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation of each channel of each example over all further axes (Ulyanov et al. 2016, arXiv:1607.08022), [batch,
 * channels, ..]: in training and afterwards alike. PyTorch's InstanceNorm1d, 2d and 3d without running statistics.
 *
 * <p>Parameters, unless left out: {@code weight} [channels], ones at first, and {@code bias} [channels], zeros.
 */
public final class InstanceNorm extends Layer implements Transform {
    private final int channels;
    private final double epsilon;
    private final @Nullable Parameter weight;
    private final @Nullable Parameter bias;

    /** A normalisation with PyTorch's defaults: no parameters, ε = 1e-5. */
    public InstanceNorm(int channels) {
        this(channels, false, 1e-5);
    }

    /**
     * A normalisation.
     *
     * @param affine whether there are a weight and a bias
     * @param epsilon added to the variance
     */
    public InstanceNorm(int channels, boolean affine, double epsilon) {
        if (channels < 1 || !(epsilon >= 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("InstanceNorm: %d channels, epsilon %s; expected 1 or more, 0 or more"
                    .formatted(channels, epsilon));
        }
        this.channels = channels;
        this.epsilon = epsilon;
        weight = affine ? parameter("weight", Shape.of(channels), Initializer.ones()) : null;
        bias = affine ? parameter("bias", Shape.of(channels), Initializer.zeros()) : null;
    }

    /**
     * Normalises.
     *
     * @throws IllegalArgumentException naming this layer, if the input does not fit, or has less than two elements a
     *     channel of an example, whose variance would be 0
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        Shape shape = x.shape();
        if (shape.rank() < 3 || shape.size(1) != channels) {
            throw new IllegalArgumentException("%s: input has shape %s, expected [batch, %d, ..] with one axis more"
                    .formatted(describeSelf(), shape, channels));
        }
        if (!shape.isEmpty() && shape.count() == shape.size(0) * channels) {
            throw new IllegalArgumentException(
                    "%s: 1 element a channel in input %s has no variance".formatted(describeSelf(), shape));
        }
        if (weight != null) {
            checkType(x, weight);
        }
        return x.groupNorm(
                channels, weight == null ? null : weight.value(), bias == null ? null : bias.value(), epsilon);
    }

    @Override
    public String toString() {
        return "InstanceNorm(%d%s)".formatted(channels, weight == null ? "" : ", affine");
    }
}
