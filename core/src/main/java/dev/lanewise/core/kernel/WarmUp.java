package dev.lanewise.core.kernel;

/**
 * Whether kernels are warmed up before they are used.
 *
 * <p>Normally they are: made in the background, run on made-up data until the JVM has compiled them to machine code,
 * and used from then on, while callers compute the same bits in another way. The system property {@value #PROPERTY}
 * with the value {@code none} has every kernel made when it is first asked for, and used at once. That is much slower
 * at first, but what runs is then certain: for tests, and for those who look for a fault in a kernel.
 */
final class WarmUp {
    static final String PROPERTY = "lanewise.warmup";

    private static final String GIVEN =
            System.getProperty(PROPERTY, "background").strip();

    private WarmUp() {}

    /**
     * Whether kernels are used without having been warmed up.
     *
     * @throws IllegalArgumentException if the property is neither {@code background} nor {@code none}
     */
    static boolean isSkipped() {
        return isSkipped(GIVEN);
    }

    static boolean isSkipped(String given) {
        return switch (given) {
            case "background" -> false;
            case "none" -> true;
            default ->
                throw new IllegalArgumentException(
                        "-D" + PROPERTY + "=" + given + " cannot be had. Possible: background (the default), none.");
        };
    }
}
