package dev.lanewise.nn.optim;

/** A learning rate that depends on the step: a function of the step alone, so a resumed training goes on as it was. */
@FunctionalInterface
public interface Schedule {
    /** The learning rate of a step, counted from 0. */
    double at(long step);

    /**
     * The same rate always.
     *
     * @throws IllegalArgumentException if the rate is negative or not finite
     */
    static Schedule constant(double rate) {
        check("learning rate", rate);
        return step -> rate;
    }

    /**
     * A linear rise to the peak, then half a cosine wave down to the floor, which is kept: nanoGPT's schedule, after
     * Loshchilov and Hutter 2016 (arXiv:1608.03983).
     *
     * @param peak the highest rate
     * @param floor the last rate
     * @param warmup steps of the rise; step i of it has peak · (i + 1) / (warmup + 1)
     * @param steps the step at which the floor is reached
     */
    static Schedule warmupCosine(double peak, double floor, long warmup, long steps) {
        check("peak", peak);
        check("floor", floor);
        if (warmup < 0 || steps < warmup) {
            throw new IllegalArgumentException(
                    "warmupCosine: %d steps of warm-up, %d in all; expected 0 ≤ warm-up ≤ all"
                            .formatted(warmup, steps));
        }
        return step -> {
            if (step < warmup) {
                return peak * (step + 1) / (warmup + 1);
            }
            if (step >= steps) {
                return floor;
            }
            double progress = (double) (step - warmup) / (steps - warmup);
            return floor + 0.5 * (1 + StrictMath.cos(Math.PI * progress)) * (peak - floor);
        };
    }

    private static void check(String what, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("schedule: %s %s is not a number of at least 0".formatted(what, rate));
        }
    }
}
