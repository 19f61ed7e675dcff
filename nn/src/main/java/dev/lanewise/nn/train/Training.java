package dev.lanewise.nn.train;

import org.jspecify.annotations.Nullable;

/** A training that is running, as listeners see it. */
public final class Training {
    private final long epochs;
    private final int batchesPerEpoch;
    private final Trainer.Config config;
    private @Nullable String stopReason;

    Training(long epochs, int batchesPerEpoch, Trainer.Config config) {
        this.epochs = epochs;
        this.batchesPerEpoch = batchesPerEpoch;
        this.config = config;
    }

    /** The epoch, counted from 0, before which the training ends. */
    public long epochs() {
        return epochs;
    }

    /** The epoch that the training begins with; not 0 if it goes on where another one ended. */
    public long firstEpoch() {
        return config.firstEpoch();
    }

    /** The batch of the first epoch that the training begins with. */
    public int firstBatch() {
        return config.firstBatch();
    }

    /** Steps of the optimizer in a whole epoch. */
    public int stepsPerEpoch() {
        return Math.ceilDiv(batchesPerEpoch, config.accumulation());
    }

    /** Steps from the training's beginning to its end, if nobody stops it. */
    public long steps() {
        long whole = Math.max(0, epochs - firstEpoch()) * stepsPerEpoch();
        return Math.max(0, whole - firstBatch() / config.accumulation());
    }

    /**
     * Ends the training after the current step or epoch. A step's epoch is then not evaluated and not reported.
     *
     * @param reason for {@link History#stopReason}
     */
    public void stop(String reason) {
        if (stopReason == null) {
            stopReason = reason;
        }
    }

    /** Whether somebody has called {@link #stop}. */
    public boolean isStopped() {
        return stopReason != null;
    }

    @Nullable
    String stopReason() {
        return stopReason;
    }
}
