package dev.lanewise.nn.train;

import dev.lanewise.nn.Layer;

/**
 * Ends a training when some epochs have brought nothing better, and gives the model the state after its best epoch,
 * whether it ended early or not. After an exception the model stays as it is; {@link #best} has its best state then
 * too.
 */
public final class EarlyStopping implements Listener {
    private final BestWeights best;
    private final String name;
    private final long patience;
    private long without;

    /**
     * Stops after so many epochs in a row without improvement.
     *
     * @param patience at least 1
     */
    public EarlyStopping(Layer model, Watch watch, long patience) {
        if (patience < 1) {
            throw new IllegalArgumentException(
                    "EarlyStopping: a patience of %d epochs, expected at least 1".formatted(patience));
        }
        this.best = new BestWeights(model, watch);
        this.name = watch.name();
        this.patience = patience;
    }

    @Override
    public void epochDone(Training training, Epoch epoch) {
        without = best.keepIfBetter(epoch) ? 0 : without + 1;
        if (without >= patience) {
            Epoch of = best.epoch();
            training.stop("no better %s in %d epochs%s"
                    .formatted(name, patience, of == null ? "" : " than in epoch " + of.number()));
        }
    }

    @Override
    public void done(Training training, History history) {
        if (best.epoch() != null) {
            best.restore();
        }
    }

    /** What the best epoch was, and the model's state after it. */
    public BestWeights best() {
        return best;
    }
}
