package dev.lanewise.examples;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.optim.AdamW;
import java.io.IOException;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a small model whose activation is a formula of the user's own. */
@Command(
        name = "custom-activation",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Trains a model with an activation of one's own, one line of mathematics",
        description = {
            "",
            "It learns to tell two spirals apart. The activation is max(x, 0) squared; gradient and loops are derived"
                    + " from that line.",
            ""
        })
final class CustomActivation extends Example {
    private static final int TRAINING_POINTS = 400;
    private static final int VALIDATION_POINTS = 1000;
    private static final double EXPECTED_ACCURACY = 0.98;
    private static final int EVALUATION_INTERVAL = 100;
    private static final int GRID = 75;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "400",
            description = "Steps of the optimizer, each over all points (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.01",
            description = "AdamW's (default: ${DEFAULT-VALUE})")
    private double learningRate;

    @Override
    void run() throws IOException {
        Problem.requireAtLeast("--steps", steps, 0);
        Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
        Formula activation = SpiralClassifier.SQUARED_RELU;
        out().println("The activation:\n  " + indent(activation));
        out().println("Its gradient, derived:\n  " + indent(activation.vectorJacobianProduct(0)) + "\n");

        Rng rng = Rng.of(seed());
        SpiralClassifier.Points training = SpiralClassifier.draw(TRAINING_POINTS, rng.stream("training"));
        SpiralClassifier.Points validation = SpiralClassifier.draw(VALIDATION_POINTS, rng.stream("validation"));
        var model = new SpiralClassifier();
        model.init(rng.stream("weights"));
        train(model, training, validation);

        Charts.save(chart(model, training), outputFile("custom-activation.png"), out());
        double accuracy = model.accuracy(validation);
        Report report = new Report();
        report.add(
                "right of %,d new points".formatted(VALIDATION_POINTS),
                percent(accuracy),
                "at least " + percent(EXPECTED_ACCURACY),
                accuracy >= EXPECTED_ACCURACY);
        report.print(out());
    }

    private static String indent(Formula formula) {
        return formula.toString().replace("\n", "\n  ");
    }

    private static String percent(double share) {
        return "%.1f %%".formatted(100 * share);
    }

    private void train(SpiralClassifier model, SpiralClassifier.Points training, SpiralClassifier.Points validation) {
        var optimizer = new AdamW(model.parameters(), AdamW.Config.defaults().withLearningRate(learningRate));
        Variable places = Variable.constantOf(training.places());
        out().printf("%6s  %8s  %14s  %16s%n", "step", "loss", "right, learnt", "right, new");
        try (var progress = new Progress(out(), "learning", steps)) {
            for (int step = 0; ; step++) {
                Variable loss = Losses.binaryCrossEntropyWithLogits(model.forward(places), training.spirals());
                if (step % EVALUATION_INTERVAL == 0 || step == steps) {
                    progress.println("%,6d  %8.4f  %14s  %16s"
                            .formatted(
                                    step,
                                    loss.item(),
                                    percent(model.accuracy(training)),
                                    percent(model.accuracy(validation))));
                }
                if (step == steps) {
                    return;
                }
                optimizer.step(loss.backward());
                progress.step();
            }
        }
    }

    /** The points, on the regions that the model gives to each spiral. */
    private static XYChart chart(SpiralClassifier model, SpiralClassifier.Points points) {
        XYChart chart = Charts.chart("Two spirals, told apart by squaredRelu", "x", "y");
        Tensor grid = SpiralClassifier.grid(GRID);
        addPoints(chart, "taken for the first", grid, model.classify(grid), 0, Charts.PALE_BLUE);
        addPoints(chart, "taken for the second", grid, model.classify(grid), 1, Charts.PALE_ORANGE);
        addPoints(chart, "first spiral", points.places(), points.spirals(), 0, Charts.BLUE);
        addPoints(chart, "second spiral", points.places(), points.spirals(), 1, Charts.ORANGE);
        return chart;
    }

    private static void addPoints(
            XYChart chart, String name, Tensor places, Tensor spirals, int spiral, java.awt.Color color) {
        int[] chosen = IntStream.range(0, places.shape().size(0))
                .filter(i -> spirals.at(i, 0) == spiral)
                .toArray();
        if (chosen.length > 0) { // a model that has learnt nothing may take all for one
            double[] x = IntStream.of(chosen).mapToDouble(i -> places.at(i, 0)).toArray();
            double[] y = IntStream.of(chosen).mapToDouble(i -> places.at(i, 1)).toArray();
            Charts.points(chart, name, x, y, color);
        }
    }
}
