package dev.lanewise.examples;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.train.Epoch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.HeatMapChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Learns names letter by letter and makes up new ones. */
@Command(
        name = "names",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Learns a list of names, letter by letter, and makes up new ones",
        description = {
            "",
            "After Karpathy's makemore. Of the bigram model the best possible loss is known: it is reached by"
                    + " backpropagation and computed by counting, and both are shown.",
            ""
        },
        footer = {
            "",
            "Karpathy's names, from github.com/karpathy/makemore:",
            "  ./run names --data names.txt",
            "  ./run names --data names.txt --model mlp"
        })
final class Names extends Example {
    private static final String BOOK = "/dickens.txt"; // in crunch-test's jar
    private static final String BOOK_TITLE = "The Old Curiosity Shop, by Charles Dickens";

    /** How far above the optimum the bigram model may end: steps are finite, and a batch is not all the names. */
    private static final double EXPECTED_GAP = 0.0005;

    // Beyond these a model cannot be trained on any machine; a slip of the finger is told at once.
    private static final int LARGEST_BATCH = 1_000_000;
    private static final int MOST_EPOCHS = 1_000_000;
    private static final int GREATEST_CONTEXT = 100;
    private static final int GREATEST_EMBEDDING = 1000;
    private static final int GREATEST_HIDDEN = 10_000;
    private static final int MOST_SAMPLES = 100_000;

    /** A kind of model, with how many steps it needs, of which size, at which rate. */
    enum Kind {
        /** One letter decides on the next. */
        BIGRAM(2500, 2048, 0.1),
        /** Some letters decide on the next, by a hidden layer. */
        MLP(10_000, 256, 0.005);

        private final int steps;
        private final int batch;
        private final double learningRate;

        Kind(int steps, int batch, double learningRate) {
            this.steps = steps;
            this.batch = batch;
            this.learningRate = learningRate;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Names, one a line, of letters from a to z; blank lines are left out, capitals made small"
                    + " (default: no names, but the different words of " + BOOK_TITLE + ")")
    private @Nullable Path data;

