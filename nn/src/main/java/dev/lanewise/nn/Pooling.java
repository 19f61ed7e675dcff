package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import java.util.Arrays;
import java.util.List;

/**
 * One number for each window over the last axes, [batch, channels, ..] → [batch, channels, ..']: the largest element or
 * the mean. An axis of n elements, padding included, gives (n − dilation · (size − 1) − 1) / stride + 1; a window that
 * would stand out at the end is left out, unless {@link Sliding#withPartial} says otherwise.
 */
public abstract sealed class Pooling extends Layer implements Transform
        permits MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d {
    private final int[] sizes;
    private final List<Sliding> axes;

    /**
     * A pooling.
     *
     * @param count along how many axes windows slide
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     */
    Pooling(int count, int[] sizes, List<Sliding> axes) {
        if (sizes.length != count
                || axes.size() != count
                || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException("%s: sizes %s and %d ways of sliding, expected %d positive ones and %d"
                    .formatted(getClass().getSimpleName(), Arrays.toString(sizes), axes.size(), count, count));
        }
        this.sizes = sizes.clone();
        this.axes = List.copyOf(axes);
    }

    /** Windows side by side; what is wrong with the size, the constructor says. */
    static Sliding sideBySide(int size) {
        return Sliding.by(Math.max(size, 1));
    }

    /**
     * Applies the layer.
     *
     * @throws IllegalArgumentException naming this layer, if a window does not fit, or more than half of it is padding
     */
    @Override
    public final Variable forward(Variable x, Pass pass) {
        return naming(() -> pool(x, sizes, axes));
    }

    abstract Variable pool(Variable x, int[] sizes, List<Sliding> axes);

    @Override
    public String toString() {
        int[] strides = axes.stream().mapToInt(Sliding::stride).toArray();
        return "%s(%s by %s)".formatted(getClass().getSimpleName(), Shape.of(sizes), Shape.of(strides));
    }
}
