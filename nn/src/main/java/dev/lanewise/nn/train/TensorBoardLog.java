package dev.lanewise.nn.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A log for TensorBoard: each step's {@code loss}, {@code learning rate} and, where gradients are clipped,
 * {@code gradient norm}; each epoch's {@linkplain Epoch#values numbers} under {@code epoch/}. All over the number of
 * the step.
 *
 * <p>A training writes a new file into the folder, {@code events.out.tfevents.…}, as TensorFlow names them; each record
 * is appended as a whole and is in the file then. To see it: {@code tensorboard --logdir FOLDER}.
 */
public final class TensorBoardLog implements Listener {
    private final Path folder;
    private final long interval;
    private final InstantSource clock;
    private @Nullable Path file;

    /** A log of every step in the given folder, which is made if need be. */
    public TensorBoardLog(Path folder) {
        this(folder, 1);
    }

    /**
     * A log of some steps.
     *
     * @param interval the steps whose number is a multiple of this are logged, at least 1
     */
    public TensorBoardLog(Path folder, long interval) {
        this(folder, interval, InstantSource.system());
    }

    TensorBoardLog(Path folder, long interval, InstantSource clock) {
        if (interval < 1) {
            throw new IllegalArgumentException(
                    "TensorBoardLog: every %d steps, expected at least 1".formatted(interval));
        }
        this.folder = folder;
        this.interval = interval;
        this.clock = clock;
    }

    @Override
    public void begun(Training training) {
        byte[] version = EventRecord.version(seconds());
        try {
            Files.createDirectories(folder);
            file = create(version);
        } catch (IOException e) {
            throw new UncheckedIOException("TensorBoardLog: cannot write into %s: %s".formatted(folder, e), e);
        }
    }

    /** Makes a file that nobody else writes. */
    private Path create(byte[] content) throws IOException {
        String name = "events.out.tfevents.%d.lanewise".formatted(clock.millis() / 1000);
        for (int number = 0; ; number++) {
            Path path = folder.resolve(name + "." + number);
            try {
                return Files.write(path, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (FileAlreadyExistsException e) {
                // Of another training that began in the same second.
            }
        }
    }

    @Override
    public void stepDone(Training training, Step step) {
        if (step.number() % interval != 0) {
            return;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", step.loss());
        values.put(Epoch.LEARNING_RATE, step.learningRate());
        if (!Double.isNaN(step.gradientNorm())) {
            values.put("gradient norm", step.gradientNorm());
        }
        append(step.number(), values);
    }

    @Override
    public void epochDone(Training training, Epoch epoch) {
        Map<String, Double> values = new LinkedHashMap<>();
        epoch.values().forEach((name, value) -> values.put("epoch/" + name, value));
        append(epoch.steps(), values);
    }

    private void append(long step, Map<String, Double> values) {
        if (file == null) {
            throw new IllegalStateException("TensorBoardLog: the training has not begun");
        }
        try {
            Files.write(file, EventRecord.scalars(seconds(), step, values), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("TensorBoardLog: cannot write %s: %s".formatted(file, e), e);
        }
    }

    private double seconds() {
        return clock.millis() / 1000.0;
    }
}
