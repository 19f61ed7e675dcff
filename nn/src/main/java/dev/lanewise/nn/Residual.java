package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;

/**
 * Layers and functions one after the other, and what went in added to what comes out (He et al. 2015,
 * arXiv:1512.03385): x + f(x).
 *
 * <p>Children as in {@link Sequential}, {@code 0}, {@code 1} ..; {@code shortcut} if there is one.
 */
public final class Residual extends Layer implements Transform {
    private final Sequential.Steps steps;
    private final Transform shortcut;

    /** Adds the input to what the steps make of it, which must be of the same shape. */
    public Residual(Transform... steps) {
        this((x, pass) -> x, Sequential.Steps.of(steps));
    }

    private Residual(Transform shortcut, Sequential.Steps steps) {
        this.steps = steps;
        this.shortcut = shortcut;
        if (shortcut instanceof Layer layer) {
            child("shortcut", layer);
        }
        steps.layers().forEach(this::child);
    }

    /**
     * Adds what the shortcut makes of the input instead of the input itself, as where the steps change its shape.
     *
     * @param shortcut commonly a convolution with windows of 1
     */
    public static Residual withShortcut(Transform shortcut, Transform... steps) {
        return new Residual(shortcut, Sequential.Steps.of(steps));
    }

    /**
     * Applies the layer.
     *
     * @throws IllegalArgumentException naming this layer, if the shapes of the two summands differ
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        Variable direct = shortcut.forward(x, pass);
        Variable result = steps.forward(x, pass);
        if (!direct.shape().equals(result.shape())) {
            throw new IllegalArgumentException(
                    "%s: the steps make shape %s of %s, to which %s is to be added; give a shortcut that changes the shape likewise"
                            .formatted(describeSelf(), result.shape(), x.shape(), direct.shape()));
        }
        return direct.add(result);
    }
}
