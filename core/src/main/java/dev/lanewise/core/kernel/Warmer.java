package dev.lanewise.core.kernel;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles kernels in the background. One daemon thread of low priority generates a kernel's class and runs it on
 * made-up data until the JVM has compiled it to machine code (before that a loop over vectors is a thousand times
 * slower than after), which shows in its being faster than the interpreter; then the kernel is published.
 */
final class Warmer {

    /** A loop that is not faster by then is given up, until there has been as much work again. */
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    /** How much faster than the interpreter the compiled loop must be. */
    private static final double WORTHWHILE = 0.9;
    /** How many times in a row. */
    private static final int STEADILY = 3;

    /**
     * The numbers of calls, and of elements in each, that make HotSpot compile a method: a few hundred short ones for
     * the quick compiler, so that not much is done in the JVM's interpreter; then enough calls with enough turns of the
     * loop for the optimising one (600 calls and 15,000 calls and turns together), but not so many turns that it
     * compiles the loop a second time from the middle (40,000).
     */
    private static final int SHORT_CALLS = 250;

    private static final int SHORT_ELEMENTS = 16;
    private static final int LONG_CALLS = 550;
    private static final int LONG_TURNS = 28;
    /** A method without a loop to speak of is compiled for the number of its calls alone. */
    private static final int TAIL_CALLS = 5_000;

    private static final int INTERPRETED_CALLS = 300;

    /**
     * What one instruction may take for one vector, in nanoseconds, and a call beside. In machine code it takes a
     * fraction of this; before that, with every vector an object, many times as much. (To be faster than the
     * interpreter is not enough to tell: that may be waiting for the compiler, too.)
     */
    private static final int INSTRUCTION_NANOS = 3;

    private static final int CALL_NANOS = 1_000;

    private static final List<TieredKernel> QUEUE = new ArrayList<>();
    private static @Nullable Thread thread;

    private Warmer() {}

    /** The compiler for this machine: to vectors if it has them. */
    private static final class Holder {
        static final KernelCompiler COMPILER =
                Lanes.vectorImplementation(KernelCompiler.class, "VectorCompiler", new ScalarCompiler());
    }

    /** Asks for a kernel to be compiled when its turn comes. */
    static void request(TieredKernel kernel) {
        synchronized (QUEUE) {
            QUEUE.add(kernel);
            QUEUE.notifyAll();
            if (thread == null) {
                thread = new Thread(Warmer::work, "lanewise-warmer");
                thread.setDaemon(true);
                thread.setPriority(Thread.MIN_PRIORITY);
                thread.start();
            }
        }
    }

    private static void work() {
        while (true) {
            try {
                warm(next());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | LinkageError e) {
                // nothing is lost but speed
                System.getLogger("dev.lanewise").log(Level.WARNING, "A formula stays with the interpreter", e);
            }
        }
    }

    /** The kernel with most to gain. */
    private static TieredKernel next() throws InterruptedException {
        synchronized (QUEUE) {
            while (QUEUE.isEmpty()) {
                QUEUE.wait();
            }
            TieredKernel next = QUEUE.stream()
                    .max(Comparator.comparingLong(TieredKernel::work))
                    .orElseThrow();
            QUEUE.remove(next);
            return next;
        }
    }

    /** Compiles a kernel and publishes it when it is ready. */
    static void warm(TieredKernel kernel) throws InterruptedException {
        RowKernel known = kernel.compiled();
        RowKernel loop = known != null
                ? known
                : Kernels.compile(Holder.COMPILER, kernel.name, kernel.program, kernel.rowConstants, kernel.outputs);
        boolean forTails = kernel.wantsTails();
        var trial = new Trial(kernel, Lanes.bits());
        if ((known != null || trial.succeeds(loop, false)) && (!forTails || trial.succeeds(loop, true))) {
            kernel.publish(loop, forTails);
        } else {
            kernel.startOver();
        }
    }

    /** A race between the interpreter and a compiled loop, on made-up data. */
    private static final class Trial {
        private final TieredKernel kernel;
        private final int lanes;
        private final int elements;
        private final float[][] in;
        private final int[] offsets;
        private final int[] strides;
        private final float[][] out;

        Trial(TieredKernel kernel, int bits) {
            this.kernel = kernel;
            this.lanes = Math.max(1, bits / Float.SIZE);
            this.elements = LONG_TURNS * lanes;
            int operands = kernel.program.operandCount();
            int results = kernel.outputs.size();
            float[] values = new float[elements + Finish.LANES];
            // both sides of the branches of scalar code, so that none is compiled as if it were never taken
            float[] kinds = {0.5f, -0.5f, 3, -3, 0, 1, 1e-40f, 1e30f, -200, 200, Float.NaN, Float.POSITIVE_INFINITY};
            for (int i = 0; i < values.length; i++) {
                values[i] = kinds[i % kinds.length];
            }
            this.in = new float[operands][];
            Arrays.fill(in, values);
            this.out = new float[results][elements + Finish.LANES];
            this.offsets = new int[Math.max(operands, results)];
            this.strides = new int[offsets.length];
        }

        /** Runs the loop until it beats the interpreter; false if that does not come to pass. */
        boolean succeeds(RowKernel loop, boolean tails) throws InterruptedException {
            int shortN = tails ? SHORT_ELEMENTS - 1 : SHORT_ELEMENTS;
            int longN = tails ? elements + SHORT_ELEMENTS - 1 : elements;
            for (int call = 0; call < SHORT_CALLS; call++) {
                run(loop, 1, shortN);
            }
            for (int call = 0; call < (tails ? TAIL_CALLS : LONG_CALLS); call++) {
                run(loop, 1, tails ? shortN : longN);
            }
            // where nothing has been interpreted before, as in tests, the interpreter has to become warm too
            long toBeat = Long.MAX_VALUE;
            for (int call = 0; call < INTERPRETED_CALLS; call++) {
                toBeat = Math.min(toBeat, time(kernel.interpreter(), longN));
            }
            int vectors = (longN + lanes - 1) / lanes;
            long allowed = (long) INSTRUCTION_NANOS
                            * vectors
                            * kernel.program.instructions().size()
                    + CALL_NANOS;
            long start = System.nanoTime();
            int wins = 0;
            while (System.nanoTime() - start < PATIENCE_NANOS) {
                long time = time(loop, longN);
                wins = time <= allowed && time < toBeat * WORTHWHILE ? wins + 1 : 0;
                if (wins == STEADILY) {
                    return true;
                }
                if (wins == 0) {
                    toBeat = Math.min(toBeat, time(kernel.interpreter(), longN));
                    for (int call = 0; call < 5; call++) {
                        run(loop, 1, tails ? shortN : longN);
                    }
                    Thread.sleep(2); // the compiler is at work: it can use this core
                }
            }
            return false;
        }

        private long time(RowKernel loop, int n) {
            long start = System.nanoTime();
            run(loop, 1, n);
            return System.nanoTime() - start;
        }

        private void run(RowKernel loop, int rows, int n) {
            loop.run(in, offsets, strides, out, offsets, strides, rows, n);
        }
    }
}
