package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import java.util.Arrays;

/**
 * The largest elements over as many windows along each of the last axes as are asked for, [batch, channels, ..] →
 * [batch, channels, sizes..]: window i of n elements is from ⌊i · n / size⌋ to ⌈(i + 1) · n / size⌉. So images of any
 * size become ones of a given size. PyTorch's AdaptiveMaxPool1d, 2d and 3d are those of 1, 2 and 3 sizes.
 */
public final class AdaptiveMaxPool extends Layer implements Transform {
    private final int[] sizes;

    /** The sizes that the last axes are to have. */
    public AdaptiveMaxPool(int... sizes) {
        if (sizes.length == 0 || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "AdaptiveMaxPool: sizes %s, expected one or more positive ones".formatted(Arrays.toString(sizes)));
        }
        this.sizes = sizes.clone();
    }

    /**
     * Applies the layer.
     *
     * @throws IllegalArgumentException naming this layer, if the input has too few axes or an empty one
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return naming(() -> x.adaptiveMaxPool(sizes));
    }

    @Override
    public String toString() {
        return "AdaptiveMaxPool(%s)".formatted(Shape.of(sizes));
    }
}
