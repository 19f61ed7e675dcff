package dev.lanewise.nn.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training gives the same weights to the last bit with any number of threads, with vectors of any width and with
 * none.
 *
 * <p>Each child JVM trains the same models, one of them with dropout. Most are told to skip the warm-up, so that each
 * kernel is the one on vectors (or, without vectors, the compiled one) from the first call on; others begin as users
 * do, with interpreted formulas and plain loops, and change to those kernels when they are warm.
 */
class SameBitsTest {
    private static final String NO_WARM_UP = "-Dlanewise.warmup=none";

    /** The training has more formulas than these; each is compiled where there is no warm-up. */
    private static final int FORMULAS = 10;

    @TempDir
    private Path folder;

    private record Run(String lanes, int threads, boolean possible, int compiled, List<String> hashes) {}

    @Test
    void oneHashForEveryWidthAndEveryNumberOfThreads() throws IOException, InterruptedException {
        List<Run> runs = new ArrayList<>();
        runs.add(train("scalar", 2));
        runs.add(train("128", 1));
        runs.add(train("256", 3));
        runs.add(train("512", 2));
        runs.add(trainAsUsersDo("scalar", 1));
        String widest = runs.stream().filter(Run::possible).toList().getLast().lanes;
        for (int threads : new int[] {1, 2, 3, 8}) {
            runs.add(train(widest, threads));
            runs.add(trainAsUsersDo(widest, threads));
        }
        String expected = runs.getFirst().hashes.getFirst();
        for (Run run : runs) {
            if (!run.possible) {
                System.out.printf("SKIPPED: vectors of %s bits, which this machine does not have%n", run.lanes);
                continue;
            }
            assertThat(run.hashes).as(run.toString()).isNotEmpty().allMatch(expected::equals);
        }
        int trainings = runs.stream().mapToInt(run -> run.hashes.size()).sum();
        System.out.printf("same bits in %d trainings: %s%n", trainings, expected);
    }

    /** On the class path the incubating module is there only by a flag. */
    @Test
    void withoutTheIncubatingModuleTheBitsAreTheSameAndOneWarningNamesTheFlag()
            throws IOException, InterruptedException {
        Path dump = Files.createDirectory(folder.resolve("without"));
        List<String> lines = run(List.of("-Dlanewise.threads=2", "-Dlanewise.dump=" + dump), 1);
        assertThat(lines).contains("lanes 0 threads 2");
        assertThat(lines.stream().filter(line -> line.contains("--add-modules jdk.incubator.vector")))
                .hasSize(1);
        assertThat(lines)
                .filteredOn(line -> line.startsWith("hash "))
                .containsExactly("hash " + train("scalar", 1).hashes.getFirst());
    }

    private static List<String> run(List<String> options, int trainings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                TrainingChild.class.getName(),
                Integer.toString(trainings)));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (var reader = child.inputReader()) {
            lines.addAll(reader.readAllLines());
        }
        lines.add("exit code " + child.waitFor());
        return lines;
    }

    private Run train(String lanes, int threads) throws IOException, InterruptedException {
        Run run = train(lanes, threads, NO_WARM_UP, 1);
        if (run.possible) {
            assertThat(run.compiled).as(run.toString()).isGreaterThan(FORMULAS);
        }
        return run;
    }

    private Run trainAsUsersDo(String lanes, int threads) throws IOException, InterruptedException {
        return train(lanes, threads, "-Dlanewise.warmup=background", 8);
    }

    private Run train(String lanes, int threads, String warmUp, int trainings)
            throws IOException, InterruptedException {
        Path dump = Files.createDirectory(folder.resolve(lanes + "-" + threads + "-" + System.nanoTime()));
        List<String> lines = run(
                List.of(
                        "--add-modules",
                        "jdk.incubator.vector",
                        warmUp,
                        "-Dlanewise.lanes=" + lanes,
                        "-Dlanewise.threads=" + threads,
                        "-Dlanewise.dump=" + dump),
                trainings);
        String all = String.join("\n", lines);
        if (all.contains("cannot be had") && !lanes.equals("scalar") && !lanes.equals("128")) {
            return new Run(lanes, threads, false, 0, List.of());
        }
        assertThat(lines.removeLast()).as(all).isEqualTo("exit code 0");
        assertThat(lines)
                .as(all)
                .contains("lanes %s threads %d".formatted(lanes.equals("scalar") ? "0" : lanes, threads));
        String last = lines.getLast();
        assertThat(last).startsWith("compiled ");
        return new Run(
                lanes,
                threads,
                true,
                Integer.parseInt(last.substring("compiled ".length())),
                lines.stream()
                        .filter(line -> line.startsWith("hash "))
                        .map(line -> line.substring("hash ".length()))
                        .toList());
    }
}
