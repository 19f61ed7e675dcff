package dev.lanewise.core.kernel;

/**
 * e to the power of x and its relatives, written in the instructions of a {@link Program}.
 *
 * <p>With n the whole number nearest to x/ln 2 and r = x - n·ln 2, eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2, and eʳ - 1 - r =
 * r²·Q(r) for a polynomial Q. n is found by adding 1.5·2²³, whose last bit counts ones; the bits of the sum hold n as
 * an integer. ln 2 is subtracted in two parts, the first of which is exact thanks to the fused multiply-add (W. J. Cody
 * and W. Waite, "Software Manual for the Elementary Functions", 1980). The coefficients are minimax fits for the
 * relative error of the whole (Remez exchange in 160 bits), rounded to float one after the other from the lowest degree
 * upwards, the rest fitted anew after each.
 */
public final class Exponentials {

    /** 1.5·2²³: adding it rounds to a whole number, in the last bits of the sum. */
    static final float ROUNDER = 12582912f;

    private static final float LOG2_E = 1.442695040888963f;
    /** ln 2 as a float. */
    static final float LN2 = 0.6931471805599453f;
    /** What {@link #LN2} lacks. */
    static final float LN2_LOW = (float) (0.6931471805599453 - 0.6931471824645996);

    /** (eʳ - 1 - r)/r² on |r| ≤ 0.35: relative error of eʳ 3.5e-9. */
    private static final float[] EXP = {1.3847119e-03f, 8.3699925e-03f, 4.166801e-02f, 1.6666509e-01f, 4.9999994e-01f};

    /** The same with one coefficient more: relative error of eʳ - 1 5.7e-10. */
    private static final float[] EXPM1 = {
        2.0078513e-04f, 1.3937884e-03f, 8.333078e-03f, 4.166644e-02f, 1.6666667e-01f, 5.e-01f
    };

    /** (sinh x - x)/x³ in x², |x| ≤ 1: relative error of the sine 3.2e-10. */
    private static final float[] SINH = {2.7847093e-06f, 1.9842574e-04f, 8.333311e-03f, 1.6666667e-01f};

    /** Below this eˣ is 0, above that infinite. */
    private static final float LOWEST = -104f;

    private static final float HIGHEST = 89f;

    /** ln 2⁻¹²⁶, rounded upwards: below this eˣ is no normal number. */
    private static final float LOWEST_NORMAL = -87.33654f;

    /**
     * What a float's exponent is kept with, in bits 23 to 30. Added to {@link #ROUNDER} it is already there when n's
     * bits are shifted to their place.
     */
    private static final int EXPONENT_BIAS = 127;

    /** What is added where n becomes the exponents of two floats. */
    static final int TWICE = 2 * EXPONENT_BIAS;

    /** r, and the bits of {@link #ROUNDER} + n and what was added to both. */
    private record Reduced(int rest, int wholeBits) {}

    private Exponentials() {}

    /** eˣ; subnormal results are correctly scaled. */
    public static int exp(ProgramBuilder p, int x) {
        int low = atLeastLowest(p, x);
        int bounded = p.selectLess(p.constant(HIGHEST), low, p.constant(HIGHEST), low);
        Reduced n = reduce(p, bounded, TWICE);
        return zeroBelowLowest(p, x, scaleTwice(p, mantissa(p, n.rest), n.wholeBits));
    }

    /**
     * eˣ for x that is not above 0, and 0 where that is no normal number. Half of {@link #exp}'s instructions: no limit
     * above, and one power of two instead of two. Below that range e may be anything, but is not taken.
     */
    public static int expOfNonPositive(ProgramBuilder p, int x) {
        int e = expOfModerate(p, x);
        return p.selectLess(x, p.constant(LOWEST_NORMAL), p.constant(0f), e);
    }

    /** eˣ for x that is not above 0, with subnormal results. */
    private static int expOfNegative(ProgramBuilder p, int x) {
        Reduced n = reduce(p, atLeastLowest(p, x), TWICE);
        return zeroBelowLowest(p, x, scaleTwice(p, mantissa(p, n.rest), n.wholeBits));
    }

    /**
     * (factor + factorLow)·e to the power of x + low, for x not above 0 and small corrections, rounded as late as may
     * be.
     */
    static int productWithExp(ProgramBuilder p, int factor, int factorLow, int x, int low) {
        Reduced n = reduce(p, atLeastLowest(p, x), low, TWICE);
        int r = n.rest;
        int mantissaMinusOne = p.fma(p.mul(r, r), p.polynomial(r, EXP), r);
        int product = p.add(factor, p.fma(factor, mantissaMinusOne, factorLow));
        return zeroBelowLowest(p, x, scaleTwice(p, product, n.wholeBits));
    }

    /** eˣ for x from -87 to 88. */
    static int expOfModerate(ProgramBuilder p, int x) {
        Reduced n = reduce(p, x, EXPONENT_BIAS);
        return p.mul(mantissa(p, n.rest), powerOfTwo(p, n.wholeBits));
    }

    /** eˣ - 1. */
    public static int expm1(ProgramBuilder p, int x) {
        int low = p.selectLess(x, p.constant(-18f), p.constant(-18f), x); // below, the result is -1
        int bounded = p.selectLess(p.constant(HIGHEST), low, p.constant(HIGHEST), low);
        int half = halfOfExpm1(p, bounded);
        // where the result is the argument itself, halving and doubling would lose a subnormal's last bit, or the sign
        // of 0
        return p.selectLess(p.abs(x), p.constant(1e-10f), x, p.add(half, half));
    }

