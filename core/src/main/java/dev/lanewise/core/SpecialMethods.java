package dev.lanewise.core;

/**
 * The elementwise functions of {@link TensorOps} that PyTorch has in {@code torch.special}: of probabilities, and those
 * of Gamma and Bessel. Each is a {@link Formula}, and so is each gradient.
 *
 * @param <T> the implementing type itself
 */
interface SpecialMethods<T extends TensorOps<T>> extends ElementwiseMethods<T> {
    /**
     * ln |Γ(x)|; ∞ at 0, −1, −2, …. In relative terms as exact as {@link #log} for x above 0, near its zeros 1 and 2
     * too; below 0, where it has a zero between any two poles, exact to that measure in absolute terms. The gradient is
     * {@link #digamma}.
     */
    default T lgamma() {
        return map(Formulas.LGAMMA);
    }

    /**
     * ψ(x), the derivative of ln Γ(x); ∓∞ at ±0 and NaN at −1, −2, …. Near its zeros, of which 1.4616… is the only one
     * above 0, exact in absolute terms. The gradient is {@code polygamma(1)}.
     */
    default T digamma() {
        return map(Formulas.DIGAMMA);
    }

    /**
     * ψ⁽ⁿ⁾(x), the n-th derivative of {@link #digamma}: {@code polygamma(1)} is trigamma. Infinite at 0, −1, −2, ….
     *
     * @param order n, 0 to 20
     * @throws IllegalArgumentException if the order is not within that
     */
    default T polygamma(int order) {
        if (order < 0 || order > SpecialFunctions.LARGEST_ORDER) {
            throw new IllegalArgumentException(
                    "polygamma: order %d, expected 0 to %d, beyond which n! leaves the range of floats"
                            .formatted(order, SpecialFunctions.LARGEST_ORDER));
        }
        return order == 0 ? digamma() : map(Formula.of("polygamma", x -> SpecialFunctions.polygamma(order, x)));
    }

    /** The number whose {@link #erf} is x; ±∞ at ±1, NaN beyond. */
    default T erfinv() {
        return map(Formulas.ERFINV);
    }

    /** exp(x²) · {@link #erfc}, without underflow for large x. */
    default T erfcx() {
        return map(Formulas.ERFCX);
    }

    /** Φ(x), the probability that a standard normal number is below x. */
    default T ndtr() {
        return map(Formulas.NDTR);
    }

    /** ln Φ(x), without underflow for small x; see {@link #ndtr}. */
    default T logNdtr() {
        return map(Formulas.LOG_NDTR);
    }

    /** −x · ln x; 0 at 0, −∞ below. */
    default T entr() {
        return map(Formulas.ENTR);
    }

    /** sin(πx) / (πx); 1 at 0. */
    default T sinc() {
        return map(Formulas.SINC);
    }

    /** ln(x / (1 − x)), whose inverse is {@link #sigmoid}; ∓∞ at 0 and 1, NaN outside. */
    default T logit() {
        return map(Formulas.LOGIT);
    }

    /**
     * {@link #logit()} of x limited to [ε, 1 − ε]; no gradient comes from outside.
     *
     * @throws IllegalArgumentException if ε is NaN
     */
    default T logit(double epsilon) {
        if (Double.isNaN(epsilon)) {
            throw new IllegalArgumentException("logit: epsilon is NaN, expected a number, commonly 1e-6");
        }
        return clamp(epsilon, 1 - epsilon).logit();
    }

    /** x · ln(1 + y); 0 where x is 0, unless y is NaN. */
    default T xlog1py(T other) {
        return map(Formulas.XLOG1PY, other);
    }

    /** I₀(x), the modified Bessel function of the first kind of order 0. */
    default T i0() {
        return map(Formulas.I0);
    }

    /** I₀(x) · e^(−|x|), without overflow. */
    default T i0e() {
        return map(Formulas.I0E);
    }

    /** I₁(x), the modified Bessel function of the first kind of order 1: the derivative of {@link #i0}. */
    default T i1() {
        return map(Formulas.I1);
    }

    /** I₁(x) · e^(−|x|), without overflow. */
    default T i1e() {
        return map(Formulas.I1E);
    }
}
