package dev.lanewise.nn.optim;

/**
 * A rate that is reduced when a measured number, as the validation loss, no longer gets better. Unlike other schedules
 * it depends on what was {@linkplain #report reported}, as PyTorch's ReduceLROnPlateau.
 */
public final class PlateauSchedule implements Schedule {
    /**
     * The settings.
     *
     * @param factor what the rate is multiplied by, at least 0 and below 1
     * @param patience how many reports without improvement are waited for
     * @param threshold how much better than the best a number must be
     * @param absolute whether the threshold is a difference from the best, not a part of it
     * @param cooldown reports after a reduction that do not count
     * @param floor the least rate
     * @param least the least change of the rate: smaller ones are not made
     * @param rising whether larger numbers are better
     */
    public record Config(
            double factor,
            long patience,
            double threshold,
            boolean absolute,
            long cooldown,
            double floor,
            double least,
            boolean rising) {
        /** Checks the settings. */
        public Config {
            Optimizer.check("PlateauSchedule", "factor", factor, 1);
            Optimizer.check("PlateauSchedule", "threshold", threshold, Double.POSITIVE_INFINITY);
            Optimizer.check("PlateauSchedule", "floor", floor, Double.POSITIVE_INFINITY);
            Optimizer.check("PlateauSchedule", "least change", least, Double.POSITIVE_INFINITY);
            if (patience < 0 || cooldown < 0) {
                throw new IllegalArgumentException("PlateauSchedule: patience %d and cooldown %d, expected 0 or more"
                        .formatted(patience, cooldown));
            }
        }

        /**
         * PyTorch's defaults: a tenth after 10 reports without an improvement of 1e-4 of the best, smaller is better.
         */
        public static Config defaults() {
            return new Config(0.1, 10, 1e-4, false, 0, 0, 1e-8, false);
        }

        /** These settings with another factor. */
        public Config withFactor(double value) {
            return new Config(value, patience, threshold, absolute, cooldown, floor, least, rising);
        }

        /** These settings with more or less patience. */
        public Config withPatience(long reports) {
            return new Config(factor, reports, threshold, absolute, cooldown, floor, least, rising);
        }

        /** These settings with another threshold, a difference from the best or a part of it. */
        public Config withThreshold(double value, boolean isDifference) {
            return new Config(factor, patience, value, isDifference, cooldown, floor, least, rising);
        }

        /** These settings with another cooldown. */
        public Config withCooldown(long reports) {
            return new Config(factor, patience, threshold, absolute, reports, floor, least, rising);
        }

        /** These settings with another least rate. */
        public Config withFloor(double rate) {
            return new Config(factor, patience, threshold, absolute, cooldown, rate, least, rising);
        }

        /** These settings with another least change. */
        public Config withLeast(double change) {
            return new Config(factor, patience, threshold, absolute, cooldown, floor, change, rising);
        }

        /** These settings where larger numbers are better, or not. */
        public Config withRising(boolean on) {
            return new Config(factor, patience, threshold, absolute, cooldown, floor, least, on);
        }
    }

    /**
     * Where a schedule stands, to go on from later.
     *
     * @param rate the rate
     * @param best the best number so far
     * @param without how many reports there were since without improvement
     * @param cooling how many reports to come do not count
     */
    public record State(double rate, double best, long without, long cooling) {}

    private final Config config;
    private double rate;
    private double best;
    private long without;
    private long cooling;

    /** A schedule that starts at the given rate. */
    public PlateauSchedule(double rate, Config config) {
        Optimizer.check("PlateauSchedule", "rate", rate, Double.POSITIVE_INFINITY);
        this.config = config;
        this.rate = rate;
        best = config.rising() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    /** The rate as it stands, whatever the step. */
    @Override
    public double at(long step) {
        return rate;
    }

    /** Takes note of a measured number, and reduces the rate if it has not got better for long enough. */
    public void report(double number) {
        if (isBetter(number)) {
            best = number;
            without = 0;
        } else {
            without++;
        }
        if (cooling > 0) {
            cooling--;
            without = 0;
        }
        if (without > config.patience()) {
            double next = Math.max(rate * config.factor(), config.floor());
            rate = rate - next > config.least() ? next : rate;
            cooling = config.cooldown();
            without = 0;
        }
    }

    /** Where this schedule stands. */
    public State state() {
        return new State(rate, best, without, cooling);
    }

    /** Goes on from where a schedule of the same settings stood. */
    public void restore(State state) {
        Optimizer.check("PlateauSchedule", "rate", state.rate(), Double.POSITIVE_INFINITY);
        rate = state.rate();
        best = state.best();
        without = state.without();
        cooling = state.cooling();
    }

    private boolean isBetter(double number) {
        double margin = config.absolute() ? config.threshold() : 0;
        double part = config.absolute() ? 0 : config.threshold();
        return config.rising() ? number > best * (1 + part) + margin : number < best * (1 - part) - margin;
    }
}
