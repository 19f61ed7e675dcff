package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;

/** All axes after the first as one: [batch, channels, height, width] → [batch, channels · height · width]. */
public final class Flatten extends Layer implements Transform {
    /** A flattening. */
    public Flatten() {}

    @Override
    public Variable forward(Variable x, Pass pass) {
        return x.flatten(1, -1);
    }
}
