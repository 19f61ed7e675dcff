package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;
import java.util.List;

/** The mean of each window of sequences, [batch, channels, n]. */
public final class AvgPool1d extends Pooling {
    private final boolean countPadding;

    /** Windows side by side. */
    public AvgPool1d(int size) {
        this(size, sideBySide(size));
    }

    /** Windows of one size along one axis, which slide as given; padding counts as zeros. */
    public AvgPool1d(int size, Sliding axes) {
        this(Convolution.all(size, 1), Convolution.all(axes, 1), true);
    }

    /**
     * Windows of any sizes.
     *
     * @param sizes along each axis
     * @param axes how the window slides along each
     * @param countPadding whether padding counts as zeros; otherwise the mean is over the elements there are
     */
    public AvgPool1d(int[] sizes, List<Sliding> axes, boolean countPadding) {
        super(1, sizes, axes);
        this.countPadding = countPadding;
    }

    @Override
    Variable pool(Variable x, int[] sizes, List<Sliding> axes) {
        return x.avgPool(sizes, axes, countPadding);
    }
}
