package dev.lanewise.core.kernel;

/**
 * Sines, tangents and their inverses, written in the instructions of a {@link Program}.
 *
 * <p>With n the whole number nearest to x/(π/2), the rest r = x - n·π/2 is at most π/4, and n modulo 4 says which of
 * ±sin r and ±cos r is wanted. π/2 is subtracted in three floats (W. J. Cody and W. Waite, "Software Manual for the
 * Elementary Functions", 1980); fused multiply-adds make the first step exact. The polynomials in r² are minimax fits
 * for the relative error, made as those of {@link Exponentials} are.
 */
public final class Trigonometry {

    private static final float TWO_OVER_PI = 0.6366197723675814f;
    /** π/2 in three floats. */
    private static final float HALF_PI = 1.5707963267948966f;

    private static final float HALF_PI_MIDDLE = -4.371139e-8f;
    private static final float HALF_PI_LOW = -1.7151245e-15f;

    /** Two floats whose product is π/2 to 6e-14, so that a fused multiply-add rounds π/2 - x once. Found by search. */
    private static final float HALF_PI_FACTOR = 0.5660043f;

    private static final float HALF_PI_OTHER_FACTOR = 2.7752376f;

    /** Above this n no longer fits the trick that rounds it. */
    private static final float LARGEST = 6_500_000f;

    /** (sin r - r)/r³ in r², |r| ≤ π/4: relative error of the sine 4.2e-9. */
    private static final float[] SIN = {-1.9507897e-04f, 8.332106e-03f, -1.6666654e-01f};

    /** (cos r - 1 + r²/2)/r⁴ in r², |r| ≤ π/4: relative error of the cosine 1.2e-10. */
    private static final float[] COS = {2.4432102e-05f, -1.3887308e-03f, 4.1666646e-02f};

    /** (tan r - r)/r³ in r², |r| ≤ π/4: relative error of the tangent 1.3e-9. */
    private static final float[] TAN = {
        4.38785e-03f, 6.977641e-05f, 1.0847789e-02f, 2.1279374e-02f, 5.4059975e-02f, 1.333267e-01f, 3.333335e-01f
    };

    /** (atan t - t)/t³ in t², |t| ≤ 1: relative error of the arc tangent 2.7e-9. */
    private static final float[] ATAN = {
        -1.7889679e-03f,
        1.089282e-02f,
        -3.113525e-02f,
        5.7912596e-02f,
        -8.400679e-02f,
        1.0951187e-01f,
        -1.4264043e-01f,
        1.999853e-01f,
        -3.33333e-01f
    };

    /** (asin s - s)/s³ in s², |s| ≤ 0.55: relative error of the arc sine 1.3e-9. */
    private static final float[] ASIN = {
        4.530093e-02f, 8.573888e-03f, 3.3444032e-02f, 4.431096e-02f, 7.501627e-02f, 1.666664e-01f
    };

    /** Where the arc sine changes from x to √((1-x)/2): high enough for the result of the latter to be below a half. */
    private static final float ASIN_SMALL = 0.55f;

    /** The rest r, and the bits of a float whose last bits are n. */
    private record Reduced(int rest, int wholeBits) {}

    private Trigonometry() {}

    /** The sine. */
    public static int sin(ProgramBuilder p, int x) {
        Reduced n = reduce(p, x);
        int value = sinOrCos(p, n, true);
        int sign = Signs.of(p, p.xor(p.bits(x), p.shiftLeft(n.wholeBits, 30)));
        return p.fromBits(p.xor(p.bits(value), sign));
    }

    /** The cosine: the sine of an argument larger by π/2. */
    public static int cos(ProgramBuilder p, int x) {
        Reduced n = reduce(p, x);
        int value = sinOrCos(p, n, false);
        int next = p.intAdd(n.wholeBits, p.intConstant(1));
        return p.fromBits(p.xor(p.bits(value), Signs.of(p, p.shiftLeft(next, 30))));
    }

    /** The tangent: tan r, or -1/tan r where n is odd. */
    public static int tan(ProgramBuilder p, int x) {
        Reduced n = reduce(p, x);
        int r = n.rest;
        int square = p.mul(r, r);
        int tan = p.fma(p.mul(r, square), p.polynomial(square, TAN), r);
        int value = chooseIfEven(p, n, tan, p.div(p.constant(-1f), tan));
        return p.fromBits(p.xor(p.bits(value), Signs.of(p, p.bits(x))));
    }

