package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions of Gamma, of errors and of Bessel against 50 digits, and at their corners against PyTorch. */
class SpecialFunctionsTest {
    /** Name, argument, value and derivative, computed by mpmath with 50 digits; arguments are floats. */
    private static final String VALUES = """
            lgamma 1.000000013351432e-10 23.025850916531304 -9999999867.062899
            lgamma 0.30000001192092896 1.095797953064734 -3.5025240762240175
            lgamma 0.75 0.20328095143129538 -1.0858608797864722
            lgamma 0.9998999834060669 5.773937256934961e-05 -0.5773801976297852
            lgamma 1.000100016593933 -5.772291776898885e-05 -0.5770511562223981
            lgamma 1.25 -0.09827183642181316 -0.22745353337626542
            lgamma 1.999899983406067 -4.228222335681117e-05 0.4227198289684675
            lgamma 2.0000998973846436 4.2238267333173845e-05 0.4228487603086705
            lgamma 2.75 0.47521466691493713 0.8189010249754326
            lgamma 4.5 2.4537365708424423 1.388870926359529
            lgamma 9.25 11.143400119951712 2.1695966825786157
            lgamma 9.75 12.242204940050762 2.225109535044576
            lgamma 33.5 83.30242550295006 3.496545816722825
            lgamma 1000000.0 12815504.569147611 13.815510057964191
            lgamma -0.25 1.589575312551186 2.9141391202135276
            lgamma -1.75 1.0160888092144358 -2.322691628614361
            lgamma -5.125 -2.8968854171270744 9.313006246279066
            lgamma -12.5 -20.1153462703953 2.565195651274912
            digamma 1.000000013351432e-10 -9999999867.062899 9.999999732971366e+19
            digamma 0.30000001192092896 -3.5025240762240175 12.245363648789223
            digamma 0.9998999834060669 -0.5773801976297852 1.6451745506071862
            digamma 1.25 -0.22745353337626542 1.1973291545071107
            digamma 2.75 0.8189010249754326 0.43757125764893073
            digamma 9.25 2.1695966825786157 0.11416188455670626
            digamma 33.5 3.496545816722825 0.030300712174923455
            digamma 1000000.0 13.815510057964191 1.0000005000001667e-06
            digamma -0.25 2.9141391202135276 18.541879647671607
            digamma -1.75 -2.322691628614361 19.301637544529786
            digamma -5.125 9.313006246279066 67.21655979107496
            digamma -12.5 2.565195651274912 9.79271917648778
            polygamma1 0.0010000000474974513 1000001.5475382999 -1999999717.4129515
            polygamma1 0.30000001192092896 12.245363648789223 -75.27252772978655
            polygamma1 1.25 1.1973291545071107 -1.3277399375369203
            polygamma1 9.25 0.11416188455670626 -0.013018895947791367
            polygamma1 33.5 0.030300712174923455 -0.0009180629517303349
            polygamma1 -0.25 18.541879647671607 122.69736678366236
            polygamma1 -5.125 67.21655979107496 1022.2630312128207
            polygamma2 0.30000001192092896 -75.27252772978655 743.1416468349349
            polygamma2 1.25 -1.3277399375369203 2.782144009188396
            polygamma2 9.25 -0.013018895947791367 0.00296614474876915
            polygamma2 33.5 -0.0009180629517303349 5.5627416400355814e-05
            polygamma2 -0.25 122.69736678366236 1555.7633125348507
            polygamma2 -5.125 1022.2630312128207 24590.9912601289
            polygamma5 0.30000001192092896 164634.80685197632 -3292297.217164413
            polygamma5 1.25 32.513767681292045 -153.6877436916061
            polygamma5 9.25 0.0004604379565190828 -0.00026143246260822324
            polygamma5 -0.25 492198.7533428746 11791071.073496904
            polygamma5 -5.125 31457611.06166338 1509947916.8320382
            erfinv 1.000000013351432e-10 8.862269372851566e-11 0.886226925452758
            erfinv -0.30000001192092896 -0.2724627261055238 0.9545203647591302
            erfinv 0.5 0.4769362762044699 1.1125848189719498
            erfinv 0.8999999761581421 1.1630870719457722 3.428042159711315
            erfinv -0.9900000095367432 -1.8213866009002777 24.450897243025604
            erfinv 0.9990234375 2.331467773621948 203.35632620489721
            erfinv 0.9999990463256836 3.465505025803331 145647.2448881287
            erfinv -0.9999999403953552 -3.832506856900711 2120848.008242037
            erfcx -5.0 144009798674.66104 -1440097986747.7388
            erfcx -0.5 1.952360489182557 -3.0807396562780696
            erfcx 0.0010000000474974513 0.9988726200276512 -1.1263814217605694
            erfcx 0.75 0.5069376502931449 -0.3679726916557954
            erfcx 3.0 0.17900115118138996 -0.05437226000717287
            erfcx 50.0 0.011281536265323773 -0.00022554056313532387
            erfcx 1000000.0 5.641895835474742e-07 -5.6418958354691e-13
            ndtr -10.0 7.619853024160525e-24 7.694598626706419e-23
            ndtr -3.0 0.0013498980316300946 0.0044318484119380075
            ndtr -0.5 0.3085375387259869 0.35206532676429947
            ndtr 0.25 0.5987063256829237 0.3866681168028492
            ndtr 2.0 0.9772498680518208 0.05399096651318805
            ndtr 5.0 0.9999997133484281 1.4867195147342977e-06
            logNdtr -30.0 -454.3212439563432 30.033259667433676
            logNdtr -10.0 -53.23128515051247 10.098093233962512
            logNdtr -3.0 -6.607726221510349 3.2830986549304364
            logNdtr -1.25 -2.247625677214318 1.728816627331054
            logNdtr -0.5 -1.1759117615936185 1.1410777703680646
            logNdtr 0.25 -0.5129840754094305 0.6458393710168173
            logNdtr 2.0 -0.02301290932896349 0.055247862678989956
            logNdtr 5.0 -2.866516129637636e-07 1.4867199409049056e-06
            entr 1.000000013351432e-10 2.302585122401711e-09 22.025850916589025
            entr 0.25 0.34657359027997264 0.38629436111989063
            entr 0.75 0.2157615543388357 -0.7123179275482191
            entr 3.0 -3.295836866004329 -2.0986122886681096
            sinc 9.999999747378752e-05 0.9999999835506602 -0.0003289868018117699
            sinc -0.25 0.9003163161571061 0.7728381398822342
            sinc 0.75 0.30010543871903533 -1.3429496265407772
            sinc 1.25 -0.18006326323142122 -0.42163481436410105
            sinc -3.5 -0.09094568176679733 -0.025984480504799238
            sinc 7.25 -0.031045390212314002 -0.09324984703092876
            logit 1.000000013351432e-10 -23.025850916489023 9999999867.485682
            logit 0.125 -1.9459101490553132 9.142857142857142
            logit 0.4990234375 -0.0039062549670651 4.00001525884727
            logit 0.625 0.5108256237659907 4.266666666666667
            logit 0.9375 2.70805020110221 17.066666666666666
            i0 9.999999747378752e-06 1.000000000025 4.999999873751876e-06
            i0 -0.5 1.0634833707413236 -0.2578943053908963
            i0 3.0 4.8807925858650245 3.9533702174026093
            i0 7.75 338.5137537472759 315.85248092400343
            i0 8.25 540.325079074807 506.4338383076455
            i0 -20.0 43558282.559553534 -42454973.38512777
            i0 50.0 2.9325537838493362e+20 2.903078590103557e+20
            i1 9.999999747378752e-06 4.999999873751876e-06 0.50000000001875
            i1 -0.5 -0.2578943053908963 0.5476947599595309
            i1 3.0 3.9533702174026093 3.5630025133974876
            i1 7.75 315.85248092400343 297.7585949183723
            i1 8.25 506.4338383076455 478.93915927994084
            i1 -20.0 -42454973.38512777 41435533.890297145
            i1 50.0 2.903078590103557e+20 2.874492212047265e+20
            i0e 9.999999747378752e-06 0.9999900000752522 -0.9999850001253782
            i0e -0.5 0.6450352704491501 0.4886144672642784
            i0e 3.0 0.2430003541618254 -0.046173640864524544
            i0e 7.75 0.1458122743089143 -0.009761174228575198
            i0e 8.25 0.1411645506329935 -0.008854376667992077
            i0e -20.0 0.08978031188482602 0.0022740897015373564
            i0e 1000.0 0.012617240455891257 -6.310198962627116e-06
            i1e 9.999999747378752e-06 4.999949874004401e-06 0.499990000094002
            i1e -0.5 -0.1564208031848717 0.17577286089453498
            i1e 3.0 0.19682671329730086 -0.01943526356790907
            i1e 7.75 0.1360511000803391 -0.007793806426952429
            i1e 8.25 0.13231017396500142 -0.00718322017625052
            i1e -20.0 -0.08750622218328867 -0.002101221407627077
            i1e 1000.0 0.012610930256928629 -6.300731294301514e-06
            """;

