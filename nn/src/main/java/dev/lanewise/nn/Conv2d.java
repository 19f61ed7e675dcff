package dev.lanewise.nn;

import dev.lanewise.core.Sliding;
import java.util.List;

/** {@link Convolution} of images, [batch, in, height, width] → [batch, out, height', width']. */
public final class Conv2d extends Convolution {
    /** Windows of one size, one element at a time, without padding. */
    public Conv2d(int in, int out, int size) {
        this(in, out, size, Sliding.DENSE);
    }

    /** Windows of one size that slide as given. */
    public Conv2d(int in, int out, int size, Sliding sliding) {
        this(in, out, size, sliding, true);
    }

    /** Windows of one size that slide as given, with or without a bias: before a normalisation one needs none. */
    public Conv2d(int in, int out, int size, Sliding sliding, boolean bias) {
        this(in, out, all(size, 2), all(sliding, 2), 1, bias);
    }

    /**
     * A convolution.
     *
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     * @param groups how many groups the channels are divided into
     */
    public Conv2d(int in, int out, int[] sizes, List<Sliding> axes, int groups, boolean bias) {
        super(in, out, checked(sizes), axes, groups, bias);
    }

    private static int[] checked(int[] sizes) {
        if (sizes.length != 2) {
            throw new IllegalArgumentException("Conv2d: %d sizes, expected 2".formatted(sizes.length));
        }
        return sizes;
    }
}
