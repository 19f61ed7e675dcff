package dev.lanewise.examples;

/** Something that the user can mend: shown at the command line as one message, without a stack trace. */
final class Problem extends RuntimeException {
    /** The exit code where what was asked for is right, but did not work out: a missing file, a malformed one. */
    static final int FAILURE = 1;

    /** The exit code where what was asked for cannot be: an option out of range, or one that does not fit the data. */
    static final int USAGE = 2;

    private static final long serialVersionUID = 1;

    private final int exitCode;

    private Problem(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** A problem with the options. */
    static Problem usage(String message) {
        return new Problem(USAGE, message);
    }

    /** A problem with what the options name. */
    static Problem failure(String message) {
        return new Problem(FAILURE, message);
    }

    int exitCode() {
        return exitCode;
    }

    /** Checks that an option's number is at least the given one. */
    static void requireAtLeast(String option, long value, long least) {
        if (value < least) {
            throw usage("%s %d: expected a whole number of at least %d".formatted(option, value, least));
        }
    }

    /** Checks that an option's whole number lies from {@code least} to {@code most}. */
    static void requireFromTo(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw usage("%s %d: expected a whole number from %d to %d".formatted(option, value, least, most));
        }
    }

    /** Checks that an option's number is finite, at least {@code least} and below {@code bound}. */
    static void requireBelow(String option, double value, double least, double bound) {
        if (!(value >= least && value < bound)) {
            String limit = bound == Double.POSITIVE_INFINITY ? "" : " and below " + plain(bound);
            throw usage(
                    "%s %s: expected a number of at least %s%s".formatted(option, plain(value), plain(least), limit));
        }
    }

    /** Whole numbers without a point, as one writes them. */
    private static String plain(double number) {
        return number == (long) number ? Long.toString((long) number) : Double.toString(number);
    }
}
