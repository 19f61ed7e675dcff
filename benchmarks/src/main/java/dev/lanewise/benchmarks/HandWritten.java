package dev.lanewise.benchmarks;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops that a formula's kernel is measured against, written by hand on the Vector API: the same polynomials, the
 * same order of operations, for lengths that are whole vectors. All is written out in the loop, since HotSpot stopped
 * inlining helper methods that took vectors, and then made an object of each.
 */
final class HandWritten {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private HandWritten() {}

    /** out = exp(x) · z + 1. */
    static void expTimesPlusOne(float[] x, float[] z, float[] out) {
        for (int i = 0; i < x.length; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector bounded = v.max(-104f).min(89f);
            FloatVector rounded = bounded.fma(
                    FloatVector.broadcast(SPECIES, 1.442695040888963f), FloatVector.broadcast(SPECIES, 12582912f));
            FloatVector whole = rounded.sub(12582912f);
            FloatVector r = whole.fma(FloatVector.broadcast(SPECIES, -0.6931471805599453f), bounded);
            r = whole.fma(FloatVector.broadcast(SPECIES, (float) -(0.6931471805599453 - 0.6931471824645996)), r);
            FloatVector q = FloatVector.broadcast(SPECIES, 1.3847119e-03f);
            q = q.fma(r, FloatVector.broadcast(SPECIES, 8.3699925e-03f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 4.166801e-02f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 1.6666509e-01f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 4.9999994e-01f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 1f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 1f));
            IntVector all = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            IntVector half = rounded.reinterpretAsInts()
                    .lanewise(VectorOperators.ASHR, 1)
                    .lanewise(VectorOperators.LSHL, 23);
            FloatVector first = half.add(127 << 23).reinterpretAsFloats();
            FloatVector second = all.sub(half).add(127 << 23).reinterpretAsFloats();
            FloatVector e = q.mul(first).mul(second);
            e.mul(FloatVector.fromArray(SPECIES, z, i)).add(1f).intoArray(out, i);
        }
    }

    /** out = x/2 · (1 + erf(x/√2)). */
    static void gelu(float[] x, float[] out) {
        for (int i = 0; i < x.length; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector u = v.mul(0.70710677f);
            FloatVector square = u.mul(u);
            FloatVector s = FloatVector.broadcast(SPECIES, 7.806904e-05f);
            s = s.fma(square, FloatVector.broadcast(SPECIES, -7.997853e-04f));
            s = s.fma(square, FloatVector.broadcast(SPECIES, 5.187162e-03f));
            s = s.fma(square, FloatVector.broadcast(SPECIES, -2.6853347e-02f));
            s = s.fma(square, FloatVector.broadcast(SPECIES, 1.1283579e-01f));
            s = s.fma(square, FloatVector.broadcast(SPECIES, -3.7612626e-01f));
            s = s.fma(square, FloatVector.broadcast(SPECIES, 1.2837917e-01f));
            FloatVector small = s.fma(u, u);
            FloatVector magnitude = u.abs();
            FloatVector bounded = magnitude.min(4f);
            FloatVector l = FloatVector.broadcast(SPECIES, 1.1230015e-05f);
            l = l.fma(bounded, FloatVector.broadcast(SPECIES, -3.2279402e-04f));
            l = l.fma(bounded, FloatVector.broadcast(SPECIES, 3.6424296e-03f));
            l = l.fma(bounded, FloatVector.broadcast(SPECIES, -2.376202e-02f));
            l = l.fma(bounded, FloatVector.broadcast(SPECIES, 1.06236845e-01f));
            l = l.fma(bounded, FloatVector.broadcast(SPECIES, 6.351513e-01f));
            l = l.fma(bounded, FloatVector.broadcast(SPECIES, 1.2864849e-01f));
            FloatVector exponent = l.fma(bounded, bounded).neg();
            FloatVector rounded = exponent.fma(
                    FloatVector.broadcast(SPECIES, 1.442695040888963f), FloatVector.broadcast(SPECIES, 12582912f));
            FloatVector whole = rounded.sub(12582912f);
            FloatVector r = whole.fma(FloatVector.broadcast(SPECIES, -0.6931471805599453f), exponent);
            r = whole.fma(FloatVector.broadcast(SPECIES, (float) -(0.6931471805599453 - 0.6931471824645996)), r);
            FloatVector q = FloatVector.broadcast(SPECIES, 1.3847119e-03f);
            q = q.fma(r, FloatVector.broadcast(SPECIES, 8.3699925e-03f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 4.166801e-02f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 1.6666509e-01f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 4.9999994e-01f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 1f));
            q = q.fma(r, FloatVector.broadcast(SPECIES, 1f));
            FloatVector scale = rounded.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 23)
                    .add(127 << 23)
                    .reinterpretAsFloats();
            FloatVector large = FloatVector.broadcast(SPECIES, 1f).sub(q.mul(scale));
            IntVector sign = u.reinterpretAsInts().and(0x80000000);
            FloatVector erf =
                    large.reinterpretAsInts().or(sign).reinterpretAsFloats().blend(small, magnitude.lt(0.96f));
            v.mul(0.5f).mul(erf.add(1f)).intoArray(out, i);
        }
    }

    /** AdamW's update, in place. */
    static void adamW(float[] p, float[] g, float[] m, float[] v, float[] s) {
        FloatVector factor = FloatVector.broadcast(SPECIES, s[0]);
        FloatVector beta1 = FloatVector.broadcast(SPECIES, s[1]);
        FloatVector oneMinusBeta1 = FloatVector.broadcast(SPECIES, s[2]);
        FloatVector beta2 = FloatVector.broadcast(SPECIES, s[3]);
        FloatVector oneMinusBeta2 = FloatVector.broadcast(SPECIES, s[4]);
        FloatVector correction = FloatVector.broadcast(SPECIES, s[5]);
        FloatVector epsilon = FloatVector.broadcast(SPECIES, s[6]);
        FloatVector keep = FloatVector.broadcast(SPECIES, s[7]);
        FloatVector stepSize = FloatVector.broadcast(SPECIES, s[8]);
        for (int i = 0; i < p.length; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, g, i).mul(factor);
            FloatVector mean = FloatVector.fromArray(SPECIES, m, i).mul(beta1).add(gradient.mul(oneMinusBeta1));
            FloatVector variance = FloatVector.fromArray(SPECIES, v, i)
                    .mul(beta2)
                    .add(gradient.mul(gradient).mul(oneMinusBeta2));
            FloatVector deviation = variance.sqrt().mul(correction).add(epsilon);
            FloatVector kept = FloatVector.fromArray(SPECIES, p, i).mul(keep);
            kept.sub(mean.div(deviation).mul(stepSize)).intoArray(p, i);
            mean.intoArray(m, i);
            variance.intoArray(v, i);
        }
    }
}
