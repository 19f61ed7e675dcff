package dev.lanewise.nn.oracle;

import dev.lanewise.core.Tensor;

/**
 * How near results have to be to what is expected: |actual − expected| ≤ absolute + relative · |expected|.
 * Not-a-numbers and infinities have to be the same.
 */
record Close(double relative, double absolute) {
    /** What the oracle's README asks of double precision; the absolute part is for sums that cancel. */
    static final Close DOUBLE = new Close(1e-9, 1e-12);

    /** What the oracle's README asks of single precision. */
    static final Close SINGLE = new Close(1e-4, 1e-5);

    /** Compares values and shape; gives the worst error in units of what is allowed. */
    double check(String what, Tensor actual, Golden.Entry expected) {
        if (!actual.shape().equals(expected.shape())) {
            throw new AssertionError("%s: shape %s, expected %s".formatted(what, actual.shape(), expected.shape()));
        }
        return check(what, actual.toDoubles(), expected.doubles());
    }

    /** Compares values; tells of the worst one, and gives its error in units of what is allowed. */
    double check(String what, double[] actual, double[] expected) {
        if (actual.length != expected.length) {
            throw new AssertionError("%s: %d values, expected %d".formatted(what, actual.length, expected.length));
        }
        double worst = 0;
        int at = -1;
        int wrong = 0;
        for (int i = 0; i < actual.length; i++) {
            double error = error(actual[i], expected[i]);
            wrong += error <= 1 ? 0 : 1;
            if (error > worst) {
                worst = error;
                at = i;
            }
        }
        if (worst > 1) {
            throw new AssertionError("%s: %d of %d values are off; at %d it is %s, expected %s"
                    .formatted(what, wrong, actual.length, at, actual[at], expected[at]));
        }
        return worst;
    }

    private double error(double actual, double expected) {
        if (Double.compare(actual, expected) == 0 || actual == expected) {
            return 0;
        }
        double allowed = absolute + relative * Math.abs(expected);
        double error = Math.abs(actual - expected) / allowed;
        return Double.isNaN(error) || Double.isInfinite(allowed) ? Double.POSITIVE_INFINITY : error;
    }
}
