package dev.lanewise.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a flight recording of a program that used Lanewise, and prints where the time of its operations went. */
@Command(
        name = "operation-times",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Prints where the time of a program's operations went, from a flight recording",
        description = {
            "",
            "Record with -XX:StartFlightRecording:filename=FILE.jfr,+dev.lanewise.Operation#enabled=true,"
                    + "+dev.lanewise.Backward#enabled=true",
            ""
        })
final class OperationTimes extends Example {
    private static final String OPERATION = "dev.lanewise.Operation";
    private static final String BACKWARD = "dev.lanewise.Backward";

    @Parameters(paramLabel = "FILE.jfr", description = "The recording")
    private Path file = Path.of("");

    @Option(names = "--shapes", description = "One line for each operation and shapes, not for each operation")
    private boolean byShapes;

    @Option(
            names = "--last",
            paramLabel = "SECONDS",
            defaultValue = "1e9",
            description = "Only the recording's last seconds: at first, kernels are not compiled yet")
    private double last;

    /** What the events of one line add up to. */
    private static final class Sum {
        private final String what;
        private long calls;
        private Duration time = Duration.ZERO;
        private double flops;
        private double bytes;

        Sum(String what) {
            this.what = what;
        }

        double milliseconds() {
            return time.toNanos() / 1e6;
        }
    }

    @Override
    void run() throws IOException {
        Problem.requireBelow("--last", last, Double.MIN_VALUE, Double.POSITIVE_INFINITY);
        List<RecordedEvent> events = events();
        Map<String, Sum> sums = new HashMap<>();
        Map<Long, ArrayDeque<Open>> openByThread = new HashMap<>();
        for (RecordedEvent event : events) {
            ArrayDeque<Open> open =
                    openByThread.computeIfAbsent(event.getThread().getJavaThreadId(), t -> new ArrayDeque<>());
            while (!open.isEmpty() && !event.getStartTime().isBefore(open.peek().end)) {
                open.pop();
            }
            Open outermost = open.peekLast();
            Sum sum;
            if (outermost == null) { // what happens within another event is part of that one's time already
                sum = sums.computeIfAbsent(title(event), Sum::new);
                sum.calls++;
                sum.time = sum.time.plus(event.getDuration());
            } else {
                sum = outermost.sum;
            }
            if (isOperation(event)) {
                sum.flops += event.getLong("flops");
                sum.bytes += event.getLong("bytes");
            }
            open.push(new Open(event.getEndTime(), outermost == null ? sum : outermost.sum));
        }
        print(sums.values().stream()
                .sorted(Comparator.comparingDouble(Sum::milliseconds).reversed())
                .toList());
    }

    private record Open(Instant end, Sum sum) {}

    /** The events of the wanted stretch of time, an enclosing one before those within it. */
    private List<RecordedEvent> events() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw Problem.failure(file + ": no such file");
        }
        List<RecordedEvent> events = new ArrayList<>();
        try (var recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                if (isOperation(event) || event.getEventType().getName().equals(BACKWARD)) {
                    events.add(event);
                }
            }
        } catch (IOException e) {
            throw Problem.failure(file + ": not a flight recording, or a damaged one: " + e.getMessage());
        }
        if (events.isEmpty()) {
            throw Problem.failure(file
                    + ": holds no events of Lanewise; record with +%s#enabled=true,+%s#enabled=true"
                            .formatted(OPERATION, BACKWARD));
        }
        Instant end = events.stream()
                .map(RecordedEvent::getEndTime)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Instant start = last >= 1e9 ? Instant.MIN : end.minusNanos((long) (last * 1e9));
        events.removeIf(event -> event.getStartTime().isBefore(start));
        events.sort(Comparator.comparing(RecordedEvent::getStartTime)
                .thenComparing(RecordedEvent::getEndTime, Comparator.reverseOrder()));
        return events;
    }

    private static boolean isOperation(RecordedEvent event) {
        return event.getEventType().getName().equals(OPERATION);
    }

    private String title(RecordedEvent event) {
        String way = isOperation(event) ? "forward" : "backward";
        String shapes = byShapes ? "  " + event.getString("operands") + " -> " + event.getString("results") : "";
        return "%-9s %s%s".formatted(way, event.getString("operation"), shapes);
    }

    private void print(List<Sum> sums) {
        double all = sums.stream().mapToDouble(Sum::milliseconds).sum();
        out().printf("%10s  %6s  %8s  %8s  %7s  %s%n", "ms", "share", "calls", "GFLOP/s", "GB/s", "operation");
        for (Sum sum : sums) {
            double nanos = Math.max(1, sum.milliseconds() * 1e6);
            out().printf(
                            "%10.2f  %5.1f%%  %8d  %8.1f  %7.1f  %s%n",
                            sum.milliseconds(),
                            100 * sum.milliseconds() / all,
                            sum.calls,
                            sum.flops / nanos,
                            sum.bytes / nanos,
                            sum.what);
        }
        out().printf("%10.2f  in all%n", all);
    }
}