    /** The same as PyTorch 2.13 has it in double precision. */
    private static final String CORNERS = """
            lgamma 0.0 Infinity -Infinity
            lgamma -0.0 Infinity Infinity
            lgamma -1.0 Infinity NaN
            lgamma -2.0 Infinity NaN
            lgamma -Infinity Infinity NaN
            lgamma Infinity Infinity Infinity
            lgamma NaN NaN NaN
            digamma 0.0 -Infinity Infinity
            digamma -0.0 Infinity Infinity
            digamma -Infinity NaN NaN
            digamma Infinity Infinity 0.0
            digamma NaN NaN NaN
            polygamma1 0.0 Infinity -Infinity
            polygamma1 NaN NaN NaN
            erfinv 0.0 0.0 0.8862269254527579
            erfinv -0.0 -0.0 0.8862269254527579
            erfinv 1.0 Infinity Infinity
            erfinv -1.0 -Infinity Infinity
            erfinv 2.0 NaN NaN
            erfinv -2.0 NaN NaN
            erfinv Infinity NaN NaN
            erfinv NaN NaN NaN
            erfcx 0.0 1.0 -1.1283791670955126
            erfcx -Infinity Infinity -Infinity
            erfcx NaN NaN NaN
            ndtr 0.0 0.5 0.3989422804014327
            ndtr -Infinity 0.0 0.0
            ndtr Infinity 1.0 0.0
            ndtr NaN NaN NaN
            logNdtr 0.0 -0.6931471805599453 0.7978845608028654
            logNdtr Infinity -0.0 0.0
            logNdtr NaN NaN NaN
            entr 0.0 0.0 Infinity
            entr 1.0 -0.0 -1.0
            entr -1.0 -Infinity NaN
            entr -Infinity -Infinity NaN
            entr Infinity -Infinity -Infinity
            entr NaN NaN NaN
            sinc 0.0 1.0 0.0
            sinc -0.0 1.0 0.0
            sinc Infinity NaN NaN
            sinc NaN NaN NaN
            logit 0.0 -Infinity Infinity
            logit 1.0 Infinity Infinity
            logit 2.0 NaN NaN
            logit -1.0 NaN NaN
            logit Infinity NaN NaN
            logit NaN NaN NaN
            i0 0.0 1.0 0.0
            i0 Infinity NaN NaN
            i0 1000.0 Infinity Infinity
            i0 -1.0000000150474662e+30 Infinity -Infinity
            i0 NaN NaN NaN
            i1 0.0 0.0 0.5
            i0e 0.0 1.0 0.0
            i0e Infinity 0.0 0.0
            i0e -Infinity 0.0 0.0
            i0e NaN NaN NaN
            i1e 0.0 0.0 0.5
            """;

