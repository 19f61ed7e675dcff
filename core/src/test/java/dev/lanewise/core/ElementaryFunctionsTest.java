package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The float functions against their double-precision meaning, in units in the last place. */
class ElementaryFunctionsTest {

    /** Every so many floats, of all, are tried; a prime, so that all kinds of bit patterns occur. */
    private static final int STRIDE = 5003;

    /** Those whose results are 0 where they would be no normal number. */
    private static final Set<UnaryFunction> FLUSHING =
            EnumSet.of(UnaryFunction.EXP_OF_NON_POSITIVE, UnaryFunction.SIGMOID, UnaryFunction.NORMAL_PROBABILITY);

    /** The error that the documentation promises; sine, cosine and tangent promise it up to 100,000. */
    private static Stream<Arguments> promises() {
        return Stream.of(
                Arguments.of(UnaryFunction.NEG, 0.0),
                Arguments.of(UnaryFunction.ABS, 0.0),
                Arguments.of(UnaryFunction.SQRT, 0.5),
                Arguments.of(UnaryFunction.EXP, 1.0),
                Arguments.of(UnaryFunction.EXP_OF_NON_POSITIVE, 1.0),
                Arguments.of(UnaryFunction.EXPM1, 1.5),
                Arguments.of(UnaryFunction.LOG, 1.0),
                Arguments.of(UnaryFunction.LOG1P, 1.0),
                Arguments.of(UnaryFunction.LOG2, 1.5),
                Arguments.of(UnaryFunction.LOG10, 1.0),
                Arguments.of(UnaryFunction.TANH, 2.5),
                Arguments.of(UnaryFunction.SIGMOID, 2.5),
                Arguments.of(UnaryFunction.SOFTPLUS, 2.5),
                Arguments.of(UnaryFunction.RELU, 0.0),
                Arguments.of(UnaryFunction.ERF, 1.5),
                Arguments.of(UnaryFunction.ERFC, 2.5),
                Arguments.of(UnaryFunction.NORMAL_PROBABILITY, 6.0),
                Arguments.of(UnaryFunction.SIN, 2.0),
                Arguments.of(UnaryFunction.COS, 2.0),
                Arguments.of(UnaryFunction.TAN, 2.5),
                Arguments.of(UnaryFunction.ASIN, 1.5),
                Arguments.of(UnaryFunction.ACOS, 1.5),
                Arguments.of(UnaryFunction.ATAN, 1.5),
                Arguments.of(UnaryFunction.SINH, 2.0),
                Arguments.of(UnaryFunction.COSH, 1.5),
                Arguments.of(UnaryFunction.FLOOR, 0.0),
                Arguments.of(UnaryFunction.CEIL, 0.0),
                Arguments.of(UnaryFunction.ROUND, 0.0),
                Arguments.of(UnaryFunction.TRUNC, 0.0),
                Arguments.of(UnaryFunction.SIGN, 0.0),
                Arguments.of(UnaryFunction.IS_NAN, 0.0));
    }

    @Test
    void everyFunctionHasAPromise() {
        assertThat(promises().map(arguments -> arguments.get()[0]))
                .containsExactlyInAnyOrder((Object[]) UnaryFunction.values());
    }

