package dev.lanewise.core;

import java.util.Arrays;

/**
 * How numbers between the elements of an axis are found: by a weighted mean of the elements around.
 *
 * @param kind the curve of weights
 * @param sharpness of the cubic curve: its slope at distance 1 (Keys 1981, Cubic convolution interpolation for digital
 *     image processing); commonly −0.75 or −0.5
 * @param stretch by how much the curve is widened, 1 or more: with as much as an axis shrinks, nothing is skipped
 * @param repeating whether beyond the ends of the axis its outermost elements count; otherwise nothing does, and the
 *     weights of the others are divided by their sum
 */
public record Interpolation(Kind kind, double sharpness, double stretch, boolean repeating) {
    /** A curve of weights by distance. */
    public enum Kind {
        /** From 1 straight down to 0 at distance 1. */
        LINEAR,
        /** From 1 to 0 at distance 1, below it, and to 0 at distance 2; with a continuous slope. */
        CUBIC
    }

    /** Straight lines from each element to the next. */
    public static final Interpolation LINEAR = new Interpolation(Kind.LINEAR, 0, 1, true);

    /** Cubic curves through the elements, with PyTorch's sharpness, −0.75. */
    public static final Interpolation CUBIC = new Interpolation(Kind.CUBIC, -0.75, 1, true);

    /** Checks the numbers. */
    public Interpolation {
        if (!(stretch >= 1) || Double.isInfinite(stretch) || !Double.isFinite(sharpness)) {
            throw new IllegalArgumentException("Interpolation: stretch %s is not 1 or more, or sharpness %s not finite"
                    .formatted(stretch, sharpness));
        }
    }

    /** The same with another sharpness. */
    public Interpolation withSharpness(double slope) {
        return new Interpolation(kind, slope, stretch, repeating);
    }

    /** The same, stretched by so much. */
    public Interpolation withStretch(double factor) {
        return new Interpolation(kind, sharpness, factor, repeating);
    }

    /** The same, with the outermost elements repeated or not. */
    public Interpolation withRepeating(boolean on) {
        return new Interpolation(kind, sharpness, stretch, on);
    }

    /** From where on, left and right of a place, elements have no weight. */
    double reach() {
        return (kind == Kind.LINEAR ? 1 : 2) * stretch;
    }

    /** The weight at a distance. */
    private double weight(double distance) {
        double d = Math.abs(distance) / stretch;
        return switch (kind) {
            case LINEAR -> Math.max(0, 1 - d);
            case CUBIC -> {
                double a = sharpness;
                if (d <= 1) {
                    yield ((a + 2) * d - (a + 3)) * d * d + 1;
                }
                yield d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
            }
        };
    }

    /**
     * The values at positions along an axis: for each element that may count, once for all positions, the elements
     * times their weights.
     */
    <T extends TensorOps<T>> T at(T x, int axis, double[] positions) {
        int n = x.shape().size(axis);
        int taps = (int) Math.ceil(2 * reach());
        int[][] numbers = new int[taps][positions.length];
        double[][] weights = new double[taps][positions.length];
        for (int i = 0; i < positions.length; i++) {
            int first = (int) Math.floor(positions[i] - reach()) + 1;
            double sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                int number = first + tap;
                boolean counts = repeating || (number >= 0 && number < n);
                weights[tap][i] = counts ? weight(number - positions[i]) : 0;
                numbers[tap][i] = Math.clamp(number, 0, n - 1);
                sum += weights[tap][i];
            }
            for (int tap = 0; tap < taps; tap++) {
                weights[tap][i] /= sum == 0 ? 1 : sum; // nothing counts far from an axis that is not repeated
            }
        }
        int[] along = new int[x.shape().rank()];
        Arrays.fill(along, 1);
        along[axis] = positions.length;
        T result = weighted(x, axis, numbers[0], Tensor.of(x.dtype(), Shape.of(along), weights[0]));
        for (int tap = 1; tap < taps; tap++) {
            Tensor factors = Tensor.of(x.dtype(), Shape.of(along), weights[tap]);
            result = result.add(weighted(x, axis, numbers[tap], factors));
        }
        return result;
    }

    private static <T extends TensorOps<T>> T weighted(T x, int axis, int[] numbers, Tensor weights) {
        return x.indexSelect(axis, IntTensor.of(numbers)).mul(x.constant(weights));
    }
}
