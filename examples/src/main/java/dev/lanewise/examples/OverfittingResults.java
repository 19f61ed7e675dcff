package dev.lanewise.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/**
 * What remedies against learning by heart have brought: as a table, as a picture, and beside what was to be expected.
 *
 * @param plain without a remedy
 * @param remedied with one each
 * @param leastLoss the least that can be hoped for on new examples
 */
record OverfittingResults(OverfittingStudy.Course plain, List<OverfittingStudy.Course> remedied, double leastLoss) {
    /** A loss on what is learnt that means: by heart, wrong labels included. */
    private static final double BY_HEART = 0.1;

    /** The validation loss rises to so many times its lowest, if nothing is done. */
    private static final double RISE = 1.5;

    /** What is gained by a remedy: at most this share of the loss without one is left. */
    private static final double LEFT = 0.8;

    private static final int COLUMNS = 2; // of the picture

    private List<OverfittingStudy.Course> all() {
        List<OverfittingStudy.Course> all = new ArrayList<>();
        all.add(plain);
        all.addAll(remedied);
        return all;
    }

    /** The losses after the epochs 1, 2, 5, 10, 20, 50, … and the last; of weights kept at the end. */
    void printTable(PrintWriter out) {
        List<OverfittingStudy.Course> all = all();
        var names = new StringBuilder("%7s".formatted(""));
        var columns = new StringBuilder("%7s".formatted("epoch"));
        for (OverfittingStudy.Course course : all) {
            names.append("  %16s".formatted(course.remedy().name()));
            columns.append("  %7s  %7s".formatted("learnt", "new"));
        }
        out.println();
        out.println(names);
        out.println(columns);
        int last = all.stream().mapToInt(OverfittingStudy.Course::epochs).max().orElse(0);
        IntStream.rangeClosed(1, last)
                .filter(epoch -> epoch == last || isRound(epoch))
                .forEach(epoch -> {
                    var line = new StringBuilder("%7d".formatted(epoch));
                    for (OverfittingStudy.Course course : all) {
                        line.append(
                                epoch > course.epochs()
                                        ? "  %7s  %7s".formatted("", "")
                                        : "  %7.4f  %7.4f"
                                                .formatted(
                                                        course.training()[epoch - 1], course.validation()[epoch - 1]));
                    }
                    out.println(line.toString().stripTrailing());
                });
        var kept = new StringBuilder("%7s".formatted("kept"));
        all.forEach(course -> kept.append("  %7s  %7.4f".formatted("", course.kept())));
        out.println(kept);
        out.println();
    }

    /** 1, 2, 5, 10, 20, 50, … */
    private static boolean isRound(int epoch) {
        int rest = epoch;
        while (rest % 10 == 0) {
            rest /= 10;
        }
        return rest == 1 || rest == 2 || rest == 5;
    }

    /** A chart for each training, all of the same scale. */
    List<XYChart> charts() {
        List<OverfittingStudy.Course> all = all();
        double highest = all.stream()
                .flatMapToDouble(course -> Arrays.stream(new double[][] {course.training(), course.validation()})
                        .flatMapToDouble(Arrays::stream))
                .max()
                .orElse(1);
        int epochs =
                all.stream().mapToInt(OverfittingStudy.Course::epochs).max().orElse(1);
        List<XYChart> charts = new ArrayList<>();
        for (OverfittingStudy.Course course : all) {
            XYChart chart = Charts.chart(course.remedy().name(), "epoch", "loss");
            double[] numbers = IntStream.rangeClosed(1, course.epochs())
                    .mapToDouble(i -> i)
                    .toArray();
            Charts.line(chart, "on what it learns", numbers, course.training(), Charts.BLUE);
            Charts.line(chart, "on new examples", numbers, course.validation(), Charts.ORANGE);
            Charts.line(
                    chart,
                    "least that can be hoped for on new ones",
                    new double[] {1, epochs},
                    new double[] {leastLoss, leastLoss},
                    Charts.GREEN);
            Charts.points(
                    chart,
                    "lowest on new ones",
                    new double[] {course.best() + 1},
                    new double[] {course.lowestValidation()},
                    Charts.ORANGE);
            chart.getStyler().setXAxisMin(0.0);
            chart.getStyler().setXAxisMax((double) epochs);
            chart.getStyler().setYAxisMin(0.0);
            chart.getStyler().setYAxisMax(1.05 * highest);
            charts.add(chart);
        }
        return charts;
    }

    /** How many charts stand beside each other. */
    static int chartColumns() {
        return COLUMNS;
    }

    Report report() {
        Report report = new Report();
        report.add(
                "no remedy: loss on what it learns",
                number(plain.lastTraining()),
                "below %s: by heart, wrong labels too".formatted(BY_HEART),
                plain.lastTraining() < BY_HEART);
        report.add(
                "no remedy: loss on new examples",
                number(plain.lastValidation()),
                "above %s times its lowest, %s after epoch %d"
                        .formatted(RISE, number(plain.lowestValidation()), plain.best() + 1),
                plain.lastValidation() > RISE * plain.lowestValidation());
        for (OverfittingStudy.Course course : remedied) {
            report.add(
                    course.remedy().name() + ": loss on new examples",
                    number(course.kept()),
                    "below %s, %.0f %% of that".formatted(number(LEFT * plain.lastValidation()), 100 * LEFT),
                    course.kept() < LEFT * plain.lastValidation());
            if (course.remedy().patience() > 0) {
                report.add(
                        course.remedy().name() + ": epochs",
                        Integer.toString(course.epochs()),
                        course.stopReason() == null ? "it was not stopped" : "fewer than " + plain.epochs(),
                        course.epochs() < plain.epochs());
            }
        }
        report.add("least loss on new examples", number(leastLoss), "of who knows digits and the noise");
        for (OverfittingStudy.Course course : all()) {
            report.add(
                    course.remedy().name() + ": new digits read",
                    "%.1f %%".formatted(100 * course.right()),
                    "as what they really show");
        }
        return report;
    }

    private static String number(double loss) {
        return "%.4f".formatted(loss);
    }
}
