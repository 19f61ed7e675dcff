package dev.lanewise.nn.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training gives the same weights to the last bit with any number of threads, with vectors of any width and with none.
 *
 * <p>Each child JVM trains the same model several times over: the first time kernels are interpreted, later they are compiled.
 */
class SameBitsTest {
    private static final int REPETITIONS = 4;

    @TempDir
    private Path folder;

    private record Run(String lanes, int threads, boolean possible, List<String> hashes) {}

    @Test
    void oneHashForEveryWidthAndEveryNumberOfThreads() throws IOException, InterruptedException {
        List<Run> runs = new ArrayList<>();
        runs.add(train("scalar", 2));
        runs.add(train("128", 1));
        runs.add(train("256", 3));
        runs.add(train("512", 2));
        String widest = runs.stream().filter(Run::possible).toList().getLast().lanes;
        for (int threads = 1; threads <= 3; threads++) {
            runs.add(train(widest, threads));
        }
        String expected = runs.getFirst().hashes.getFirst();
        for (Run run : runs) {
            if (!run.possible) {
                System.out.printf("SKIPPED: vectors of %s bits, which this machine does not have%n", run.lanes);
                continue;
            }
            assertThat(run.hashes).as(run.toString()).hasSize(REPETITIONS).allMatch(expected::equals);
        }
        System.out.printf("same bits in %d trainings: %s%n", runs.size() * REPETITIONS, expected);
    }

    private Run train(String lanes, int threads) throws IOException, InterruptedException {
        Path dump = Files.createDirectory(folder.resolve(lanes + "-" + threads + "-" + System.nanoTime()));
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Dlanewise.lanes=" + lanes,
                        "-Dlanewise.threads=" + threads,
                        "-Dlanewise.dump=" + dump,
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainingChild.class.getName(),
                        Integer.toString(REPETITIONS))
                .redirectErrorStream(true)
                .start();
        List<String> lines;
        try (var reader = child.inputReader()) {
            lines = reader.readAllLines();
        }
        int code = child.waitFor();
        String all = String.join("\n", lines);
        if (code != 0 && all.contains("cannot be had") && !lanes.equals("scalar") && !lanes.equals("128")) {
            return new Run(lanes, threads, false, List.of());
        }
        assertThat(code).as(all).isZero();
        assertThat(lines).as(all).contains("lanes %s threads %d".formatted(lanes.equals("scalar") ? "0" : lanes, threads));
        try (Stream<Path> generated = Files.list(dump)) {
            // Loops were compiled: not all was the interpreter's work.
            assertThat(generated.map(path -> path.getFileName().toString()).toList())
                    .anyMatch(name -> name.contains("gelu"))
                    .anyMatch(name -> name.contains("adamW"));
        }
        return new Run(
                lanes,
                threads,
                true,
                lines.stream()
                        .filter(line -> line.startsWith("hash "))
                        .map(line -> line.substring("hash ".length()))
                        .toList());
    }
}
