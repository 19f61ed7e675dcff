package dev.lanewise.examples;

import dev.lanewise.core.Rng;
import java.util.Arrays;
import java.util.List;

/** What was observed: in each row some features and the target that is to be predicted from them. */
final class Observations {
    private final List<String> names;
    private final double[][] columns;
    private final String targetName;
    private final double[] target;

    /**
     * Observations.
     *
     * @param names of the features
     * @param columns one array for each feature
     */
    Observations(List<String> names, double[][] columns, String targetName, double[] target) {
        this.names = List.copyOf(names);
        this.columns = columns;
        this.targetName = targetName;
        this.target = target;
    }

    /** Training and validation rows. */
    record Split(Observations training, Observations validation) {}

    /** Takes a share of the rows, drawn at random, for validation, and leaves the others for training. */
    Split split(double share, Rng rng) {
        int validation = (int) Math.round(share * rows());
        int[] order = rng.permutation(rows()).toArray();
        int[] first = Arrays.copyOf(order, rows() - validation);
        int[] second = Arrays.copyOfRange(order, rows() - validation, rows());
        return new Split(select(first), select(second));
    }

    private Observations select(int[] rows) {
        Arrays.sort(rows); // the order of the file is kept
        double[][] selected = new double[columns.length][];
        Arrays.setAll(selected, j -> select(columns[j], rows));
        return new Observations(names, selected, targetName, select(target, rows));
    }

    private static double[] select(double[] values, int[] rows) {
        double[] selected = new double[rows.length];
        Arrays.setAll(selected, i -> values[rows[i]]);
        return selected;
    }

    /** Checks that there is something to learn from. */
    void check() {
        if (rows() < features() + 2) {
            throw Problem.failure("%d rows to learn from, expected at least %d: two more than the %d features"
                    .formatted(rows(), features() + 2, features()));
        }
        for (int j = 0; j < columns.length; j++) {
            if (isConstant(columns[j])) {
                throw Problem.failure(
                        ("Column %s is %s in all %d rows to learn from, and so tells nothing of the target; choose others by"
                                        + " --features")
                                .formatted(names.get(j), columns[j][0], rows()));
            }
        }
        if (isConstant(target)) {
            throw Problem.failure("The target %s is %s in all %d rows to learn from: there is nothing to learn"
                    .formatted(targetName, target[0], rows()));
        }
    }

    private static boolean isConstant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    int rows() {
        return target.length;
    }

    int features() {
        return columns.length;
    }

    List<String> names() {
        return names;
    }

    String targetName() {
        return targetName;
    }

    /** The values of a feature, not to be changed. */
    double[] column(int feature) {
        return columns[feature];
    }

    /** The values of the target, not to be changed. */
    double[] target() {
        return target;
    }

    static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }
}
