package dev.lanewise.core;

/**
 * Gamma, error and Bessel functions as expressions, from which float and double precision, gradients and gradients of
 * gradients all come.
 *
 * <p>The coefficients, highest power first, are those of the polynomials that agree with the function at the Chebyshev
 * nodes of the interval, computed in arithmetic of 60 digits; beside each stands the largest relative error of the
 * polynomial. Asymptotic series and reflection formulas are those of the NIST Handbook of Mathematical Functions
 * (dlmf.nist.gov), whose equations are named. Constants are divided by their factorials in double precision.
 */
final class SpecialFunctions {
    /** ln Γ(2 + y)/y for |y| ≤ 1/2: 3.7e-20. */
    private static final double[] LGAMMA = {
        -3.085985478390577e-08,
        6.472569840064724e-08,
        -9.558178101635195e-08,
        2.0193835401136915e-07,
        -4.508168225446838e-07,
        9.584207048594987e-07,
        -2.0389077825677104e-06,
        4.374223481082048e-06,
        -9.439526202058818e-06,
        2.0507291996563825e-05,
        -4.4926233820610826e-05,
        9.94575066878814e-05,
        -0.00022315475858818615,
        0.0005096695250241955,
        -0.0011927539116998527,
        0.0028905103307344045,
        -0.007385551028674025,
        0.02058080842778463,
        -0.06735230105319809,
        0.3224670334241132,
        0.42278433509846713
    };

    /**
     * erfinv(x)/x in w − 3.125, w = −ln(1 − x²) up to 6.25, as M. Giles (2010, Approximating the erfinv function)
     * divides it: 2.4e-18.
     */
    private static final double[] ERFINV_NEAR = {
        -1.9123778045391186e-23,
        -3.3795536525485224e-22,
        4.357475280244854e-21,
        1.8739434875095462e-20,
        -3.7848217521105335e-19,
        6.396664855709971e-19,
        1.5992591736199305e-17,
        -1.226305743260548e-16,
        -4.417003393665373e-17,
        6.525767922399858e-15,
        -3.998852309540432e-14,
        -8.074665167507013e-14,
        2.6303859148085384e-12,
        -1.2978692479994892e-11,
        -5.4142609576164565e-11,
        1.051223070748762e-09,
        -4.112661266924503e-09,
        -2.907039074871087e-08,
        4.234788178266526e-07,
        -1.3654691764135042e-06,
        -1.3882523394637344e-05,
        0.0001867342080200925,
        -0.0007407025341544301,
        -0.006033670871426909,
        0.2401581824255883,
        1.6536545626831027
    };

    /** The same in √w − 3.25, w up to 16: 2.2e-17. */
    private static final double[] ERFINV_FAR = {
        -1.5102695423335065e-08,
        6.969241977629694e-10,
        1.3104351499972014e-07,
        -2.713451105439456e-07,
        -2.7004219280868947e-08,
        1.4987130784186127e-06,
        -3.986084395214756e-06,
        2.9257291901789823e-06,
        1.2465167157087251e-05,
        -4.731898412011245e-05,
        6.828708654753377e-05,
        2.4031257015092525e-05,
        -0.00035503780975963814,
        0.0009532893637435638,
        -0.0016882755357337071,
        0.0024914420969817607,
        -0.003751208508215561,
        0.00537091455357168,
        1.0052589676941652,
        3.0838856104922208
    };

    /** The same in √w − 5, w up to 39, beyond which x is 1 in double precision: 4.3e-17. */
    private static final double[] ERFINV_FARTHEST = {
        -9.900243330035674e-12,
        3.692334967051689e-11,
        2.1775571366718214e-11,
        -4.1181269649711167e-10,
        1.4071208798732883e-09,
        -3.517258168882018e-09,
        7.727195813079082e-09,
        -1.5211628200978523e-08,
        2.9075857694299807e-08,
        -6.757954912208134e-08,
        2.2903223755584528e-07,
        -9.930222900361808e-07,
        4.526056728983053e-06,
        -1.968177183631928e-05,
        7.599527766149424e-05,
        -0.0002150301197468886,
        -0.00013871931836254952,
        1.0103004648645437,
        4.849906401408584
    };

