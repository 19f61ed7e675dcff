package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Interpolation;
import dev.lanewise.core.Shape;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes the last axes longer by whole factors, [batch, channels, n, ..] → [batch, channels, factor · n, ..]: by
 * repeating elements, or by interpolation between them.
 */
public final class Upsample extends Layer implements Transform {
    private final int[] factors;
    private final @Nullable Interpolation interpolation;
    private final boolean alignCorners;

    /** Repeats each element, so many times along each of the last axes. PyTorch's default, nearest. */
    public Upsample(int... factors) {
        this(factors, null, false);
    }

    private Upsample(int[] factors, @Nullable Interpolation interpolation, boolean alignCorners) {
        if (factors.length == 0 || Arrays.stream(factors).anyMatch(factor -> factor < 1)) {
            throw new IllegalArgumentException(
                    "Upsample: factors %s, expected one or more positive ones".formatted(Arrays.toString(factors)));
        }
        this.factors = factors.clone();
        this.interpolation = interpolation;
        this.alignCorners = alignCorners;
    }

    /**
     * Interpolates.
     *
     * @param factors of the last axes
     * @param how between the elements
     * @param alignCorners whether the outermost elements stay where they are; otherwise their outer edges do
     */
    public static Upsample interpolating(int[] factors, Interpolation how, boolean alignCorners) {
        return new Upsample(factors, how, alignCorners);
    }

    /**
     * Applies the layer.
     *
     * @throws IllegalArgumentException naming this layer, if the input has fewer axes than there are factors, or an
     *     empty one
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        int first = x.shape().rank() - factors.length;
        if (first < 0) {
            throw new IllegalArgumentException("%s: input has shape %s, expected %d axes or more"
                    .formatted(describeSelf(), x.shape(), factors.length));
        }
        int[] sizes = new int[factors.length];
        Arrays.setAll(sizes, i -> Math.multiplyExact(factors[i], x.shape().size(first + i)));
        Interpolation how = interpolation;
        return naming(() -> how == null ? x.interpolateNearest(sizes) : x.interpolate(sizes, how, alignCorners, false));
    }

    @Override
    public String toString() {
        String how =
                interpolation == null ? "" : ", " + interpolation.kind().name().toLowerCase(Locale.ROOT);
        return "Upsample(%s%s)".formatted(Shape.of(factors), how);
    }
}
