package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/**
 * A table of vectors, looked up by number: numbers [..] → vectors [.., size]. One number may stand for padding: its
 * vector is zeros at first, and gets no gradient. The vectors' length may be limited.
 *
 * <p>Parameter: {@code weight} [count, size], drawn from the standard normal distribution unless given otherwise, as
 * PyTorch does.
 */
public final class Embedding extends Layer {
    /** No number is that of padding. */
    private static final int NONE = -1;

    private final Parameter weight;
    private final int padding;
    private final NormLimit limit;

    /** A table of {@code count} vectors of {@code size} numbers. */
    public Embedding(int count, int size) {
        this(count, size, Initializer.normal(0, 1));
    }

    /** A table whose vectors are drawn as given. */
    public Embedding(int count, int size, Initializer weights) {
        this(count, size, weights, NONE, NormLimit.NONE);
    }

    /** A table of vectors that are made no longer than the limit, each when it is looked up. */
    public Embedding(int count, int size, NormLimit limit) {
        this(count, size, Initializer.normal(0, 1), NONE, limit);
    }

    private Embedding(int count, int size, Initializer weights, int padding, NormLimit limit) {
        this.padding = padding;
        this.limit = limit;
        this.weight = parameter("weight", shape("Embedding", count, size), weights);
    }

    /** A table's shape, for a layer of this kind. */
    static Shape shape(String layer, int count, int size) {
        if (count < 1 || size < 1) {
            throw new IllegalArgumentException(
                    "%s: %d vectors of %d numbers, expected at least one of each".formatted(layer, count, size));
        }
        return Shape.of(count, size);
    }

    /** Draws all vectors of a table but that of padding, which is zeros, for a layer of this kind. */
    static Initializer allBut(String layer, int padding, int count) {
        if (padding < 0 || padding >= count) {
            throw new IllegalArgumentException(
                    "%s: padding %d is none of the numbers 0 to %d".formatted(layer, padding, count - 1));
        }
        return (rng, dtype, shape) -> {
            Tensor kept = Tensor.fill(dtype, Shape.of(count, 1), row -> row == padding ? 0 : 1);
            return rng.normal(dtype, shape, 0, 1).mul(kept);
        };
    }

    /**
     * A table in which one number stands for padding.
     *
     * @param padding that number
     */
    public static Embedding padded(int count, int size, int padding) {
        return padded(count, size, padding, NormLimit.NONE);
    }

    /** A table in which one number stands for padding, of vectors that are made no longer than the limit. */
    public static Embedding padded(int count, int size, int padding, NormLimit limit) {
        return new Embedding(count, size, allBut("Embedding", padding, count), padding, limit);
    }

    /** The table, [count, size]. */
    public Parameter weight() {
        return weight;
    }

    /**
     * Looks vectors up.
     *
     * @throws IndexOutOfBoundsException naming this layer, if a number is not that of a vector
     */
    public Variable forward(IntTensor numbers) {
        return naming(() -> {
            limit.apply(weight, numbers);
            return padding == NONE
                    ? weight.value().embedding(numbers)
                    : weight.value().embedding(numbers, padding);
        });
    }

    @Override
    public String toString() {
        return "Embedding(%d x %d%s)"
                .formatted(
                        weight.shape().size(0), weight.shape().size(1), padding == NONE ? "" : ", padding " + padding);
    }
}
