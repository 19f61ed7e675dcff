package dev.lanewise.examples;

import dev.lanewise.nn.transformer.GptConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows where GPT-3's 175 billion weights are, or those of a GPT of other sizes. */
@Command(
        name = "gpt3-anatomy",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Shows where GPT-3's 175 billion weights are, kind of matrix by kind of matrix",
        description = {
            "",
            "Or those of a GPT of other sizes. The model is described, not made: no memory is taken for it and no random"
                    + " number drawn.",
            ""
        })
final class Gpt3Anatomy extends Example {
    private static final long GPT2_WEIGHTS = 124_439_808; // README of github.com/karpathy/llm.c
    private static final long GPT3_MATRIX_WEIGHTS = 175_181_291_520L; // Sanderson, "But what is a GPT?"
    private static final long GPT3_MATRICES = 27_938; // by the same count
    private static final double BYTES_A_GIB = 1L << 30;

    private static final int GREATEST = 1_000_000;
    private static final int MOST_LAYERS = 10_000;

    @Option(names = "--layers", paramLabel = "N", description = "Transformer blocks (GPT-3: 96)")
    private @Nullable Integer layers;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads a block; divides the width (GPT-3: 96)")
    private @Nullable Integer heads;

    @Option(names = "--width", paramLabel = "N", description = "Length of a token's vector (GPT-3: 12288)")
    private @Nullable Integer width;

    @Option(names = "--vocabulary", paramLabel = "N", description = "Different tokens (GPT-3: 50257)")
    private @Nullable Integer vocabulary;

    @Option(names = "--context", paramLabel = "N", description = "Most tokens seen at once (GPT-3: 2048)")
    private @Nullable Integer context;

    @Override
    void run() {
        long start = System.nanoTime();
        GptConfig config = config();
        Anatomy untied;
        Anatomy full;
        try {
            untied = new Anatomy(config.withBias(false).withTiedHead(false));
            full = new Anatomy(config);
        } catch (IllegalArgumentException e) { // a matrix too large for a tensor
            throw Problem.usage(String.valueOf(e.getMessage()));
        }
        boolean isGpt3 = config.equals(GptConfig.gpt3());
        out().printf(
                        "%s: %d layers, %d heads of %d, width %,d, vocabulary %,d, context %,d%n%n",
                        isGpt3 ? "GPT-3" : "A GPT",
                        config.layers(),
                        config.heads(),
                        config.headSize(),
                        config.width(),
                        config.vocabulary(),
                        config.context());
        printKinds(untied, config);
        printRest(untied, full);

        Report report = new Report();
        if (isGpt3) {
            addCount(report, "weights in matrices", untied.weights(), GPT3_MATRIX_WEIGHTS);
            addCount(report, "matrices", untied.matrices(), GPT3_MATRICES);
        }
        addCount(report, "all weights, tied head", full.parameterCount(), byFormula(config));
        addCount(report, "GPT-2, all weights", new Anatomy(GptConfig.gpt2()).parameterCount(), GPT2_WEIGHTS);
        double milliseconds = (System.nanoTime() - start) / 1e6;
        report.add("milliseconds", "%.0f".formatted(milliseconds), "less than 1,000", milliseconds < 1000);
        report.print(out());
    }

    private GptConfig config() {
        GptConfig gpt3 = GptConfig.gpt3();
        int chosenWidth = chosen("--width", width, gpt3.width(), GREATEST);
        int chosenHeads = chosen("--heads", heads, gpt3.heads(), GREATEST);
        if (chosenWidth % chosenHeads != 0) {
            throw Problem.usage("--width %d does not divide evenly by --heads %d".formatted(chosenWidth, chosenHeads));
        }
        return GptConfig.of(
                chosen("--vocabulary", vocabulary, gpt3.vocabulary(), Integer.MAX_VALUE),
                chosen("--context", context, gpt3.context(), Integer.MAX_VALUE),
                chosen("--layers", layers, gpt3.layers(), MOST_LAYERS),
                chosenHeads,
                chosenWidth);
    }

    private static int chosen(String option, @Nullable Integer given, int otherwise, int greatest) {
        if (given == null) {
            return otherwise;
        }
        Problem.requireFromTo(option, given, 1, greatest);
        return given;
    }

    private void printKinds(Anatomy anatomy, GptConfig config) {
        String format = "%-16s  %-48s  %9s  %16s  %15s%n";
        out().printf(format, "matrix", "factors", "matrices", "of size", "weights");
        for (Anatomy.Matrices kind : anatomy.kinds()) {
            out().printf(
                            format,
                            kind.kind().title(),
                            factors(kind.kind(), config),
                            "%,d".formatted(kind.matrices()),
                            "%,d x %,d".formatted(kind.rows(), kind.columns()),
                            "%,d".formatted(kind.weights()));
        }
        out().printf(format, "", "in all", "%,d".formatted(anatomy.matrices()), "", "%,d".formatted(anatomy.weights()));
    }

    /** What the weights of a kind are the product of. */
    private static String factors(Anatomy.Kind kind, GptConfig config) {
        String embed = "d_embed %,d".formatted(config.width());
        String head = "%,d".formatted(config.headSize());
        String perHead = "n_heads %d, n_layers %d".formatted(config.heads(), config.layers());
        List<String> factors = switch (kind) {
            case EMBEDDING -> List.of(embed, "n_vocab %,d".formatted(config.vocabulary()));
            case KEY, QUERY -> List.of("d_query " + head, embed, perHead);
            case VALUE -> List.of("d_value " + head, embed, perHead);
            case OUTPUT -> List.of(embed, "d_value " + head, perHead);
            case UP_PROJECTION -> List.of(neurons(config), embed, "n_layers " + config.layers());
            case DOWN_PROJECTION -> List.of(embed, neurons(config), "n_layers " + config.layers());
            case UNEMBEDDING -> List.of("n_vocab %,d".formatted(config.vocabulary()), embed);
        };
        return String.join(", ", factors);
    }

    private static String neurons(GptConfig config) {
        return "n_neurons %,d".formatted(4L * config.width());
    }

    private void printRest(Anatomy untied, Anatomy full) {
        long head = untied.weights() - full.weights();
        out().printf("%nCounted in full:%n");
        out().printf("%,19d  weights in matrices%n", untied.weights());
        out().printf("%,19d  as the unembedding shares the embedding's%n", -head);
        out().printf("%,19d  biases, normalisations and positions%n", full.others());
        out().printf(
                        "%,19d  in all, %,.1f GiB as FLOAT32%n",
                        full.parameterCount(), full.parameterCount() * (double) Float.BYTES / BYTES_A_GIB);
    }

    /** 12·L·d² + 13·L·d + (V + C)·d + 2·d, for L layers of width d, a vocabulary V and a context C. */
    private static long byFormula(GptConfig config) {
        long d = config.width();
        long layers = config.layers();
        return 12 * layers * d * d + 13 * layers * d + ((long) config.vocabulary() + config.context()) * d + 2 * d;
    }

    private static void addCount(Report report, String what, long reached, long expected) {
        report.add(what, "%,d".formatted(reached), "%,d".formatted(expected), reached == expected);
    }
}
