package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import java.util.Arrays;

/**
 * x where positive, else x · weight, which is learned: one number, or one for each channel, the second axis (He et al.
 * 2015, arXiv:1502.01852).
 *
 * <p>Parameter: {@code weight} [1] or [channels], 0.25 at first. Weight decay would pull it towards a relu.
 */
public final class PRelu extends Layer implements Transform {
    private final Parameter weight;

    /** With one slope for all elements. */
    public PRelu() {
        this(1);
    }

    /** With a slope for each channel, 0.25 at first. */
    public PRelu(int channels) {
        this(channels, 0.25);
    }

    /**
     * With a slope for each channel.
     *
     * @param channels how many there are, or 1 for a slope common to all
     * @param slope what each is at first
     */
    public PRelu(int channels, double slope) {
        if (channels < 1) {
            throw new IllegalArgumentException("PRelu: %d channels, expected 1 or more".formatted(channels));
        }
        weight = parameter("weight", Shape.of(channels), Initializer.constant(slope));
    }

    /**
     * Applies the layer, [batch, channels, ..], or anything if there is one slope.
     *
     * @throws IllegalArgumentException naming this layer, if there are other channels
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        checkType(x, weight);
        int channels = weight.shape().size(0);
        if (channels == 1) {
            return x.prelu(weight.value().reshape());
        }
        if (x.shape().rank() < 2 || x.shape().size(1) != channels) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [batch, %d, ..]".formatted(describeSelf(), x.shape(), channels));
        }
        int[] sizes = new int[x.shape().rank() - 1]; // (channels, 1, ..)
        Arrays.fill(sizes, 1);
        sizes[0] = channels;
        return x.prelu(weight.value().reshape(sizes));
    }

    @Override
    public String toString() {
        return "PRelu(%d)".formatted(weight.shape().size(0));
    }
}
