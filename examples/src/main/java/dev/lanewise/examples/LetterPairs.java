package dev.lanewise.examples;

/** The simplest model of a text, to compare with: a table that says how often each character follows each other one. */
final class LetterPairs {
    private LetterPairs() {}

    /**
     * The table's mean cross-entropy on the validation part, in nats a character, each pair counted once more than it
     * occurs (Laplace), so that none is impossible.
     */
    static double loss(Corpus corpus) {
        int size = corpus.vocabulary();
        var counts = new java.util.HashMap<
                Long, Integer>(); // a table of all pairs may be large: texts have up to a million characters
        int[] totals = new int[size];
        int[] training = corpus.training();
        for (int i = 0; i + 1 < training.length; i++) {
            counts.merge(pair(training, i), 1, Integer::sum);
            totals[training[i]]++;
        }
        int[] validation = corpus.validation();
        double sum = 0;
        for (int i = 0; i + 1 < validation.length; i++) {
            double count = counts.getOrDefault(pair(validation, i), 0) + 1;
            sum -= Math.log(count / (totals[validation[i]] + (double) size));
        }
        return sum / (validation.length - 1);
    }

    private static long pair(int[] tokens, int first) {
        return (long) tokens[first] << 32 | tokens[first + 1];
    }
}
