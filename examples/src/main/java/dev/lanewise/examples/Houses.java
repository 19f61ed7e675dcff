package dev.lanewise.examples;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import java.util.List;

/**
 * Houses whose prices are known to be a line of their area, and chance: so that what was learnt can be held to the
 * truth.
 */
final class Houses {
    /** The price of the ground, in euros, and of each square metre on it. */
    static final LinearModel TRUTH = new LinearModel(50_000, 3_000);

    private static final double SMALLEST_AREA = 40;
    private static final double LARGEST_AREA = 240;

    private Houses() {}

    /**
     * Draws houses.
     *
     * @param noise the standard deviation of what else makes a price
     */
    static Observations draw(int count, double noise, Rng rng) {
        Shape shape = Shape.of(count);
        double[] areas = rng.stream("areas")
                .uniform(DType.FLOAT64, shape, SMALLEST_AREA, LARGEST_AREA)
                .toDoubles();
        double[] prices =
                rng.stream("noise").normal(DType.FLOAT64, shape, 0, noise).toDoubles();
        for (int i = 0; i < count; i++) {
            prices[i] += TRUTH.intercept() + TRUTH.coefficient(0) * areas[i];
        }
        return new Observations(List.of("area"), new double[][] {areas}, "price", prices);
    }
}
