package dev.lanewise.core;

/** The functions of three arguments, with their double-precision meaning: the reference for every other reading. */
enum TernaryFunction {
    FMA,
    SELECT,
    CLAMP;

    /** The value in double precision. */
    double apply(double a, double b, double c) {
        return switch (this) {
            case FMA -> Math.fma(a, b, c);
            case SELECT -> a != 0 ? b : c;
            case CLAMP -> Math.min(Math.max(a, b), c);
        };
    }
}
