package dev.lanewise.nn.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of a training's epochs in a CSV file (RFC 4180): {@code epoch}, {@code step}, the {@linkplain Epoch#values
 * epoch's numbers}, {@code seconds}.
 *
 * <p>Each line is appended when its epoch is done, and is in the file then, so that one can watch it grow, and has what
 * there was if the training is interrupted. A training from the beginning replaces the file; one that begins at a later
 * epoch keeps the lines of the epochs before that.
 */
public final class CsvLog implements Listener {
    static final String EPOCH = "epoch";
    static final String STEP = "step";
    static final String SECONDS = "seconds";

    private final Path path;
    private boolean hasHeader;

    /** A log in the given file; its folder is made if need be. */
    public CsvLog(Path path) {
        this.path = path;
    }

    @Override
    public void begun(Training training) {
        hasHeader = false;
    }

    @Override
    public void epochDone(Training training, Epoch epoch) {
        List<String> fields = new ArrayList<>();
        fields.add(Long.toString(epoch.number()));
        fields.add(Long.toString(epoch.steps()));
        epoch.values().values().forEach(value -> fields.add(Double.toString(value)));
        fields.add(Double.toString(epoch.seconds()));
        try {
            if (!hasHeader) {
                begin(header(epoch), training.firstEpoch());
                hasHeader = true;
            }
            Files.writeString(path, String.join(",", fields) + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("CsvLog: cannot write %s: %s".formatted(path, e), e);
        }
    }

    private static String header(Epoch epoch) {
        List<String> names = new ArrayList<>(List.of(EPOCH, STEP));
        names.addAll(epoch.values().keySet());
        names.add(SECONDS);
        return String.join(",", names.stream().map(CsvLog::quoted).toList());
    }

    private static String quoted(String name) {
        boolean plain = name.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Puts a file in place that has the header and the lines of the epochs before the first one. */
    private void begin(String header, long firstEpoch) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        List<String> lines = new ArrayList<>(List.of(header));
        if (firstEpoch > 0 && Files.exists(path)) {
            List<String> old = Files.readAllLines(path);
            if (!old.isEmpty() && !old.getFirst().equals(header)) {
                throw new IllegalStateException(
                        "CsvLog: %s has the columns %s, this training has %s; log to another file"
                                .formatted(path, old.getFirst(), header));
            }
            old.stream().skip(1).filter(line -> isBefore(line, firstEpoch)).forEach(lines::add);
        }
        Path part = path.resolveSibling(path.getFileName() + ".part");
        Files.writeString(part, String.join("\n", lines) + "\n");
        Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isBefore(String line, long epoch) {
        int comma = line.indexOf(',');
        try {
            return comma > 0 && Long.parseLong(line.substring(0, comma)) < epoch;
        } catch (NumberFormatException e) {
            return false; // no line of ours, as one that was cut off
        }
    }
}