    @Option(
            names = "--model",
            paramLabel = "KIND",
            defaultValue = "bigram",
            description = "${COMPLETION-CANDIDATES}: one letter decides on the next, or some by a hidden layer"
                    + " (default: ${DEFAULT-VALUE})")
    private Kind kind;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "How often each name is seen (default: as often as makes 2500 steps of the bigram model,"
                    + " 10000 of the other)")
    private @Nullable Integer epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Letters a step, at most all (default: 2048 for the bigram model, 256 for the other)")
    private @Nullable Integer batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "AdamW's at first, falling to 0 (default: 0.1 for the bigram model, 0.005 for the other)")
    private @Nullable Double learningRate;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many letters the hidden layer sees (default: ${DEFAULT-VALUE})")
    private int context;

    @Option(
            names = "--embedding",
            paramLabel = "N",
            defaultValue = "10",
            description = "The length of a letter's vector before the hidden layer (default: ${DEFAULT-VALUE})")
    private int embedding;

    @Option(
            names = "--hidden",
            paramLabel = "N",
            defaultValue = "200",
            description = "The width of the hidden layer (default: ${DEFAULT-VALUE})")
    private int hidden;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many names to make up (default: ${DEFAULT-VALUE})")
    private int samples;

    @Override
    void run() throws IOException {
        checkOptions();
        NameList names = data == null
                ? NameList.wordsOf(TextFile.readResource(BOOK))
                : NameList.parse("--data " + data, TextFile.read("--data", data));
        String what = data == null ? "words" : "names";
        out().printf(
                        "%s: %,d %s, %,d letters with their ends%n",
                        data == null ? "No --data, so no names: the different words of " + BOOK_TITLE : data,
                        names.names().size(),
                        what,
                        names.letters());
        Rng rng = Rng.of(seed());
        Report report = new Report();
        NameModel model = switch (kind) {
            case BIGRAM -> learnPairs(names, rng, report);
            case MLP -> learnContexts(names, rng, report);
        };
        invent(model, names, what, rng.stream("samples"));
        Charts.save(heatMap(model.pairProbabilities(names)), outputFile("names.png"), out());
        report.print(out());
    }

    private void checkOptions() {
        if (epochs != null) {
            Problem.requireFromTo("--epochs", epochs, 0, MOST_EPOCHS);
        }
        if (batch != null) {
            Problem.requireFromTo("--batch", batch, 1, LARGEST_BATCH);
        }
        if (learningRate != null) {
            Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
        }
        Problem.requireFromTo("--context", context, 1, GREATEST_CONTEXT);
        Problem.requireFromTo("--embedding", embedding, 1, GREATEST_EMBEDDING);
        Problem.requireFromTo("--hidden", hidden, 1, GREATEST_HIDDEN);
        Problem.requireFromTo("--samples", samples, 0, MOST_SAMPLES);
    }

    private NameTraining.Recipe recipe(NameList training) {
        int size = batch != null ? batch : kind.batch;
        int perEpoch = Math.ceilDiv(training.letters(), size);
        return new NameTraining.Recipe(
                size,
                epochs != null ? epochs : Math.ceilDiv(kind.steps, perEpoch),
                learningRate != null ? learningRate : kind.learningRate);
    }

    /** Whether the training is as it is meant to be, so that something is to be expected of it. */
    private boolean isUsual() {
        return epochs == null && batch == null && learningRate == null;
    }

    private void train(
            NameModel model, NameTraining training, String measure, ToDoubleFunction<Epoch> value, Report report) {
        out().println();
        out().println(model.describe());
        long start = System.nanoTime();
        try (var progress = new NameProgress(out(), measure, value)) {
            training.run(List.of(progress));
        }
        report.add("seconds", "%.1f".formatted((System.nanoTime() - start) / 1e9), "evaluations included");
    }

    private NameModel learnPairs(NameList names, Rng rng, Report report) {
        var table = new LetterTable(names);
        var model = new NameModel.Bigram();
        var training = new NameTraining(model, names, null, recipe(names), rng);
        train(model, training, "loss of all names", epoch -> table.loss(model.logits()), report);
        double optimum = table.optimum();
        double reached = table.loss(model.logits());
        report.add("optimum, from counts", "%.7f".formatted(optimum), Known.of(names).optimum);
        report.add(
                "loss of all names, learnt",
                "%.7f".formatted(reached),
                "no less, and %s".formatted(isUsual() ? "at most %.4f more".formatted(EXPECTED_GAP) : "little more"),
                // Beyond the optimum no weights can be: what is "below" it is rounding, or a mistake.
                reached >= optimum - 1e-9 && (!isUsual() || reached <= optimum + EXPECTED_GAP));
        return model;
    }

    private NameModel learnContexts(NameList names, Rng rng, Report report) {
        NameList.Split split = names.split(rng.stream("split"));
        var model = new NameModel.Mlp(context, embedding, hidden);
        var training = new NameTraining(model, split.training(), split.validation(), recipe(split.training()), rng);
        train(model, training, "loss of new names", NameProgress::validationLoss, report);
        double reached = training.loss(split.validation());
        double pairs = new LetterTable(split.validation()).loss(new LetterTable(split.training()).smoothedLogits());
        String expected = "below %.4f, a table of letter pairs".formatted(pairs);
        if (isUsual()) {
            report.add("loss of new names, validation", "%.4f".formatted(reached), expected, reached < pairs);
        } else {
            report.add("loss of new names, validation", "%.4f".formatted(reached), expected);
        }
        report.add("", "", Known.of(names).validation);
        report.add("loss of new names, test", "%.4f".formatted(training.loss(split.test())), "much the same");
        report.add("loss of names learnt", "%.4f".formatted(training.trainingLoss()), Known.of(names).training);
        return model;
    }

    private void invent(NameModel model, NameList names, String what, Rng rng) {
        if (samples == 0) {
            return;
        }
        Set<String> known = new HashSet<>(names.names());
        out().printf("%nIt makes up (those marked * are %s that it has learnt from):%n", what);
        for (int i = 0; i < samples; i++) {
            String name = model.invent(rng.stream(i));
            out().println("  " + name + (known.contains(name) ? " *" : ""));
        }
        out().println();
    }

    private static HeatMapChart heatMap(Tensor probabilities) {
        List<String> letters =
                IntStream.range(0, NameList.LETTERS).mapToObj(NameList::letter).toList();
        return Charts.heatMap(
                "How likely which letter comes next (. begins and ends)",
                "next letter",
                "letter before",
                letters,
                probabilities);
    }

    /** A list of names whose figures are known. */
    private enum Known {
        /** Published in makemore's repository and lectures; the optimum's digits are those of its counts. */
        MAKEMORE(
                "2.4540145 (makemore says 2.454)",
                "makemore reaches 2.17, on a split of its own",
                "makemore reaches 2.13"),
        OTHER("", "", "");

        private final String optimum;
        private final String validation;
        private final String training;

        Known(String optimum, String validation, String training) {
            this.optimum = optimum;
            this.validation = validation;
            this.training = training;
        }

        static Known of(NameList names) {
            return names.names().size() == 32_033 && names.letters() == 228_146 ? MAKEMORE : OTHER;
        }
    }
}
