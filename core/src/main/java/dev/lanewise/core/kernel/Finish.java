package dev.lanewise.core.kernel;

import java.util.List;

/**
 * What becomes of the results of a row, as every kernel does it: the 16 virtual lanes of a sum and the fixed tree that
 * joins them.
 */
public final class Finish {

    /** The number of virtual lanes: element i of a row goes to lane {@code i mod 16}. */
    public static final int LANES = 16;

    private Finish() {}

    /** What a reduction's lanes are before the first element. */
    static float start(Reduction reduction) {
        return switch (reduction) {
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
            case STORE, ADD, SUM -> 0f;
        };
    }

    /** Sets 16 lanes. */
    public static void start(float[] lanes, int at, float value) {
        for (int lane = at; lane < at + LANES; lane++) {
            lanes[lane] = value;
        }
    }

    /** Sets the lanes of all results that are reduced. */
    static void start(List<Reduction> outputs, float[][] lanes) {
        for (int r = 0; r < outputs.size(); r++) {
            start(lanes[r], 0, start(outputs.get(r)));
        }
    }

    /** Does with a block's values what is to become of them. */
    static void block(Reduction reduction, float[] values, int n, float[] out, int at, float[] lanes) {
        switch (reduction) {
            case STORE -> System.arraycopy(values, 0, out, at, n);
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    out[at + i] += values[i];
                }
            }
            case SUM, MAX, MIN -> accumulate(reduction, values, n, lanes);
        }
    }

    /** Writes what a row was reduced to. */
    static void row(
            List<Reduction> outputs, float[][] lanes, float[][] out, int[] outOffset, int[] outRowStride, int row) {
        for (int r = 0; r < outputs.size(); r++) {
            if (outputs.get(r).isReduction()) {
                out[r][outOffset[r] + row * outRowStride[r]] = join(outputs.get(r), lanes[r]);
            }
        }
    }

    /** Takes a block's first n values into the lanes; all blocks of a row but the last are multiples of 16 long. */
    private static void accumulate(Reduction reduction, float[] values, int n, float[] lanes) {
        int i = 0;
        switch (reduction) {
            case SUM -> {
                for (; i <= n - LANES; i += LANES) {
                    for (int lane = 0; lane < LANES; lane++) {
                        lanes[lane] += values[i + lane];
                    }
                }
                for (int lane = 0; i < n; lane++, i++) {
                    lanes[lane] += values[i];
                }
            }
            case MAX -> {
                float largest = lanes[0];
                for (; i < n; i++) {
                    largest = Math.max(largest, values[i]);
                }
                lanes[0] = largest;
            }
            case MIN -> {
                float smallest = lanes[0];
                for (; i < n; i++) {
                    smallest = Math.min(smallest, values[i]);
                }
                lanes[0] = smallest;
            }
            case STORE, ADD -> throw new IllegalArgumentException(reduction + " does not reduce");
        }
    }

    /** Joins the lanes of a reduction to one number. */
    private static float join(Reduction reduction, float[] lanes) {
        return switch (reduction) {
            case SUM -> sum(lanes, 0);
            case MAX -> max(lanes, 0);
            case MIN -> min(lanes, 0);
            case STORE, ADD -> throw new IllegalArgumentException(reduction + " does not reduce");
        };
    }

    /** The sum of 16 lanes by the fixed tree: lane l takes lane l + 8, then l + 4, l + 2, l + 1. */
    public static float sum(float[] lanes, int at) {
        float s0 = (lanes[at] + lanes[at + 8]) + (lanes[at + 4] + lanes[at + 12]);
        float s1 = (lanes[at + 1] + lanes[at + 9]) + (lanes[at + 5] + lanes[at + 13]);
        float s2 = (lanes[at + 2] + lanes[at + 10]) + (lanes[at + 6] + lanes[at + 14]);
        float s3 = (lanes[at + 3] + lanes[at + 11]) + (lanes[at + 7] + lanes[at + 15]);
        return (s0 + s2) + (s1 + s3);
    }

    /** The largest of 16 lanes, pair by pair so that not each has to wait for the one before. */
    public static float max(float[] lanes, int at) {
        float m0 = Math.max(Math.max(lanes[at], lanes[at + 8]), Math.max(lanes[at + 4], lanes[at + 12]));
        float m1 = Math.max(Math.max(lanes[at + 1], lanes[at + 9]), Math.max(lanes[at + 5], lanes[at + 13]));
        float m2 = Math.max(Math.max(lanes[at + 2], lanes[at + 10]), Math.max(lanes[at + 6], lanes[at + 14]));
        float m3 = Math.max(Math.max(lanes[at + 3], lanes[at + 11]), Math.max(lanes[at + 7], lanes[at + 15]));
        return Math.max(Math.max(m0, m2), Math.max(m1, m3));
    }

    /** The smallest of 16 lanes. */
    public static float min(float[] lanes, int at) {
        float m0 = Math.min(Math.min(lanes[at], lanes[at + 8]), Math.min(lanes[at + 4], lanes[at + 12]));
        float m1 = Math.min(Math.min(lanes[at + 1], lanes[at + 9]), Math.min(lanes[at + 5], lanes[at + 13]));
        float m2 = Math.min(Math.min(lanes[at + 2], lanes[at + 10]), Math.min(lanes[at + 6], lanes[at + 14]));
        float m3 = Math.min(Math.min(lanes[at + 3], lanes[at + 11]), Math.min(lanes[at + 7], lanes[at + 15]));
        return Math.min(Math.min(m0, m2), Math.min(m1, m3));
    }
}
