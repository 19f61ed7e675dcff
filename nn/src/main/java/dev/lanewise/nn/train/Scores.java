package dev.lanewise.nn.train;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;

/** Checks of what metrics of classes are given: scores [.., classes] and labels [..]. */
final class Scores {
    private Scores() {}

    static void check(String metric, Tensor scores, IntTensor labels) {
        if (scores.shape().rank() == 0
                || !scores.shape().without(-1).equals(labels.shape())
                || scores.shape().size(-1) == 0) {
            throw new IllegalArgumentException("%s: scores have shape %s and labels %s, expected [.., classes] and [..]"
                    .formatted(metric, scores.shape(), labels.shape()));
        }
        int classes = scores.shape().size(-1);
        for (int i = 0; i < labels.shape().count(); i++) {
            if (counts(labels.get(i))) {
                checkClass(metric, "label", labels, i, classes);
            }
        }
    }

    static void checkClass(String metric, String what, IntTensor numbers, int position, int classes) {
        int number = numbers.get(position);
        if (number < 0 || number >= classes) {
            throw new IndexOutOfBoundsException("%s: %s %d at position %d of %s is no class: expected 0 to %d"
                    .formatted(metric, what, number, position, numbers.shape(), classes - 1));
        }
    }

    static void checkSame(String metric, IntTensor predicted, IntTensor labels) {
        if (!predicted.shape().equals(labels.shape())) {
            throw new IllegalArgumentException("%s: predictions have shape %s and labels %s, expected the same"
                    .formatted(metric, predicted.shape(), labels.shape()));
        }
    }

    static void checkSame(String metric, Tensor predictions, Tensor targets) {
        if (!predictions.shape().equals(targets.shape())) {
            throw new IllegalArgumentException(
                    "%s: predictions have shape %s and targets %s, expected the same; reshape one of them"
                            .formatted(metric, predictions.shape(), targets.shape()));
        }
    }

    /** Whether an example with this label is to be counted. */
    static boolean counts(int label) {
        return label != Losses.IGNORED;
    }
}