    /** (1 + 2x)·exp(x²)·erfc(x) in t = (x − 3.75)/(x + 3.75), as {@link ErrorFunction} has it: 9.0e-20. */
    private static final double[] ERFCX = {
        1.573356801108122e-12,
        -7.325109195169462e-11,
        -4.814480501731076e-11,
        9.012777578546546e-10,
        5.77532716341681e-10,
        -6.542861076136757e-09,
        -4.44514123205713e-09,
        4.0966696513670466e-08,
        2.435345815508129e-08,
        -2.611421267797012e-07,
        -5.831227241796688e-08,
        1.7534398492983322e-06,
        -9.728229167464297e-07,
        -1.1445047333414064e-05,
        2.2383902048770412e-05,
        5.1649407160546035e-05,
        -0.0002901539767306064,
        0.00029371359494706955,
        0.0017556258319879623,
        -0.009746579547640485,
        0.02836227742156145,
        -0.05869339859054579,
        0.0923043211601956,
        -0.10880393014170754,
        0.0822767384901511,
        0.0035854154854636916,
        -0.14024059858554702,
        1.2375126308378275
    };

    /** I₀(x) in x²/4 (DLMF 10.25.2): 1/k!². The first term left out is below 1e-18 of the sum up to 8. */
    private static final double[] I0_SMALL = {
        2.5976979980828152e-48,
        1.4962740468957016e-45,
        7.915289708078262e-43,
        3.8310002187098785e-40,
        1.6894710964510564e-37,
        6.757884385804225e-35,
        2.4395962632753253e-32,
        7.904291893012054e-30,
        2.2843403570804838e-27,
        5.8479113141260385e-25,
        1.3157800456783586e-22,
        2.5789288895295828e-20,
        4.358389823304995e-18,
        6.276081345559193e-16,
        7.594058428126623e-14,
        7.594058428126624e-12,
        6.151187326782565e-10,
        3.936759889140842e-08,
        1.9290123456790124e-06,
        6.944444444444444e-05,
        0.001736111111111111,
        0.027777777777777776,
        0.25,
        1.0,
        1.0
    };

    /** √x·exp(−x)·I₀(x) in t = 16/x − 1, x from 8: 2.6e-17. */
    private static final double[] I0_LARGE = {
        -2.4421972688131832e-11,
        9.114760157514253e-11,
        1.7698085539456536e-10,
        -6.494591114401118e-10,
        -6.327909921997027e-10,
        2.163681278413876e-09,
        1.6084886155781772e-09,
        -4.5305710768621196e-09,
        -3.5862834111582305e-09,
        6.522264862032271e-09,
        7.600254486433509e-09,
        -5.0175940345046716e-09,
        -1.3427511481900905e-08,
        -6.856484545962442e-09,
        7.559364098665437e-09,
        2.156780676115673e-08,
        3.932512321137824e-08,
        8.872014585661555e-08,
        2.9735992084667734e-07,
        1.4838476780922646e-06,
        1.114303378845176e-05,
        0.00013621607438951463,
        0.0033605519836678913,
        0.4021765094450081
    };

    /** I₁(x)/x in x²/4 (DLMF 10.25.2): 1/(2·k!·(k + 1)!). */
    private static final double[] I1_SMALL = {
        5.195395996165631e-50,
        3.1172375976993783e-47,
        1.7207151539300568e-44,
        8.706818678886087e-42,
        4.022550229645372e-39,
        1.6894710964510563e-36,
        6.419990166514014e-34,
        2.195636636947793e-31,
        6.718648109060246e-29,
        1.827472285664387e-26,
        4.385933485594529e-24,
        9.21046031974851e-22,
        1.676303778194229e-19,
        2.615033893982997e-17,
        3.451844740057556e-15,
        3.7970292140633116e-13,
        3.417326292656981e-11,
        2.460474930713026e-09,
        1.3778659611992944e-07,
        5.787037037037037e-06,
        0.00017361111111111112,
        0.003472222222222222,
        0.041666666666666664,
        0.25,
        0.5
    };

    /** √x·exp(−x)·I₁(x) in t = 16/x − 1, x from 8: 2.8e-17. */
    private static final double[] I1_LARGE = {
        2.2421768596847442e-11,
        -9.491890392992048e-11,
        -1.6283264322621244e-10,
        6.7727478454462e-10,
        5.870664618471487e-10,
        -2.2624401109204446e-09,
        -1.5218214060680734e-09,
        4.763780078020254e-09,
        3.501765193290176e-09,
        -6.9444186339873875e-09,
        -7.687251308765992e-09,
        5.5720183980930355e-09,
        1.4051746928735543e-08,
        6.84757829926934e-09,
        -8.432168972932417e-09,
        -2.3394122958362557e-08,
        -4.3128498031006734e-08,
        -1.0001075046243961e-07,
        -3.4838563464253135e-07,
        -1.8349102493990178e-06,
        -1.5038547198221758e-05,
        -0.00021923576383137776,
        -0.009749577193235765,
        0.38939845902587233
    };

