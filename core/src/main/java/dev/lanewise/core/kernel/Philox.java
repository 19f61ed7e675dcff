package dev.lanewise.core.kernel;

/**
 * The counter-based random generator Philox 4x32-10: four random words are a function of a 64-bit key and a 128-bit
 * counter.
 *
 * <p>Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; constants
 * and test vectors from its Random123 library.
 */
public final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** What the key's halves grow by from round to round: the golden ratio and √3 − 1, times 2³². */
    private static final int WEYL_0 = 0x9E3779B9;

    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    /** Words handed to a thread at a time. */
    private static final int GRAIN = 1 << 14;

    private Philox() {}

    /**
     * Writes the four words of one counter.
     *
     * @param key low half: key word 0, high half: key word 1
     * @param low the counter's words 0 (low half) and 1
     * @param high the counter's words 2 (low half) and 3
     */
    public static void block(long key, long low, long high, int[] words, int at) {
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        int c0 = (int) low;
        int c1 = (int) (low >>> 32);
        int c2 = (int) high;
        int c3 = (int) (high >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & 0xffffffffL);
            long product1 = MULTIPLIER_1 * (c2 & 0xffffffffL);
            int next0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            int next2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c1 = (int) product1;
            c3 = (int) product0;
            c0 = next0;
            c2 = next2;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[at] = c0;
        words[at + 1] = c1;
        words[at + 2] = c2;
        words[at + 3] = c3;
    }

    /** Fills an array with words; word i is a function of key, kind and i. */
    public static void fill(long key, int kind, int[] words) {
        forEachBlock(key, kind, words.length, (block, first, count) -> System.arraycopy(block, 0, words, first, count));
    }

    /** Fills an array with multiples of 2⁻²⁴ in [0, 1), one word each. */
    public static void fill(long key, int kind, float[] values) {
        forEachBlock(key, kind, values.length, (block, first, count) -> {
            for (int i = 0; i < count; i++) {
                values[first + i] = (block[i] >>> 8) * 0x1p-24f;
            }
        });
    }

    /** Fills an array with multiples of 2⁻⁵³ in [0, 1), two words each. */
    public static void fill(long key, int kind, double[] values) {
        forEachBlock(key, kind, 2L * values.length, (block, first, count) -> {
            for (int i = 0; i < count; i += 2) {
                long bits = ((block[i] & 0xffffffffL) << 21) | (block[i + 1] >>> 11);
                values[(first + i) / 2] = bits * 0x1p-53;
            }
        });
    }

    private interface BlockUse {
        void take(int[] block, int first, int count);
    }

    private static void forEachBlock(long key, int kind, long words, BlockUse use) {
        if (words > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("more than 2^31-1 random words asked for at once: " + words);
        }
        int blocks = (int) ((words + 3) / 4);
        Parallel.forRange(blocks, GRAIN / 4, (from, to) -> {
            int[] block = new int[4];
            for (int i = from; i < to; i++) {
                // The kind is in a word of the counter that derived streams fill otherwise.
                block(key, i, kind, block, 0);
                use.take(block, 4 * i, (int) Math.min(4, words - 4L * i));
            }
        });
    }
}
