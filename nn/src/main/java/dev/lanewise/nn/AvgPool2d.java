package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;
import java.util.List;

/** The mean of each window of images, [batch, channels, height, width]. */
public final class AvgPool2d extends Pooling {
    private final boolean countPadding;

    /** Windows side by side. */
    public AvgPool2d(int size) {
        this(size, sideBySide(size));
    }

    /** Windows of one size along two axes, which slide as given; padding counts as zeros. */
    public AvgPool2d(int size, Sliding axes) {
        this(Convolution.all(size, 2), Convolution.all(axes, 2), true);
    }

    /**
     * Windows of any sizes.
     *
     * @param sizes along each axis
     * @param axes how the window slides along each
     * @param countPadding whether padding counts as zeros; otherwise the mean is over the elements there are
     */
    public AvgPool2d(int[] sizes, List<Sliding> axes, boolean countPadding) {
        super(2, sizes, axes);
        this.countPadding = countPadding;
    }

    @Override
    Variable pool(Variable x, int[] sizes, List<Sliding> axes) {
        return x.avgPool(sizes, axes, countPadding);
    }
}
