package dev.lanewise.nn.optim;

/**
 * A learning rate that goes up to a peak and down to almost nothing (Smith and Topin 2017, arXiv:1708.07120), as
 * PyTorch's OneCycleLR; each way half a cosine wave or a straight line.
 *
 * @param peak the highest rate
 * @param steps all of them; the last rate is kept
 * @param rise the part of the steps in which the rate rises, between 0 and 1
 * @param startDivisor the first rate is the peak divided by this
 * @param endDivisor the last rate is the first one divided by this
 * @param straight whether the rate goes in straight lines instead of cosine waves
 * @param threePhases whether the rate falls as long as it rises, to the first rate, and only then to the last one
 */
public record OneCycle(
        double peak,
        long steps,
        double rise,
        double startDivisor,
        double endDivisor,
        boolean straight,
        boolean threePhases)
        implements Schedule {
    /** Checks the settings. */
    public OneCycle {
        Rates.check("peak", peak);
        Rates.checkSteps("oneCycle", steps);
        if (!(rise >= 0 && rise <= 1) || !(startDivisor > 0) || !(endDivisor > 0)) {
            throw new IllegalArgumentException(
                    "oneCycle: rise %s, divisors %s and %s; expected a part between 0 and 1, and positive divisors"
                            .formatted(rise, startDivisor, endDivisor));
        }
    }

    /** PyTorch's defaults: 0.3 of the steps up, divisors 25 and 10,000, cosine waves, two phases. */
    public static OneCycle of(double peak, long steps) {
        return new OneCycle(peak, steps, 0.3, 25, 1e4, false, false);
    }

    /** This cycle with another rise. */
    public OneCycle withRise(double part) {
        return new OneCycle(peak, steps, part, startDivisor, endDivisor, straight, threePhases);
    }

    /** This cycle with other first and last rates. */
    public OneCycle withDivisors(double start, double end) {
        return new OneCycle(peak, steps, rise, start, end, straight, threePhases);
    }

    /** This cycle in straight lines, or not. */
    public OneCycle withStraight(boolean on) {
        return new OneCycle(peak, steps, rise, startDivisor, endDivisor, on, threePhases);
    }

    /** This cycle in three phases, or two. */
    public OneCycle withThreePhases(boolean on) {
        return new OneCycle(peak, steps, rise, startDivisor, endDivisor, straight, on);
    }

    @Override
    public double at(long step) {
        double start = peak / startDivisor;
        double end = start / endDivisor;
        double last = steps - 1.0;
        double at = Math.min((double) step, last);
        double top = rise * steps - 1;
        if (at <= top) {
            return between(start, peak, at, 0, top);
        }
        if (!threePhases) {
            return between(peak, end, at, top, last);
        }
        double foot = 2 * rise * steps - 2;
        return at <= foot ? between(peak, start, at, top, foot) : between(start, end, at, foot, last);
    }

    /** The rate at a place of a phase; a phase of no length is over. */
    private double between(double from, double to, double at, double begin, double over) {
        double progress = over > begin ? (at - begin) / (over - begin) : 1;
        return straight ? from + (to - from) * progress : Rates.annealed(from, to, progress);
    }
}
