package dev.lanewise.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where numbers belong among sorted ones, and how many belong where. */
final class Bins {
    private Bins() {}

    /**
     * Of each value, how many numbers of its row of a sorted tensor come before it.
     *
     * @param sorter the places of a row's numbers in ascending order; null if they are sorted
     * @param orEqual whether numbers that equal it count
     */
    static IntTensor search(
            String operation, Tensor sorted, @Nullable IntTensor sorter, Tensor values, boolean orEqual) {
        int rank = sorted.shape().rank();
        boolean oneRow = rank == 1;
        if (!oneRow
                && (rank == 0
                        || values.shape().rank() != rank
                        || !values.shape()
                                .withSize(rank - 1, 0)
                                .equals(sorted.shape().withSize(rank - 1, 0)))) {
            throw new IllegalArgumentException(
                    "%s: sorted numbers of shape %s and values of shape %s, expected one axis of sorted numbers, or the same sizes but for the last axis"
                            .formatted(operation, sorted.shape(), values.shape()));
        }
        if (sorted.dtype() != values.dtype()) {
            throw new IllegalArgumentException(
                    "%s: sorted numbers are %s and values %s; convert one of them with to(..)"
                            .formatted(operation, sorted.dtype(), values.dtype()));
        }
        double[] numbers = sorter == null ? sorted.toDoubles() : inOrder(operation, sorted, sorter);
        double[] wanted = values.toDoubles();
        int n = sorted.shape().size(-1);
        int perRow = oneRow ? wanted.length : values.shape().size(-1);
        int[] result = new int[wanted.length];
        for (int i = 0; i < result.length; i++) {
            int row = oneRow ? 0 : i / perRow * n;
            result[i] = before(numbers, row, n, wanted[i], orEqual);
        }
        return IntTensor.owning(values.shape(), result);
    }

    /** The numbers of each row as a sorter says. */
    private static double[] inOrder(String operation, Tensor numbers, IntTensor sorter) {
        if (!sorter.shape().equals(numbers.shape())) {
            throw new IllegalArgumentException("%s: the sorter has shape %s, expected that of the numbers, %s"
                    .formatted(operation, sorter.shape(), numbers.shape()));
        }
        sorter.checkRange(operation + ", sorter", "index", numbers.shape().sizeAlong(-1));
        return numbers.gather(-1, sorter).toDoubles();
    }

    /** By bisection; NaN, which nothing is at least as large as, comes last. */
    private static int before(double[] numbers, int row, int n, double value, boolean orEqual) {
        int from = 0;
        int to = n;
        while (from < to) {
            int middle = (from + to) >>> 1;
            double number = numbers[row + middle];
            if (orEqual ? number > value : number >= value) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return from;
    }

    /** How many elements there are in each of as many equal parts of [low, high]. */
    static Tensor histogram(Tensor x, int bins, double low, double high) {
        if (bins < 1) {
            throw new IllegalArgumentException("histc: %d bins, expected at least 1".formatted(bins));
        }
        if (low > high) {
            throw new IllegalArgumentException("histc: low %s is above high %s".formatted(low, high));
        }
        double[] numbers = x.toDoubles();
        boolean ofData = low == high && numbers.length > 0;
        double from = ofData ? Arrays.stream(numbers).min().orElseThrow() : low;
        double to = ofData ? Arrays.stream(numbers).max().orElseThrow() : high;
        if (!Double.isFinite(from) || !Double.isFinite(to)) {
            throw new IllegalArgumentException(
                    "histc: the range from %s to %s is not finite; give low and high".formatted(from, to));
        }
        if (from == to) {
            from -= 1;
            to += 1;
        }
        double[] counts = new double[bins];
        for (double number : numbers) {
            if (number >= from && number <= to) { // NaN is in no range
                counts[place(x.dtype(), number, from, to, bins)]++;
            }
        }
        return Tensor.of(DType.FLOAT64, Shape.of(bins), counts).to(x.dtype());
    }

    /** Rounded as the type of the elements is, so that a number on the edge falls where PyTorch puts it. */
    private static int place(DType dtype, double number, double from, double to, int bins) {
        int bin = switch (dtype) {
            case FLOAT32 -> (int) (((float) number - (float) from) * bins / ((float) to - (float) from));
            case FLOAT64 -> (int) ((number - from) * bins / (to - from));
        };
        return Math.min(bin, bins - 1); // the last part holds its upper edge too
    }

    /** How often each number occurs, or the sum of what is given with it. */
    static double[] count(IntTensor numbers, double[] weights, int least) {
        if (least < 0) {
            throw new IllegalArgumentException("binCount: at least %d counts, expected 0 or more".formatted(least));
        }
        int[] values = numbers.values();
        int largest = Arrays.stream(values).max().orElse(-1);
        double[] counts = new double[Math.max(Math.addExact(largest, 1), least)];
        numbers.checkRange("binCount", "number", counts.length);
        for (int i = 0; i < values.length; i++) {
            counts[values[i]] += weights[i];
        }
        return counts;
    }
}
