package dev.lanewise.nn;

import dev.lanewise.core.Sliding;
import java.util.List;

/** {@link TransposedConvolution} along one axis. */
public final class ConvTranspose1d extends TransposedConvolution {
    /** Windows of one size that slide as given. */
    public ConvTranspose1d(int in, int out, int size, Sliding sliding) {
        this(in, out, Convolution.all(size, 1), Convolution.all(sliding, 1), 1, new int[1], true);
    }

    /**
     * A transposed convolution.
     *
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     * @param groups how many groups the channels are divided into
     * @param more elements to be added behind each axis
     */
    public ConvTranspose1d(int in, int out, int[] sizes, List<Sliding> axes, int groups, int[] more, boolean bias) {
        super(in, out, checked(sizes), axes, groups, more, bias);
    }

    private static int[] checked(int[] sizes) {
        if (sizes.length != 1) {
            throw new IllegalArgumentException("ConvTranspose1d: %d sizes, expected 1".formatted(sizes.length));
        }
        return sizes;
    }
}
