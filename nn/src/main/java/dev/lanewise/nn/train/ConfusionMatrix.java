package dev.lanewise.nn.train;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often which class was taken for which, and what follows from that: with TP the examples of a class that were
 * taken for it,
 *
 * <ul>
 *   <li>precision = TP / all that were taken for it,
 *   <li>recall = TP / all that are of it,
 *   <li>F1 = 2 · precision · recall / (precision + recall) = 2 TP / (taken for it + of it).
 * </ul>
 *
 * <p>Each is 0 where it would be 0/0, as of a class that was never predicted (scikit-learn's {@code zero_division=0}).
 * Macro means are over the classes that occur, as label or as prediction, as scikit-learn's; where there is no example,
 * they are NaN. Labels {@link dev.lanewise.nn.Losses#IGNORED} do not count.
 */
public final class ConfusionMatrix implements Metric {
    private final List<String> names;
    private final int classes;
    private final long[] counts; // [label, prediction]

    /** A matrix of so many classes, called 0, 1, … */
    public ConfusionMatrix(int classes) {
        this(IntStream.range(0, Math.max(classes, 0))
                .mapToObj(Integer::toString)
                .toList());
    }

    /**
     * A matrix of the classes of these names.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ConfusionMatrix(List<String> names) {
        this.names = List.copyOf(names);
        this.classes = names.size();
        if (classes == 0) {
            throw new IllegalArgumentException("ConfusionMatrix: no class, expected at least 1");
        }
        this.counts = new long[Math.multiplyExact(classes, classes)];
    }

    /**
     * Counts examples, each as of the class with the highest score.
     *
     * @param scores [.., classes]
     * @param labels [..]
     * @throws IllegalArgumentException if the shapes do not fit
     * @throws IndexOutOfBoundsException if a label is no class
     */
    public void add(Tensor scores, IntTensor labels) {
        Scores.check("ConfusionMatrix", scores, labels);
        if (scores.shape().size(-1) != classes) {
            throw new IllegalArgumentException("ConfusionMatrix: scores of shape %s are of %d classes, expected %d"
                    .formatted(scores.shape(), scores.shape().size(-1), classes));
        }
        add(scores.argmax(-1), labels);
    }

    /**
     * Counts examples.
     *
     * @param predicted [..], the classes that they were taken for
     * @param labels [..], the classes that they are of
     */
    public void add(IntTensor predicted, IntTensor labels) {
        Scores.checkSame("ConfusionMatrix", predicted, labels);
        int count = labels.shape().count();
        for (int i = 0; i < count; i++) {
            if (Scores.counts(labels.get(i))) {
                Scores.checkClass("ConfusionMatrix", "label", labels, i, classes);
                Scores.checkClass("ConfusionMatrix", "prediction", predicted, i, classes);
            }
        }
        for (int i = 0; i < count; i++) {
            if (Scores.counts(labels.get(i))) {
                counts[labels.get(i) * classes + predicted.get(i)]++;
            }
        }
    }

    @Override
    public void add(Tensor outputs, Batch batch) {
        add(outputs, batch.labels());
    }

    /** The number of classes. */
    public int classes() {
        return classes;
    }

    /** How many examples of one class were taken for another one, or for itself. */
    public long count(int label, int predicted) {
        checkClass(label);
        checkClass(predicted);
        return counts[label * classes + predicted];
    }

    /** The number of examples. */
    public long count() {
        return IntStream.range(0, classes).mapToLong(this::ofClass).sum();
    }

    private void checkClass(int number) {
        if (number < 0 || number >= classes) {
            throw new IndexOutOfBoundsException(
                    "ConfusionMatrix: there is no class %d, expected 0 to %d".formatted(number, classes - 1));
        }
    }

    /** How many examples are of a class. */
    private long ofClass(int number) {
        return IntStream.range(0, classes)
                .mapToLong(p -> counts[number * classes + p])
                .sum();
    }

    /** How many examples were taken for a class. */
    private long takenFor(int number) {
        return IntStream.range(0, classes)
                .mapToLong(l -> counts[l * classes + number])
                .sum();
    }

    private long right() {
        return IntStream.range(0, classes)
                .mapToLong(c -> counts[c * classes + c])
                .sum();
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /** The share of examples that were taken for what they are; NaN if there is none. */
    public double accuracy() {
        return (double) right() / count();
    }

    /** Of what was taken for a class, the share that is of it. */
    public double precision(int number) {
        return ratio(count(number, number), takenFor(number));
    }

    /** Of what is of a class, the share that was taken for it. */
    public double recall(int number) {
        return ratio(count(number, number), ofClass(number));
    }

    /** The harmonic mean of a class' precision and recall. */
    public double f1(int number) {
        return ratio(2 * count(number, number), takenFor(number) + ofClass(number));
    }

    /** The mean precision of the classes that occur. */
    public double macroPrecision() {
        return macro(this::precision);
    }

    /** The mean recall of the classes that occur. */
    public double macroRecall() {
        return macro(this::recall);
    }

    /** The mean F1 of the classes that occur. */
    public double macroF1() {
        return macro(this::f1);
    }

    private double macro(IntToDoubleFunction of) {
        double sum = 0;
        int occurring = 0;
        for (int c = 0; c < classes; c++) {
            if (takenFor(c) + ofClass(c) > 0) {
                sum += of.applyAsDouble(c);
                occurring++;
            }
        }
        return sum / occurring;
    }

    /**
     * Precision, recall and F1 over the examples of all classes together. With one class for each example all three are
     * the {@linkplain #accuracy accuracy}; they differ if some classes are left out, as one that stands for "none".
     *
     * @param numbers the classes to count, each once
     * @return precision, recall and F1; 0 where they would be 0/0
     */
    public Summary micro(int... numbers) {
        long right = 0;
        long taken = 0;
        long of = 0;
        for (int number : IntStream.of(numbers).distinct().toArray()) {
            right += count(number, number);
            taken += takenFor(number);
            of += ofClass(number);
        }
        return new Summary(ratio(right, taken), ratio(right, of), ratio(2 * right, taken + of));
    }

    /** {@link #micro(int...)} of all classes. */
    public Summary micro() {
        return micro(IntStream.range(0, classes).toArray());
    }

    /** Three numbers that belong together. */
    public record Summary(double precision, double recall, double f1) {}

    /** Macro means: {@code precision}, {@code recall}, {@code f1}. */
    @Override
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("precision", macroPrecision());
        values.put("recall", macroRecall());
        values.put("f1", macroF1());
        return values;
    }

    /**
     * A table: a row for each class' examples, a column for what they were taken for, and each class' precision, recall
     * and F1.
     */
    @Override
    public String toString() {
        String corner = "is \\ taken for";
        int first = Math.max(
                corner.length(), names.stream().mapToInt(String::length).max().orElse(0));
        int[] widths = new int[classes];
        for (int p = 0; p < classes; p++) {
            widths[p] = names.get(p).length();
            for (int l = 0; l < classes; l++) {
                widths[p] = Math.max(
                        widths[p], Long.toString(counts[l * classes + p]).length());
            }
        }
        var table = new StringBuilder(pad(corner, -first));
        for (int p = 0; p < classes; p++) {
            table.append("  ").append(pad(names.get(p), widths[p]));
        }
        table.append("  precision  recall     f1\n");
        for (int l = 0; l < classes; l++) {
            table.append(pad(names.get(l), -first));
            for (int p = 0; p < classes; p++) {
                table.append("  ").append(pad(Long.toString(counts[l * classes + p]), widths[p]));
            }
            table.append(String.format(Locale.ROOT, "  %9.4f  %6.4f  %6.4f%n", precision(l), recall(l), f1(l))
                    .replace(System.lineSeparator(), "\n"));
        }
        return table.toString();
    }

    /** Blanks before a text up to a width, or behind it where that is negative. */
    private static String pad(String text, int width) {
        String blanks = " ".repeat(Math.max(0, Math.abs(width) - text.length()));
        return width < 0 ? text + blanks : blanks + text;
    }
}
