package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;

/**
 * What makes one variable of another one: a layer of one input and one output, or any function such as {@code (x, pass)
 * -> x.relu()}. What a {@link Sequential} is made of.
 */
@FunctionalInterface
public interface Transform {
    /** Applies it. */
    Variable forward(Variable x, Pass pass);
}
