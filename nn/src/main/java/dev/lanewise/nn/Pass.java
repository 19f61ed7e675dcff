package dev.lanewise.nn;

import dev.lanewise.core.Rng;
import org.jspecify.annotations.Nullable;

/**
 * What a pass through a model is for: training, in which some layers behave differently or draw random numbers, or
 * inference.
 *
 * <p>It is an argument, not a global flag: two models, or two threads, do not meet. The random numbers of a training
 * pass are a function of the generator, the step and the drawing layer's path, so recomputation and resumed training
 * draw the same ones.
 */
public final class Pass {
    private static final Pass INFERENCE = new Pass(null);

    private final @Nullable Rng rng;

    private Pass(@Nullable Rng rng) {
        this.rng = rng;
    }

    /** A pass that uses the model as it is. */
    public static Pass inference() {
        return INFERENCE;
    }

    /** The training pass of the given step. */
    public static Pass training(Rng rng, long step) {
        return new Pass(rng.stream(step));
    }

    /** Whether this is a training pass. */
    public boolean isTraining() {
        return rng != null;
    }

    /**
     * The random numbers of a layer in this pass.
     *
     * @throws IllegalStateException if this is not a training pass
     */
    public Rng rng(Layer layer) {
        if (rng == null) {
            throw new IllegalStateException(
                    "%s: draws random numbers in a pass for inference; use Pass.training(rng, step)"
                            .formatted(layer.describeSelf()));
        }
        return rng.stream(layer.path());
    }
}
