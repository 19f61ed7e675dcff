package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;
import java.util.List;

/** The largest element of each window of images, [batch, channels, height, width]. Padding is less than everything. */
public final class MaxPool2d extends Pooling {
    /** Windows side by side. */
    public MaxPool2d(int size) {
        this(size, sideBySide(size));
    }

    /** Windows of one size along two axes, which slide as given. */
    public MaxPool2d(int size, Sliding axes) {
        this(Convolution.all(size, 2), Convolution.all(axes, 2));
    }

    /**
     * Windows of any sizes.
     *
     * @param sizes along each axis
     * @param axes how the window slides along each
     */
    public MaxPool2d(int[] sizes, List<Sliding> axes) {
        super(2, sizes, axes);
    }

    @Override
    Variable pool(Variable x, int[] sizes, List<Sliding> axes) {
        return x.maxPool(sizes, axes);
    }
}
