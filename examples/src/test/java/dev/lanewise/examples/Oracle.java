package dev.lanewise.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reference results made by others, in a folder beside the repository; where it is not there, tests that need it are
 * skipped.
 */
final class Oracle {
    private Oracle() {}

    /** A file of the oracle. */
    static Path file(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve(".git"))) {
            folder = folder.getParent();
        }
        Path file = folder == null
                ? Path.of(name)
                : folder.resolve("../shared/oracle").resolve(name);
        assumeTrue(Files.exists(file), "skipped: no oracle, " + file + " is missing");
        return file.normalize();
    }
}
