package dev.lanewise.nn;

import dev.lanewise.core.Shape;

/** {@link BatchNorm} of images, [batch, channels, height, width]. */
public final class BatchNorm2d extends BatchNorm {
    /** With PyTorch's defaults: ε 1e-5, momentum 0.1. */
    public BatchNorm2d(int channels) {
        this(channels, Config.DEFAULTS);
    }

    /** With the given options. */
    public BatchNorm2d(int channels, Config config) {
        super(channels, config);
    }

    /**
     * A normalisation.
     *
     * @param epsilon added to the variance
     * @param momentum how much of a batch's statistics the running ones take over
     */
    public BatchNorm2d(int channels, double epsilon, double momentum) {
        this(channels, Config.DEFAULTS.withEpsilon(epsilon).withMomentum(momentum));
    }

    @Override
    boolean fits(Shape shape) {
        return shape.rank() == 4;
    }

    @Override
    String expected(int count) {
        return "[batch, %d, height, width]".formatted(count);
    }
}
