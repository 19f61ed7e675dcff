package dev.lanewise.nn;

import dev.lanewise.core.Sliding;
import java.util.List;

/** {@link TransposedConvolution} along three axes. */
public final class ConvTranspose3d extends TransposedConvolution {
    /** Windows of one size that slide as given. */
    public ConvTranspose3d(int in, int out, int size, Sliding sliding) {
        this(in, out, Convolution.all(size, 3), Convolution.all(sliding, 3), 1, new int[3], true);
    }

    /**
     * A transposed convolution.
     *
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     * @param groups how many groups the channels are divided into
     * @param more elements to be added behind each axis
     */
    public ConvTranspose3d(int in, int out, int[] sizes, List<Sliding> axes, int groups, int[] more, boolean bias) {
        super(in, out, checked(sizes), axes, groups, more, bias);
    }

    private static int[] checked(int[] sizes) {
        if (sizes.length != 3) {
            throw new IllegalArgumentException("ConvTranspose3d: %d sizes, expected 3".formatted(sizes.length));
        }
        return sizes;
    }
}
