package dev.lanewise.core.kernel;

/**
 * Logarithms, written in the instructions of a {@link Program}.
 *
 * <p>x = 2ᵉ·m with m from √½ to √2, taken from the bits of x; with f = m - 1, ln m = f - f²/2 + f³·P(f), and ln x adds
 * e·ln 2 in two parts. P is a minimax fit for the relative error of ln m, made as those of {@link Exponentials} are.
 */
public final class Logarithms {

    /** (ln(1 + f) - f + f²/2)/f³ from √½ - 1 to √2 - 1: relative error of the logarithm 6.3e-9. */
    private static final float[] LOG = {
        -7.648746e-02f,
        1.2769032e-01f,
        -1.3159184e-01f,
        1.4200802e-01f,
        -1.6623318e-01f,
        2.0001262e-01f,
        -2.5000823e-01f,
        3.333333e-01f
    };

    private static final float LOG2_E = 1.442695040888963f;
    private static final float LOG2_E_LOW = (float) (1.4426950408889634 - LOG2_E);
    private static final float LOG10_E = 0.4342944819032518f;
    private static final float LOG10_E_LOW = (float) (0.4342944819032518 - LOG10_E);
    private static final float LOG10_2 = 0.3010299956639812f;
    private static final float LOG10_2_LOW = (float) (0.3010299956639812 - LOG10_2);

    /** The bits of √½, where the mantissas begin. */
    private static final int SQRT_HALF = 0x3f3504f3;

    /** 2²³, which makes a subnormal number normal. */
    private static final float SUBNORMAL_SCALE = 8388608f;

    /**
     * x taken apart.
     *
     * @param exponent e, as a float
     * @param exponentBits e, as an int
     * @param fraction m - 1
     */
    record Parts(int exponent, int exponentBits, int fraction) {}

    private Logarithms() {}

    /** The natural logarithm. */
    public static int log(ProgramBuilder p, int x) {
        Parts parts = split(p, x);
        int f = parts.fraction;
        int curved = p.fma(parts.exponent, Exponentials.LN2_LOW, curved(p, f));
        return special(p, x, p.fma(parts.exponent, Exponentials.LN2, p.add(f, curved)));
    }

    /** The logarithm to base 2. */
    public static int log2(ProgramBuilder p, int x) {
        Parts parts = split(p, x);
        int f = parts.fraction;
        int low = p.fma(curved(p, f), LOG2_E, p.mul(f, LOG2_E_LOW));
        return special(p, x, p.add(parts.exponent, p.fma(f, LOG2_E, low)));
    }

    /** The logarithm to base 10. */
    public static int log10(ProgramBuilder p, int x) {
        Parts parts = split(p, x);
        int f = parts.fraction;
        int low = p.fma(curved(p, f), LOG10_E, p.mul(f, LOG10_E_LOW));
        low = p.fma(parts.exponent, LOG10_2_LOW, low);
        return special(p, x, p.fma(parts.exponent, LOG10_2, p.fma(f, LOG10_E, low)));
    }

    /** ln(1 + x): the logarithm of the rounded sum u, corrected by what rounding lost, over u. */
    public static int log1p(ProgramBuilder p, int x) {
        int one = p.constant(1f);
        int u = p.add(x, one);
        // the exact rounding error of 1 + x (D. E. Knuth's two-sum)
        int added = p.sub(u, one);
        int lost = p.add(p.sub(one, p.sub(u, added)), p.sub(x, added));
        Parts parts = splitNormal(p, u, p.constant(0f));
        int f = parts.fraction;
        int low = p.add(curved(p, f), p.div(lost, u));
        low = p.fma(parts.exponent, Exponentials.LN2_LOW, low);
        int result = p.fma(parts.exponent, Exponentials.LN2, p.add(f, low));
        return p.selectEqual(x, p.constant(0f), x, special(p, u, result)); // keeps -0
    }

    /** ln(1 + x) for x from 0 to 1, or NaN. */
    static int log1pOfUnit(ProgramBuilder p, int x) {
        int one = p.constant(1f);
        int u = p.add(x, one);
        int lost = p.sub(x, p.sub(u, one));
        Parts parts = splitNormal(p, u, p.constant(0f));
        int scale = p.fromBits(p.intSub(p.intConstant(127 << 23), p.shiftLeft(parts.exponentBits, 23)));
        int f = parts.fraction;
        int low = p.fma(lost, scale, curved(p, f)); // lost is NaN where x is
        low = p.fma(parts.exponent, Exponentials.LN2_LOW, low);
        return p.fma(parts.exponent, Exponentials.LN2, p.add(f, low));
    }

    /** -f²/2 + f³·P(f). */
    private static int curved(ProgramBuilder p, int f) {
        int square = p.mul(f, f);
        int cubic = p.mul(p.mul(square, f), p.polynomial(f, LOG));
        return p.fma(square, -0.5f, cubic);
    }

    static Parts split(ProgramBuilder p, int x) {
        int smallestNormal = p.constant(Float.MIN_NORMAL);
        int normal = p.selectLess(x, smallestNormal, p.mul(x, SUBNORMAL_SCALE), x);
        int shift = p.selectLess(x, smallestNormal, p.constant(-23f), p.constant(0f));
        return splitNormal(p, normal, shift);
    }

    private static Parts splitNormal(ProgramBuilder p, int x, int shift) {
        int bits = p.bits(x);
        int exponentBits = p.shiftRight(p.intSub(bits, p.intConstant(SQRT_HALF)), 23);
        int mantissa = p.fromBits(p.intSub(bits, p.shiftLeft(exponentBits, 23)));
        // an int becomes a float without a conversion by setting it into the last bits of a large one
        int rounder = Float.floatToRawIntBits(Exponentials.ROUNDER);
        int shifted = p.fromBits(p.intAdd(exponentBits, p.intConstant(rounder)));
        int exponent = p.add(p.sub(shifted, Exponentials.ROUNDER), shift);
        return new Parts(exponent, exponentBits, p.sub(mantissa, 1f));
    }

    /** The result where x is positive and finite; infinity, -infinity or NaN elsewhere. */
    private static int special(ProgramBuilder p, int x, int result) {
        int infinity = p.constant(Float.POSITIVE_INFINITY);
        int zero = p.constant(0f);
        int finite = p.selectLess(x, infinity, result, infinity);
        int notPositive = p.selectEqual(x, zero, p.constant(Float.NEGATIVE_INFINITY), p.constant(Float.NaN));
        return p.selectLess(zero, x, finite, notPositive);
    }
}
