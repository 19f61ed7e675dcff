package dev.lanewise.benchmarks.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures Lanewise and other libraries in turns, as processes on the same cores, each stopped while another runs. */
@Command(
        name = "./run turns",
        sortOptions = false,
        header = "Measures Lanewise and other libraries in turns, as processes on the same cores",
        description = {
            "",
            "Each library does its work in a process of its own, bound to as many cores as threads, and stopped while"
                    + " another one works: so none disturbs the other, and a machine that is busy for a while is busy for"
                    + " all. A fork is a new process of each. The table has the median call of the middle fork, the worst"
                    + " fork, and the ratio by the best calls of all; above 1 Lanewise is faster. For Linux.",
            "",
            "Works: nano, baby, gpt2 (training steps), mlp, linearRegression, lstm, conv2d, add1000 (a new tensor), add, exp,"
                    + " tanh, gelu, geluTanh (of a million, into existing memory), softmax, layerNorm (softmaxWithin,"
                    + " layerNormWithin as within a model), crossEntropy, crossEntropyGradient, row50257, row3072; and"
                    + " products such as nn1024, tn768x384x128, nt48x64x64x32 (a batch).",
            ""
        })
public final class Turns implements Runnable {
    @Parameters(paramLabel = "WORK", arity = "1..*", description = "What to measure.")
    private List<String> works = List.of();

    @Option(names = "--threads", defaultValue = "1", description = "Threads, and cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--forks", defaultValue = "5", description = "Processes of each library (${DEFAULT-VALUE}).")
    private int forks;

    @Option(names = "--rounds", defaultValue = "20", description = "Turns of each process (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--turn", defaultValue = "800", description = "Milliseconds of a turn (${DEFAULT-VALUE}).")
    private int turn;

    @Option(
            names = "--warm-up",
            defaultValue = "60",
            description = "Seconds of a JVM's warm-up; libtorch has a tenth (${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--libraries",
            split = ",",
            description =
                    "Whom to compare with: libtorch (the default; built by benchmarks-peers/libtorch/build), djl (mlp,"
                            + " add1000), nd4j (add1000), openblas and mkl (products; their default).")
    private List<String> libraries = List.of();

    @Option(names = "--libtorch", description = "libtorch's program.")
    private Path libtorch = Path.of("benchmarks-peers", "target", "libtorch", "turns");

    @Option(names = "--jvm", split = " ", description = "Options for Lanewise's JVM, such as \"-Xmx4g\".")
    private List<String> jvmOptions = List.of();

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    private boolean help;

    private final Map<String, List<Fork>> results = new LinkedHashMap<>(); // by work and library

    private Turns() {}

