package dev.lanewise.nn.optim;

import java.util.Arrays;

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

    /** The rate times γ after every {@code size} steps: η · γ^⌊step / size⌋. */
    static Schedule step(double rate, long size, double gamma) {
        check("learning rate", rate);
        check("gamma", gamma);
        checkSteps("step", size);
        return step -> {
            long falls = step / size;
            return rate * StrictMath.pow(gamma, (double) falls);
        };
    }

    /**
     * The rate times γ from each milestone on.
     *
     * @param milestones steps, counted from 0; one that is named twice counts twice
     */
    static Schedule multiStep(double rate, double gamma, long... milestones) {
        check("learning rate", rate);
        check("gamma", gamma);
        long[] all = milestones.clone();
        return step -> {
            long passed =
                    Arrays.stream(all).filter(milestone -> milestone <= step).count();
            return rate * StrictMath.pow(gamma, (double) passed);
        };
    }

    /** The rate times γ after every step: η · γ^step. */
    static Schedule exponential(double rate, double gamma) {
        return step(rate, 1, gamma);
    }

    /**
     * Half a cosine wave from the rate down to the floor (Loshchilov and Hutter 2016, arXiv:1608.03983), which after
     * {@code steps} steps goes up again: floor + (η − floor) · (1 + cos(π · step / steps)) / 2.
     */
    static Schedule cosine(double rate, double floor, long steps) {
        check("learning rate", rate);
        check("floor", floor);
        checkSteps("cosine", steps);
        return step -> annealed(rate, floor, (double) step / steps);
    }

    /**
     * Half cosine waves from the rate down to the floor, which begin anew at its end, each longer than the one before.
     *
     * @param first the steps of the first wave
     * @param factor how many times longer each next one is, 1 or more
     */
    static Schedule cosineWithRestarts(double rate, double floor, long first, long factor) {
        check("learning rate", rate);
        check("floor", floor);
        checkSteps("cosineWithRestarts", first);
        checkSteps("cosineWithRestarts", factor);
        return step -> {
            long begin = 0;
            long length = first;
            while (step - begin >= length) {
                begin += length;
                length = Math.multiplyExact(length, factor);
            }
            return annealed(rate, floor, (double) (step - begin) / length);
        };
    }

    /** From {@code start} times the rate in equal steps to {@code end} times the rate, which is kept. */
    static Schedule linear(double rate, double start, double end, long steps) {
        check("learning rate", rate);
        check("start", start);
        check("end", end);
        checkSteps("linear", steps);
        return step -> {
            double done = Math.min(1, (double) step / steps);
            return rate * (start + (end - start) * done);
        };
    }

    /** {@code factor} times the rate for some steps, then the rate. */
    static Schedule reduced(double rate, double factor, long steps) {
        check("learning rate", rate);
        check("factor", factor);
        return step -> step < steps ? rate * factor : rate;
    }

    /** From the rate to 0 in some steps: η · (1 − step / steps)^power. */
    static Schedule polynomial(double rate, double power, long steps) {
        check("learning rate", rate);
        check("power", power);
        checkSteps("polynomial", steps);
        return step -> rate * StrictMath.pow(1 - Math.min(1, (double) step / steps), power);
    }

    /** {@link #oneCycle(double, long, double, double, double)} with PyTorch's defaults: 0.3, 25 and 10,000. */
    static Schedule oneCycle(double peak, long steps) {
        return oneCycle(peak, steps, 0.3, 25, 1e4);
    }

    /**
     * Up to the peak and down to almost nothing, each by half a cosine wave (Smith and Topin 2017, arXiv:1708.07120).
     *
     * @param steps all of them
     * @param rise the part of the steps in which the rate rises, between 0 and 1
     * @param startDivisor the first rate is the peak divided by this
     * @param endDivisor the last rate is the first one divided by this
     */
    static Schedule oneCycle(double peak, long steps, double rise, double startDivisor, double endDivisor) {
        check("peak", peak);
        checkSteps("oneCycle", steps);
        if (!(rise >= 0 && rise <= 1) || !(startDivisor > 0) || !(endDivisor > 0)) {
            throw new IllegalArgumentException(
                    "oneCycle: rise %s, divisors %s and %s; expected a part between 0 and 1, and positive divisors"
                            .formatted(rise, startDivisor, endDivisor));
        }
        double start = peak / startDivisor;
        double end = start / endDivisor;
        double top = rise * steps - 1;
        long last = steps - 1;
        return step -> {
            double at = (double) Math.min(step, last);
            return at <= top ? annealed(start, peak, at / top) : annealed(peak, end, (at - top) / (last - top));
        };
    }

    /** This schedule for some steps, then another one, which counts its own steps from 0. */
    default Schedule then(long steps, Schedule next) {
        return step -> step < steps ? at(step) : next.at(step - steps);
    }

    /** This schedule's rate times a factor that is a schedule too. */
    default Schedule times(Schedule factor) {
        return step -> at(step) * factor.at(step);
    }

    private static double annealed(double from, double to, double progress) {
        return to + (from - to) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
    }

    private static void checkSteps(String schedule, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("%s: %d, expected 1 or more".formatted(schedule, steps));
        }
    }

    private static void check(String what, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("schedule: %s %s is not a number of at least 0".formatted(what, rate));
        }
    }
}
