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
        Rates.check("learning rate", rate);
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
        Rates.check("peak", peak);
        Rates.check("floor", floor);
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
        Rates.check("learning rate", rate);
        Rates.check("gamma", gamma);
        Rates.checkSteps("step", size);
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
        Rates.check("learning rate", rate);
        Rates.check("gamma", gamma);
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
        Rates.check("learning rate", rate);
        Rates.check("floor", floor);
        Rates.checkSteps("cosine", steps);
        return step -> Rates.annealed(rate, floor, (double) step / steps);
    }

    /**
     * Half cosine waves from the rate down to the floor, which begin anew at its end, each longer than the one before.
     *
     * @param first the steps of the first wave
     * @param factor how many times longer each next one is, 1 or more
     */
    static Schedule cosineWithRestarts(double rate, double floor, long first, long factor) {
        Rates.check("learning rate", rate);
        Rates.check("floor", floor);
        Rates.checkSteps("cosineWithRestarts", first);
        Rates.checkSteps("cosineWithRestarts", factor);
        return step -> {
            long begin = factor == 1 ? step - step % first : 0;
            long length = first;
            while (step - begin >= length) {
                begin += length;
                length = length > Long.MAX_VALUE / factor ? Long.MAX_VALUE : length * factor;
            }
            return Rates.annealed(rate, floor, (double) (step - begin) / length);
        };
    }

    /** From {@code start} times the rate in equal steps to {@code end} times the rate, which is kept. */
    static Schedule linear(double rate, double start, double end, long steps) {
        Rates.check("learning rate", rate);
        Rates.check("start", start);
        Rates.check("end", end);
        Rates.checkSteps("linear", steps);
        return step -> {
            double done = Math.min(1, (double) step / steps);
            return rate * (start + (end - start) * done);
        };
    }

    /** {@code factor} times the rate for some steps, then the rate. */
    static Schedule reduced(double rate, double factor, long steps) {
        Rates.check("learning rate", rate);
        Rates.check("factor", factor);
        Rates.checkNotNegative("reduced", steps);
        return step -> step < steps ? rate * factor : rate;
    }

    /** From the rate to 0 in some steps: η · (1 − step / steps)^power. */
    static Schedule polynomial(double rate, double power, long steps) {
        Rates.check("learning rate", rate);
        Rates.check("power", power);
        Rates.checkSteps("polynomial", steps);
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
        return OneCycle.of(peak, steps).withRise(rise).withDivisors(startDivisor, endDivisor);
    }

    /**
     * From the low rate in a straight line to the high one and back, again and again (Smith 2015, arXiv:1506.01186), as
     * PyTorch's CyclicLR "triangular".
     *
     * @param rise the steps up
     * @param fall the steps down
     */
    static Schedule cyclic(double low, double high, long rise, long fall) {
        return cyclic(low, high, rise, fall, constant(1));
    }

    /**
     * The same with a height that changes: low + (high − low) · height · the part of the way up. PyTorch's
     * "triangular2" is {@code step(1, rise + fall, 0.5)} for the height, "exp_range" is {@code exponential(1, gamma)}.
     */
    static Schedule cyclic(double low, double high, long rise, long fall, Schedule height) {
        Rates.check("low", low);
        Rates.check("high", high);
        Rates.checkSteps("cyclic", rise);
        Rates.checkSteps("cyclic", fall);
        long length = Math.addExact(rise, fall);
        return step -> {
            long place = step % length;
            double up = place <= rise ? (double) place / rise : (double) (length - place) / fall;
            return low + (high - low) * up * height.at(step);
        };
    }

    /** This schedule for some steps, then another one, which counts its own steps from 0. */
    default Schedule then(long steps, Schedule next) {
        Rates.checkNotNegative("then", steps);
        return step -> step < steps ? at(step) : next.at(step - steps);
    }

    /** This schedule's rate times a factor that is a schedule too. */
    default Schedule times(Schedule factor) {
        return step -> at(step) * factor.at(step);
    }
}
