package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolution along any number of axes: [batch, in, ..] → [batch, out, ..]. {@link Conv1d}, {@link Conv2d} and
 * {@link Conv3d} have 1, 2 and 3.
 *
 * <p>Parameters: {@code weight} [out, in / groups, size..] and, unless left out, {@code bias} [out], both drawn evenly
 * from ±1/√(in / groups · size ·..), as PyTorch does.
 */
public abstract sealed class Convolution extends Layer implements Transform permits Conv1d, Conv2d, Conv3d {
    private final List<Sliding> axes;
    private final int groups;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /**
     * A convolution.
     *
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     * @param groups how many groups the channels are divided into
     */
    Convolution(int in, int out, int[] sizes, List<Sliding> axes, int groups, boolean bias) {
        if (in < 1 || out < 1 || groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException("%s: %d channels in, %d out do not divide into %d groups"
                    .formatted(getClass().getSimpleName(), in, out, groups));
        }
        if (sizes.length != axes.size() || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException("%s: sizes %s for %d axes, expected as many positive ones"
                    .formatted(getClass().getSimpleName(), Arrays.toString(sizes), axes.size()));
        }
        this.axes = List.copyOf(axes);
        this.groups = groups;
        int[] shape = new int[sizes.length + 2];
        shape[0] = out;
        shape[1] = in / groups;
        System.arraycopy(sizes, 0, shape, 2, sizes.length);
        Initializer initializer = Initializer.uniformByInputs(Shape.of(shape).count() / out);
        this.weight = parameter("weight", Shape.of(shape), initializer);
        this.bias = bias ? parameter("bias", Shape.of(out), initializer) : null;
    }

    static int[] all(int size, int axes) {
        int[] sizes = new int[axes];
        Arrays.fill(sizes, size);
        return sizes;
    }

    static List<Sliding> all(Sliding sliding, int axes) {
        return Collections.nCopies(axes, sliding);
    }

    /** The weights, [out, in / groups, size..]. */
    public final Parameter weight() {
        return weight;
    }

    /**
     * Applies the layer.
     *
     * @throws IllegalArgumentException naming this layer, if the input does not fit
     */
    @Override
    public final Variable forward(Variable x, Pass pass) {
        return naming(() -> x.conv(weight.value(), bias == null ? null : bias.value(), groups, axes));
    }

    @Override
    public String toString() {
        Shape shape = weight.shape();
        return "%s(%d → %d, %s)"
                .formatted(
                        getClass().getSimpleName(),
                        shape.size(1) * groups,
                        shape.size(0),
                        Shape.of(Arrays.copyOfRange(shape.toArray(), 2, shape.rank())));
    }
}
