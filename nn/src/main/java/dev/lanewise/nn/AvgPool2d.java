package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Sliding;

/** The mean of each square window over the last two axes, padding counted as zeros. */
public final class AvgPool2d extends Layer implements Transform {
    private final int size;
    private final Sliding axes;

    /** Windows side by side. */
    public AvgPool2d(int size) {
        this(size, Sliding.by(Math.max(size, 1)));
    }

    /** Windows that slide as given. */
    public AvgPool2d(int size, Sliding axes) {
        if (size < 1) {
            throw new IllegalArgumentException("AvgPool2d: size %d is not positive".formatted(size));
        }
        this.size = size;
        this.axes = axes;
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return x.avgPool2d(size, axes);
    }

    @Override
    public String toString() {
        return "AvgPool2d(%d by %d)".formatted(size, axes.stride());
    }
}