    /**
     * sin(πx)/(πx) in x²: its Taylor series, (−1)ᵏπ²ᵏ/(2k + 1)!, whose first term left out is below 1e-18 up to 1/2.
     */
    private static final double[] SINC = {
        -3.3481335350440666e-12,
        1.7165384749821432e-10,
        -7.304711822217775e-09,
        2.5312174041370274e-07,
        -6.975873661656381e-06,
        0.000148428793031071,
        -0.0023460810354558235,
        0.0261478478176548,
        -0.19075182412208422,
        0.8117424252833536,
        -1.6449340668482264,
        1.0
    };

    /** Bernoulli's numbers B₂, B₄, …, B₁₆ (DLMF 24.2). */
    private static final double[] BERNOULLI = {
        1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510
    };

    /** ½ ln 2π. */
    private static final double HALF_LN_TWO_PI = 0.918938533204672741780329736406;

    /** √½. */
    private static final double ROOT_HALF = 0.707106781186547524400844362105;

    /** From here on Stirling's series of eight terms is exact in double precision: the ninth is below 1e-17. */
    private static final double STIRLING = 9.5;

    /** By so much an argument is moved up where the series of eight terms is used for derivatives. */
    private static final int MOVED = 10;

    /** Beyond this order n! and the powers leave the range of single precision. */
    static final int LARGEST_ORDER = 20;

    private SpecialFunctions() {}

    private static Expr polynomial(Expr x, double[] coefficients) {
        Expr sum = Expr.constant(coefficients[0]);
        for (int k = 1; k < coefficients.length; k++) {
            sum = sum.fma(x, Expr.constant(coefficients[k]));
        }
        return sum;
    }

    /**
     * ln |Γ(x)|. Below ½ by reflection (DLMF 5.5.3); up to 9.5 the argument is brought to [3/2, 5/2) by factors x − 1,
     * x − 2, …, or one factor more below 3/2, with ln Γ there a polynomial that is 0 at 2; beyond Stirling's series
     * (DLMF 5.11.1).
     */
    static Expr lgamma(Expr x) {
        Expr reflected = x.lt(0.5);
        Expr fromOne = reflected.select(x.neg(), x.sub(1)); // the argument less 1, exact where it is near 1
        Expr argument = fromOne.add(1);

        Expr rest = fromOne.lt(0.5).select(fromOne, fromOne.sub(1)); // the argument, once brought there, less 2
        Expr factors = Expr.constant(1);
        for (double least = 2.5; least < STIRLING; least++) { // one step for each whole number between
            Expr goesOn = rest.ge(0.5);
            factors = goesOn.select(factors.mul(rest.add(1)), factors);
            rest = goesOn.select(rest.sub(1), rest);
        }
        Expr logarithm = fromOne.lt(0.5).select(fromOne.log1p().neg(), factors.log());
        Expr small = polynomial(rest, LGAMMA).fma(rest, logarithm);

        Expr inverse = argument.reciprocal();
        double[] series = new double[BERNOULLI.length];
        for (int k = 0; k < series.length; k++) {
            series[series.length - 1 - k] = BERNOULLI[k] / ((2 * k + 2) * (2 * k + 1));
        }
        Expr large = argument.sub(0.5)
                .fma(
                        argument.log().sub(1),
                        polynomial(inverse.square(), series).fma(inverse, Expr.constant(HALF_LN_TWO_PI - 0.5)));
        // At ∞ the sum's gradient would be ∞ - ∞.
        Expr positive = argument.lt(STIRLING)
                .select(small, argument.eq(Double.POSITIVE_INFINITY).select(argument.square(), large));

        Expr fraction = x.gt(-0.5).select(x, x.sub(x.round())); // −0 stays
        Expr sine = fraction.mul(Math.PI)
                .sin()
                .mul(fraction.lt(0).select(-1.0, 1.0))
                .div(Math.PI);
        Expr usual = sine.log().neg().sub(positive);
        // At the poles below 0, and at −∞, ∞ without a gradient, as 0/0 and ∞/∞ are none.
        Expr infinite = x.eq(Double.NEGATIVE_INFINITY)
                .select(x.square(), fraction.square().reciprocal())
                .log();
        Expr pole = x.lt(0).mul(fraction.eq(0).add(x.eq(Double.NEGATIVE_INFINITY)));
        return reflected.select(pole.select(infinite, usual), positive);
    }

