package dev.lanewise.nn;

/** What constructors of layers check alike. */
final class Checks {
    private Checks() {}

    /** Refuses what cannot be added to a variance. */
    static void epsilon(String layer, double epsilon) {
        if (!(epsilon >= 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException(
                    "%s: epsilon %s, expected a number of at least 0".formatted(layer, epsilon));
        }
    }
}
