package dev.lanewise.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A program: the options that all have, and what it does. */
abstract class Example implements Callable<Integer> {
    private static final int MOST_THREADS = 1024; // what Lanewise takes

    @Option(
            names = "--seed",
            order = 90,
            paramLabel = "N",
            defaultValue = "1337",
            description = "All random numbers follow from it: the same seed, the same run (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--threads",
            order = 91,
            paramLabel = "N",
            description =
                    "How many threads compute (default: one per processor); the results are the same for any number")
    private @Nullable Integer threads;

    @Option(
            names = "--out",
            order = 92,
            paramLabel = "DIR",
            defaultValue = "out",
            description = "Where charts are put (default: ${DEFAULT-VALUE})")
    private Path directory;

    @Option(names = "--stacktrace", order = 93, description = "Shows where in the program an error arose")
    private boolean stacktrace;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", order = 94, usageHelp = true, description = "Shows this and ends")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() throws IOException {
        if (threads != null) {
            Problem.requireFromTo("--threads", threads, 1, MOST_THREADS);
            // Lanewise reads the property when its pool of threads starts, which has not happened yet: no example
            // computes anything before run(). The library itself never sets a property; a program may.
            System.setProperty("lanewise.threads", threads.toString());
        }
        checkOut();
        run();
        out().flush();
        return 0;
    }

    /** Tells before the work, not after it, that the folder for charts cannot be had. */
    private void checkOut() {
        for (Path folder = directory.toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder)) {
                if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
                    throw Problem.failure("--out %s: %s is %s; name another folder"
                            .formatted(directory, folder, Files.isDirectory(folder) ? "not writable" : "not a folder"));
                }
                return;
            }
        }
    }

    /** Does what the program is for. */
    abstract void run() throws IOException;

    /** Where to print. */
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final long seed() {
        return seed;
    }

    final boolean showsStackTrace() {
        return stacktrace;
    }

    /** A file in the folder of {@code --out}. */
    final Path outputFile(String name) {
        return directory.resolve(name);
    }
}