    /** The arc sine; for large x by asin x = π/2 - 2·asin √((1-x)/2). */
    public static int asin(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int asin = asinOfSmall(p, magnitude);
        int fromEnd = p.fma(p.constant(HALF_PI_FACTOR), p.constant(HALF_PI_OTHER_FACTOR), p.neg(p.add(asin, asin)));
        return Signs.copy(p, p.selectLess(magnitude, p.constant(ASIN_SMALL), asin, fromEnd), x);
    }

    /** The arc cosine: π/2 - asin x, and for large x 2·asin √((1-x)/2). */
    public static int acos(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int asin = asinOfSmall(p, magnitude);
        int factor = p.constant(HALF_PI_FACTOR);
        int otherFactor = p.constant(HALF_PI_OTHER_FACTOR);
        int negated = p.fromBits(p.xor(p.bits(p.neg(asin)), Signs.of(p, p.bits(x))));
        int middle = p.fma(factor, otherFactor, negated);
        int twice = p.add(asin, asin);
        int fromPi = p.fma(p.add(factor, factor), otherFactor, p.neg(twice));
        int end = p.selectLess(x, p.constant(0f), fromPi, twice);
        return p.selectLess(magnitude, p.constant(ASIN_SMALL), middle, end);
    }

    /** The arc tangent; beyond 1 by atan x = π/2 - atan 1/x. */
    public static int atan(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int one = p.constant(1f);
        int t = p.selectLess(one, magnitude, p.div(one, magnitude), magnitude);
        int square = p.mul(t, t);
        int atan = p.fma(p.mul(t, square), p.polynomial(square, ATAN), t);
        int fromEnd = p.fma(p.constant(HALF_PI_FACTOR), p.constant(HALF_PI_OTHER_FACTOR), p.neg(atan));
        return Signs.copy(p, p.selectLess(one, magnitude, fromEnd, atan), x);
    }

    /** The arc sine of a small x, of √((1-x)/2) for a large one; NaN above 1. */
    private static int asinOfSmall(ProgramBuilder p, int magnitude) {
        int limit = p.constant(ASIN_SMALL);
        int halved = p.fma(magnitude, -0.5f, p.constant(0.5f));
        int square = p.selectLess(magnitude, limit, p.mul(magnitude, magnitude), halved);
        int s = p.selectLess(magnitude, limit, magnitude, p.sqrt(halved));
        return p.fma(p.mul(s, square), p.polynomial(square, ASIN), s);
    }

    /** |x| = n·π/2 + r. */
    private static Reduced reduce(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int largest = p.constant(LARGEST);
        int infinity = p.constant(Float.POSITIVE_INFINITY);
        int beyond = p.selectLess(magnitude, infinity, largest, p.constant(Float.NaN));
        int bounded = p.selectLess(largest, magnitude, beyond, magnitude);
        int rounded = p.fma(bounded, TWO_OVER_PI, p.constant(Exponentials.ROUNDER));
        int whole = p.sub(rounded, Exponentials.ROUNDER);
        int rest = p.fma(whole, -HALF_PI, bounded); // exact
        rest = p.fma(whole, -HALF_PI_MIDDLE, rest);
        rest = p.fma(whole, -HALF_PI_LOW, rest);
        return new Reduced(rest, p.bits(rounded));
    }

    /** sin r where n is even and cos r where it is odd, or the other way round. */
    private static int sinOrCos(ProgramBuilder p, Reduced n, boolean sinIfEven) {
        int r = n.rest;
        int square = p.mul(r, r);
        int sin = p.fma(p.mul(r, square), p.polynomial(square, SIN), r);
        int cos = p.fma(square, p.fma(square, p.polynomial(square, COS), p.constant(-0.5f)), p.constant(1f));
        return sinIfEven ? chooseIfEven(p, n, sin, cos) : chooseIfEven(p, n, cos, sin);
    }

    private static int chooseIfEven(ProgramBuilder p, Reduced n, int ifEven, int ifOdd) {
        // the last bit of n, moved into the exponent, is 0 or 2
        int parity = p.fromBits(p.shiftLeft(p.and(n.wholeBits, p.intConstant(1)), 30));
        return p.selectEqual(parity, p.constant(0f), ifEven, ifOdd);
    }
}
