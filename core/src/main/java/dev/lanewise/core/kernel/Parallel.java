package dev.lanewise.core.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One pool of daemon threads for all kernels.
 *
 * <p>Work is given as a number of tasks and a body that does the task of an index. The calling thread takes part; tasks
 * go to whoever is free next, so nothing may depend on which thread does which task, nor on how many threads there are:
 * what a task computes is a function of its index alone.
 *
 * <p>Many user threads may call at once: the pool's threads help whomever they find, and a caller that finds no help
 * does all of its tasks itself, so no call ever waits for another. A call from inside a task runs on its own thread
 * alone.
 *
 * <p>The system property {@value #PROPERTY} sets the number of threads, the caller included; by default it is the
 * number of processors.
 */
public final class Parallel {
    static final String PROPERTY = "lanewise.threads";

    private static final int MOST_THREADS = 1024;

    /** Calls that pool threads can see at the same time; a call beyond them runs on its own thread alone. */
    private static final int MOST_CALLS = 64;

    /**
     * How long an idle thread of the pool looks for work before it parks. To wake a parked thread costs its waker some
     * microseconds and takes tens of them until it runs; a looking one takes part within one microsecond. The pause
     * between two products of a training step is mostly shorter than this: steps of a small GPT took 35 ms, where with
     * a tenth of it they took 38.
     */
    private static final long LOOK_NANOS = 500_000;

    /**
     * Chunks per thread in {@link #forRange}: enough to even out threads of unequal speed, few enough to cost nothing.
     */
    private static final int CHUNKS_PER_THREAD = 4;

    /** The number of threads asked for, or the reason why there is none. */
    record Setting(int threads, String error) {}

    private static final Setting SETTING =
            parse(System.getProperty(PROPERTY), Runtime.getRuntime().availableProcessors());

    /** Whether the current thread is inside a task that it does as a caller; the pool's own threads always are. */
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    /** What {@link #forRange} does with a part of its range. */
    @FunctionalInterface
    public interface RangeBody {
        /** Does the indices {@code from} (inclusive) to {@code to} (exclusive). */
        void accept(int from, int to);
    }

    private Parallel() {}

    /**
     * The number of threads that share the work, the caller included.
     *
     * @throws IllegalArgumentException if the property {@value #PROPERTY} is not a number from 1 to 1024
     */
    public static int threads() {
        if (SETTING.threads == 0) {
            throw new IllegalArgumentException(SETTING.error);
        }
        return SETTING.threads;
    }

    /**
     * Calls the body with 0, 1, … {@code tasks - 1}, each exactly once, in no particular order, and returns when all
     * calls have returned. If one throws, the calls that have not begun are dropped, and when the others have returned
     * the first exception is thrown, with any others as its suppressed ones.
     */
    public static void forEach(int tasks, IntConsumer body) {
        if (tasks <= 1 || threads() == 1 || isInside()) {
            for (int task = 0; task < tasks; task++) {
                body.accept(task);
            }
            return;
        }
        Pool.SHARED.run(tasks, body);
    }

    /**
     * Splits {@code [0, n)} into consecutive parts of at least {@code grain} indices (but for {@code n < grain}) and
     * calls the body with each, exactly once. How it is split depends on the number of threads, so the body's result
     * must not depend on that.
     */
    public static void forRange(int n, int grain, RangeBody body) {
        if (n <= 0) {
            return;
        }
        int threads = threads();
        int parts = threads == 1 ? 1 : Math.min(n / Math.max(1, grain), threads * CHUNKS_PER_THREAD);
        if (parts <= 1 || isInside()) {
            body.accept(0, n);
            return;
        }
        forEach(parts, part -> body.accept(begin(n, part, parts), begin(n, part + 1, parts)));
    }

    /** Where a part of {@code [0, n)} begins, and the one before it ends: parts differ by one index at the most. */
    static int begin(int n, int part, int parts) {
        return (int) ((long) n * part / parts);
    }

    /** Whether the current thread is inside a task, so that a further call would run on it alone. */
    static boolean isInside() {
        return Thread.currentThread() instanceof Worker || INSIDE.get();
    }

    /** The number of the current thread among those that share work, from 1; 0 for all that are not the pool's. */
    static int number() {
        return Thread.currentThread() instanceof Worker worker ? worker.number : 0;
    }

    static Setting parse(@Nullable String property, int processors) {
        if (property == null) {
            return new Setting(Math.clamp(processors, 1, MOST_THREADS), "");
        }
        try {
            int threads = Integer.parseInt(property.strip());
            if (threads >= 1 && threads <= MOST_THREADS) {
                return new Setting(threads, "");
            }
        } catch (NumberFormatException e) {
            // Said below, in words that name the property.
        }
        return new Setting(
                0,
                "-D%s=%s is not a number of threads: give a whole number from 1 to %d, or leave it out for one thread per processor (%d here)."
                        .formatted(PROPERTY, property, MOST_THREADS, processors));
    }

    /**
     * One call of {@link #forEach}. Each thread has a share of the tasks, consecutive ones, and draws from the others'
     * shares when its own is empty. So in call after call the same thread does the same part of the work, as long as
     * none is held up, and finds what it wrote last time in its own caches.
     */
    private static final class Call {
        /** Counters lie so far apart that threads do not wait for each other's cache lines. */
        private static final int PITCH = 16;

        private final int tasks;
        private final IntConsumer body;
        private final int shares = threads();
        private final AtomicIntegerArray drawn = new AtomicIntegerArray(shares * PITCH); // of each share, how many
        private final AtomicInteger finished = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private volatile @Nullable Thread waiting;

        Call(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
        }

        private int first(int share) {
            return begin(tasks, share, shares);
        }

        private boolean hasTasks(int share) {
            return drawn.get(share * PITCH) < first(share + 1) - first(share);
        }

        boolean hasTasks() {
            for (int share = 0; share < shares; share++) {
                if (hasTasks(share)) {
                    return true;
                }
            }
            return false;
        }

        /** Does tasks until there are none left to begin, beginning with a share. */
        void takePart(int own) {
            int done = 0;
            for (int i = 0; i < shares; i++) {
                int share = (own + i) % shares;
                while (hasTasks(share)) {
                    int task = first(share) + drawn.getAndIncrement(share * PITCH);
                    if (task < first(share + 1)) {
                        run(task);
                        done++;
                    }
                }
            }
            if (done > 0 && finished.addAndGet(done) == tasks) {
                LockSupport.unpark(waiting);
            }
        }

        private void run(int task) {
            if (failure.get() == null) {
                try {
                    body.accept(task);
                } catch (Throwable e) {
                    fail(e);
                }
            }
        }

        private void fail(Throwable e) {
            if (!failure.compareAndSet(null, e)) {
                Throwable first = failure.get();
                if (first != null && first != e) {
                    first.addSuppressed(e);
                }
            }
        }

        /** Waits for the tasks that others have drawn: they are short, so at first by looking. */
        void await() {
            long start = System.nanoTime();
            while (finished.get() < tasks) {
                for (int i = 0; i < 32 && finished.get() < tasks; i++) {
                    Thread.onSpinWait();
                }
                if (finished.get() < tasks && System.nanoTime() - start > LOOK_NANOS) {
                    park();
                    return;
                }
            }
        }

        private void park() {
            boolean interrupted = false;
            waiting = Thread.currentThread();
            while (finished.get() < tasks) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted(); // else park() would return at once, over and over
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        void throwFailure() {
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException("parallel: a task threw a checked exception", e);
            }
        }
    }

    /** The threads, and the calls that they can see. Created with the first call that needs it. */
    private static final class Pool {
        static final Pool SHARED = new Pool(threads() - 1);

        private final Worker[] workers;
        private final AtomicReferenceArray<@Nullable Call> calls = new AtomicReferenceArray<>(MOST_CALLS);

        /** Counts the calls, so that a worker that has looked through all of them knows when to look again. */
        private final AtomicInteger news = new AtomicInteger();

        Pool(int size) {
            workers = new Worker[size];
            for (int i = 0; i < size; i++) {
                workers[i] = new Worker(this, i + 1);
                workers[i].start();
            }
        }

        void run(int tasks, IntConsumer body) {
            var call = new Call(tasks, body);
            INSIDE.set(true);
            try {
                int place = publish(call);
                call.takePart(0);
                if (place >= 0) {
                    calls.set(place, null);
                }
                call.await();
            } finally {
                INSIDE.set(false);
            }
            call.throwFailure();
        }

        /** Shows a call to the workers; returns its place, or -1 if there is none left. */
        private int publish(Call call) {
            for (int place = 0; place < MOST_CALLS; place++) {
                if (calls.get(place) == null && calls.compareAndSet(place, null, call)) {
                    news.getAndIncrement();
                    wake(Math.min(call.tasks - 1, workers.length));
                    return place;
                }
            }
            return -1;
        }

        private void wake(int wanted) {
            for (int i = 0; i < workers.length && wanted > 0; i++) {
                if (workers[i].parked) {
                    LockSupport.unpark(workers[i]);
                }
                wanted--;
            }
        }

        /** Takes part in every call that has tasks left. */
        void help(int worker) {
            for (int place = 0; place < MOST_CALLS; place++) {
                Call call = calls.get(place);
                if (call != null && call.hasTasks()) {
                    call.takePart(worker);
                }
            }
        }
    }

    private static final class Worker extends Thread {
        private final Pool pool;
        private final int number; // from 1: the callers are number 0
        private volatile boolean parked;

        Worker(Pool pool, int number) {
            super(null, null, "lanewise-" + number, 0, false);
            this.pool = pool;
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                int known = pool.news.get();
                pool.help(number);
                if (!looksForNews(known)) {
                    // First the flag, then the look: a caller counts its news first, then looks at the flag. One sees
                    // the other.
                    parked = true;
                    while (pool.news.get() == known) {
                        LockSupport.park(pool);
                    }
                    parked = false;
                }
            }
        }

        private boolean looksForNews(int known) {
            long start = System.nanoTime();
            do {
                for (int i = 0; i < 32; i++) {
                    if (pool.news.get() != known) {
                        return true;
                    }
                    Thread.onSpinWait();
                }
            } while (System.nanoTime() - start < LOOK_NANOS);
            return false;
        }
    }
}
