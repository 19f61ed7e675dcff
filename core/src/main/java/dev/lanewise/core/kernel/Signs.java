package dev.lanewise.core.kernel;

/** Signs and rounding to whole numbers, written in the instructions of a {@link Program}. */
public final class Signs {

    private static final int SIGN = 0x80000000;
    /** 2²³: from here on every float is a whole number. */
    private static final float WHOLE = 8388608f;

    private Signs() {}

    /** The magnitude, which is not negative, with the sign of x, that of a zero too. */
    static int copy(ProgramBuilder p, int magnitude, int x) {
        return p.fromBits(p.or(p.bits(magnitude), of(p, p.bits(x))));
    }

    /** The sign bit alone. */
    static int of(ProgramBuilder p, int bits) {
        return p.and(bits, p.intConstant(SIGN));
    }

    /** 1, -1, or x itself where it is ±0 or NaN. */
    public static int sign(ProgramBuilder p, int x) {
        int zero = p.constant(0f);
        return p.selectLess(zero, x, p.constant(1f), p.selectLess(x, zero, p.constant(-1f), x));
    }

    /** The nearest whole number, ties to even: adding and taking away 2²³ leaves no place for a fraction. */
    public static int round(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int whole = p.constant(WHOLE);
        int rounded = p.sub(p.add(magnitude, whole), whole);
        return copy(p, p.selectLess(magnitude, whole, rounded, magnitude), x);
    }

    /** The largest whole number not above. */
    public static int floor(ProgramBuilder p, int x) {
        int nearest = round(p, x);
        return p.sub(nearest, p.selectLess(x, nearest, p.constant(1f), p.constant(0f)));
    }

    /** The smallest whole number not below; -0 above -1. */
    public static int ceil(ProgramBuilder p, int x) {
        int nearest = round(p, x);
        int next = p.add(nearest, p.selectLess(nearest, x, p.constant(1f), p.constant(0f)));
        return p.fromBits(p.or(p.bits(next), of(p, p.bits(x))));
    }

    /** The whole number next towards 0. */
    public static int trunc(ProgramBuilder p, int x) {
        return copy(p, floor(p, p.abs(x)), x);
    }
}
