package dev.lanewise.benchmarks.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
                    + " fork, and the ratio by the best calls of all; above 1 Lanewise is faster. Below that stand the"
                    + " geometric means of the ratios, where there are several works. For Linux.",
            "",
            "Works: nano, baby, gpt2 (training steps), mlp, linearRegression, lstm, conv2d, add1000 (a new tensor), add, exp,"
                    + " tanh, gelu, geluTanh (of a million, into existing memory), softmax, layerNorm (softmaxWithin,"
                    + " layerNormWithin as within a model), crossEntropy, crossEntropyGradient, row50257, row3072; and"
                    + " products such as nn1024, tn768x384x128, nt48x64x64x32 (a batch).",
            ""
        })
public final class Turns implements Runnable {
    private static final int WARM_UP_SLICES = 4;
    /** The libraries without Java around what they do, which is compiled by the time it is called a few times. */
    private static final Set<String> NATIVE = Set.of("libtorch", "openblas", "mkl");

    @Parameters(paramLabel = "WORK", arity = "1..*", description = "What to measure.")
    private List<String> works = List.of();

    @Option(names = "--threads", defaultValue = "1", description = "Threads, and cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--forks", defaultValue = "5", description = "Processes of each library (${DEFAULT-VALUE}).")
    private int forks;

    @Option(
            names = "--together",
            description = "A fork is one process of each library for all works, with one warm-up for all.")
    private boolean together;

    @Option(names = "--rounds", defaultValue = "20", description = "Turns of each work in a fork (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--turn", defaultValue = "800", description = "Milliseconds of a turn (${DEFAULT-VALUE}).")
    private int turn;

    @Option(
            names = "--warm-up",
            defaultValue = "60",
            description = "Seconds of a JVM's warm-up, with --together for all works in slices; libtorch, OpenBLAS and"
                    + " MKL have a tenth (${DEFAULT-VALUE}).")
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

    private final TurnsResults results = new TurnsResults();

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

    @Override
    public void run() {
        for (int fork = 0; fork < forks; fork++) {
            if (together) {
                measure(works);
            } else {
                works.forEach(work -> measure(List.of(work)));
            }
        }
        System.out.println();
        System.out.print(results.table());
    }

    /** One fork: a process of each library, which does these works. */
    private void measure(List<String> works) {
        List<String> names = new ArrayList<>(List.of("lanewise"));
        if (!libraries.isEmpty()) {
            names.addAll(libraries);
        } else {
            names.addAll(
                    works.stream().allMatch(TurnsServer::isProduct) ? List.of("openblas", "mkl") : List.of("libtorch"));
        }
        List<Server> servers = new ArrayList<>();
        try {
            for (String name : names) {
                var server = new Server(command(name, works), works.size());
                servers.add(server);
                server.warmUp(NATIVE.contains(name) ? warmUp * 100 : warmUp * 1000);
            }
            for (int round = 0; round < rounds; round++) {
                for (int work = 0; work < works.size(); work++) {
                    for (Server server : servers) {
                        server.turn(work, turn);
                    }
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("%s: %s".formatted(String.join(" ", works), e.getMessage()), e);
        } finally {
            servers.forEach(Server::close);
        }
        for (int work = 0; work < works.size(); work++) {
            for (int i = 1; i < servers.size(); i++) {
                System.out.println(results.add(
                        works.get(work),
                        names.get(i),
                        servers.get(i).calls(work),
                        servers.getFirst().calls(work)));
            }
        }
    }

    private List<String> command(String library, List<String> works) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        // The last ones: the first is where the system's own interrupts tend to be.
        var command = new ArrayList<>(List.of("taskset", "-c", (cores - threads) + "-" + (cores - 1)));
        if (library.equals("libtorch")) {
            if (!Files.isExecutable(libtorch)) {
                throw new IOException(libtorch + " is missing: benchmarks-peers/libtorch/build makes it");
            }
            command.addAll(List.of(libtorch.toString(), String.valueOf(threads)));
            command.addAll(works);
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
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TurnsServer.class.getName(), library));
        command.addAll(works);
        return command;
    }

    /** A library's process. */
    private static final class Server {
        private final Process process;
        private final BufferedWriter orders;
        private final BufferedReader answers;
        private final List<TurnsResults.Calls> calls;

        Server(List<String> command, int works) throws IOException {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            orders = process.outputWriter();
            answers = process.inputReader();
            while (!answer().equals("ready")) {
                continue; // what a library says of itself
            }
            calls = Stream.generate(TurnsResults.Calls::new).limit(works).toList();
        }

        private String answer() throws IOException {
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("the process ended: " + process.info().commandLine());
            }
            return line;
        }

        /** All works in slices, so that none has its code compiled for it alone. */
        void warmUp(int milliseconds) throws IOException, InterruptedException {
            int slice = Math.max(1, milliseconds / (WARM_UP_SLICES * calls.size()));
            for (int i = 0; i < WARM_UP_SLICES; i++) {
                for (int work = 0; work < calls.size(); work++) {
                    order(work, slice);
                }
            }
            signal("STOP");
        }

        void turn(int work, int milliseconds) throws IOException, InterruptedException {
            signal("CONT");
            for (String sample : order(work, milliseconds).strip().split(" ")) {
                calls.get(work).add(Double.parseDouble(sample));
            }
            signal("STOP");
        }

        private String order(int work, int milliseconds) throws IOException {
            orders.write(work + " " + milliseconds + "\n");
            orders.flush();
            return answer();
        }

        private void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }

        TurnsResults.Calls calls(int work) {
            return calls.get(work);
        }

        void close() {
            process.destroyForcibly();
        }
    }
}
