package dev.lanewise.examples;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.train.ConfusionMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Learns to read digits from pictures, and shows which it misreads. */
@Command(
        name = "digits",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Learns to read digits from pictures, and shows which it misreads",
        description = {
            "",
            "Without --data it draws digits by itself, a few strokes each. Nothing is downloaded; digits written by hand are"
                    + " to be had at",
            "  https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
            "    (optdigits.tra, optdigits.tes: 8 x 8 pixels)",
            "  https://github.com/cvdfoundation/mnist",
            "    (train-images-idx3-ubyte.gz and the three like it: 28 x 28 pixels, so --epochs 1 is work enough)",
            ""
        })
final class Digits extends Example {
    private static final int DRAWN_TO_LEARN = 4000;
    private static final int DRAWN_TO_TEST = 1000;
    private static final int SHOWN = 8; // misread digits in the terminal; the picture has more
    private static final int READ_AT_ONCE = 256;
    private static final int MOST_EPOCHS = 100_000;
    private static final int LARGEST_BATCH = 100_000;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            split = ",",
            description =
                    "A folder with optdigits' or MNIST's files; or a file to learn from and, after a comma, one to test with:"
                            + " idx, or CSV of pixels and digit (default: digits drawn by this program)")
    private List<Path> data = new ArrayList<>();

    @Option(
            names = "--model",
            paramLabel = "cnn|mlp",
            description = "With convolutions, or of fully connected layers (default: cnn)")
    private DigitModel kind = DigitModel.CNN;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "15",
            description = "How often it sees all pictures (default: ${DEFAULT-VALUE})")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Pictures of a step (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.003",
            description = "AdamW's highest (default: ${DEFAULT-VALUE})")
    private double learningRate;

    @Override
    void run() throws IOException {
        Problem.requireFromTo("--epochs", epochs, 1, MOST_EPOCHS);
        Problem.requireFromTo("--batch", batch, 2, LARGEST_BATCH); // of one picture there is no variance to normalise
        Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
        Rng rng = Rng.of(seed());
        DigitFiles.Sets sets = data.isEmpty()
                ? new DigitFiles.Sets(
                        DrawnDigits.draw(DRAWN_TO_LEARN, rng.stream("drawn to learn")),
                        DrawnDigits.draw(DRAWN_TO_TEST, rng.stream("drawn to test")))
                : DigitFiles.read(data, rng.stream("test"));
        int side = sets.training().side();
        Sequential model = kind.create(side);
        model.init(rng.stream("weights"));
        introduce(sets, model);
        long start = System.nanoTime();
        try (var progress = new TrainingProgress(out(), "learning")) {
            new DigitTraining(epochs, batch, learningRate).train(model, sets.training(), rng, progress);
        }
        double seconds = (System.nanoTime() - start) / 1e9;

        var matrix = new ConfusionMatrix(DigitImages.CLASSES);
        var misread = new MisreadDigits(side);
        read(model, sets.test(), matrix, misread);
        out().printf(
                        "%nThe %,d test pictures, which it had not seen:%n%s%n",
                        sets.test().count(), matrix);
        show(misread);
        out().println("SHA-256 of the weights: " + GptTraining.sha256(model.parameters()));
        Report report = new Report();
        DigitExpectation.of(kind, sets, data.isEmpty()).add(report, matrix);
        report.add("seconds of training", "%.1f".formatted(seconds), "on this machine");
        report.print(out());
    }

    private void introduce(DigitFiles.Sets sets, Sequential model) {
        DigitImages training = sets.training();
        out().printf(
                        "%s: %,d to learn from (%.0f %% of them to choose the best epoch by), %,d to test with, %d x %d pixels%n",
                        data.isEmpty() ? "Digits drawn by this program" : training.source(),
                        training.count(),
                        100 * DigitTraining.VALIDATION_SHARE,
                        sets.test().count(),
                        training.side(),
                        training.side());
        if (data.isEmpty()) {
            out().println("For digits written by hand: --data FOLDER, with " + DigitFiles.SOURCES);
        }
        out().printf("%n%s: %,d weights%n", kind.name().toLowerCase(Locale.ROOT), model.parameterCount());
    }

    /** Reads all pictures, and notes what was taken for what. */
    private static void read(Sequential model, DigitImages images, ConfusionMatrix matrix, MisreadDigits misread) {
        int first = 0;
        for (Batch pictures : images.dataset().batches(READ_AT_ONCE)) {
            Tensor probabilities = Variable.withoutGradients(() ->
                            model.forward(pictures.inputs(), Pass.inference()).softmax(-1))
                    .value(); // (count, 10)
            matrix.add(probabilities, pictures.labels());
            int[] read = probabilities.argmax(-1).toArray();
            for (int i = 0; i < read.length; i++) {
                int label = pictures.labels().get(i);
                if (read[i] != label) {
                    misread.add(new MisreadDigits.Misread(
                            images.pixels(first + i), label, read[i], probabilities.at(i, read[i])));
                }
            }
            first += read.length;
        }
    }

    private void show(MisreadDigits misread) throws IOException {
        if (misread.count() == 0) {
            out().println("None was misread, so there is no picture of those.");
            return;
        }
        out().printf("Misread, %d in all, the surest mistakes first:%n%n", misread.count());
        out().print(misread.text(SHOWN));
        Path file = outputFile("digits-misread.png");
        misread.save(file);
        out().println("Picture of the misread: " + file + " (in green what it is, in orange what it was taken for)");
    }
}
