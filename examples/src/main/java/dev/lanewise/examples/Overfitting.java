package dev.lanewise.examples;

import dev.lanewise.core.Rng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows how a model learns few examples by heart, and what is to be done against it. */
@Command(
        name = "overfitting",
        sortOptions = false,
        abbreviateSynopsis = true,
        header =
                "Shows how a model learns few examples by heart, and what helps: dropout, weight decay, early stopping",
        description = {
            "",
            "It learns a few digits, drawn by this program, some with wrong labels, and after each epoch is asked for these"
                    + " and for new ones. Then it does so again with each remedy, from the same weights.",
            ""
        })
final class Overfitting extends Example {
    private static final int MOST_EXAMPLES = 1_000_000;
    private static final int MOST_EPOCHS = 100_000;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "200",
            description = "Digits to learn from (default: ${DEFAULT-VALUE})")
    private int examples;

    @Option(
            names = "--noise",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "The share of wrong labels (default: ${DEFAULT-VALUE})")
    private double noise;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "100",
            description = "How often it sees all examples (default: ${DEFAULT-VALUE})")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "20",
            description = "Examples of a step (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.001",
            description = "AdamW's (default: ${DEFAULT-VALUE})")
    private double learningRate;

    @Option(
            names = "--dropout",
            paramLabel = "X",
            defaultValue = "0.6",
            description = "The first remedy: share of numbers dropped in training (default: ${DEFAULT-VALUE})")
    private double dropout;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "2",
            description = "The second remedy: how strongly weights are pulled towards 0 (default: ${DEFAULT-VALUE})")
    private double weightDecay;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "The third remedy: epochs in a row that bring nothing better, after which to stop (default: ${DEFAULT-VALUE})")
    private int patience;

    @Override
    void run() throws IOException {
        checkOptions();
        var study = new OverfittingStudy(examples, noise, Rng.of(seed()));
        var recipe = new OverfittingStudy.Recipe(epochs, batch, learningRate);
        out().printf(
                        "%,d digits drawn by this program, %.0f %% of their labels wrong; %,d new ones to validate with%n",
                        examples, 100 * noise, OverfittingStudy.VALIDATION_EXAMPLES);
        List<OverfittingStudy.Course> courses = new ArrayList<>();
        for (OverfittingStudy.Remedy remedy : List.of(
                OverfittingStudy.Remedy.NONE,
                new OverfittingStudy.Remedy("dropout " + plain(dropout), dropout, 0, 0),
                new OverfittingStudy.Remedy("weight decay " + plain(weightDecay), 0, weightDecay, 0),
                new OverfittingStudy.Remedy("early stopping", 0, 0, patience))) {
            try (var progress = new TrainingProgress(out(), remedy.name()).withoutEpochs()) {
                courses.add(study.train(remedy, recipe, progress));
            }
        }
        var results = new OverfittingResults(courses.getFirst(), courses.subList(1, courses.size()), study.leastLoss());
        results.printTable(out());
        Charts.save(results.charts(), OverfittingResults.chartColumns(), outputFile("overfitting.png"), out());
        results.report().print(out());
    }

    private void checkOptions() {
        Problem.requireFromTo("--examples", examples, 1, MOST_EXAMPLES);
        Problem.requireBelow("--noise", noise, 0, 1);
        Problem.requireFromTo("--epochs", epochs, 1, MOST_EPOCHS);
        Problem.requireFromTo("--batch", batch, 1, MOST_EXAMPLES);
        Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
        Problem.requireBelow("--dropout", dropout, 0, 1);
        Problem.requireBelow("--weight-decay", weightDecay, 0, Double.POSITIVE_INFINITY);
        Problem.requireAtLeast("--patience", patience, 1);
    }

    /** Whole numbers without a point. */
    private static String plain(double number) {
        return number == (long) number ? Long.toString((long) number) : Double.toString(number);
    }
}
