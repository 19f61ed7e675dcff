package dev.lanewise.benchmarks.peers;

/** A piece of work, done by one library on operands of its own. */
interface Work extends AutoCloseable {
    /** How far results may be from Lanewise's, relative to 1 + |Lanewise's|: the libraries add up in other orders. */
    double TOLERANCE = 1e-3;

    /** Does it once: what is measured. A result that the library holds outside the Java heap is freed within. */
    Object run();

    /** Does it once more, for its numbers, row by row. */
    float[] result();

    /** Frees what lies outside the Java heap. */
    @Override
    default void close() {}

    /**
     * The work itself, if it gives the expected numbers.
     *
     * @throws IllegalStateException if it does not: there is nothing to compare the speed of
     */
    default Work agreeingWith(float[] expected) {
        float[] actual = result();
        if (actual.length != expected.length) {
            throw new IllegalStateException("%s: %d numbers, expected %d"
                    .formatted(getClass().getSimpleName(), actual.length, expected.length));
        }
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= TOLERANCE * (1 + Math.abs(expected[i])))) {
                throw new IllegalStateException("%s: number %d is %s, Lanewise's is %s"
                        .formatted(getClass().getSimpleName(), i, actual[i], expected[i]));
            }
        }
        return this;
    }

    /** The threads that every library gets: those that Lanewise takes. */
    static int threads() {
        return Integer.getInteger("lanewise.threads", Runtime.getRuntime().availableProcessors());
    }
}
