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

    /**
     * A loop that is not faster by then is given up, until there has been as much work again: others wait. The compiler
     * takes some tenths of a second, and a few seconds on a busy machine.
     */
    private static final long PATIENCE_NANOS = 10_000_000_000L;
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

    /** While nothing has come of it. */
    private static final int MORE_CALLS = 5;

    private static final int INTERPRETED_CALLS = 300;
    /** The length of the row over which they race. */
    private static final int RACE_ELEMENTS = 448;

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

    static KernelCompiler compiler() {
        return Holder.COMPILER;
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
        boolean isReadyInPart = kernel.compiled() != null;
        RowKernel loop = kernel.candidate();
        boolean forTails = kernel.wantsTails();
        var trial = new Trial(kernel, Lanes.bits());
        if ((isReadyInPart || trial.succeeds(loop, false)) && (!forTails || trial.succeeds(loop, true))) {
            kernel.publish(loop, forTails);
        } else {
            kernel.startOver();
        }
    }

    /** A race between the interpreter and a compiled loop, on made-up data. */
    private static final class Trial {
        private final TieredKernel kernel;
        private final int lanes;
        private final float[][] in;
        private final int[] offsets;
        private final int[] strides;
        private final float[][] out;

        Trial(TieredKernel kernel, int bits) {
            this.kernel = kernel;
            this.lanes = Math.max(1, bits / Float.SIZE);
            int operands = kernel.program.operandCount();
            int results = kernel.outputs.size();
            float[] values = new float[RACE_ELEMENTS + Finish.LANES];
            // most branches of scalar code are taken once in a while, so that none is compiled as if it never were; but
            // nothing is so small as to become subnormal, which takes some machines very long
            float[] kinds = {0.5f, -0.5f, 3, -3, 0, 1, 6, -6, Float.NaN, Float.POSITIVE_INFINITY};
            for (int i = 0; i < values.length; i++) {
                values[i] = kinds[i % kinds.length];
            }
            this.in = new float[operands][];
            Arrays.fill(in, values);
            this.out = new float[results][values.length];
            this.offsets = new int[Math.max(operands, results)];
            this.strides = new int[offsets.length];
        }

        /** Runs the loop until it beats the interpreter; false if that does not come to pass. */
        boolean succeeds(RowKernel loop, boolean tails) throws InterruptedException {
            int shortest = tails ? SHORT_ELEMENTS - 1 : SHORT_ELEMENTS;
            int raced = tails ? RACE_ELEMENTS + SHORT_ELEMENTS - 1 : RACE_ELEMENTS;
            int longer = tails ? shortest : LONG_TURNS * lanes;
            run(loop, shortest, SHORT_CALLS);
            run(loop, longer, tails ? TAIL_CALLS : LONG_CALLS);
            // where nothing has been interpreted before, as in tests, the interpreter has to become warm too
            run(kernel.interpreter(), raced, INTERPRETED_CALLS);

            int vectors = (raced + lanes - 1) / lanes;
            long instructions = (long) vectors * kernel.program.instructions().size();
            long allowed = INSTRUCTION_NANOS * instructions + CALL_NANOS;
            long toBeat = time(kernel.interpreter(), raced);
            long start = System.nanoTime();
            int wins = 0;
            while (wins < STEADILY) {
                toBeat = Math.min(toBeat, time(kernel.interpreter(), raced));
                long time = time(loop, raced);
                boolean won = time <= allowed && time < toBeat * WORTHWHILE;
                wins = won ? wins + 1 : 0;
                if (!won) {
                    if (System.nanoTime() - start > PATIENCE_NANOS) {
                        return false;
                    }
                    run(loop, longer, MORE_CALLS);
                    Thread.sleep(2); // the compiler is at work: it can use this core
                }
            }
            return true;
        }

        private long time(RowKernel loop, int n) {
            long start = System.nanoTime();
            run(loop, n, 1);
            return System.nanoTime() - start;
        }

        private void run(RowKernel loop, int n, int calls) {
            for (int call = 0; call < calls; call++) {
                loop.run(in, offsets, strides, out, offsets, strides, 1, n);
            }
        }
    }
}
