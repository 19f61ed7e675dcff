package dev.lanewise.core;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that nobody reads any more, kept by a thread to become results again. The last one given back is the first one
 * taken, as it is the likeliest to be in the caches still. All are let go of before memory runs out.
 */
final class FreeArrays {
    /**
     * Tests set it: arrays are reused however small, and overwritten when they are given back, so that whoever reads
     * them all the same computes NaN.
     */
    private static final boolean POISONED = Boolean.getBoolean("lanewise.poison");

    /** Shorter arrays cost less to make than to count. */
    static final int SHORTEST = POISONED ? 1 : 2048;

    private static final ThreadLocal<SoftReference<FreeArrays>> OF_THREAD = new ThreadLocal<>();

    /** Arrays of one length. */
    private static final class Stack {
        final ArrayDeque<float[]> arrays = new ArrayDeque<>();

        /** The fewest that have been left at any time since the last trimming: so many were not needed. */
        int surplus;
    }

    private final Map<Integer, Stack> stacks = new HashMap<>();

    private FreeArrays() {}

    /** The calling thread's. */
    static FreeArrays ofThread() {
        SoftReference<FreeArrays> reference = OF_THREAD.get();
        FreeArrays arrays = reference == null ? null : reference.get();
        if (arrays == null) {
            arrays = new FreeArrays();
            OF_THREAD.set(new SoftReference<>(arrays));
        }
        return arrays;
    }

    /** An array of exactly this length that holds anything; null if there is none. */
    float @Nullable [] take(int length) {
        Stack stack = stacks.get(length);
        if (stack == null) {
            return null;
        }
        float[] array = stack.arrays.pollLast();
        stack.surplus = Math.min(stack.surplus, stack.arrays.size());
        return array;
    }

    void give(float[] array) {
        if (POISONED) {
            Arrays.fill(array, Float.NaN);
        }
        stacks.computeIfAbsent(array.length, length -> new Stack()).arrays.addLast(array);
    }

    /** Lets go of what was not needed since this was last called: to be called once a pass. */
    void trim() {
        for (Iterator<Stack> each = stacks.values().iterator(); each.hasNext(); ) {
            Stack stack = each.next();
            for (int i = 0; i < stack.surplus; i++) {
                stack.arrays.pollFirst();
            }
            stack.surplus = stack.arrays.size();
            if (stack.arrays.isEmpty()) {
                each.remove();
            }
        }
    }
}
