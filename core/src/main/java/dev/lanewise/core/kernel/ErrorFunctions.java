package dev.lanewise.core.kernel;

/**
 * The error function and its complement, written in the instructions of a {@link Program}. The coefficients are minimax
 * fits for the relative error of the whole, made as those of {@link Exponentials} are.
 */
public final class ErrorFunctions {

    /** Where the two ways to compute erf meet. */
    private static final float SMALL = 0.96f;

    /** erf(x)/x - 1 in x², |x| ≤ 1: relative error of erf 1.4e-9. */
    private static final float[] ERF_SMALL = {
        7.806904e-05f, -7.997853e-04f, 5.187162e-03f, -2.6853347e-02f, 1.1283579e-01f, -3.7612626e-01f, 1.2837917e-01f
    };

    /** (-ln erfc(x) - x)/x from 0.92 to 4: relative error of erf 7.4e-10. */
    private static final float[] ERF_LARGE = {
        1.1230015e-05f, -3.2279402e-04f, 3.6424296e-03f, -2.376202e-02f, 1.06236845e-01f, 6.351513e-01f, 1.2864849e-01f
    };

    /** Where x becomes large for erfc. */
    private static final float ERFC_SMALL = 0.8f;

    /**
     * K, near the (geometric) middle of erfc's range, for which the next two constants happen to be floats nearly
     * exactly. Found by search.
     */
    private static final float ERFC_MIDDLE = 2.69421387f;

    /** C = exp(K²)·erfc(K)·2K. */
    private static final float ERFC_FACTOR = 1.062880397f;

    /** 2K/C. */
    private static final float ERFC_SLOPE = 5.069646358f;

    /** (exp(x²)·erfc(x)/u - 1)/t in t = (x - K)/(x + K), u = C/(x + K), x from 0.79 to 10.2: error of erfc 2.6e-9. */
    private static final float[] ERFC_LARGE = {
        -2.0375385e-04f,
        5.067285e-04f,
        1.1724947e-03f,
        -5.536253e-03f,
        -8.342877e-04f,
        5.6921147e-02f,
        -2.1290328e-01f,
        4.809531e-01f,
        -7.8925765e-01f
    };

    /** The variable of {@link #NORMAL} is 1/(1 + this·|x|). */
    private static final float NORMAL_SLOPE = 0.2992f;

    /** exp(x²/2)·Φ(-x)/t in t = 1/(1 + 0.2992·x), x ≥ 0: relative error 3.8e-8·(1 + x²/16) up to 13.3. */
    private static final float[] NORMAL = {
        3.723446e-02f,
        -1.6503324e-01f,
        2.2205561e-01f,
        -6.764457e-02f,
        1.3579571e-01f,
        9.753505e-02f,
        1.2076789e-01f,
        1.1928909e-01f
    };

    private ErrorFunctions() {}

    /** The error function: near 0 a polynomial, further out 1 - erfc with ln erfc a polynomial. */
    public static int erf(ProgramBuilder p, int x) {
        int magnitude = p.abs(x);
        int bounded = p.selectLess(p.constant(4f), magnitude, p.constant(4f), magnitude); // there it is 1
        int exponent = p.neg(p.fma(p.polynomial(bounded, ERF_LARGE), bounded, bounded));
        int large = p.sub(p.constant(1f), Exponentials.expOfModerate(p, exponent));
        return p.selectLess(magnitude, p.constant(SMALL), small(p, x), Signs.copy(p, large, x));
    }

    /**
     * The complement of the error function: near 0 as 1 - erf, for larger x as exp(-x²)·u·(1 + t·W(t)), with x² and u
     * in two floats each; for negative x as 2 - erfc(-x). The variable t is that of M. M. Shepherd and J. G.
     * Laframboise, "Chebyshev approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x &lt; ∞", Mathematics of Computation 36
     * (1981).
     */
    public static int erfc(ProgramBuilder p, int x) {
        int one = p.constant(1f);
        int near = p.sub(one, small(p, x));
        int magnitude = p.abs(x);
        int limit = p.constant(11f); // there it is 0
        int bounded = p.selectLess(limit, magnitude, limit, magnitude);

        int sum = p.add(bounded, ERFC_MIDDLE);
        int sumLost = p.sub(bounded, p.sub(sum, ERFC_MIDDLE));
        int reciprocal = p.div(one, sum);
        int u = p.mul(reciprocal, ERFC_FACTOR);
        int negated = p.neg(u);
        int remainder = p.fma(negated, sumLost, p.fma(negated, sum, p.constant(ERFC_FACTOR)));
        int uLost = p.mul(remainder, reciprocal);
        int t = p.fma(uLost, -ERFC_SLOPE, p.fma(u, -ERFC_SLOPE, one));
        int curved = p.mul(t, p.polynomial(t, ERFC_LARGE));
        int summand = p.fma(u, curved, uLost);
        int factor = p.add(u, summand);
        int factorLost = p.sub(summand, p.sub(factor, u));

        int square = p.mul(bounded, bounded);
        int squareLost = p.fma(bounded, bounded, p.neg(square));
        int far = Exponentials.productWithExp(p, factor, factorLost, p.neg(square), p.neg(squareLost));
        int farSigned = p.selectLess(x, p.constant(0f), p.sub(p.constant(2f), far), far);
        return p.selectLess(magnitude, p.constant(ERFC_SMALL), near, farSigned);
    }

    /**
     * The probability Φ(x) that a standard normal number is below x, by exp(-x²/2)·t·N(t), whose form is that of C.
     * Hastings, "Approximations for Digital Computers", 1955. The exponential is that of the derivative, so that an
     * activation's gradient computes one, not two.
     */
    public static int normalProbability(ProgramBuilder p, int x) {
        int one = p.constant(1f);
        int t = p.div(one, p.fma(p.abs(x), NORMAL_SLOPE, one));
        int density = Exponentials.expOfNonPositive(p, p.mul(p.mul(x, x), p.constant(-0.5f)));
        int tail = p.mul(p.mul(p.polynomial(t, NORMAL), t), density);
        return p.selectLess(x, p.constant(0f), tail, p.sub(one, tail));
    }

    private static int small(ProgramBuilder p, int x) {
        return p.fma(p.polynomial(p.mul(x, x), ERF_SMALL), x, x);
    }
}
