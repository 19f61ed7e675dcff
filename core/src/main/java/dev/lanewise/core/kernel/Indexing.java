package dev.lanewise.core.kernel;

import java.util.Arrays;

/** Picking elements of arrays by number, and adding to picked elements; float[] and double[] alike. */
public final class Indexing {
    private Indexing() {}

    /** result[i] = from[offset + positions[i]]. */
    public static void take(Object from, int offset, int[] positions, Object result) {
        switch (from) {
            case float[] floats -> {
                float[] target = (float[]) result;
                for (int i = 0; i < positions.length; i++) {
                    target[i] = floats[offset + positions[i]];
                }
            }
            case double[] doubles -> {
                double[] target = (double[]) result;
                for (int i = 0; i < positions.length; i++) {
                    target[i] = doubles[offset + positions[i]];
                }
            }
            default -> throw new IllegalArgumentException("not an array of float or double: " + from);
        }
    }

    /** target[positions[i]] += source[offset + i], in the order of i. */
    public static void add(Object source, int offset, int[] positions, Object target) {
        switch (source) {
            case float[] floats -> {
                float[] sums = (float[]) target;
                for (int i = 0; i < positions.length; i++) {
                    sums[positions[i]] += floats[offset + i];
                }
            }
            case double[] doubles -> {
                double[] sums = (double[]) target;
                for (int i = 0; i < positions.length; i++) {
                    sums[positions[i]] += doubles[offset + i];
                }
            }
            default -> throw new IllegalArgumentException("not an array of float or double: " + source);
        }
    }

    /**
     * Adds row i of the source to row rows[i] of the target, in the order of i; rows lie one behind the other, n
     * elements each.
     */
    public static void addRows(Object source, int sourceOffset, Object target, int targetOffset, int[] rows, int n) {
        for (int i = 0; i < rows.length; i++) {
            int from = sourceOffset + i * n;
            int to = targetOffset + rows[i] * n;
            switch (source) {
                case float[] floats -> addRow(floats, from, (float[]) target, to, n);
                case double[] doubles -> addRow(doubles, from, (double[]) target, to, n);
                default -> throw new IllegalArgumentException("not an array of float or double: " + source);
            }
        }
    }

    /**
     * {@link #addRows} to zeros, and the sum of that to the target, so with the same bits; only the rows that are named
     * are touched.
     */
    public static void addRowSums(
            float[] source, int sourceOffset, float[] target, int targetOffset, int[] rows, int n) {
        long[] order = new long[rows.length]; // the row, and where it is named
        for (int i = 0; i < rows.length; i++) {
            order[i] = (long) rows[i] << Integer.SIZE | i;
        }
        Arrays.sort(order);
        float[] sum = new float[n];
        for (int i = 0; i < order.length; i++) {
            int row = (int) (order[i] >>> Integer.SIZE);
            addRow(source, sourceOffset + (int) order[i] * n, sum, 0, n);
            if (i + 1 == order.length || (int) (order[i + 1] >>> Integer.SIZE) != row) {
                addRow(sum, 0, target, targetOffset + row * n, n);
                Arrays.fill(sum, 0);
            }
        }
    }

    private static void addRow(float[] source, int from, float[] target, int to, int n) {
        for (int i = 0; i < n; i++) {
            target[to + i] += source[from + i];
        }
    }

    private static void addRow(double[] source, int from, double[] target, int to, int n) {
        for (int i = 0; i < n; i++) {
            target[to + i] += source[from + i];
        }
    }
}
