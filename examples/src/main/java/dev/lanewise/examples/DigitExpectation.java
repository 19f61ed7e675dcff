package dev.lanewise.examples;

import dev.lanewise.nn.train.ConfusionMatrix;
import org.jspecify.annotations.Nullable;

/**
 * What was to be expected of a reader of digits.
 *
 * @param accuracy the share of test pictures to be read, at least; null if nothing is known
 * @param remark what is known of others' results
 */
record DigitExpectation(@Nullable Double accuracy, String remark) {
    /** What is known of the data, which are told by their counts and sizes. */
    static DigitExpectation of(DigitModel kind, DigitFiles.Sets sets, boolean drawn) {
        int training = sets.training().count();
        int test = sets.test().count();
        int side = sets.training().side();
        if (drawn) {
            return new DigitExpectation(kind == DigitModel.CNN ? 0.99 : 0.985, "what this model was seen to reach");
        }
        if (training == 3823 && test == 1797 && side == 8) {
            return new DigitExpectation(
                    kind == DigitModel.CNN ? 0.985 : 0.96, "the nearest neighbour gets 98.00 % (optdigits.names)");
        }
        if (training == 60_000 && test == 10_000 && side == 28) {
            return new DigitExpectation(null, "LeNet-5 got 99.05 % of MNIST (LeCun et al. 1998)");
        }
        return new DigitExpectation(null, "nothing is known of these data; guessing gets about 10 %");
    }

    /** Adds what was reached to a report. */
    void add(Report report, ConfusionMatrix matrix) {
        String reached = percent(matrix.accuracy());
        if (accuracy == null) {
            report.add("test accuracy", reached, remark);
        } else {
            report.add(
                    "test accuracy",
                    reached,
                    "at least %s; %s".formatted(percent(accuracy), remark),
                    matrix.accuracy() >= accuracy);
        }
        report.add("precision, mean of digits", percent(matrix.macroPrecision()), "as accuracy, if digits are as many");
        report.add("recall, mean of digits", percent(matrix.macroRecall()), "as accuracy, if digits are as many");
    }

    private static String percent(double share) {
        return "%.2f %%".formatted(100 * share);
    }
}
