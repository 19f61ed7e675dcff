package dev.lanewise.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the peers' benchmarks, or those that JMH's options name, in rounds of one fork of each, so that the libraries
 * take turns: a machine that is busy for a while is busy for all of them. Then it writes JMH's JSON, the forks of one
 * benchmark together (by its own account of one fork), and prints the table of {@link Ratios}.
 */
public final class Main {
    private static final int ROUNDS = 5;
    private static final String FILE = "peers.json";

    private Main() {}

    /** Takes JMH's options; {@code -f} is the number of rounds, {@code -rff} the JSON file. */
    public static void main(String[] arguments) throws IOException, RunnerException, CommandLineOptionException {
        CommandLineOptions options = new CommandLineOptions(arguments);
        if (options.shouldHelp()) {
            options.showHelp();
            return;
        }
        OptionsBuilder builder = new OptionsBuilder();
        builder.parent(options);
        if (options.getIncludes().isEmpty()) {
            builder.include(Main.class.getPackageName().replace(".", "\\.") + "\\..*");
        }
        if (options.shouldList()) {
            new Runner(builder.build()).list();
            return;
        }
        Path file = Path.of(options.getResult().orElse(FILE));
        int rounds = Math.max(1, options.getForkCount().orElse(ROUNDS));
        Options round = builder.forks(1)
                .resultFormat(ResultFormatType.JSON)
                .result(file.toString())
                .build();
        Map<String, RunResult> results = new LinkedHashMap<>();
        for (int i = 0; i < rounds; i++) {
            for (RunResult result : new Runner(round).run()) {
                results.merge(key(result.getParams()), result, Main::together);
            }
            // After each round, so that what was measured stays if the run is broken off.
            ResultFormatFactory.getInstance(ResultFormatType.JSON, file.toString())
                    .writeOut(results.values());
        }
        System.out.println("\nThe results are in " + file.toAbsolutePath() + "\n");
        System.out.print(Ratios.table(Files.readString(file)));
    }

    private static String key(BenchmarkParams params) {
        StringBuilder key = new StringBuilder(params.getBenchmark() + " " + params.getMode());
        for (String name : params.getParamsKeys()) {
            key.append(' ').append(name).append('=').append(params.getParam(name));
        }
        return key.toString();
    }

    private static RunResult together(RunResult first, RunResult second) {
        Collection<BenchmarkResult> forks = new ArrayList<>(first.getBenchmarkResults());
        forks.addAll(second.getBenchmarkResults());
        return new RunResult(first.getParams(), List.copyOf(forks));
    }
}