    /**
     * The derivative of ln Γ and, for an order above 0, derivatives of it: from the argument moved up by steps (DLMF
     * 5.5.2), where the asymptotic series holds (DLMF 5.11.2, and 5.15.8 for derivatives), below 0 by reflection (DLMF
     * 5.5.4, 5.15.6).
     */
    static Expr polygamma(int order, Expr x) {
        Expr isNegative = x.lt(0);
        Expr positive =
                positivePolygamma(order, isNegative.select(Expr.constant(1).sub(x), x));
        Expr fraction = x.sub(x.round());
        Expr angle = fraction.mul(Math.PI);
        Expr cotangent = angle.cos().div(angle.sin());
        // Of digamma's poles below 0 PyTorch says NaN, as the sign changes there.
        Expr slope = order == 0
                ? fraction.eq(0).select(fraction.div(fraction), cotangent)
                : polynomial(cotangent, derivativeOfCotangent(order));
        Expr signed = order % 2 == 0 ? positive : positive.neg();
        return isNegative.select(signed.sub(slope.mul(Math.PI)), positive);
    }

    private static Expr positivePolygamma(int order, Expr x) {
        double sign = order % 2 == 0 ? -1 : 1;
        Expr steps = x.reciprocal().pow(order + 1);
        for (int k = 1; k < MOVED; k++) {
            steps = steps.add(x.add(k).reciprocal().pow(order + 1));
        }
        Expr inverse = x.add(MOVED).reciprocal();
        double[] series = new double[BERNOULLI.length];
        for (int k = 0; k < series.length; k++) {
            int power = 2 * k + 2;
            double rising = order == 0 ? 1.0 / power : 1; // (power + order − 1)! / power!
            for (int i = 1; i < order; i++) {
                rising *= power + i;
            }
            series[series.length - 1 - k] = BERNOULLI[k] * rising;
        }
        Expr tail = polynomial(inverse.square(), series).mul(inverse.square()).add(inverse.mul(factorial(order) / 2));
        if (order == 0) {
            return x.add(MOVED).log().sub(tail).sub(steps);
        }
        Expr asymptotic = tail.add(factorial(order - 1)).mul(inverse.pow(order));
        return steps.mul(factorial(order)).add(asymptotic).mul(sign);
    }

    private static double factorial(int n) {
        double product = 1;
        for (int i = 2; i <= n; i++) {
            product *= i;
        }
        return product;
    }

    /** The derivatives of cot(πx) are polynomials in it, as its first one is −π(1 + cot²); highest power first. */
    private static double[] derivativeOfCotangent(int order) {
        double[] powers = {0, 1}; // lowest first
        for (int k = 0; k < order; k++) {
            double[] next = new double[powers.length + 1];
            for (int i = 1; i < powers.length; i++) {
                next[i - 1] -= Math.PI * i * powers[i];
                next[i + 1] -= Math.PI * i * powers[i];
            }
            powers = next;
        }
        double[] highestFirst = new double[powers.length];
        for (int i = 0; i < powers.length; i++) {
            highestFirst[i] = powers[powers.length - 1 - i];
        }
        return highestFirst;
    }

    /** The number whose error function is x. */
    static Expr erfinv(Expr x) {
        Expr w = Expr.constant(1).sub(x).mul(x.add(1)).log().neg();
        Expr root = w.sqrt();
        Expr far = w.lt(16).select(polynomial(root.sub(3.25), ERFINV_FAR), polynomial(root.sub(5), ERFINV_FARTHEST));
        Expr ratio = w.lt(6.25).select(polynomial(w.sub(3.125), ERFINV_NEAR), far);
        Expr endless = x.div(Expr.constant(1).sub(x.abs()));
        return x.abs().eq(1).select(endless, x.mul(ratio));
    }

    /** exp(x²)·erfc(x). */
    static Expr erfcx(Expr x) {
        return x.lt(0).select(x.square().exp().mul(2).sub(positiveErfcx(x.neg())), positiveErfcx(x));
    }

