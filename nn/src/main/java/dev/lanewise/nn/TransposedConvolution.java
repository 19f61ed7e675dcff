package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolution along any number of axes, what the gradient of a convolution does: [batch, in, ..] → [batch,
 * out, ..]. {@link ConvTranspose1d}, {@link ConvTranspose2d} and {@link ConvTranspose3d} have 1, 2 and 3.
 *
 * <p>Parameters: {@code weight} [in, out / groups, size..] and, unless left out, {@code bias} [out], both drawn evenly
 * from ±1/√(out / groups · size ·..), as PyTorch does.
 */
public abstract sealed class TransposedConvolution extends Layer implements Transform
        permits ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {
    private final List<Sliding> axes;
    private final int groups;
    private final int[] more;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /**
     * A convolution.
     *
     * @param sizes the window's size along each axis
     * @param axes how it slides along each
     * @param groups how many groups the channels are divided into
     * @param more elements to be added behind each axis
     */
    TransposedConvolution(int in, int out, int[] sizes, List<Sliding> axes, int groups, int[] more, boolean bias) {
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
        this.more = more.clone();
        int[] shape = new int[sizes.length + 2];
        shape[0] = in;
        shape[1] = out / groups;
        System.arraycopy(sizes, 0, shape, 2, sizes.length);
        Initializer initializer = Initializer.uniformByInputs(Shape.of(shape).count() / in);
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

    /** The weights, [in, out / groups, size..]. */
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
        return naming(() -> x.convTranspose(weight.value(), bias == null ? null : bias.value(), groups, axes, more));
    }

    @Override
    public String toString() {
        Shape shape = weight.shape();
        return "%s(%d → %d, %s)"
                .formatted(
                        getClass().getSimpleName(),
                        shape.size(0),
                        shape.size(1) * groups,
                        Shape.of(Arrays.copyOfRange(shape.toArray(), 2, shape.rank())));
    }
}
