package dev.lanewise.examples;

import dev.lanewise.core.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Learns the price of a house from its area, or any column of a table from others. */
@Command(
        name = "linear-regression",
        sortOptions = false,
        abbreviateSynopsis = true,
        header = "Learns the price of a house from its area, or any column of a table from others",
        description = {
            "",
            "By gradient descent, and compared with closed-form least squares; and with the truth, as the houses are made up.",
            ""
        },
        footer = {
            "",
            "A regression that was published (Pace and Barry 1997), with derived columns:",
            "  ./run linear-regression --data cal_housing.arff --validation 0 \\",
            "      --target 'ln(medianHouseValue)' --features 'medianIncome, medianIncome^2, medianIncome^3,",
            "      ln(housingMedianAge), ln(totalRooms/population), ln(totalBedrooms/population),",
            "      ln(population/households), ln(households)'"
        })
final class LinearRegression extends Example {
    /** A tenth of the best rate, so that one sees the made-up houses being learnt: at the best it takes one step. */
    private static final double RATE_FOR_HOUSES = 0.05;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "A table to learn from, .csv or .arff (default: houses, made up)")
    private @Nullable Path data;

    @Option(
            names = "--target",
            paramLabel = "COLUMN",
            description =
                    "Which column of the table to predict, by name or number from 1, or a term of columns: ln(price)")
    private @Nullable String target;

    @Option(
            names = "--features",
            paramLabel = "A,B,..",
            description = "What to predict it from: columns, or terms of *, /, ^, ln and brackets, between commas"
                    + " (default: all columns that are not in the target)")
    private @Nullable String features;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many houses to make up (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(
            names = "--noise",
            paramLabel = "X",
            defaultValue = "25000",
            description = "The standard deviation of chance in their prices (default: ${DEFAULT-VALUE})")
    private double noise;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "The share of rows to validate with, not to learn from (default: ${DEFAULT-VALUE})")
    private double validationShare;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Of the gradient of standardised columns (default: " + RATE_FOR_HOUSES
                    + " for the houses, else what suits the columns' correlations best)")
    private @Nullable Double learningRate;

    @Option(
            names = "--momentum",
            paramLabel = "X",
            description = "Nesterov's (default: 0 for the houses or with --learning-rate, else what suits best)")
    private @Nullable Double momentum;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "100000",
            description = "The most steps; it stops when nothing is left to gain (default: ${DEFAULT-VALUE})")
    private long steps;

    @Override
    void run() throws IOException {
        checkOptions();
        Rng rng = Rng.of(seed());
        Observations all = data == null ? Houses.draw(rows, noise, rng.stream("houses")) : read(data);
        Observations.Split split = all.split(validationShare, rng.stream("split"));
        Observations training = split.training();
        Observations validation = split.validation();
        training.check();
        out().printf(
                        "%s: %s from %s; %,d rows to learn from, %,d to validate with%n",
                        data == null ? "Houses, made up" : data,
                        all.targetName(),
                        String.join(", ", all.names()),
                        training.rows(),
                        validation.rows());

        LeastSquares leastSquares = LeastSquares.fit(training);
        Descent.Result learnt = descend(training, validation, rng.stream("weights"));
        var results = new RegressionResults(
                data == null ? "houses" : String.valueOf(data.getFileName()),
                training,
                validation,
                leastSquares,
                learnt,
                data == null ? new RegressionResults.Truth(Houses.TRUTH, noise) : null);
        results.printCoefficients(out());
        Charts.save(results.chart(), outputFile("linear-regression.png"), out());
        results.report().print(out());
    }

    private void checkOptions() {
        if (data == null && (target != null || features != null)) {
            throw Problem.usage("--target and --features name columns of a table: give it by --data FILE");
        }
        Problem.requireAtLeast("--rows", rows, 1);
        Problem.requireBelow("--noise", noise, 0, Double.POSITIVE_INFINITY);
        Problem.requireBelow("--validation", validationShare, 0, 1);
        Problem.requireAtLeast("--steps", steps, 0);
        if (learningRate != null) {
            Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
        }
        if (momentum != null) {
            Problem.requireBelow("--momentum", momentum, 0, 1);
        }
    }

    private Observations read(Path file) throws IOException {
        Table table = TableReader.read("--data", file);
        if (target == null) {
            throw Problem.usage(
                    "--data needs --target COLUMN, which of its columns to predict: %s".formatted(table.columnList()));
        }
        int column = table.find(target);
        Term predicted = column >= 0 ? Term.ofColumn(table, column) : Term.parse("--target", target, table);
        List<Term> terms = new ArrayList<>();
        if (features != null) {
            terms.addAll(Term.parseList("--features", features, table));
        } else {
            IntStream.range(0, table.columns().size())
                    .filter(other -> !predicted.columns().contains(other))
                    .forEach(other -> terms.add(Term.ofColumn(table, other)));
        }
        if (terms.isEmpty()) {
            throw Problem.failure("%s: there is no column beside the target to predict it from".formatted(file));
        }
        return new Observations(
                terms.stream().map(Term::toString).toList(),
                terms.stream().map(term -> term.values(table)).toArray(double[][]::new),
                predicted.toString(),
                predicted.values(table));
    }

    private Descent.Result descend(Observations training, Observations validation, Rng rng) {
        var descent = new Descent(training);
        boolean best = data != null && learningRate == null;
        double rate = learningRate != null ? learningRate : best ? descent.bestRate() : RATE_FOR_HOUSES;
        double kept = momentum != null ? momentum : best ? descent.bestMomentum() : 0;
        out().printf(
                        "Gradient descent: condition number %.4g, learning rate %.4g, momentum %.6g%n%n",
                        descent.condition(), rate, kept);
        out().printf("%10s  %16s  %16s%n", "step", "training error", "validation error");
        try (var progress = new Progress(out(), "learning", Math.min(steps, descent.estimatedSteps(rate, kept)))) {
            Descent.Result result = descent.run(rate, kept, steps, rng, (step, model) -> {
                if (isRound(step)) {
                    progress.println(errors(step, model, training, validation));
                }
                progress.step();
            });
            if (!isRound(result.steps())) {
                progress.println(errors(result.steps(), result.model(), training, validation));
            }
            return result;
        }
    }

    /** 0, 1, 2, 5, 10, 20, 50, … */
    private static boolean isRound(long step) {
        long rest = step;
        while (rest > 0 && rest % 10 == 0) {
            rest /= 10;
        }
        return rest == 0 || rest == 1 || rest == 2 || rest == 5;
    }

    private static String errors(long step, LinearModel model, Observations training, Observations validation) {
        return "%,10d  %,16.6f  %16s"
                .formatted(
                        step,
                        model.error(training),
                        validation.rows() == 0 ? "-" : "%,.6f".formatted(model.error(validation)));
    }
}