    private static final Map<String, Function<Tensor, Tensor>> FUNCTIONS = Map.ofEntries(
            Map.entry("lgamma", Tensor::lgamma),
            Map.entry("digamma", Tensor::digamma),
            Map.entry("polygamma1", x -> x.polygamma(1)),
            Map.entry("polygamma2", x -> x.polygamma(2)),
            Map.entry("polygamma5", x -> x.polygamma(5)),
            Map.entry("erfinv", Tensor::erfinv),
            Map.entry("erfcx", Tensor::erfcx),
            Map.entry("ndtr", Tensor::ndtr),
            Map.entry("logNdtr", Tensor::logNdtr),
            Map.entry("entr", Tensor::entr),
            Map.entry("sinc", Tensor::sinc),
            Map.entry("logit", Tensor::logit),
            Map.entry("i0", Tensor::i0),
            Map.entry("i0e", Tensor::i0e),
            Map.entry("i1", Tensor::i1),
            Map.entry("i1e", Tensor::i1e));

    private static final Map<String, Formula> FORMULAS = Map.ofEntries(
            Map.entry("lgamma", Formulas.LGAMMA),
            Map.entry("digamma", Formulas.DIGAMMA),
            Map.entry("polygamma1", Formula.of("polygamma", x -> SpecialFunctions.polygamma(1, x))),
            Map.entry("polygamma2", Formula.of("polygamma", x -> SpecialFunctions.polygamma(2, x))),
            Map.entry("polygamma5", Formula.of("polygamma", x -> SpecialFunctions.polygamma(5, x))),
            Map.entry("erfinv", Formulas.ERFINV),
            Map.entry("erfcx", Formulas.ERFCX),
            Map.entry("ndtr", Formulas.NDTR),
            Map.entry("logNdtr", Formulas.LOG_NDTR),
            Map.entry("entr", Formulas.ENTR),
            Map.entry("sinc", Formulas.SINC),
            Map.entry("logit", Formulas.LOGIT),
            Map.entry("i0", Formulas.I0),
            Map.entry("i0e", Formulas.I0E),
            Map.entry("i1", Formulas.I1),
            Map.entry("i1e", Formulas.I1E));

