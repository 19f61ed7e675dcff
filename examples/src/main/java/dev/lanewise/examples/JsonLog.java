package dev.lanewise.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A training's course for programs to read: one JSON object a line, one line an evaluation and a last one for the end.
 *
 * <p>While the training runs the lines are in FILE.part, as they come; FILE is there when it is complete.
 */
final class JsonLog implements AutoCloseable {
    private final @Nullable OutputFile file;
    private final @Nullable PrintWriter lines;

    /** A log in the given file, or nowhere. */
    JsonLog(@Nullable Path target) throws IOException {
        this.file = target == null ? null : new OutputFile(target);
        this.lines = file == null ? null : new PrintWriter(file.stream(), false, StandardCharsets.UTF_8);
    }

    /** Adds an evaluation. */
    void evaluation(GptTraining.Evaluation evaluation) {
        line("{\"step\":%d,\"trainLoss\":%s,\"valLoss\":%s,\"tokensPerSecond\":%s}"
                .formatted(
                        evaluation.step(),
                        evaluation.trainingLoss(),
                        evaluation.validationLoss(),
                        evaluation.tokensPerSecond()));
    }

    /** Adds the last line and puts the file in its place. */
    void done(long steps, double validationLoss, double seconds, String weightsSha256) throws IOException {
        line("{\"done\":true,\"steps\":%d,\"valLoss\":%s,\"seconds\":%s,\"weightsSha256\":\"%s\"}"
                .formatted(steps, validationLoss, seconds, weightsSha256));
        if (file != null) {
            file.finish();
        }
    }

    /** All numbers are finite, and so as Java prints them are JSON. */
    private void line(String json) {
        if (lines != null) {
            lines.print(json + "\n");
            if (lines.checkError()) { // it also flushes
                throw Problem.failure("--json: cannot write; is the disk full?");
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
