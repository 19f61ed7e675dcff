package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;

/** The largest element of each square window over the last two axes. */
public final class MaxPool2d extends Layer implements Transform {
    private final int size;
    private final Sliding axes;

    /** Windows side by side. */
    public MaxPool2d(int size) {
        this(size, Sliding.by(Math.max(size, 1)));
    }

    /** Windows that slide as given. */
    public MaxPool2d(int size, Sliding axes) {
        if (size < 1) {
            throw new IllegalArgumentException("MaxPool2d: size %d is not positive".formatted(size));
        }
        this.size = size;
        this.axes = axes;
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return x.maxPool2d(size, axes);
    }

    @Override
    public String toString() {
        return "MaxPool2d(%d by %d)".formatted(size, axes.stride());
    }
}
