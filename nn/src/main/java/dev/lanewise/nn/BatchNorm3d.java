package dev.lanewise.nn;

import dev.lanewise.core.Shape;

/** {@link BatchNorm} of volumes, [batch, channels, depth, height, width]. */
public final class BatchNorm3d extends BatchNorm {
    /** With PyTorch's defaults: ε 1e-5, momentum 0.1. */
    public BatchNorm3d(int channels) {
        this(channels, Config.DEFAULTS);
    }

    /** With the given options. */
    public BatchNorm3d(int channels, Config config) {
        super(channels, config);
    }

    /**
     * A normalisation.
     *
     * @param epsilon added to the variance
     * @param momentum how much of a batch's statistics the running ones take over
     */
    public BatchNorm3d(int channels, double epsilon, double momentum) {
        this(channels, Config.DEFAULTS.withEpsilon(epsilon).withMomentum(momentum));
    }

    @Override
    boolean fits(Shape shape) {
        return shape.rank() == 5;
    }

    @Override
    String expected(int count) {
        return "[batch, %d, depth, height, width]".formatted(count);
    }
}