    /** Takes options and works, see {@code --help}. */
    public static void main(String[] arguments) {
        // ./run gives --libtorch before what the user may give
        System.exit(new CommandLine(new Turns())
                .setOverwrittenOptionsAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments));
    }

    /** What a process's calls took, and Lanewise's beside it, in nanoseconds. */
    private record Fork(double median, double best, double lanewise, double lanewiseBest) {
        double ratio() {
            return median / lanewise;
        }
    }

    @Override
    public void run() {
        for (int fork = 0; fork < forks; fork++) {
            for (String work : works) {
                try {
                    measure(work);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException("%s: %s".formatted(work, e.getMessage()), e);
                }
            }
        }
        System.out.println();
        System.out.print(table());
    }

    private void measure(String work) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>(List.of("lanewise"));
        if (!libraries.isEmpty()) {
            names.addAll(libraries);
        } else {
            names.addAll(TurnsServer.isProduct(work) ? List.of("openblas", "mkl") : List.of("libtorch"));
        }
        List<Server> servers = new ArrayList<>();
        try {
            for (String name : names) {
                var server = new Server(command(name, work));
                servers.add(server);
                server.warmUp(name.equals("libtorch") ? warmUp * 100 : warmUp * 1000);
            }
            for (int round = 0; round < rounds; round++) {
                for (Server server : servers) {
                    server.turn(turn);
                }
            }
        } finally {
            servers.forEach(Server::close);
        }
        Server lanewise = servers.getFirst();
        for (int i = 1; i < servers.size(); i++) {
            Server peer = servers.get(i);
            var fork = new Fork(peer.median(), peer.best(), lanewise.median(), lanewise.best());
            results.computeIfAbsent(work + " | " + names.get(i), key -> new ArrayList<>())
                    .add(fork);
            System.out.printf(
                    Locale.ROOT,
                    "%s %s: %.4g us, Lanewise %.4g, ratio %.3f; best %.4g, %.4g%n",
                    work,
                    names.get(i),
                    fork.median / 1e3,
                    fork.lanewise / 1e3,
                    fork.ratio(),
                    fork.best / 1e3,
                    fork.lanewiseBest / 1e3);
        }
    }

    private List<String> command(String library, String work) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        // The last ones: the first is where the system's own interrupts tend to be.
        var command = new ArrayList<>(List.of("taskset", "-c", (cores - threads) + "-" + (cores - 1)));
        if (library.equals("libtorch")) {
            if (!Files.isExecutable(libtorch)) {
                throw new IOException(libtorch + " is missing: benchmarks-peers/libtorch/build makes it");
            }
            command.addAll(List.of(libtorch.toString(), work, String.valueOf(threads)));
            return command;
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseParallelGC",
                "-XX:ParallelGCThreads=" + threads,
                "-Dlanewise.threads=" + threads));
        if (library.equals("lanewise")) {
            command.addAll(jvmOptions);
        }
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), TurnsServer.class.getName(), library, work));
        return command;
    }

    private String table() {
        var table = new StringBuilder("""
                | work | library | forks | Lanewise, us | library, us | ratio (worst) | best calls |
                |---|---|---|---|---|---|---|
                """);
        results.forEach((work, all) -> {
            List<Fork> sorted = all.stream()
                    .sorted((a, b) -> Double.compare(a.ratio(), b.ratio()))
                    .toList();
            Fork middle = sorted.get((sorted.size() - 1) / 2);
            double best = Collections.min(all.stream().map(Fork::best).toList());
            double lanewiseBest =
                    Collections.min(all.stream().map(Fork::lanewiseBest).toList());
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %s | %.2f (%.2f) | %s and %s: %.2f |%n",
                    work,
                    all.size(),
                    Ratios.number(middle.lanewise / 1e3),
                    Ratios.number(middle.median / 1e3),
                    middle.ratio(),
                    sorted.getFirst().ratio(),
                    Ratios.number(lanewiseBest / 1e3),
                    Ratios.number(best / 1e3),
                    best / lanewiseBest));
        });
        return table.toString();
    }

    /** A library's process. */
    private static final class Server {
        private final Process process;
        private final BufferedWriter orders;
        private final BufferedReader answers;
        private final List<Double> samples = new ArrayList<>();

        Server(List<String> command) throws IOException, InterruptedException {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            orders = process.outputWriter();
            answers = process.inputReader();
            while (!answer().equals("ready")) {
                continue; // what a library says of itself
            }
        }

        private String answer() throws IOException {
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("the process ended: " + process.info().commandLine());
            }
            return line;
        }

        void warmUp(int milliseconds) throws IOException, InterruptedException {
            order(milliseconds);
            signal("STOP");
        }

        void turn(int milliseconds) throws IOException, InterruptedException {
            signal("CONT");
            for (String sample : order(milliseconds).strip().split(" ")) {
                samples.add(Double.parseDouble(sample));
            }
            signal("STOP");
        }

        private String order(int milliseconds) throws IOException {
            orders.write(milliseconds + "\n");
            orders.flush();
            return answer();
        }

        private void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }

        double median() {
            double[] sorted =
                    samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return sorted[sorted.length / 2];
        }

        double best() {
            return Collections.min(samples);
        }

        void close() {
            process.destroyForcibly();
        }
    }
}
