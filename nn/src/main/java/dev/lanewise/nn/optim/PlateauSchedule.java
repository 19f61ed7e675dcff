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
     * @param threshold how much better than the best a number must be, as a part of it
     * @param cooldown reports after a reduction that do not count
     * @param floor the least rate
     * @param rising whether larger numbers are better
     */
    public record Config(double factor, long patience, double threshold, long cooldown, double floor, boolean rising) {
        /** Checks the settings. */
        public Config {
            Optimizer.check("PlateauSchedule", "factor", factor, 1);
            Optimizer.check("PlateauSchedule", "threshold", threshold, Double.POSITIVE_INFINITY);
            Optimizer.check("PlateauSchedule", "floor", floor, Double.POSITIVE_INFINITY);
            if (patience < 0 || cooldown < 0) {
                throw new IllegalArgumentException("PlateauSchedule: patience %d and cooldown %d, expected 0 or more"
                        .formatted(patience, cooldown));
            }
        }

        /** PyTorch's defaults: a tenth after 10 reports without an improvement of 1e-4, smaller is better. */
        public static Config defaults() {
            return new Config(0.1, 10, 1e-4, 0, 0, false);
        }
    }

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
            rate = Math.max(rate * config.factor(), config.floor());
            cooling = config.cooldown();
            without = 0;
        }
    }

    private boolean isBetter(double number) {
        return config.rising() ? number > best * (1 + config.threshold()) : number < best * (1 - config.threshold());
    }
}