    /** The hyperbolic tangent, h/(h + 1) with h = (e²ˣ - 1)/2, which loses nothing near 0. */
    public static int tanh(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int bounded = p.selectLess(p.constant(10f), magnitude, p.constant(10f), magnitude); // there it is 1
        int half = halfOfExpm1(p, p.add(bounded, bounded));
        return Signs.copy(p, p.div(half, p.add(half, 1f)), x);
    }

    /**
     * The hyperbolic sine: near 0 a polynomial, further out (e - 1/e)/2 with e = eˣ, from e/4 so as to overflow in
     * time.
     */
    public static int sinh(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int square = p.mul(x, x);
        int small = p.fma(p.mul(magnitude, square), p.polynomial(square, SINH), magnitude);
        int quarter = quarterOfExp(p, magnitude);
        int half = p.sub(quarter, p.div(p.constant(0.0625f), quarter));
        int large = p.add(half, half);
        return Signs.copy(p, p.selectLess(magnitude, p.constant(1f), small, large), x);
    }

    /** The hyperbolic cosine, (e + 1/e)/2 with e = eˣ, from e/4 so as to overflow in time. */
    public static int cosh(ProgramBuilder p, int x) {
        int quarter = quarterOfExp(p, p.abs(x));
        int half = p.add(quarter, p.div(p.constant(0.0625f), quarter));
        return p.add(half, half);
    }

    private static int quarterOfExp(ProgramBuilder p, int magnitude) {
        int highest = p.constant(89.42f); // there both hyperbolic functions are infinite
        Reduced n = reduce(p, p.selectLess(highest, magnitude, highest, magnitude), EXPONENT_BIAS - 2);
        return p.mul(mantissa(p, n.rest), powerOfTwo(p, n.wholeBits));
    }

    /** 1/(1 + e⁻ˣ), from e^-|x| which cannot overflow; 0 where that is no normal number. */
    public static int sigmoid(ProgramBuilder p, int x) {
        int e = expOfNonPositive(p, p.neg(p.abs(x)));
        int one = p.constant(1f);
        return p.div(p.selectLess(x, p.constant(0f), e, one), p.add(e, one));
    }

    /** ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|). */
    public static int softplus(ProgramBuilder p, int x) {
        int e = expOfNegative(p, p.neg(p.abs(x)));
        int positive = p.selectLess(p.constant(0f), x, x, p.constant(0f));
        return p.add(positive, Logarithms.log1pOfUnit(p, e));
    }

    /**
     * x, or anything moderate where eˣ is 0. To compute that 0 by multiplying would underflow, which processors of
     * Intel do in microcode: an array half of which was -∞ took more than three times as long as another.
     */
    private static int atLeastLowest(ProgramBuilder p, int x) {
        return p.selectLess(x, p.constant(LOWEST), p.constant(0f), x);
    }

    private static int zeroBelowLowest(ProgramBuilder p, int x, int result) {
        return p.selectLess(x, p.constant(LOWEST), p.constant(0f), result);
    }

    /** r and n of x, and what is added to n for the exponent it becomes. */
    private static Reduced reduce(ProgramBuilder p, int x, int added) {
        float rounder = ROUNDER + added;
        int rounded = p.fma(x, LOG2_E, p.constant(rounder));
        int whole = p.sub(rounded, rounder);
        int rest = p.fma(whole, -LN2_LOW, p.fma(whole, -LN2, x));
        return new Reduced(rest, p.bits(rounded));
    }

    /** The same for x + low, rounding once. */
    private static Reduced reduce(ProgramBuilder p, int x, int low, int added) {
        float rounder = ROUNDER + added;
        int rounded = p.fma(x, LOG2_E, p.constant(rounder));
        int whole = p.sub(rounded, rounder);
        int rest = p.add(p.fma(whole, -LN2, x), p.fma(whole, -LN2_LOW, low));
        return new Reduced(rest, p.bits(rounded));
    }

    /** eʳ. */
    private static int mantissa(ProgramBuilder p, int r) {
        return p.fma(p.fma(p.polynomial(r, EXP), r, 1f), r, 1f);
    }

    /** Half of eˣ - 1. */
    private static int halfOfExpm1(ProgramBuilder p, int x) {
        Reduced n = reduce(p, x, EXPONENT_BIAS - 1);
        int q = p.polynomial(n.rest, EXPM1);
        int m = p.fma(p.mul(n.rest, n.rest), q, n.rest);
        int scale = powerOfTwo(p, n.wholeBits);
        return p.fma(m, scale, p.sub(scale, 0.5f));
    }

    /**
     * 2ᵏ where that is a normal number, from the bits of {@link #ROUNDER} + 127 + k: shifting drops all but 127 + k.
     */
    private static int powerOfTwo(ProgramBuilder p, int wholeBits) {
        return p.fromBits(p.shiftLeft(wholeBits, 23));
    }

    /**
     * m·2ⁿ where n is so large or small that 2ⁿ is no normal number: in two steps, of which the first is exact.
     *
     * @param wholeBits the bits of {@link #ROUNDER} + {@link #TWICE} + n, of which one half goes to each of two powers
     */
    static int scaleTwice(ProgramBuilder p, int m, int wholeBits) {
        int all = p.shiftLeft(wholeBits, 23);
        int half = p.shiftLeft(p.shiftRight(wholeBits, 1), 23);
        return p.mul(p.mul(m, p.fromBits(half)), p.fromBits(p.intSub(all, half)));
    }
}
