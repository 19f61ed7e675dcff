package dev.lanewise.nn;

import dev.lanewise.core.Shape;

/** {@link BatchNorm} of vectors, [batch, channels], or sequences, [batch, channels, n]. */
public final class BatchNorm1d extends BatchNorm {
    /** With PyTorch's defaults: ε 1e-5, momentum 0.1. */
    public BatchNorm1d(int channels) {
        this(channels, Config.DEFAULTS);
    }

    /** With the given options. */
    public BatchNorm1d(int channels, Config config) {
        super(channels, config);
    }

    /**
     * A normalisation.
     *
     * @param epsilon added to the variance
     * @param momentum how much of a batch's statistics the running ones take over
     */
    public BatchNorm1d(int channels, double epsilon, double momentum) {
        this(channels, Config.DEFAULTS.withEpsilon(epsilon).withMomentum(momentum));
    }

    @Override
    boolean fits(Shape shape) {
        return shape.rank() == 2 || shape.rank() == 3;
    }

    @Override
    String expected(int count) {
        return "[batch, %d] or [batch, %d, n]".formatted(count, count);
    }
}
