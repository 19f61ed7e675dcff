package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;
import java.util.List;

/** The largest element of each window of sequences, [batch, channels, n]. Padding is less than everything. */
public final class MaxPool1d extends Pooling {
    /** Windows side by side. */
    public MaxPool1d(int size) {
        this(size, sideBySide(size));
    }

    /** Windows of one size along one axis, which slide as given. */
    public MaxPool1d(int size, Sliding axes) {
        this(Convolution.all(size, 1), Convolution.all(axes, 1));
    }

    /**
     * Windows of any sizes.
     *
     * @param sizes along each axis
     * @param axes how the window slides along each
     */
    public MaxPool1d(int[] sizes, List<Sliding> axes) {
        super(1, sizes, axes);
    }

    @Override
    Variable pool(Variable x, int[] sizes, List<Sliding> axes) {
        return x.maxPool(sizes, axes);
    }
}
