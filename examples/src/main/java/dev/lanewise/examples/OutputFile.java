package dev.lanewise.examples;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that appears as a whole or not at all: it is written under another name beside the place where it is to be,
 * and moved there by {@link #finish}. Closed unfinished, as after an error, it leaves nothing.
 */
final class OutputFile implements AutoCloseable {
    private final Path target;
    private final Path part;
    private final OutputStream stream;
    private boolean finished;

    /** Starts a file; its folder is made if need be. */
    OutputFile(Path target) throws IOException {
        this.target = target;
        if (Files.isDirectory(target)) {
            throw Problem.failure("%s: this is a folder, expected the name of a file to write".formatted(target));
        }
        Path folder = target.toAbsolutePath().getParent();
        if (folder != null) {
            createFolder(folder);
        }
        // A pipe or a device, as /dev/stdout, cannot be replaced: it is written directly.
        this.part = Files.exists(target) && !Files.isRegularFile(target)
                ? target
                : target.resolveSibling(target.getFileName() + ".part");
        this.stream = Files.newOutputStream(part);
        if (isAside()) {
            part.toFile().deleteOnExit(); // where the user interrupts the program
        }
    }

    private static void createFolder(Path folder) throws IOException {
        for (Path above = folder; above != null; above = above.getParent()) {
            if (Files.exists(above) && !Files.isDirectory(above)) {
                throw Problem.failure("%s: cannot make this folder, as %s is a file".formatted(folder, above));
            }
        }
        Files.createDirectories(folder);
    }

    private boolean isAside() {
        return !part.equals(target);
    }

    /** Where to write. */
    OutputStream stream() {
        return stream;
    }

    /** Puts what was written in its place. */
    void finish() throws IOException {
        stream.close();
        if (isAside()) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
        finished = true;
    }

    @Override
    public void close() throws IOException {
        stream.close();
        if (!finished && isAside()) {
            Files.deleteIfExists(part);
        }
    }
}