    private record Known(String name, double at, double value, double derivative) {
        static Known read(String line) {
            String[] parts = line.strip().split(" ");
            return new Known(
                    parts[0], Double.parseDouble(parts[1]), Double.parseDouble(parts[2]), Double.parseDouble(parts[3]));
        }

        double compute(DType dtype) {
            return FUNCTIONS.get(name).apply(Tensor.scalar(dtype, at)).item();
        }

        double computeDerivative(DType dtype) {
            Tensor x = Tensor.scalar(dtype, at);
            return x.map(FORMULAS.get(name).vectorJacobianProduct(0), Tensor.scalar(dtype, 1))
                    .item();
        }
    }

    private static Stream<Known> values() {
        return VALUES.lines().map(Known::read);
    }

    private static Stream<Known> corners() {
        return CORNERS.lines().map(Known::read);
    }

    /** Relative to the value, or to 1 where lgamma and digamma may be near one of their zeros. */
    @ParameterizedTest
    @MethodSource("values")
    void doublesAreExactToTwelveDigitsAndMore(Known known) {
        double least = known.name.endsWith("gamma") && known.at < 0 || known.name.equals("digamma") ? 1 : 0;
        check(known.compute(DType.FLOAT64), known.value, 2e-14, least);
        check(known.computeDerivative(DType.FLOAT64), known.derivative, 6e-14, least);
    }

    /** Errors of arguments' squares grow with them: below −5 the error of erfcx and ndtr is 1e-6. */
    @ParameterizedTest
    @MethodSource("values")
    void floatsAreExactToSixDigits(Known known) {
        boolean inRange = Math.abs(known.value) < 1e38 && Math.abs(known.derivative) < 1e38;
        if (!inRange) {
            assertThat(known.compute(DType.FLOAT32)).isInfinite();
            return;
        }
        double least = known.name.endsWith("gamma") ? 1 : known.name.equals("sinc") ? 0.1 : 1e-30;
        check(known.compute(DType.FLOAT32), known.value, 6e-6, least);
        check(known.computeDerivative(DType.FLOAT32), known.derivative, 1.2e-5, Math.max(least, 0.01));
    }

