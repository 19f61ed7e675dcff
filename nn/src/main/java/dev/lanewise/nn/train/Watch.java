package dev.lanewise.nn.train;

/**
 * Which of an epoch's numbers tells how good a model is.
 *
 * @param name one of {@link Epoch#values}
 * @param rising whether larger is better
 * @param minDelta by how much a number must be better than the best one to count, at least 0
 */
public record Watch(String name, boolean rising, double minDelta) {
    /** Checks the difference. */
    public Watch {
        if (!(minDelta >= 0)) {
            throw new IllegalArgumentException("Watch: a difference of %s, expected at least 0".formatted(minDelta));
        }
    }

    /** A number that should be low, as {@link Epoch#VALIDATION_LOSS}. */
    public static Watch lowest(String name) {
        return new Watch(name, false, 0);
    }

    /** A number that should be high, as {@code accuracy}. */
    public static Watch highest(String name) {
        return new Watch(name, true, 0);
    }

    /** The same, with a difference that an improvement must have. */
    public Watch withMinDelta(double difference) {
        return new Watch(name, rising, difference);
    }

    double worst() {
        return rising ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    /** Whether a number is better than the best one; NaN never is. */
    boolean isBetter(double number, double best) {
        return rising ? number > best + minDelta : number < best - minDelta;
    }

    double of(Epoch epoch) {
        Double value = epoch.values().get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "Watch: an epoch has no '%s', only %s; add validation data or the metric to the trainer"
                            .formatted(name, epoch.values().keySet()));
        }
        return value;
    }
}
