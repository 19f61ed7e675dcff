package dev.lanewise.core.kernel;

/**
 * Powers, written in the instructions of a {@link Program}: 2 to the power of y·log2 x, with the logarithm and the
 * product in two floats each, since an error in them is multiplied by up to 128.
 *
 * <p>With x = 2ᵉ·m, m from √½ to √2, and s = (m - 1)/(m + 1), log2 m = 2·log2(e)·(s + s³/3 + s⁵/5 + …).
 */
public final class Powers {

    /** 2·log2(e) in two floats. */
    private static final float TWO_LOG2_E = 2.88539004326f;

    private static final float TWO_LOG2_E_LOW = 3.851925982e-8f;

    /** (log2 m - 2·log2(e)·s)/s³ in s²: relative error of the logarithm 8.3e-10. */
    private static final float[] LOG2 = {4.3109044e-01f, 5.7674944e-01f, 9.617983e-01f};

    /** (2ʳ - 1)/r, |r| ≤ ½: relative error of the power 5.4e-10. */
    private static final float[] EXP2 = {
        1.3923111e-05f, 1.5457335e-04f, 1.3339646e-03f, 9.618081e-03f, 5.5504035e-02f, 2.402265e-01f, 6.931472e-01f
    };

    /** Beyond this exponent every result is 0 or infinite. */
    private static final float BEYOND = 160f;

    /** A number as the sum of two floats, the second small. */
    private record Pair(int high, int low) {}

    private Powers() {}

    /** x to the power of y, with the special cases of C. */
    public static int pow(ProgramBuilder p, int x, int y) {
        int zero = p.constant(0f);
        int one = p.constant(1f);
        int magnitude = p.abs(x);
        Pair log = log2(p, magnitude);

        // y·log2|x|; where the logarithm is 0 so is the product, even for an infinite y
        int factor = p.selectEqual(log.high, zero, zero, y);
        int high = p.mul(factor, log.high);
        int low = p.fma(factor, log.low, p.fma(factor, log.high, p.neg(high)));
        int beyond = p.constant(BEYOND);
        int bounded = p.selectLess(beyond, high, beyond, high);
        int negativeBeyond = p.constant(-BEYOND);
        bounded = p.selectLess(bounded, negativeBeyond, negativeBeyond, bounded);
        low = p.selectLess(p.abs(high), beyond, low, zero);
        int power = exp2(p, new Pair(bounded, low));

        int whole = p.selectEqual(Signs.round(p, y), y, one, zero);
        int halfOfY = p.mul(y, 0.5f);
        int even = p.selectEqual(Signs.round(p, halfOfY), halfOfY, one, zero);
        // a negative base: the sign of an odd power, and NaN where y is not whole, unless the base is infinite
        int negated = p.selectEqual(even, one, power, p.neg(power));
        int ofNegative = p.selectEqual(whole, one, negated, power);
        int sign = p.fromBits(p.or(Signs.of(p, p.bits(x)), p.intConstant(127 << 23))); // -1 for -0 too
        int signed = p.selectLess(sign, zero, ofNegative, power);
        int notANumber = p.constant(Float.NaN);
        int finiteNegative = p.selectLess(x, zero, p.selectLess(magnitude, infinity(p), zero, one), one);
        int defined = p.selectEqual(p.add(whole, finiteNegative), zero, notANumber, signed);

        int notNaN = p.selectEqual(x, x, p.selectEqual(y, y, defined, notANumber), notANumber);
        return p.selectEqual(x, one, one, p.selectEqual(y, zero, one, notNaN));
    }

    private static int infinity(ProgramBuilder p) {
        return p.constant(Float.POSITIVE_INFINITY);
    }

    /** The logarithm to base 2 of a number that is not negative; ∓infinity for 0 and infinity. */
    private static Pair log2(ProgramBuilder p, int x) {
        int one = p.constant(1f);
        Logarithms.Parts parts = Logarithms.split(p, x);
        int f = parts.fraction();
        int sum = p.add(f, 2f);
        int sumLost = p.sub(f, p.sub(sum, 2f));
        int reciprocal = p.div(one, sum);
        int s = p.mul(f, reciprocal);
        int negated = p.neg(s);
        int sLost = p.mul(p.fma(negated, sumLost, p.fma(negated, sum, f)), reciprocal);
        int square = p.mul(s, s);

        int factor = p.constant(TWO_LOG2_E);
        int first = p.mul(s, factor);
        int low = p.fma(s, factor, p.neg(first));
        low = p.fma(s, TWO_LOG2_E_LOW, low);
        low = p.fma(sLost, factor, low);
        low = p.fma(p.mul(s, square), p.polynomial(square, LOG2), low);
        // joins the exponent, whose magnitude is either 0 or larger, so that nothing is lost; then low is made small
        int joined = p.add(parts.exponent(), first);
        int rest = p.add(p.sub(parts.exponent(), joined), first);
        rest = p.add(rest, low);
        int high = p.add(joined, rest);
        low = p.sub(rest, p.sub(high, joined));

        int infinity = infinity(p);
        int special = p.selectEqual(x, p.constant(0f), p.constant(Float.NEGATIVE_INFINITY), high);
        special = p.selectEqual(x, infinity, infinity, special);
        int finiteLow = p.selectLess(p.abs(special), infinity, low, p.constant(0f));
        return new Pair(special, finiteLow);
    }

    /** 2 to a power from -160 to 160. */
    private static int exp2(ProgramBuilder p, Pair x) {
        float rounder = Exponentials.ROUNDER + Exponentials.TWICE;
        int rounded = p.add(x.high, rounder);
        int rest = p.add(p.sub(x.high, p.sub(rounded, rounder)), x.low);
        int mantissa = p.fma(rest, p.polynomial(rest, EXP2), p.constant(1f));
        return Exponentials.scaleTwice(p, mantissa, p.bits(rounded));
    }
}
