package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;
import java.util.List;

/**
 * The largest element of each window of volumes, [batch, channels, depth, height, width]. Padding is less than
 * everything.
 */
public final class MaxPool3d extends Pooling {
    /** Windows side by side. */
    public MaxPool3d(int size) {
        this(size, sideBySide(size));
    }

    /** Windows of one size along three axes, which slide as given. */
    public MaxPool3d(int size, Sliding axes) {
        this(Convolution.all(size, 3), Convolution.all(axes, 3));
    }

    /**
     * Windows of any sizes.
     *
     * @param sizes along each axis
     * @param axes how the window slides along each
     */
    public MaxPool3d(int[] sizes, List<Sliding> axes) {
        super(3, sizes, axes);
    }

    @Override
    Variable pool(Variable x, int[] sizes, List<Sliding> axes) {
        return x.maxPool(sizes, axes);
    }
}
