package dev.lanewise.core.kernel;

import java.util.Arrays;

/**
 * Attention over blocks of queries: the scores of a block against all keys it may see stay in cache, and no matrix of
 * all scores exists.
 *
 * @param queries the number of queries, t
 * @param keys the number of keys and values, s
 * @param width the length of a query and of a key, d
 * @param valueWidth the length of a value, e
 * @param causal whether query i sees only keys 0 to i + s − t
 * @param scale what scores are multiplied by, positive
 * @param rows the kernels that work on rows of scores
 */
public record AttentionKernel(
        int queries, int keys, int width, int valueWidth, boolean causal, float scale, Rows rows) {
    /**
     * Queries a block. With 256 keys a block's scores are 64 KB: they stay in the second-level cache while the products
     * read them.
     */
    private static final int BLOCK = 64;

    /** Matrices of a batch, each row dense: where each starts, and from row to row. */
    public record Matrices(float[] array, int[] offsets, int rowStride) {
        /** One matrix of the batch from a row on. */
        private Matrix of(int batch, int row) {
            return new Matrix(array, offsets[batch] + row * rowStride, rowStride, 1);
        }
    }

    /**
     * The kernels on rows.
     *
     * @param max (s) → max
     * @param weights (s, max, scale) → exp((s − max) · scale), stored and summed
     * @param normalized (x, sum) → x / sum
     * @param logSum (sum) → ln sum
     * @param weightsAgain (s, max, logSum, scale) → exp((s − max) · scale − logSum)
     * @param product (x, y) → Σ x · y
     * @param scoreGradient (p, g, delta, scale) → p · (g − delta) · scale
     */
    public record Rows(
            RowKernel max,
            RowKernel weights,
            RowKernel normalized,
            RowKernel logSum,
            RowKernel weightsAgain,
            RowKernel product,
            RowKernel scoreGradient) {}

    /**
     * Computes the results, and of each query its largest score, unscaled, and the logarithm of its sum of exponentials
     * of differences from that. The two are never added: of large scores the logarithm would be rounded away.
     */
    public void forward(
            int batches, Matrices q, Matrices k, Matrices v, Matrices result, float[] largest, float[] logSums) {
        int blocks = (queries + BLOCK - 1) / BLOCK;
        Parallel.forEach(batches * blocks, task -> {
            int batch = task / blocks;
            int from = task % blocks * BLOCK;
            int count = Math.min(BLOCK, queries - from);
            int seen = seen(from + count);
            int row = batch * queries + from;
            float[] sum = new float[count];
            float[] factor = {scale};
            Matrix mixed = result.of(batch, from); // (count, e)
            Matrix weights = scores(q.of(batch, from), k.of(batch, 0), from, count, seen); // (count, seen)

            RowCall.of(rows.max).read(weights).write(largest, row, 1).run(count, seen);
            RowCall.of(rows.weights)
                    .read(weights)
                    .read(largest, row, 1)
                    .read(factor, 0, 0)
                    .write(weights) // in place of the scores
                    .write(sum, 0, 1)
                    .run(count, seen);
            Gemm.sgemm(count, valueWidth, seen, weights, v.of(batch, 0), mixed, false);
            RowCall.of(rows.normalized).read(mixed).read(sum, 0, 1).write(mixed).run(count, valueWidth);
            RowCall.of(rows.logSum).read(sum, 0, 0).write(logSums, row, 0).run(1, count);
            ScratchBuffers.give(weights.values);
        });
    }

    /** Computes the gradients of queries, of which there is one at least, keys and values. */
    public void backward(
            int batches,
            Matrices q,
            Matrices k,
            Matrices v,
            Matrices result,
            float[] largest,
            float[] logSums,
            Matrices gradient,
            Matrices queryGradient,
            Matrices keyGradient,
            Matrices valueGradient) {
        // The blocks of one batch add to the same key and value gradients, so one task does them in order.
        Parallel.forEach(batches, batch -> {
            float[] delta = new float[BLOCK];
            float[] factor = {scale};
            for (int from = 0; from < queries; from += BLOCK) {
                int count = Math.min(BLOCK, queries - from);
                int seen = seen(from + count);
                boolean adds = from > 0;
                Matrix query = q.of(batch, from); // (count, d)
                Matrix key = k.of(batch, 0); // (seen, d)
                Matrix upstream = gradient.of(batch, from); // (count, e)
                Matrix slopes = new Matrix(ScratchBuffers.take(count * seen), 0, seen, 1); // (count, seen)
                Matrix weights = scores(query, key, from, count, seen); // (count, seen)

                RowCall.of(rows.weightsAgain)
                        .read(weights)
                        .read(largest, batch * queries + from, 1)
                        .read(logSums, batch * queries + from, 1)
                        .read(factor, 0, 0)
                        .write(weights)
                        .run(count, seen);
                RowCall.of(rows.product)
                        .read(upstream)
                        .read(result.of(batch, from))
                        .write(delta, 0, 1)
                        .run(count, valueWidth);
                if (adds) { // to zeros, what no query before has seen
                    int before = seen(from);
                    keyGradient.of(batch, before).clear(seen - before, width);
                    valueGradient.of(batch, before).clear(seen - before, valueWidth);
                }
                // V' += Pᵀ·O', P' = O'·Vᵀ
                Gemm.sgemm(seen, valueWidth, count, weights.transposed(), upstream, valueGradient.of(batch, 0), adds);
                Gemm.sgemm(count, seen, valueWidth, upstream, v.of(batch, 0).transposed(), slopes, false);
                RowCall.of(rows.scoreGradient)
                        .read(weights)
                        .read(slopes)
                        .read(delta, 0, 1)
                        .read(factor, 0, 0)
                        .write(slopes)
                        .run(count, seen);
                // Q' = S'·K, K' += S'ᵀ·Q
                Gemm.sgemm(count, width, seen, slopes, key, queryGradient.of(batch, from), false);
                Gemm.sgemm(seen, width, count, slopes.transposed(), query, keyGradient.of(batch, 0), adds);
                ScratchBuffers.give(slopes.values);
                ScratchBuffers.give(weights.values);
            }
        });
    }

    /** How many keys the queries before number {@code end} may see. */
    private int seen(int end) {
        return causal ? end + keys - queries : keys;
    }

    /** The scores of a block, Q·Kᵀ, unscaled, in a scratch buffer; −∞ where a query must not look. */
    private Matrix scores(Matrix query, Matrix key, int from, int count, int seen) {
        float[] scores = ScratchBuffers.take(count * seen);
        Matrix matrix = new Matrix(scores, 0, seen, 1);
        Gemm.sgemm(count, seen, width, query, key.transposed(), matrix, false);
        if (causal) {
            for (int row = 0; row < count; row++) {
                Arrays.fill(scores, row * seen + seen(from + row + 1), (row + 1) * seen, Float.NEGATIVE_INFINITY);
            }
        }
        return matrix;
    }
}
