package dev.lanewise.examples;

import dev.lanewise.nn.train.Epoch;
import dev.lanewise.nn.train.Evaluation;
import dev.lanewise.nn.train.Listener;
import dev.lanewise.nn.train.Step;
import dev.lanewise.nn.train.Training;
import java.io.PrintWriter;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Shows a training on names: a bar over its steps, and some twenty lines on the way. To be closed. */
final class NameProgress implements Listener, AutoCloseable {
    private static final int LINES = 20;

    private final PrintWriter out;
    private final String measure;
    private final ToDoubleFunction<Epoch> value;
    private @Nullable Progress progress;

    /**
     * Shows beside the loss of the epoch, of which each batch is seen with the weights of its time, a better measure.
     *
     * @param measure its name
     * @param value gives it when an epoch is over
     */
    NameProgress(PrintWriter out, String measure, ToDoubleFunction<Epoch> value) {
        this.out = out;
        this.measure = measure;
        this.value = value;
    }

    /** The loss of the names to validate with; NaN if there are none. */
    static double validationLoss(Epoch epoch) {
        Evaluation validation = epoch.validation();
        return validation == null ? Double.NaN : validation.loss();
    }

    @Override
    public void begun(Training training) {
        out.printf("%8s  %8s  %18s  %18s%n", "epoch", "step", "loss of the epoch", measure);
        out.flush();
        progress = new Progress(out, "learning", training.steps());
    }

    @Override
    public void stepDone(Training training, Step step) {
        if (progress != null) {
            progress.status("loss %.3f".formatted(step.loss()));
            progress.step();
        }
    }

    @Override
    public void epochDone(Training training, Epoch epoch) {
        long done = epoch.number() + 1;
        long interval = Math.ceilDiv(training.epochs(), LINES);
        if (progress != null && (done % interval == 0 || done == 1 || done == training.epochs())) {
            progress.println("%,8d  %,8d  %18.6f  %18.6f"
                    .formatted(done, epoch.steps(), epoch.trainingLoss(), value.applyAsDouble(epoch)));
        }
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
