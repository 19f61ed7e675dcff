package dev.lanewise.nn;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/**
 * The normal distribution within a range, by rejection: what is proposed and does not fit is proposed anew, from a
 * stream of its own for each round.
 *
 * <p>Proposals are normal, as long as a good part of them falls into the range; for a narrow range, or one far from the
 * mean, they are even over it, and kept with a probability that follows the density.
 */
record TruncatedNormal(double mean, double deviation, double low, double high) implements Initializer {
    /** Beyond so many logarithms the density is less than 2⁻⁵³ of its largest value: nothing is drawn there. */
    private static final double NEGLIGIBLE = 37;

    TruncatedNormal {
        if (!Double.isFinite(mean) || !Double.isFinite(deviation) || !(deviation > 0)) {
            throw new IllegalArgumentException(
                    "truncatedNormal: mean %s and deviation %s, expected finite numbers and a positive deviation"
                            .formatted(mean, deviation));
        }
        if (!Double.isFinite(low) || !Double.isFinite(high) || !(low < high)) {
            throw new IllegalArgumentException(
                    "truncatedNormal: [%s, %s] is no range of finite numbers".formatted(low, high));
        }
    }

    @Override
    public Tensor draw(Rng rng, DType dtype, Shape shape) {
        double from = (low - mean) / deviation;
        double to = (high - mean) / deviation;
        // Of normal proposals one in eleven or more falls into such a range.
        boolean isNormal = from <= 1 && to >= -1 && to - from >= 0.5;
        double nearest = Math.max(0, Math.max(from, -to)); // of the range to the mean, in deviations
        double reach = Math.sqrt(nearest * nearest + 2 * NEGLIGIBLE);
        double start = Math.max(from, -reach);
        double end = Math.min(to, reach);
        double[] values = new double[shape.count()];
        int done = 0;
        for (int round = 0; done < values.length; round++) {
            Rng proposals = rng.stream(round);
            Shape rest = Shape.of(values.length - done);
            double[] proposed = isNormal
                    ? proposals.normal(DType.FLOAT64, rest, 0, 1).toDoubles()
                    : proposals.uniform(DType.FLOAT64, rest, start, end).toDoubles();
            double[] chances = isNormal
                    ? proposed
                    : proposals.stream("kept")
                            .uniform(DType.FLOAT64, rest, 0, 1)
                            .toDoubles();
            for (int i = 0; i < proposed.length; i++) {
                double z = proposed[i];
                boolean isKept =
                        isNormal ? z >= from && z <= to : chances[i] < StrictMath.exp((nearest * nearest - z * z) / 2);
                if (isKept) {
                    values[done++] = Math.clamp(mean + deviation * z, low, high);
                }
            }
        }
        return Tensor.of(dtype, shape, values);
    }
}
