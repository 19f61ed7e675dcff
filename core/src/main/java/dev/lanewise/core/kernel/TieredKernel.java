package dev.lanewise.core.kernel;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The kernel that is handed out: it runs the block interpreter at first, and a compiled loop once the formula has been
 * used enough to be worth the compiler's time. All give the same bits, so nobody notices but by the clock.
 *
 * <p>A compiled loop has a second method for the ends of rows that are no multiple of 16 elements. Most tensors have no
 * such rows, so it is made ready, which costs as much again, only when there have been some.
 */
final class TieredKernel implements RowKernel {

    /**
     * After how much work in the interpreter, in elements times instructions, a loop is compiled. It is done in some 10
     * milliseconds; the compiler takes 100 to 300, but on another core and once.
     */
    private static final long WORTH_COMPILING = 100_000_000;

    /** What a call costs beside its elements, in elements. */
    private static final int CALL = 64;

    final String name;
    final Program program;
    final long rowConstants;
    final List<Reduction> outputs;
    private final RowKernel interpreter;

    /** The compiled loop, once somebody has had it made. */
    private @Nullable RowKernel candidate;
    /** The compiled loop, when it is ready for rows of whole multiples of 16. */
    private volatile @Nullable RowKernel compiled;
    /** Whether it is ready for rows of any length. */
    private volatile boolean readyForTails;

    private final AtomicBoolean queued = new AtomicBoolean();
    // Counts of work. Several threads may add at once and lose some of it, which matters little.
    private long work;
    private long tailWork;

    TieredKernel(String name, Program program, long rowConstants, List<Reduction> outputs) {
        this.name = name;
        this.program = program;
        this.rowConstants = rowConstants;
        this.outputs = outputs;
        this.interpreter = new BlockInterpreter(program, rowConstants, outputs);
        if (WarmUp.isSkipped()) {
            publish(candidate(), true);
        }
    }

    @Override
    public void run(
            float[][] in,
            int[] inOffset,
            int[] inRowStride,
            float[][] out,
            int[] outOffset,
            int[] outRowStride,
            int rows,
            int n) {
        RowKernel ready = compiled;
        if (ready != null && n > 0 && (readyForTails || isWhole(n))) {
            ready.run(in, inOffset, inRowStride, out, outOffset, outRowStride, rows, n);
        } else {
            interpreter.run(in, inOffset, inRowStride, out, outOffset, outRowStride, rows, n);
            count(rows, n);
        }
    }

    private static boolean isWhole(int n) {
        return n % Finish.LANES == 0;
    }

    private void count(int rows, int n) {
        long done = ((long) rows * n + CALL) * program.instructions().size();
        work += done;
        if (!isWhole(n)) {
            tailWork += done;
        }
        if ((compiled == null ? work : tailWork) >= WORTH_COMPILING && queued.compareAndSet(false, true)) {
            Warmer.request(this);
        }
    }

    /** How much work has been done in the interpreter. */
    long work() {
        return work;
    }

    /** Whether there have been rows whose ends do not fill 16 lanes. */
    boolean wantsTails() {
        return tailWork > 0;
    }

    RowKernel interpreter() {
        return interpreter;
    }

    /** The compiled loop, which may not be ready. */
    synchronized RowKernel candidate() {
        RowKernel made = candidate;
        if (made == null) {
            made = Kernels.compile(Warmer.compiler(), name, program, rowConstants, outputs);
            candidate = made;
        }
        return made;
    }

    /** The compiled loop, if it is ready at least in part. */
    @Nullable
    RowKernel compiled() {
        return compiled;
    }

    /** From now on runs the compiled loop. */
    void publish(RowKernel loop, boolean forTails) {
        readyForTails = forTails;
        compiled = loop;
        tailWork = 0;
        queued.set(forTails); // if tails turn up later, there is something left to ask for
    }

    /** Forgets the work that has been done: the time for a compiled loop has not come. */
    void startOver() {
        work = 0;
        tailWork = 0;
        queued.set(false);
    }
}
