package dev.lanewise.benchmarks.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * The table of ratios from JMH's JSON: each work with each library that did it, none left out. A fork's time is the
 * mean of its iterations; from the forks' times the table has the median and the worst. The ratio is the library's
 * median by Lanewise's: above 1 Lanewise is faster, below 1 the library is.
 */
public final class Ratios {
    private static final String SYSTEM = "system";
    private static final String LANEWISE = "lanewise";

    private Ratios() {}

    /** Takes JSON files of JMH, and prints a table for each. */
    public static void main(String[] files) throws IOException {
        for (String file : files) {
            System.out.print(table(Files.readString(Path.of(file))));
        }
    }

    /** The times of one work in its forks, in the given unit. */
    private record Times(String unit, double[] forks) {
        double median() {
            double[] sorted = DoubleStream.of(forks).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        double worst() {
            return DoubleStream.of(forks).max().orElseThrow();
        }
    }

    /** The table, in Markdown. */
    static String table(String json) throws JsonProcessingException {
        Map<String, Map<String, Times>> works = new LinkedHashMap<>();
        for (JsonNode result : new ObjectMapper().readTree(json)) {
            if (!result.path("mode").asText().equals("avgt")) {
                continue; // the other modes' scores are no times
            }
            works.computeIfAbsent(work(result), name -> new LinkedHashMap<>())
                    .put(result.path("params").path(SYSTEM).asText(LANEWISE), times(result.path("primaryMetric")));
        }
        StringBuilder table = new StringBuilder("""
                | work | library | forks | median | worst fork | median / Lanewise's |
                |---|---|---|---|---|---|
                """);
        works.forEach((work, systems) -> {
            Times lanewise = systems.get(LANEWISE);
            systems.forEach((system, times) -> table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %s %s | %s | %s |%n",
                    work,
                    system,
                    times.forks.length,
                    number(times.median()),
                    times.unit,
                    number(times.worst()),
                    lanewise == null ? "" : number(times.median() / lanewise.median()))));
        });
        return table.toString();
    }

    /** The benchmark's class and method, and its parameters but for the library. */
    private static String work(JsonNode result) {
        String benchmark = result.path("benchmark").asText();
        int method = benchmark.lastIndexOf('.');
        StringBuilder work = new StringBuilder(benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1));
        result.path("params").properties().forEach(parameter -> {
            if (!parameter.getKey().equals(SYSTEM)) {
                work.append(' ').append(parameter.getValue().asText());
            }
        });
        return work.toString();
    }

    private static Times times(JsonNode metric) {
        List<Double> forks = new ArrayList<>();
        for (JsonNode fork : metric.path("rawData")) {
            double sum = 0;
            for (JsonNode iteration : fork) {
                sum += iteration.asDouble();
            }
            forks.add(sum / fork.size());
        }
        return new Times(
                metric.path("scoreUnit").asText(),
                forks.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Three digits that count, as in 0.0213, 1.25, 345 and 12345. */
    static String number(double value) {
        int digits = value <= 0 ? 0 : Math.clamp(2 - (int) Math.floor(Math.log10(value)), 0, 9);
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
