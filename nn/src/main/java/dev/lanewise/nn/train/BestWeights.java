package dev.lanewise.nn.train;

import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Layer;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a copy of the model's state after its best epoch, and gives it to whoever saves it.
 *
 * <pre>{@code
 * var best = new BestWeights(model, Watch.highest("accuracy"));
 * trainer.withListener(best).train(batches, 20);
 * best.restore();
 * }</pre>
 */
public final class BestWeights implements Listener {
    private final Layer model;
    private final Watch watch;
    private final Consumer<Map<String, Tensor>> saving;
    private @Nullable Map<String, Tensor> state;
    private @Nullable Epoch epoch;
    private double best;

    /** Keeps the best state in memory. */
    public BestWeights(Layer model, Watch watch) {
        this(model, watch, state -> {});
    }

    /**
     * Keeps the best state in memory and saves it.
     *
     * @param saving given the state whenever there is a better one
     */
    public BestWeights(Layer model, Watch watch, Consumer<Map<String, Tensor>> saving) {
        this.model = model;
        this.watch = watch;
        this.saving = saving;
        this.best = watch.worst();
    }

    @Override
    public void epochDone(Training training, Epoch finished) {
        keepIfBetter(finished);
    }

    /** Whether it is the best epoch so far. */
    boolean keepIfBetter(Epoch finished) {
        double number = watch.of(finished);
        if (!watch.isBetter(number, best)) {
            return false;
        }
        Map<String, Tensor> copy = model.state();
        saving.accept(copy);
        best = number;
        epoch = finished;
        state = copy;
        return true;
    }

    /** The best epoch; null if none was better than nothing, as when all numbers were NaN. */
    public @Nullable Epoch epoch() {
        return epoch;
    }

    /**
     * The state after the best epoch.
     *
     * @throws IllegalStateException if there is none
     */
    public Map<String, Tensor> state() {
        if (state == null) {
            throw new IllegalStateException("BestWeights: no epoch with a %s was finished yet".formatted(watch.name()));
        }
        return state;
    }

    /**
     * Gives the model the state that it had after its best epoch.
     *
     * @throws IllegalStateException if there is none
     */
    public void restore() {
        model.load(state());
    }
}
