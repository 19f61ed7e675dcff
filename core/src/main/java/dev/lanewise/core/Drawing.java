package dev.lanewise.core;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Draws from categories that have weights. */
final class Drawing {
    private Drawing() {}

    static IntTensor multinomial(Rng rng, Tensor weights, int count, boolean replacement) {
        int rank = weights.shape().rank();
        if (rank < 1 || rank > 2) {
            throw new IllegalArgumentException(
                    "multinomial: weights have shape %s, expected [categories] or [rows, categories]"
                            .formatted(weights.shape()));
        }
        if (count < 1) {
            throw new IllegalArgumentException("multinomial: %d to be drawn, expected at least 1".formatted(count));
        }
        int categories = weights.shape().size(-1);
        int rows = rank == 1 ? 1 : weights.shape().size(0);
        double[] values = weights.toDoubles();
        int[] result = new int[Math.multiplyExact(rows, count)];
        Shape draws = Shape.of(rows, replacement ? count : categories);
        double[] random = rng.uniform(DType.FLOAT64, draws, 0, 1).toDoubles();
        for (int row = 0; row < rows; row++) {
            double[] own = Arrays.copyOfRange(values, row * categories, (row + 1) * categories);
            check(own, row, count, replacement);
            int width = draws.size(1);
            double[] ownRandom = Arrays.copyOfRange(random, row * width, (row + 1) * width);
            int[] drawn = replacement ? again(own, ownRandom) : once(own, ownRandom, count);
            System.arraycopy(drawn, 0, result, row * count, count);
        }
        return IntTensor.owning(weights.shape().withSize(rank - 1, count), result);
    }

    private static void check(double[] weights, int row, int count, boolean replacement) {
        int positive = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
                throw new IllegalArgumentException(
                        "multinomial: weight %s of category %d in row %d, expected a number of at least 0"
                                .formatted(weights[i], i, row));
            }
            positive += weights[i] > 0 ? 1 : 0;
        }
        int needed = replacement ? 1 : count;
        if (positive < needed) {
            throw new IllegalArgumentException(
                    "multinomial: row %d has %d weights above 0, expected at least %d; draw fewer, or with replacement"
                            .formatted(row, positive, needed));
        }
    }

    /** With replacement: where u times the sum of all weights falls among the sums of the first ones. */
    private static int[] again(double[] weights, double[] random) {
        double[] sums = new double[weights.length];
        double sum = 0;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            sums[i] = sum;
            last = weights[i] > 0 ? i : last;
        }
        Tensor places = Tensor.of(
                Arrays.stream(random).map(u -> u * sums[sums.length - 1]).toArray());
        int[] drawn = Tensor.of(sums).searchSorted(places, true).toArray();
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = Math.min(drawn[i], last); // were a product rounded up to the whole sum
        }
        return drawn;
    }

    /**
     * Without replacement: the categories in the order of their times −ln(u)/weight, of which each next one belongs to
     * what is left with probabilities in proportion to weights (Efraimidis and Spirakis 2006, Weighted random sampling
     * with a reservoir).
     */
    private static int[] once(double[] weights, double[] random, int count) {
        double[] times = new double[weights.length];
        for (int i = 0; i < times.length; i++) {
            times[i] = weights[i] > 0 ? -StrictMath.log1p(-random[i]) / weights[i] : Double.POSITIVE_INFINITY;
        }
        return IntStream.range(0, times.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> times[i]))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
    }
}