    private static Expr positiveErfcx(Expr x) {
        Expr t = Expr.constant(1).sub(x.add(3.75).reciprocal().mul(7.5));
        return polynomial(t, ERFCX).div(x.mul(2).add(1));
    }

    /** eˣ for x that is not above 0; in float precision, 0 where eˣ is no normal number. */
    static Expr expOfNonPositive(Expr x) {
        return Simplifier.unary(UnaryFunction.EXP_OF_NON_POSITIVE, x);
    }

    /** By erfc, which ends in subnormal numbers where {@link UnaryFunction#NORMAL_PROBABILITY} is 0. */
    static Expr ndtr(Expr x) {
        return x.mul(-ROOT_HALF).erfc().mul(0.5);
    }

    static Expr logNdtr(Expr x) {
        Expr u = x.mul(-ROOT_HALF);
        Expr small = positiveErfcx(u).mul(0.5).log().sub(x.square().mul(0.5));
        return x.lt(-1).select(small, u.neg().erfc().mul(-0.5).log1p());
    }

    /** −x·ln x; the gradient is ∞ at 0, as that of a root, and NaN below, as 0/0 and ∞/∞ are. */
    static Expr entr(Expr x) {
        Expr usual = x.mul(x.log()).neg();
        Expr positive = x.eq(Double.POSITIVE_INFINITY).select(x.square().neg(), usual);
        Expr negative = x.eq(Double.NEGATIVE_INFINITY)
                .select(x.mul(x.abs().log()), x.add(x.abs()).log());
        return x.gt(0).select(positive, x.lt(0).select(negative, x.sqrt()));
    }

    static Expr sinc(Expr x) {
        Expr angle = x.mul(Math.PI);
        return x.abs().lt(0.5).select(polynomial(x.square(), SINC), angle.sin().div(angle));
    }

    /** ln(x/(1 − x)), where that is near 0 as ln(1 + (2x − 1)/(1 − x)); NaN with its gradient outside [0, 1]. */
    static Expr logit(Expr x) {
        Expr rest = Expr.constant(1).sub(x);
        Expr near = x.mul(2).sub(1).div(rest).log1p();
        Expr usual = x.sub(0.5).abs().lt(0.25).select(near, x.log().sub(x.neg().log1p()));
        return x.lt(0).max(x.gt(1)).select(x.mul(rest).sqrt(), usual);
    }

    /** As {@link Formulas#XLOGY} of 1 + y. */
    static Expr xlog1py(Expr x, Expr y) {
        Expr other = y.eq(-1).select(y.add(1).sqrt(), y.isNaN().select(y, 0));
        Expr finite = y.gt(-1).select(y.min(Float.MAX_VALUE), other);
        return x.mul(x.eq(0).select(finite, y).log1p());
    }

    static Expr i0(Expr x) {
        Expr size = x.abs();
        Expr growth = size.exp();
        // Where that overflows the product's gradient would be ∞ - ∞. At ∞ PyTorch says NaN.
        Expr overflows = growth.eq(Double.POSITIVE_INFINITY).mul(size.lt(Double.POSITIVE_INFINITY));
        Expr far = overflows.select(growth, large(size, I0_LARGE).mul(growth));
        return size.le(8).select(polynomial(quarterOfSquare(x), I0_SMALL), far);
    }

    static Expr i0e(Expr x) {
        Expr size = x.abs();
        Expr small = polynomial(quarterOfSquare(x), I0_SMALL).mul(size.neg().exp());
        return size.le(8).select(small, large(size, I0_LARGE));
    }

    static Expr i1(Expr x) {
        Expr size = x.abs();
        return size.le(8)
                .select(
                        polynomial(quarterOfSquare(x), I1_SMALL).mul(x),
                        large(size, I1_LARGE).mul(size.exp()).mul(x.sign()));
    }

    static Expr i1e(Expr x) {
        Expr size = x.abs();
        Expr small =
                polynomial(quarterOfSquare(x), I1_SMALL).mul(x).mul(size.neg().exp());
        return size.le(8).select(small, large(size, I1_LARGE).mul(x.sign()));
    }

    private static Expr quarterOfSquare(Expr x) {
        return x.mul(0.5).square();
    }

    private static Expr large(Expr size, double[] coefficients) {
        return polynomial(Expr.constant(16).div(size).sub(1), coefficients).mul(size.rsqrt());
    }
}
