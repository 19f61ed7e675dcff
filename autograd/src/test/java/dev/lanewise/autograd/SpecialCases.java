package dev.lanewise.autograd;

import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/** Cases for the functions of Gamma, of errors and of Bessel; the references are series, long enough for once. */
final class SpecialCases extends CaseList {
    static List<OpCase> all() {
        var all = new SpecialCases();
        all.gamma();
        all.errors();
        all.probabilities();
        all.bessel();
        return all.cases;
    }

    private void each(String method, UnaryOperator<Variable> function, DoubleUnaryOperator reference, Tensor x) {
        oneWithEmpty(method, "Elementwise:" + method, function, y -> Naive.map(reference, y), x);
    }

    private static Tensor between(double low, double high) {
        return Naive.values(2, low, high, 2, 3, 2);
    }

    private void gamma() {
        for (Tensor x : List.of(between(0.1, 0.45), between(0.6, 1.4), between(2.6, 9.4), between(10, 20))) {
            each("lgamma", y -> y.lgamma(), SpecialCases::lgamma, x);
            each("digamma", y -> y.digamma(), SpecialCases::digamma, x);
            each("polygamma", y -> y.polygamma(1), y -> polygamma(1, y), x);
            each("polygamma", y -> y.polygamma(4), y -> polygamma(4, y), x);
        }
        Tensor negative = between(-2.8, -2.2);
        each("lgamma", y -> y.lgamma(), SpecialCases::lgamma, negative);
        each("digamma", y -> y.digamma(), SpecialCases::digamma, negative);
        each("polygamma", y -> y.polygamma(1), y -> polygamma(1, y), negative);
        each("polygamma", y -> y.polygamma(2), y -> polygamma(2, y), negative);
    }

    private static final int STEPS = 40;

    /** By ln Γ(x) = ln Γ(x + 1) − ln |x|, up to where Stirling's series is exact. */
    private static double lgamma(double x) {
        double z = x + STEPS;
        double sum = (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + 1 / (12 * z) - 1 / (360 * z * z * z);
        sum += 1 / (1260 * Math.pow(z, 5)) - 1 / (1680 * Math.pow(z, 7));
        for (int k = 0; k < STEPS; k++) {
            sum -= Math.log(Math.abs(x + k));
        }
        return sum;
    }

    private static double digamma(double x) {
        double z = x + STEPS;
        double sum = Math.log(z) - 1 / (2 * z) - 1 / (12 * z * z) + 1 / (120 * Math.pow(z, 4));
        sum += -1 / (252 * Math.pow(z, 6)) + 1 / (240 * Math.pow(z, 8));
        for (int k = 0; k < STEPS; k++) {
            sum -= 1 / (x + k);
        }
        return sum;
    }

    /** (−1)ⁿ⁺¹·n!·Σ (x + k)⁻ⁿ⁻¹, its tail by Euler and Maclaurin. */
    private static double polygamma(int n, double x) {
        double z = x + STEPS;
        double sum = Math.pow(z, -n) / n + Math.pow(z, -n - 1) / 2 + (n + 1) * Math.pow(z, -n - 2) / 12;
        double third = (n + 1) * (n + 2) * (n + 3.0);
        sum += -third * Math.pow(z, -n - 4) / 720 + third * (n + 4) * (n + 5) * Math.pow(z, -n - 6) / 30240;
        for (int k = STEPS - 1; k >= 0; k--) {
            sum += Math.pow(x + k, -n - 1);
        }
        double factor = n % 2 == 0 ? -1 : 1;
        for (int k = 2; k <= n; k++) {
            factor *= k;
        }
        return factor * sum;
    }

    private void errors() {
        each("erfinv", y -> y.erfinv(), SpecialCases::erfinv, between(-0.9, 0.9));
        each("erfinv", y -> y.erfinv(), SpecialCases::erfinv, between(0.9991, 0.9994));
        each("erfcx", y -> y.erfcx(), y -> Math.exp(y * y) * (1 - Naive.erf(y)), between(-1.5, -0.1));
        each("erfcx", y -> y.erfcx(), y -> Math.exp(y * y) * (1 - Naive.erf(y)), between(0.1, 1.2));
    }

    private static double erfinv(double x) {
        double low = -3;
        double high = 3;
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            if (Naive.erf(middle) < x) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void probabilities() {
        DoubleUnaryOperator below = x -> (1 + Naive.erf(x / Math.sqrt(2))) / 2;
        each("ndtr", y -> y.ndtr(), below, between(-2, 2));
        each("logNdtr", y -> y.logNdtr(), x -> Math.log(below.applyAsDouble(x)), between(-0.9, 2));
        each("logNdtr", y -> y.logNdtr(), x -> Math.log(below.applyAsDouble(x)), between(-2, -1.1));
        each("entr", y -> y.entr(), x -> -x * Math.log(x), between(0.3, 3));
        DoubleUnaryOperator logit = x -> Math.log(x / (1 - x));
        each("logit", y -> y.logit(), logit, between(0.3, 0.7));
        each("logit", y -> y.logit(), logit, between(0.8, 0.95));
        each(
                "logit",
                y -> y.logit(0.25),
                x -> logit.applyAsDouble(Math.min(Math.max(x, 0.25), 0.75)),
                between(0.1, 0.9));
        each("sinc", y -> y.sinc(), x -> Math.sin(Math.PI * x) / (Math.PI * x), between(0.05, 0.45));
        each("sinc", y -> y.sinc(), x -> Math.sin(Math.PI * x) / (Math.PI * x), between(-3, -0.6));
        add(OpCase.of(
                        "xlog1py",
                        "Elementwise:xlog1py",
                        o -> o.get(0).xlog1py(o.get(1)),
                        o -> Naive.map((x, y) -> x * Math.log(1 + y), o.get(0), o.get(1)),
                        X,
                        Naive.values(3, -0.5, 2, 4))
                .withEmpty(NONE, Naive.values(3, -0.5, 2, 4)));
    }

    private void bessel() {
        for (Tensor x : List.of(Naive.awayFromZero(1, 3, 2, 3, 2), between(8.2, 12))) {
            each("i0", y -> y.i0(), y -> bessel(0, y), x);
            each("i0e", y -> y.i0e(), y -> bessel(0, y) * Math.exp(-Math.abs(y)), x);
            each("i1", y -> y.i1(), y -> bessel(1, y), x);
            each("i1e", y -> y.i1e(), y -> bessel(1, y) * Math.exp(-Math.abs(y)), x);
        }
    }

    private static double bessel(int order, double x) {
        double term = order == 0 ? 1 : x / 2;
        double sum = term;
        for (int k = 1; k < 80; k++) {
            term *= x * x / 4 / (k * (double) (k + order));
            sum += term;
        }
        return sum;
    }
}
