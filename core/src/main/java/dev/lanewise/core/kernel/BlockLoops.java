package dev.lanewise.core.kernel;

/**
 * One plain loop per operation, over blocks: what {@link BlockInterpreter} is made of. All formulas share them, so they
 * are compiled soon after the start, and most of them to vector instructions, which changes no bit.
 *
 * <p>All arrays are walked from 0, for the compiler does not vectorise over arrays that may overlap at an offset.
 */
final class BlockLoops {

    private BlockLoops() {}

    static void add(float[] a, float[] b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b[i];
        }
    }

    static void addScalar(float[] a, float b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b;
        }
    }

    static void sub(float[] a, float[] b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] - b[i];
        }
    }

    static void mul(float[] a, float[] b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] * b[i];
        }
    }

    static void mulScalar(float[] a, float b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] * b;
        }
    }

    static void div(float[] a, float[] b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] / b[i];
        }
    }

    static void fma(float[] a, float[] b, float[] c, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(a[i], b[i], c[i]);
        }
    }

    static void fmaScalarFactor(float[] a, float b, float[] c, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(a[i], b, c[i]);
        }
    }

    static void fmaScalarSummand(float[] a, float[] b, float c, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(a[i], b[i], c);
        }
    }

    static void fmaScalars(float[] a, float b, float c, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(a[i], b, c);
        }
    }

    static void neg(float[] a, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = -a[i];
        }
    }

    static void abs(float[] a, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.abs(a[i]);
        }
    }

    static void sqrt(float[] a, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = (float) Math.sqrt(a[i]);
        }
    }

    static void min(float[] a, float[] b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.min(a[i], b[i]);
        }
    }

    static void max(float[] a, float[] b, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.max(a[i], b[i]);
        }
    }

    static void selectLess(float[] a, float[] b, float[] ifTrue, float[] ifFalse, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] < b[i] ? ifTrue[i] : ifFalse[i];
        }
    }

    static void selectLessOrEqual(float[] a, float[] b, float[] ifTrue, float[] ifFalse, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] <= b[i] ? ifTrue[i] : ifFalse[i];
        }
    }

    static void selectEqual(float[] a, float[] b, float[] ifTrue, float[] ifFalse, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] == b[i] ? ifTrue[i] : ifFalse[i];
        }
    }

    static void bits(float[] a, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.floatToRawIntBits(a[i]);
        }
    }

    static void fromBits(int[] a, float[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(a[i]);
        }
    }

    static void intAdd(int[] a, int[] b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b[i];
        }
    }

    static void intAddScalar(int[] a, int b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b;
        }
    }

    static void intSub(int[] a, int[] b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] - b[i];
        }
    }

    static void intAnd(int[] a, int[] b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] & b[i];
        }
    }

    static void intAndScalar(int[] a, int b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] & b;
        }
    }

    static void intOr(int[] a, int[] b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] | b[i];
        }
    }

    static void intXor(int[] a, int[] b, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] ^ b[i];
        }
    }

    static void shiftLeft(int[] a, int distance, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] << distance;
        }
    }

    static void shiftRight(int[] a, int distance, int[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] >> distance;
        }
    }
}
