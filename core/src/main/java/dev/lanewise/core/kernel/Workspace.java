package dev.lanewise.core.kernel;

import java.util.Arrays;

/** A thread's blocks for the interpreter: kept, since fresh ones would cost more than many a formula. */
final class Workspace {

    /** Elements of a block: 2 KB, so that a formula's live values stay in the first-level cache. A multiple of 16. */
    static final int BLOCK = 512;

    private static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

    private float[][] floats = {};
    private int[][] ints = {};
    private int[] scalars = {};
    private float[][] lanes = {};
    private float[][] temporaries = {};

    private Workspace() {}

    static Workspace ofThread() {
        return OF_THREAD.get();
    }

    float[][] floats(int count) {
        floats = atLeast(count, floats, BLOCK);
        return floats;
    }

    /** Blocks for values that go from one compiled stage to the next. */
    float[][] temporaries(int count) {
        temporaries = atLeast(count, temporaries, BLOCK);
        return temporaries;
    }

    int[][] ints(int count) {
        if (ints.length < count) {
            int had = ints.length;
            ints = Arrays.copyOf(ints, count);
            for (int i = had; i < count; i++) {
                ints[i] = new int[BLOCK];
            }
        }
        return ints;
    }

    /** The bits of values that are the same along a row. */
    int[] scalars(int count) {
        if (scalars.length < count) {
            scalars = new int[count];
        }
        return scalars;
    }

    /** The lanes of each result that is reduced. */
    float[][] lanes(int count) {
        lanes = atLeast(count, lanes, Finish.LANES);
        return lanes;
    }

    private static float[][] atLeast(int count, float[][] blocks, int size) {
        if (blocks.length >= count) {
            return blocks;
        }
        float[][] more = Arrays.copyOf(blocks, count);
        for (int i = blocks.length; i < count; i++) {
            more[i] = new float[size];
        }
        return more;
    }
}
