package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a GPT on a book, character by character, and has it write. */
@Command(
        name = "tiny-gpt",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Trains a small GPT on a book, letter by letter, and has it write",
        description = {
            "",
            "It shows how well it does on the text that it learns and on text that it has not seen. The defaults are"
                    + " nanoGPT's recipe for a CPU.",
            ""
        })
final class TinyGpt extends Example {
    private static final String BOOK = "/dickens.txt"; // in crunch-test's jar
    private static final String BOOK_TITLE = "The Old Curiosity Shop, by Charles Dickens";

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "The text to learn, UTF-8 (default: " + BOOK_TITLE + ")")
    private @Nullable Path data;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write each evaluation and the end to this file, one JSON object a line")
    private @Nullable Path json;

    @ArgGroup(exclusive = false, order = 10, heading = "%nThe model:%n")
    private TinyGptOptions.Model modelOptions = new TinyGptOptions.Model();

    @ArgGroup(exclusive = false, order = 20, heading = "%nThe training:%n")
    private TinyGptOptions.Training trainingOptions = new TinyGptOptions.Training();

    @ArgGroup(exclusive = false, order = 30, heading = "%nThe writing:%n")
    private TinyGptOptions.Writing writingOptions = new TinyGptOptions.Writing();

    @Override
    void run() throws IOException {
        GptTraining.Recipe recipe = trainingOptions.recipe();
        writingOptions.check();
        Corpus corpus = new Corpus(data == null ? TextFile.readResource(BOOK) : TextFile.read("--data", data));
        GptConfig config = modelOptions.config(corpus.vocabulary());
        checkLength(corpus, config.context());
        checkSize(config, recipe);
        IntTensor prompt = writingOptions.prompt(corpus);

        Rng rng = Rng.of(seed());
        var model = new Gpt(config);
        model.init(rng.stream("weights"));
        printStart(corpus, model, recipe);
        List<GptTraining.Evaluation> course = new ArrayList<>();
        GptTraining.Result result;
        String hash;
        try (var log = new JsonLog(json)) {
            result = train(new GptTraining(model, corpus, recipe, rng), recipe, log, course);
            hash = GptTraining.sha256(model.parameters());
            log.done(recipe.steps(), result.last().validationLoss(), result.seconds(), hash);
        }
        if (json != null) {
            out().println("JSON: " + json);
        }
        try (var _ = Charts.saveMeanwhile(chart(course), outputFile("tiny-gpt.png"), out())) {
            write(model, corpus, prompt, rng.stream("sample"));
        }
        report(corpus, config, recipe, result, hash).print(out());
    }

    private static void checkLength(Corpus corpus, int context) {
        int shortest = Math.min(corpus.training().length, corpus.validation().length);
        if (shortest <= context) {
            int characters = corpus.training().length + corpus.validation().length;
            throw Problem.usage(
                    ("--context %d: the text has %,d characters, and the tenth of it that is for validation, %,d, must be longer"
                                    + " than the context; %s")
                            .formatted(
                                    context,
                                    characters,
                                    shortest,
                                    shortest < 2
                                            ? "give a longer text"
                                            : "take --context %d or less, or a longer text".formatted(shortest - 1)));
        }
    }

    /**
     * The largest tensor has a number for each character of the vocabulary at each place of a batch; a tensor has its
     * limit.
     */
    private static void checkSize(GptConfig config, GptTraining.Recipe recipe) {
        long numbers = (long) recipe.batch() * config.context() * Math.max(config.vocabulary(), 4L * config.width());
        if (numbers > Integer.MAX_VALUE) {
            throw Problem.usage("--batch %d of --context %d makes tensors of %,d numbers, expected at most %,d"
                    .formatted(recipe.batch(), config.context(), numbers, Integer.MAX_VALUE));
        }
    }

    private void printStart(Corpus corpus, Gpt model, GptTraining.Recipe recipe) {
        out().printf(
                        "Text: %s; %,d characters to learn from, %,d to validate with, %d different ones%n%n",
                        data == null ? BOOK_TITLE : data,
                        corpus.training().length,
                        corpus.validation().length,
                        corpus.vocabulary());
        out().println(model.describe());
        out().printf(
                        "%,d steps of %d x %d characters: %.1f times the text%n%n",
                        recipe.steps(),
                        recipe.batch(),
                        model.config().context(),
                        (double) recipe.steps()
                                * recipe.batch()
                                * model.config().context()
                                / corpus.training().length);
    }

    private GptTraining.Result train(
            GptTraining training, GptTraining.Recipe recipe, JsonLog log, List<GptTraining.Evaluation> course) {
        out().printf("%8s  %13s  %15s  %8s%n", "step", "training loss", "validation loss", "tokens/s");
        out().flush();
        try (var progress = new Progress(out(), "training", recipe.steps())) {
            return training.run(progress, evaluation -> {
                course.add(evaluation);
                log.evaluation(evaluation);
                progress.println("%,8d  %13.4f  %15.4f  %8s"
                        .formatted(
                                evaluation.step(),
                                evaluation.trainingLoss(),
                                evaluation.validationLoss(),
                                evaluation.step() == 0 ? "" : "%,.0f".formatted(evaluation.tokensPerSecond())));
            });
        }
    }

    private static XYChart chart(List<GptTraining.Evaluation> course) {
        XYChart chart = Charts.chart("A tiny GPT learns", "step", "loss, nats a character");
        double[] steps = values(course, GptTraining.Evaluation::step);
        Charts.line(chart, "training text", steps, values(course, GptTraining.Evaluation::trainingLoss), Charts.BLUE);
        Charts.line(
                chart, "validation text", steps, values(course, GptTraining.Evaluation::validationLoss), Charts.ORANGE);
        return chart;
    }

    private static double[] values(
            List<GptTraining.Evaluation> course, ToDoubleFunction<GptTraining.Evaluation> value) {
        return course.stream().mapToDouble(value).toArray();
    }

    private void write(Gpt model, Corpus corpus, IntTensor prompt, Rng rng) {
        if (writingOptions.count() == 0) {
            return;
        }
        out().println("\n--- It writes:");
        for (int token : prompt.toArray()) {
            out().print(corpus.decode(token));
        }
        model.generate(prompt, writingOptions.count(), writingOptions.temperature(), rng, token -> {
            out().print(corpus.decode(token));
            out().flush(); // so that one sees it write
        });
        out().println("\n---");
    }

    private Report report(
            Corpus corpus, GptConfig config, GptTraining.Recipe recipe, GptTraining.Result result, String hash) {
        double loss = result.last().validationLoss();
        Report report = new Report();
        Known known = Known.find(corpus);
        boolean usual = config.equals(new TinyGptOptions.Model().config(corpus.vocabulary()))
                && recipe.equals(new TinyGptOptions.Training().recipe());
        String reached = "%.4f".formatted(loss);
        if (known != null && usual) {
            report.add("validation loss", reached, known.expectation(), loss <= known.loss);
        } else {
            report.add(
                    "validation loss",
                    reached,
                    "nats a character; ln(%d) = %.4f is guessing"
                            .formatted(corpus.vocabulary(), Math.log(corpus.vocabulary())));
        }
        double pairs = LetterPairs.loss(corpus);
        if (usual) {
            report.add("", "", "below %.4f, a table of letter pairs".formatted(pairs), loss < pairs);
        } else {
            report.add("", "", "a table of letter pairs: %.4f".formatted(pairs));
        }
        report.add(
                "training loss",
                "%.4f".formatted(result.last().trainingLoss()),
                "far below the validation loss would be overfitting");
        report.add(
                "seconds",
                "%.1f".formatted(result.seconds()),
                "%.1f ms a step, evaluations included".formatted(1e3 * result.seconds() / Math.max(1, recipe.steps())));
        report.add("SHA-256 of the weights", hash.substring(0, 16) + "...", "the same for any number of threads");
        return report;
    }

    /** A text whose loss by the default recipe is known. */
    private enum Known {
        BOOK(1_093_478, 77, 9.99, "what three seeds reached when this was written"),
        TINY_SHAKESPEARE(1_003_854, 65, 1.90, "nanoGPT reaches 1.88, from weights drawn with 0.02");

        private final int trainingCharacters;
        private final int vocabulary;
        private final double loss;
        private final String source;

        Known(int trainingCharacters, int vocabulary, double loss, String source) {
            this.trainingCharacters = trainingCharacters;
            this.vocabulary = vocabulary;
            this.loss = loss;
            this.source = source;
        }

        static @Nullable Known find(Corpus corpus) {
            for (Known known : values()) {
                if (known.trainingCharacters == corpus.training().length && known.vocabulary == corpus.vocabulary()) {
                    return known;
                }
            }
            return null;
        }

        String expectation() {
            return "at most %.2f: %s".formatted(loss, source);
        }
    }
}
