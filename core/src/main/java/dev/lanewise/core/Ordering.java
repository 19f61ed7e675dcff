package dev.lanewise.core;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** The order of elements along an axis: largest, smallest, sorted. */
final class Ordering {
    private Ordering() {}

    static IntTensor extreme(String operation, Tensor x, int axis, boolean largest) {
        int along = x.shape().axis(axis);
        int n = x.shape().sizeAlong(along);
        if (n == 0) {
            throw new IllegalArgumentException(
                    "%s: axis %d of shape %s holds no element to choose from".formatted(operation, axis, x.shape()));
        }
        int[] result = new int[x.shape().count() / n];
        double[] line = new double[n];
        forEachLine(x, along, line, at -> {
            int best = 0;
            for (int i = 1; i < n && !Double.isNaN(line[best]); i++) {
                if (Double.isNaN(line[i]) || (largest ? line[i] > line[best] : line[i] < line[best])) {
                    best = i;
                }
            }
            result[at] = best;
        });
        return IntTensor.owning(x.shape().without(along), result);
    }

    static IntTensor argsort(Tensor x, int axis, boolean descending) {
        int along = x.shape().axis(axis);
        int n = x.shape().sizeAlong(along);
        Lines lines = Lines.of(x.shape(), along, false);
        int[] result = new int[x.shape().count()];
        double[] line = new double[n];
        forEachLine(x, along, line, at -> {
            Integer[] order = new Integer[n];
            Arrays.setAll(order, i -> i);
            // NaN compares as larger than everything, so it comes last, or first when descending.
            Arrays.sort(order, (a, b) -> descending ? compare(line[b], line[a]) : compare(line[a], line[b]));
            int start = lines.start(at);
            for (int i = 0; i < n; i++) {
                result[start + i * lines.step()] = order[i];
            }
        });
        return IntTensor.owning(x.shape(), result);
    }

    static IntTensor argTopK(Tensor x, int axis, int k, boolean largest) {
        int along = x.shape().axis(axis);
        int n = x.shape().sizeAlong(along);
        if (k < 0 || k > n) {
            throw new IllegalArgumentException(
                    "topK: k is %d, but axis %d of shape %s has %d elements".formatted(k, axis, x.shape(), n));
        }
        int[] order = argsort(x, along, largest).values();
        Shape shape = x.shape().withSize(along, k);
        int inner = x.shape().countFrom(along + 1);
        int[] result = new int[shape.count()];
        for (int i = 0, block = k * inner; i < result.length; i += block) {
            System.arraycopy(order, i / block * n * inner, result, i, block);
        }
        return IntTensor.owning(shape, result);
    }

    /**
     * Of each place along the axis, the number of the last largest (or smallest) element up to there; NaN is either.
     */
    static IntTensor running(Tensor x, int axis, boolean largest) {
        int along = x.shape().axis(axis);
        int n = x.shape().sizeAlong(along);
        Lines lines = Lines.of(x.shape(), along, false);
        int[] result = new int[x.shape().count()];
        double[] line = new double[n];
        forEachLine(x, along, line, at -> {
            int start = lines.start(at);
            int best = 0;
            for (int i = 0; i < n; i++) {
                boolean beats = largest ? line[i] >= line[best] : line[i] <= line[best];
                if (Double.isNaN(line[i]) || beats) {
                    best = i;
                }
                result[start + i * lines.step()] = best;
            }
        });
        return IntTensor.owning(x.shape(), result);
    }

    /** Of each line, the number of the last element that equals the one that occurs most often. */
    static IntTensor mode(Tensor x, int axis) {
        int along = x.shape().axis(axis);
        int n = x.shape().sizeAlong(along);
        if (n == 0) {
            throw new IllegalArgumentException(
                    "mode: axis %d of %s has no element; reduce an axis that has some".formatted(axis, x.shape()));
        }
        int[] result = new int[x.shape().count() / n];
        double[] line = new double[n];
        forEachLine(x, along, line, at -> {
            Integer[] order = new Integer[n];
            Arrays.setAll(order, i -> i);
            // NaN compares as smaller than everything, and equals nothing, itself not either: the first one is a mode.
            Arrays.sort(order, (a, b) -> {
                boolean noNumber = Double.isNaN(line[a]) || Double.isNaN(line[b]);
                return noNumber ? compare(line[b], line[a]) : compare(line[a], line[b]);
            });
            int most = 0;
            for (int from = 0, to; from < n; from = to) {
                to = from + 1;
                while (to < n && line[order[to]] == line[order[from]]) {
                    to++;
                }
                if (to - from > most) {
                    most = to - from;
                    result[at] = order[to - 1];
                }
            }
        });
        return IntTensor.owning(x.shape().without(along), result);
    }

    /** Compares numbers, with −0 equal to 0 and NaN above all. */
    private static int compare(double a, double b) {
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }

    /**
     * Loads each line along the axis into the buffer, in row-major order of the other axes, and calls the action with
     * the line's number.
     */
    private static void forEachLine(Tensor x, int axis, double[] line, IntConsumer action) {
        double[] values = x.toDoubles();
        int n = line.length;
        Lines lines = Lines.of(x.shape(), axis, false);
        for (int at = 0; at < lines.count(); at++) {
            int start = lines.start(at);
            for (int i = 0; i < n; i++) {
                line[i] = values[start + i * lines.step()];
            }
            action.accept(at);
        }
    }
}
