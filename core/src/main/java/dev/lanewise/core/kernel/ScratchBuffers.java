package dev.lanewise.core.kernel;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Arrays for what lives only within a kernel, as packed panels and blocks of scores do, kept from one call to the next:
 * a fresh array is filled with zeros first, at the cost of packing it once more, and the garbage collector has to come
 * the sooner (blocks of scores were a fifth of all that a training step allocated). Of each size, a power of two, as
 * many are kept as threads use at the same time. A thread gets back what it gave, if it can be, since that is in its
 * own caches.
 */
final class ScratchBuffers {
    private static final int SMALLEST_LOG = 10;
    private static final int LARGEST_LOG = 21;
    private static final int EACH = 2;
    private static final int KEPT = EACH * Parallel.threads() + 2;
    private static final AtomicReferenceArray<float @Nullable []> FREE =
            new AtomicReferenceArray<>((LARGEST_LOG - SMALLEST_LOG + 1) * KEPT);

    private ScratchBuffers() {}

    /** An array of at least this length, holding anything. */
    static float[] take(int length) {
        int log = Math.max(SMALLEST_LOG, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1));
        if (log > LARGEST_LOG) {
            return new float[length];
        }
        for (int slot = 0; slot < KEPT; slot++) {
            int i = place(log, slot);
            if (FREE.get(i) != null) {
                float @Nullable [] buffer = FREE.getAndSet(i, null);
                if (buffer != null) {
                    return buffer;
                }
            }
        }
        return new float[1 << log];
    }

    /** Where arrays of this size are: each thread looks at its own slots first, then at all others. */
    private static int place(int log, int slot) {
        return (log - SMALLEST_LOG) * KEPT + (EACH * Parallel.number() + slot) % KEPT;
    }

    /** Gives back an array that was taken. */
    static void give(float[] buffer) {
        int log = Integer.numberOfTrailingZeros(buffer.length);
        if (log > LARGEST_LOG || buffer.length != 1 << log || log < SMALLEST_LOG) {
            return;
        }
        for (int slot = 0; slot < KEPT; slot++) {
            int i = place(log, slot);
            if (FREE.get(i) == null && FREE.compareAndSet(i, null, buffer)) {
                return;
            }
        }
    }
}
