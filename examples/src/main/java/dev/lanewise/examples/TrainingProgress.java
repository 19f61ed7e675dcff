package dev.lanewise.examples;

import dev.lanewise.nn.train.Epoch;
import dev.lanewise.nn.train.History;
import dev.lanewise.nn.train.Listener;
import dev.lanewise.nn.train.Step;
import dev.lanewise.nn.train.Training;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shows a training: a bar over its steps with the loss, where there is a terminal, and a line for each epoch. To be
 * closed when the training is over, or has failed.
 */
final class TrainingProgress implements Listener, AutoCloseable {
    private final PrintWriter out;
    private final String work;
    private final boolean printsEpochs;
    private @Nullable Progress progress;

    TrainingProgress(PrintWriter out, String work) {
        this(out, work, true);
    }

    private TrainingProgress(PrintWriter out, String work, boolean printsEpochs) {
        this.out = out;
        this.work = work;
        this.printsEpochs = printsEpochs;
    }

    /** The same without a line for each epoch, for trainings that show these in another way. */
    TrainingProgress withoutEpochs() {
        return new TrainingProgress(out, work, false);
    }

    @Override
    public void begun(Training training) {
        close();
        progress = new Progress(out, work, training.steps());
    }

    @Override
    public void stepDone(Training training, Step step) {
        if (progress != null) {
            progress.status(String.format(Locale.ROOT, "loss %.3f", step.loss()));
            progress.step();
        }
    }

    @Override
    public void epochDone(Training training, Epoch epoch) {
        if (progress != null && printsEpochs) {
            String values = epoch.values().entrySet().stream()
                    .map(entry -> String.format(Locale.ROOT, "%s %.4g", entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(", "));
            progress.println(
                    String.format(Locale.ROOT, "epoch %d: %s (%.1f s)", epoch.number(), values, epoch.seconds()));
        }
    }

    @Override
    public void done(Training training, History history) {
        if (progress != null && history.stopReason() != null) {
            progress.println((printsEpochs ? "" : work + ": ") + "stopped: " + history.stopReason());
        }
        close();
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
