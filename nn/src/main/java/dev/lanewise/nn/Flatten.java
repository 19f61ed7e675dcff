package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;

/**
 * Neighbouring axes as one; unless told otherwise all after the first: [batch, channels, height, width] → [batch,
 * channels · height · width].
 */
public final class Flatten extends Layer implements Transform {
    private final int from;
    private final int to;

    /** Of all axes after the first. */
    public Flatten() {
        this(1, -1);
    }

    /** Of the axes from one to another, both included; negative ones count from the end. */
    public Flatten(int from, int to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Flattens.
     *
     * @throws IndexOutOfBoundsException naming this layer, if the input has no such axes
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return naming(() -> x.flatten(from, to));
    }

    @Override
    public String toString() {
        return "Flatten(%d to %d)".formatted(from, to);
    }
}
