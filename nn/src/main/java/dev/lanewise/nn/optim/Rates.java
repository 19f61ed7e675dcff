package dev.lanewise.nn.optim;

/** What schedules have in common. */
final class Rates {
    private Rates() {}

    /** A place on half a cosine wave: its begin at progress 0, its end at 1. */
    static double annealed(double from, double to, double progress) {
        return to + (from - to) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
    }

    static void checkSteps(String schedule, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("%s: %d, expected 1 or more".formatted(schedule, steps));
        }
    }

    static void checkNotNegative(String schedule, long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("%s: %d steps, expected 0 or more".formatted(schedule, steps));
        }
    }

    static void check(String what, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("schedule: %s %s is not a number of at least 0".formatted(what, rate));
        }
    }
}
