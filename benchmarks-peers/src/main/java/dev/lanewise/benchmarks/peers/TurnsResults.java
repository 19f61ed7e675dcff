package dev.lanewise.benchmarks.peers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What calls took in {@link Turns}, fork by fork, and the table of it. Times are nanoseconds. */
final class TurnsResults {

    /** The samples of one work in one process. */
    static final class Calls {
        private final List<Double> samples = new ArrayList<>();

        void add(double nanoseconds) {
            samples.add(nanoseconds);
        }

        double median() {
            return samples.stream().sorted().toList().get(samples.size() / 2);
        }

        double best() {
            return Collections.min(samples);
        }
    }

    /** What a process's calls took, and Lanewise's beside it. */
    private record Fork(double median, double best, double lanewise, double lanewiseBest) {
        double ratio() {
            return median / lanewise;
        }
    }

    /** The forks of one work with one library. */
    private record Forks(List<Fork> byRatio) {
        Forks(List<Fork> byRatio) {
            this.byRatio = byRatio.stream()
                    .sorted((a, b) -> Double.compare(a.ratio(), b.ratio()))
                    .toList();
        }

        Fork middle() {
            return byRatio.get((byRatio.size() - 1) / 2);
        }

        double worst() {
            return byRatio.getFirst().ratio();
        }

        double best() {
            return byRatio.stream().mapToDouble(Fork::best).min().orElseThrow();
        }

        double lanewiseBest() {
            return byRatio.stream().mapToDouble(Fork::lanewiseBest).min().orElseThrow();
        }
    }

    private final Map<String, Map<String, List<Fork>>> forks = new LinkedHashMap<>(); // by work, by library

    /** Takes one fork's calls, and says in a line what they were. */
    String add(String work, String library, Calls peer, Calls lanewise) {
        var fork = new Fork(peer.median(), peer.best(), lanewise.median(), lanewise.best());
        forks.computeIfAbsent(work, key -> new LinkedHashMap<>())
                .computeIfAbsent(library, key -> new ArrayList<>())
                .add(fork);
        return String.format(
                Locale.ROOT,
                "%s %s: %.4g us, Lanewise %.4g, ratio %.3f; best %.4g, %.4g",
                work,
                library,
                fork.median / 1e3,
                fork.lanewise / 1e3,
                fork.ratio(),
                fork.best / 1e3,
                fork.lanewiseBest / 1e3);
    }

    /** The table, in Markdown, and the geometric means of several works. */
    String table() {
        var table = new StringBuilder("""
                | work | library | forks | Lanewise, us | library, us | ratio (worst) | best calls |
                |---|---|---|---|---|---|---|
                """);
        Set<String> libraries = new LinkedHashSet<>();
        forks.forEach((work, byLibrary) -> byLibrary.forEach((library, list) -> {
            libraries.add(library);
            var all = new Forks(list);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %s | %s | %.2f (%.2f) | %s and %s: %.2f |%n",
                    work,
                    library,
                    list.size(),
                    Ratios.number(all.middle().lanewise / 1e3),
                    Ratios.number(all.middle().median / 1e3),
                    all.middle().ratio(),
                    all.worst(),
                    Ratios.number(all.lanewiseBest() / 1e3),
                    Ratios.number(all.best() / 1e3),
                    all.best() / all.lanewiseBest()));
        }));
        if (forks.size() > 1) {
            libraries.forEach(library ->
                    table.append(means(library, byLibrary -> byLibrary.getOrDefault(library, List.of()))));
            if (libraries.size() > 1) {
                table.append(means("the faster one of each", TurnsResults::faster));
            }
        }
        return table.toString();
    }

    /** Of each fork the library whose median is the shortest. */
    private static List<Fork> faster(Map<String, List<Fork>> byLibrary) {
        List<Fork> faster = new ArrayList<>();
        int count = byLibrary.values().stream().mapToInt(List::size).min().orElse(0);
        for (int i = 0; i < count; i++) {
            int fork = i;
            faster.add(byLibrary.values().stream()
                    .map(list -> list.get(fork))
                    .min((a, b) -> Double.compare(a.median, b.median))
                    .orElseThrow());
        }
        return faster;
    }

    private String means(String library, Function<Map<String, List<Fork>>, List<Fork>> select) {
        List<Forks> works = forks.values().stream()
                .map(select::apply)
                .filter(list -> !list.isEmpty())
                .map(Forks::new)
                .toList();
        return String.format(
                Locale.ROOT,
                "%s, geometric mean of %d works: %.3f, of their worst forks %.3f, by best calls %.3f; lowest %.2f%n",
                library,
                works.size(),
                geometricMean(works, work -> work.middle().ratio()),
                geometricMean(works, Forks::worst),
                geometricMean(works, work -> work.best() / work.lanewiseBest()),
                works.stream().mapToDouble(work -> work.middle().ratio()).min().orElse(Double.NaN));
    }

    private static double geometricMean(List<Forks> works, ToDoubleFunction<Forks> ratio) {
        return Math.exp(works.stream()
                .mapToDouble(work -> Math.log(ratio.applyAsDouble(work)))
                .average()
                .orElse(Double.NaN));
    }
}
