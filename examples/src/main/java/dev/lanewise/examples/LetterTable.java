package dev.lanewise.examples;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;

/**
 * How often each letter follows each other one in some names: what there is to know for a model that sees one letter.
 * The best such model gives each letter the share of times that it followed; no other has a lower mean cross-entropy on
 * these names (Gibbs' inequality).
 */
final class LetterTable {
    private static final int EVALUATION_BATCH = 4096;

    private final long[][] counts = new long[NameList.LETTERS][NameList.LETTERS];
    private final long[] totals = new long[NameList.LETTERS];
    private long total;

    /** Counts the pairs of all names, their beginnings and ends included. */
    LetterTable(NameList names) {
        for (Batch batch : names.examples(1).batches(EVALUATION_BATCH)) {
            int[] before = batch.tokens().toArray();
            int[] next = batch.labels().toArray();
            for (int i = 0; i < next.length; i++) {
                counts[before[i]][next[i]]++;
                totals[before[i]]++;
                total++;
            }
        }
    }

    /** The number of pairs. */
    long total() {
        return total;
    }

    /** How often a letter follows another one. */
    long count(int before, int next) {
        return counts[before][next];
    }

    /** The lowest mean cross-entropy that a model of one letter can reach on these names, in nats a letter. */
    double optimum() {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            for (long count : counts[i]) {
                if (count > 0) {
                    sum -= count * Math.log((double) count / totals[i]);
                }
            }
        }
        return sum / total;
    }

    /**
     * The mean cross-entropy of a model of one letter on all the names, in nats a letter, in double precision.
     *
     * @param logits [27, 27], for each letter a row of what may follow
     */
    double loss(Tensor logits) {
        Tensor logs = logits.to(DType.FLOAT64).logSoftmax(-1);
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                if (counts[i][j] > 0) { // 0 · log 0 is 0 here, not NaN
                    sum -= counts[i][j] * logs.at(i, j);
                }
            }
        }
        return sum / total;
    }

    /** The table as a model for other names: logits [27, 27], each pair counted once more than it occurs (Laplace). */
    Tensor smoothedLogits() {
        int letters = NameList.LETTERS;
        return Tensor.fill(
                DType.FLOAT64, Shape.of(letters, letters), i -> StrictMath.log(counts[i / letters][i % letters] + 1.0));
    }
}