    @ParameterizedTest
    @MethodSource("promises")
    void isAsAccurateAsPromised(UnaryFunction function, double promise) {
        boolean periodic =
                function == UnaryFunction.SIN || function == UnaryFunction.COS || function == UnaryFunction.TAN;
        Formula formula = Formula.of(function.symbol(), x -> Simplifier.unary(function, x));
        RowKernel kernel = formula.kernel(0, Reduction.STORE);
        float[] x = new float[1024];
        float[] y = new float[x.length];
        int[] zero = {0};
        double worst = 0;
        float worstAt = 0;
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; ) {
            int n = 0;
            for (; n < x.length && bits <= Integer.MAX_VALUE; bits += STRIDE) {
                x[n++] = Float.intBitsToFloat((int) bits);
            }
            kernel.run(new float[][] {x}, zero, zero, new float[][] {y}, zero, zero, 1, n);
            for (int i = 0; i < n; i++) {
                if (periodic && Float.isFinite(x[i]) && Math.abs(x[i]) > 1e5f) {
                    assertThat(y[i])
                            .isBetween(
                                    function == UnaryFunction.TAN ? Float.NEGATIVE_INFINITY : -1,
                                    function == UnaryFunction.TAN ? Float.POSITIVE_INFINITY : 1);
                    continue;
                }
                double expected = function.apply(x[i]);
                if (isOutside(function, x[i])) {
                    continue;
                }
                if (expected < Float.MIN_NORMAL && FLUSHING.contains(function)) {
                    assertThat(y[i]).as("%s(%s)", function, x[i]).isBetween(0f, 1.01f * Float.MIN_NORMAL);
                    continue;
                }
                double error = error(y[i], expected) / growth(function, x[i]);
                if (error > worst) {
                    worst = error;
                    worstAt = x[i];
                }
            }
        }
        assertThat(worst).as("%s, worst at %s", function, worstAt).isLessThanOrEqualTo(promise);
    }

    private static boolean isOutside(UnaryFunction function, float x) {
        return function == UnaryFunction.EXP_OF_NON_POSITIVE && x > 0;
    }

    /**
     * By how much of the promise the error may be larger: Φ's, far below 0, as the square in the exponent is rounded.
     */
    private static double growth(UnaryFunction function, float x) {
        return function == UnaryFunction.NORMAL_PROBABILITY && x < 0 ? 1 + x * x / 12 : 1;
    }

    @ParameterizedTest
    @MethodSource("promises")
    void isExactAtTheCorners(UnaryFunction function, double promise) {
        Formula formula = Formula.of(function.symbol(), x -> Simplifier.unary(function, x));
        for (float x : new float[] {0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
            if (isOutside(function, x)) {
                continue;
            }
            assertThat(Float.floatToIntBits(Readings.floats(formula, x)))
                    .as("%s(%s)", function, x)
                    .isEqualTo(Float.floatToIntBits((float) function.apply(x)));
        }
        for (float x : new float[] {Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f, -1e-40f, Float.MIN_NORMAL}) {
            assertThat(error(Readings.floats(formula, x), function.apply(x)))
                    .as("%s(%s)", function, x)
                    .isLessThanOrEqualTo(promise);
        }
    }

    @Test
    void log2OfPowersOfTwoIsExact() {
        Formula log2 = Formula.of("log2", Expr::log2);
        for (int exponent = -149; exponent < 128; exponent++) {
            assertThat(Readings.floats(log2, Math.scalb(1f, exponent))).isEqualTo(exponent);
            assertThat(log2.evaluate(Math.scalb(1.0, exponent))).containsExactly(exponent);
        }
    }

    @Test
    void powHasCsSpecialCases() {
        Formula pow = Formula.of("pow", (x, y) -> x.pow(y));
        for (float x : Readings.SPECIAL) {
            for (float y : Readings.SPECIAL) {
                float expected = (float) power(x, y);
                float actual = Readings.floats(pow, x, y);
                if (Float.isNaN(expected) || expected == 0 || Float.isInfinite(expected) || expected == 1) {
                    assertThat(Float.floatToIntBits(actual))
                            .as("pow(%s, %s)", x, y)
                            .isEqualTo(Float.floatToIntBits(expected));
                } else {
                    assertThat(error(actual, power(x, y)))
                            .as("pow(%s, %s)", x, y)
                            .isLessThan(2);
                }
            }
        }
    }

    /** C's pow, from Java's: they differ for a base of ±1. */
    private static double power(double x, double y) {
        return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : StrictMath.pow(x, y);
    }

    @Test
    void powIsAsAccurateAsPromised() {
        Formula pow = Formula.of("pow", (x, y) -> x.pow(y));
        RowKernel kernel = pow.kernel(0, Reduction.STORE);
        var random = new Random(1);
        float[] x = new float[1024];
        float[] y = new float[x.length];
        float[] out = new float[x.length];
        int[] zeros = new int[2];
        double worst = 0;
        for (int trial = 0; trial < 300; trial++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = trial % 2 == 0
                        ? Float.intBitsToFloat(random.nextInt(0x7f800000))
                        : (float) Math.abs(random.nextGaussian());
                y[i] = trial % 2 == 0
                        ? (float) (random.nextInt(-150, 150) / StrictMath.log(x[i]) * StrictMath.log(2))
                        : (float) (3 * random.nextGaussian());
            }
            kernel.run(new float[][] {x, y}, zeros, zeros, new float[][] {out}, zeros, zeros, 1, x.length);
            for (int i = 0; i < x.length; i++) {
                worst = Math.max(worst, error(out[i], power(x[i], y[i])));
            }
        }
        assertThat(worst).isLessThan(6);
    }

    @Test
    void theErrorFunctionInDoublePrecision() {
        // computed in 200-bit arithmetic
        double[][] erf = {
            {1e-300, 1.1283791670955126e-300},
            {1e-10, 1.1283791670955126e-10},
            {0.1, 0.1124629160182849},
            {0.3, 0.32862675945912742},
            {0.5, 0.52049987781304654},
            {0.7, 0.67780119383741844},
            {0.9999, 0.84265927804875948},
            {1, 0.84270079294971487},
            {1.0001, 0.84274229954852033},
            {1.5, 0.96610514647531073},
            {2, 0.99532226501895273},
            {3, 0.99997790950300141},
            {4, 0.9999999845827421},
            {5, 0.99999999999846254},
            {5.9, 0.99999999999999993},
            {8, 1.0},
            {12, 1.0},
            {20, 1.0},
            {26, 1.0}
        };
        double[][] erfc = {
            {1e-300, 1.0},
            {1e-10, 0.99999999988716208},
            {0.1, 0.8875370839817151},
            {0.3, 0.67137324054087258},
            {0.5, 0.47950012218695346},
            {0.7, 0.32219880616258156},
            {0.9999, 0.15734072195124052},
            {1, 0.15729920705028513},
            {1.0001, 0.15725770045147967},
            {1.5, 0.033894853524689273},
            {2, 0.0046777349810472658},
            {3, 2.2090496998585441e-5},
            {4, 1.5417257900280019e-8},
            {5, 1.5374597944280349e-12},
            {5.9, 7.1904097835504777e-17},
            {8, 1.1224297172982927e-29},
            {12, 1.3562611692059042e-64},
            {20, 5.3958656116079009e-176},
            {26, 5.6631924088561428e-296},
            {-0.3, 1.3286267594591274},
            {-1, 1.8427007929497149},
            {-3, 1.9999779095030014},
            {-7, 2.0}
        };
        for (double[] row : erf) {
            assertThat(Math.abs(ErrorFunction.erf(row[0]) - row[1])).isLessThanOrEqualTo(4 * Math.ulp(row[1]));
            assertThat(ErrorFunction.erf(-row[0])).isEqualTo(-ErrorFunction.erf(row[0]));
        }
        for (double[] row : erfc) {
            assertThat(Math.abs(ErrorFunction.erfc(row[0]) - row[1])).isLessThanOrEqualTo(6 * Math.ulp(row[1]));
        }
        assertThat(ErrorFunction.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(ErrorFunction.erf(-0.0)).isEqualTo(-0.0);
        assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
        assertThat(ErrorFunction.erfc(Double.POSITIVE_INFINITY)).isEqualTo(0);
        assertThat(ErrorFunction.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
        assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
    }

    /** The error of a float in units in the last place of the true value. */
    private static double error(float actual, double expected) {
        float rounded = (float) expected;
        if (Float.floatToIntBits(actual) == Float.floatToIntBits(rounded)) {
            // also where both are NaN, or infinite
            return Float.isFinite(rounded) ? Math.abs(actual - expected) / Math.ulp(rounded) : 0;
        }
        if (Float.isNaN(actual) || Float.isNaN(rounded)) {
            return Double.POSITIVE_INFINITY;
        }
        if (actual == 0 && rounded == 0) {
            return Double.POSITIVE_INFINITY; // the wrong sign
        }
        // infinity counts as the float that would follow the largest
        double finite = Float.isInfinite(actual) ? Math.copySign(0x1p128, actual) : actual;
        double truth =
                Float.isInfinite(rounded) ? Math.copySign(Math.min(Math.abs(expected), 0x1p128), expected) : expected;
        return Math.abs(finite - truth) / Math.ulp(Float.isInfinite(rounded) ? Float.MAX_VALUE : rounded);
    }
}
