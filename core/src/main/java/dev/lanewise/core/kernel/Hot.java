package dev.lanewise.core.kernel;

import java.lang.System.Logger.Level;
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
     * A kernel that is not at speed by then lets others go first: a busy machine took some seconds, and the compiler
     * may be held up by something large.
     */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /**
     * A kernel that so many times was not at speed never will be, as in a JVM that was told not to use its optimising
     * compiler; the caller stays with scalar loops.
     */
    private static final int ATTEMPTS = 4;

    /** Trials after which the compiler has seen enough and is waited for: its threshold is 600 to 700 calls. */
    private static final int TRIALS = 1_000;

    private static final int TRIALS_AT_ONCE = 8;

    /** Multiply-adds in the time that it takes to make a kernel: 0.1 s. */
    private static final long WORTH_MAKING = 2_000_000_000L;

    private final Supplier<T> maker;
    private final @Nullable Supplier<Consumer<T>> trials;
    private final double atSpeedNanos;
    private volatile @Nullable T kernel;
    private volatile boolean isRequested;

    /** What has been lost without it. Threads may overwrite each other's counts: nothing depends on its exactness. */
    private long lost;

    /**
     * @param maker makes the kernel, in the background
     * @param trials makes, in the background too, a call such as those that there will be, short, but with some tens of
     *     turns of its innermost loop; if it is null, the kernel is handed out at once, at whatever speed
     * @param atSpeedNanos what that call takes at most if it is machine code of the optimising compiler
     */
    Hot(Supplier<T> maker, @Nullable Supplier<Consumer<T>> trials, double atSpeedNanos) {
        this.maker = maker;
        this.trials = trials;
        this.atSpeedNanos = atSpeedNanos;
    }

    /** The kernel, or null, as long as it is not at speed. */
    @Nullable
    T orNull() {
        T now = kernel;
        if (now == null && !isRequested) {
            request();
            return kernel;
        }
        return now;
    }

    /**
     * The kernel, or null, as long as it is not at speed. It is made when as much has been lost without it as making it
     * costs.
     *
     * @param loss the multiply-adds that doing without it now costs
     */
    @Nullable
    T orNull(long loss) {
        T now = kernel;
        if (now != null || isRequested) {
            return now;
        }
        lost = loss > WORTH_MAKING ? WORTH_MAKING : lost + loss;
        return lost >= WORTH_MAKING || isMadeAtOnce() ? orNull() : null;
    }

    /** Whether the kernel is being made, or has been. */
    boolean isRequested() {
        return isRequested;
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
        if (isRequested) {
            return;
        }
        Supplier<Consumer<T>> trial = trials;
        if (trial == null || isMadeAtOnce()) {
            kernel = maker.get();
        } else {
            Background.add(() -> warmUp(maker.get(), trial.get(), 1));
        }
        isRequested = true;
    }

    private boolean isMadeAtOnce() {
        return trials == null || WarmUp.isSkipped();
    }

    private void warmUp(T made, Consumer<T> trial, int attempt) throws InterruptedException {
        long start = System.nanoTime();
        for (int done = 0; System.nanoTime() - start < PATIENCE_NANOS; done += TRIALS_AT_ONCE) {
            long before = System.nanoTime();
            for (int i = 0; i < TRIALS_AT_ONCE; i++) {
                trial.accept(made);
            }
            if (System.nanoTime() - before < atSpeedNanos * TRIALS_AT_ONCE) {
                kernel = made;
                return;
            }
            if (done > TRIALS) {
                Thread.sleep(1); // the compiler is at work and can use this core
            }
        }
        if (attempt < ATTEMPTS) {
            Background.add(() -> warmUp(made, trial, attempt + 1));
        }
    }

    private interface Task {
        void run() throws InterruptedException;
    }

    /**
     * The thread in the background. It ends when there is nothing to do for some time, and does not hold up the JVM's
     * end.
     */
    private static final class Background {
        private static final LinkedBlockingQueue<Task> QUEUE = new LinkedBlockingQueue<>();
        private static boolean isRunning;

        private Background() {}

        static synchronized void add(Task task) {
            QUEUE.add(task);
            if (!isRunning) {
                isRunning = true;
                var thread = new Thread(null, Background::work, "lanewise-warm-up", 0, false);
                thread.setDaemon(true);
                thread.setPriority(Thread.MIN_PRIORITY);
                thread.start();
            }
        }

        private static synchronized boolean ends() {
            isRunning = !QUEUE.isEmpty();
            return !isRunning;
        }

        private static void work() {
            do {
                try {
                    for (Task task = next(); task != null; task = next()) {
                        task.run();
                    }
                } catch (InterruptedException e) {
                    // Nobody has a reason to interrupt this thread. Whoever does ends one warm-up.
                } catch (RuntimeException | LinkageError e) {
                    System.getLogger("dev.lanewise")
                            .log(Level.WARNING, "A kernel cannot be made; scalar loops go on", e);
                }
            } while (!ends());
        }

        private static @Nullable Task next() throws InterruptedException {
            return QUEUE.poll(1, TimeUnit.SECONDS);
        }
    }
}
