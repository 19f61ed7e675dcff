package dev.lanewise.nn;

import dev.lanewise.core.Sliding;
import java.util.List;

/** {@link TransposedConvolution} along two axes. */
public final class ConvTranspose2d extends TransposedConvolution {
    /** Windows of one size that slide as given. */
    public ConvTranspose2d(int in, int out, int size, Sliding sliding) {
        this(in, out, Convolution.all(size, 2), Convolution.all(sliding, 2), 1, new int[2], true);
    }

    /**
     * A transposed convolution.
     *
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     * @param groups how many groups the channels are divided into
     * @param more elements to be added behind each axis
     */
    public ConvTranspose2d(int in, int out, int[] sizes, List<Sliding> axes, int groups, int[] more, boolean bias) {
        super(in, out, checked(sizes), axes, groups, more, bias);
    }

    private static int[] checked(int[] sizes) {
        if (sizes.length != 2) {
            throw new IllegalArgumentException("ConvTranspose2d: %d sizes, expected 2".formatted(sizes.length));
        }
        return sizes;
    }
}
