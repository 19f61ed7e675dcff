package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;

/**
 * A table of vectors, looked up by number: numbers [..] → vectors [.., size].
 *
 * <p>Parameter: {@code weight} [count, size], drawn from the standard normal distribution unless given otherwise, as
 * PyTorch does.
 */
public final class Embedding extends Layer {
    private final Parameter weight;

    /** A table of {@code count} vectors of {@code size} numbers. */
    public Embedding(int count, int size) {
        this(count, size, Initializer.normal(0, 1));
    }

    /** A table whose vectors are drawn as given. */
    public Embedding(int count, int size, Initializer weights) {
        if (count < 1 || size < 1) {
            throw new IllegalArgumentException(
                    "Embedding: %d vectors of %d numbers, expected at least one of each".formatted(count, size));
        }
        this.weight = parameter("weight", Shape.of(count, size), weights);
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
        try {
            return weight.value().embedding(numbers);
        } catch (IndexOutOfBoundsException e) {
            throw new IndexOutOfBoundsException(describeSelf() + ": " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "Embedding(%d x %d)"
                .formatted(weight.shape().size(0), weight.shape().size(1));
    }
}
