package dev.lanewise.examples;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;

/**
 * What a linear regression came to: as a table of coefficients, as a chart, and beside what was to be expected.
 *
 * @param source of the data, for the chart's title
 * @param truth where it is known
 */
record RegressionResults(
        String source,
        Observations training,
        Observations validation,
        LeastSquares leastSquares,
        Descent.Result learnt,
        @Nullable Truth truth) {

    /** How the data was made: a line, and noise of a standard deviation. */
    record Truth(LinearModel model, double noise) {}

    /** The coefficients are to be as near as this to those of least squares. */
    private static final double NEAR = 1e-3;

    /** The residual sum of squares is to be as near as this to the least. */
    private static final double RESIDUALS_NEAR = 1e-6;

    /** Standard errors within which an estimate lies nearly always: but for 3 of 1000 samples. */
    private static final double ERRORS = 3;

    /** What share of the variance counts as rounding, where the columns explain the target exactly. */
    private static final double ROUNDING = 1e-12;

    private static final int MOST_POINTS = 2000; // in the chart; more make a blot

    private static final int INTERCEPT = -1; // in the place of a feature's number

    void printCoefficients(PrintWriter out) {
        List<String> names = training.names();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        String format = "%-" + Math.max(width, 9) + "s  %16s  %16s  %16s  %16s";
        out.println();
        print(out, format.formatted("", "learnt", "least squares", "standard error", truth == null ? "" : "truth"));
        for (int j = INTERCEPT; j < names.size(); j++) {
            print(
                    out,
                    format.formatted(
                            j == INTERCEPT ? "intercept" : names.get(j),
                            Report.number(coefficient(learnt.model(), j)),
                            Report.number(coefficient(leastSquares.model(), j)),
                            Report.number(standardError(j)),
                            truth == null ? "" : Report.number(coefficient(truth.model, j))));
        }
        out.println();
    }

    private static void print(PrintWriter out, String line) {
        out.println(line.stripTrailing());
    }

    private static double coefficient(LinearModel model, int feature) {
        return feature == INTERCEPT ? model.intercept() : model.coefficient(feature);
    }

    private double standardError(int feature) {
        return feature == INTERCEPT ? leastSquares.interceptError() : leastSquares.coefficientError(feature);
    }

    Report report() {
        Report report = new Report();
        if (training.features() == 1) {
            compare(report, "intercept", INTERCEPT);
            compare(report, "slope", 0);
        }
        double least = leastSquares.model().residualSumOfSquares(training);
        double all = new LinearModel(Observations.mean(training.target()), new double[training.features()])
                .residualSumOfSquares(training);
        double reached = learnt.model().residualSumOfSquares(training);
        double excess = (reached - least) / Math.max(least, ROUNDING * all);
        report.add(
                "residual sum of squares",
                Report.number(reached),
                "within 1e-6 of %s, least squares (off by %.1e)".formatted(Report.number(least), excess),
                excess <= RESIDUALS_NEAR);
        report.add(
                "share of variance explained",
                Report.number(1 - reached / all),
                "R squared, of the rows that were learnt from");
        report.add("training error", Report.number(learnt.model().error(training)), "root of the mean square");
        if (validation.rows() > 0) {
            validate(report);
        }
        report.add(
                "steps",
                "%,d".formatted(learnt.steps()),
                learnt.certain() ? "until nothing was left to gain" : "all that --steps allowed; more would gain more");
        return report;
    }

    private void compare(Report report, String what, int feature) {
        double reached = coefficient(learnt.model(), feature);
        double best = coefficient(leastSquares.model(), feature);
        double off = Math.abs(reached / best - 1);
        report.add(
                what,
                Report.number(reached),
                "within 0.1 %% of %s, least squares (off by %.1e)".formatted(Report.number(best), off),
                off <= NEAR);
        if (truth != null) {
            double chance = ERRORS * standardError(feature);
            double right = coefficient(truth.model, feature);
            report.add(
                    "",
                    "",
                    "within %s of %s, the truth (3 standard errors)"
                            .formatted(Report.number(chance), Report.number(right)),
                    Math.abs(reached - right) <= chance);
        }
    }

    private void validate(Report report) {
        double error = learnt.model().error(validation);
        if (truth == null) {
            double best = leastSquares.model().error(validation);
            report.add("validation error", Report.number(error), Report.number(best) + " by least squares");
            return;
        }
        // The standard error of a deviation that is estimated from n normal numbers is the deviation / sqrt(2n).
        double chance = ERRORS * truth.noise / Math.sqrt(2.0 * validation.rows());
        report.add(
                "validation error",
                Report.number(error),
                "within %s of the noise, %s".formatted(Report.number(chance), Report.number(truth.noise)),
                Math.abs(error - truth.noise) <= chance);
    }

    /** Of one feature the points and the line; of several the target against the prediction. */
    XYChart chart() {
        boolean single = training.features() == 1;
        XYChart chart = Charts.chart(
                "Linear regression: " + source,
                single ? training.names().getFirst() : "predicted",
                training.targetName());
        double[] x = abscissas(training);
        Charts.points(chart, "learnt from", thin(x), thin(training.target()), Charts.BLUE);
        if (validation.rows() > 0) {
            Charts.points(chart, "validation", thin(abscissas(validation)), thin(validation.target()), Charts.GREEN);
        }
        LinearModel line = single ? learnt.model() : new LinearModel(0, 1);
        double left = Arrays.stream(x).min().orElseThrow();
        double right = Arrays.stream(x).max().orElseThrow();
        double[] heights = {
            line.intercept() + line.coefficient(0) * left, line.intercept() + line.coefficient(0) * right
        };
        Charts.line(
                chart, single ? "learnt" : "target = prediction", new double[] {left, right}, heights, Charts.ORANGE);
        return chart;
    }

    private double[] abscissas(Observations data) {
        return training.features() == 1 ? data.column(0) : learnt.model().predict(data);
    }

    /** Every n-th value, so that there are not too many. */
    private static double[] thin(double[] values) {
        int every = (values.length + MOST_POINTS - 1) / MOST_POINTS;
        return IntStream.range(0, (values.length + every - 1) / every)
                .mapToDouble(i -> values[i * every])
                .toArray();
    }
}
