package dev.lanewise.core;

import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.Parallel;

/**
 * What the library runs on in this JVM: vectors or scalar loops, and threads. The results are the same bits in any
 * case.
 */
public final class Vectorization {
    private Vectorization() {}

    /**
     * The width of the vectors in use in bits, 128, 256 or 512; 0 where everything runs on scalar loops. The system
     * property {@code lanewise.lanes} forces it.
     *
     * @throws IllegalArgumentException if the property asks for what cannot be had
     */
    public static int bits() {
        return Lanes.bits();
    }

    /** How many threads share large operations. The system property {@code lanewise.threads} sets it. */
    public static int threads() {
        return Parallel.threads();
    }

    /** What is used and why, in a sentence; with the mend where vectors are not. */
    public static String describe() {
        return Lanes.describe();
    }
}
