package dev.lanewise.core.kernel;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that is handed out only when the compiler has made fast machine code of it.
 *
 * <p>Code on the Vector API is a thousand times slower than that machine code as long as it is interpreted, and the
 * compiler takes some tenths of a second. So a kernel is first asked for in vain; a thread in the background makes it
 * and runs it on data of no meaning until it is at speed. Meanwhile the caller computes the same bits on scalar loops.
 */
final class Hot<T> {
    /**
     * A kernel that is not at speed by then never will be, as in a JVM that was told not to use its optimising
     * compiler; the caller stays with scalar loops. A busy machine took 2 seconds.
     */
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Calls after which the compiler has seen enough and is waited for: its threshold is 600 to 700 such calls. */
    private static final int CALLS = 1_000;

    private static final int CALLS_AT_ONCE = 8;

    private final Supplier<T> maker;
    private final Supplier<Consumer<T>> trials;
    private final double atSpeedNanos;
    private volatile @Nullable T kernel;
    private boolean requested;

    /**
     * @param maker makes the kernel, in the background
     * @param trials makes, in the background too, a call such as those that there will be, short, but with some tens of
     *     turns of its innermost loop
     * @param atSpeedNanos what that call takes at most if it is machine code of the optimising compiler
     */
    Hot(Supplier<T> maker, Supplier<Consumer<T>> trials, double atSpeedNanos) {
        this.maker = maker;
        this.trials = trials;
        this.atSpeedNanos = atSpeedNanos;
    }

    /** The kernel, or null, as long as it is not at speed. */
    @Nullable
    T orNull() {
        T now = kernel;
        if (now == null) {
            request();
        }
        return now;
    }

    /** The kernel, which was at speed already when it was asked for before. */
    T get() {
        T now = kernel;
        if (now == null) {
            throw new IllegalStateException("a kernel was used before it was ready");
        }
        return now;
    }

    private synchronized void request() {
        if (!requested) {
            requested = true;
            WarmUp.add(this);
        }
    }

    private void warmUp() throws InterruptedException {
        T made = maker.get();
        Consumer<T> trial = trials.get();
        long start = System.nanoTime();
        for (int calls = 0; System.nanoTime() - start < GIVE_UP_NANOS; calls += CALLS_AT_ONCE) {
            long before = System.nanoTime();
            for (int i = 0; i < CALLS_AT_ONCE; i++) {
                trial.accept(made);
            }
            if (System.nanoTime() - before < atSpeedNanos * CALLS_AT_ONCE) {
                kernel = made;
                return;
            }
            if (calls > CALLS) {
                Thread.sleep(1);
            }
        }
    }

    /** The thread in the background, which ends when there is nothing to do for some time. */
    private static final class WarmUp implements Runnable {
        private static final LinkedBlockingQueue<Hot<?>> QUEUE = new LinkedBlockingQueue<>();
        private static boolean running;

        static synchronized void add(Hot<?> hot) {
            QUEUE.add(hot);
            if (!running) {
                running = true;
                var thread = new Thread(null, new WarmUp(), "lanewise-warm-up", 0, false);
                thread.setDaemon(true);
                thread.setPriority(Thread.MIN_PRIORITY);
                thread.start();
            }
        }

        private static synchronized boolean ends() {
            running = !QUEUE.isEmpty();
            return !running;
        }

        @Override
        public void run() {
            do {
                try {
                    for (Hot<?> hot = next(); hot != null; hot = next()) {
                        hot.warmUp();
                    }
                } catch (InterruptedException e) {
                    // Nobody has a reason to interrupt this thread; whoever does delays it.
                }
            } while (!ends());
        }

        private static Hot<?> next() throws InterruptedException {
            return QUEUE.poll(1, TimeUnit.SECONDS);
        }
    }
}