    @ParameterizedTest
    @MethodSource("corners")
    void cornersArePyTorchs(Known known) {
        for (DType dtype : DType.values()) {
            double tolerance = dtype == DType.FLOAT64 ? 1e-15 : 1e-6;
            check(known.compute(dtype), known.value, tolerance, 0);
            check(known.computeDerivative(dtype), known.derivative, tolerance, 0);
        }
    }

    private static void check(double actual, double expected, double tolerance, double least) {
        if (Double.isNaN(expected) || Double.isInfinite(expected)) {
            assertThat(Double.valueOf(actual)).isEqualTo(Double.valueOf(expected));
        } else {
            assertThat(Math.abs(actual - expected))
                    .isLessThanOrEqualTo(tolerance * Math.max(Math.abs(expected), least));
        }
    }

    /** Near its zeros 1 and 2, lgamma is exact in relative terms, in single precision too. */
    @Test
    void lgammaIsExactNearItsZeros() {
        // mpmath, 50 digits
        float[] at = {1.0000001f, 0.99999994f, 1.001f, 2.000001f, 1.9999999f};
        double[] expected = {
            -6.880945764253472e-08,
            3.440473758723674e-08,
            -0.0005764204947818381,
            4.0319885504430156e-07,
            -5.0399815637755424e-08
        };
        for (int i = 0; i < at.length; i++) {
            assertThat(Tensor.scalar(at[i]).lgamma().item() / expected[i]).isBetween(1 - 1e-6, 1 + 1e-6);
        }
        assertThat(Tensor.of(new float[] {1, 2}).lgamma()).isEqualTo(Tensor.zeros(2));
    }

    @Test
    void xlog1pyAndLogitWithLimitsAtTheCorners() {
        double nan = Double.NaN;
        double infinite = Double.POSITIVE_INFINITY;
        for (DType dtype : DType.values()) {
            Tensor x = Tensor.of(new double[] {0, 0, 0, 0, 1, 1, 2, nan, 0, 3}).to(dtype);
            Tensor y = Tensor.of(new double[] {-1, -2, nan, infinite, -1, -2, infinite, 0, 0, 1})
                    .to(dtype);
            double[] products = {0, 0, nan, 0, -infinite, nan, infinite, nan, 0, 3 * StrictMath.log(2)};
            assertThat(x.xlog1py(y)).isEqualTo(Tensor.of(products).to(dtype));
            Tensor one = Tensor.scalar(dtype, 1);
            Tensor byY = x.map(Formulas.XLOG1PY.vectorJacobianProduct(1), y, one);
            double[] slopes = {nan, 0, nan, 0, infinite, -1, 0, nan, 0, 1.5};
            assertThat(byY).isEqualTo(Tensor.of(slopes).to(dtype));
        }
        Tensor limited =
                Tensor.of(new double[] {0, 1, -1, 2, 0.5, nan, 0.05, 0.95}).logit(0.1);
        double end = 2.197224577336219;
        Tensor expected = Tensor.of(new double[] {-end, end, -end, end, 0, nan, -end, end});
        assertThat(limited.isClose(expected, 1e-15, 0).add(limited.isNaN()))
                .isEqualTo(expected.mul(0).isNaN().mul(0).add(1));
    }

    @Test
    void whatHasNoMeaningIsSaid() {
        Tensor x = Tensor.ones(2);
        assertThatThrownBy(() -> x.polygamma(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("polygamma: order -1, expected 0 to 20");
        assertThatThrownBy(() -> x.polygamma(21)).hasMessageContaining("order 21");
        assertThatThrownBy(() -> x.logit(Double.NaN)).hasMessageContaining("epsilon is NaN");
        assertThat(x.polygamma(0)).isEqualTo(x.digamma());
        assertThat(x.polygamma(20).isFinite()).isTrue();
    }
}
