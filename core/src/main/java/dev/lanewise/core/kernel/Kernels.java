package dev.lanewise.core.kernel;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The kernels that exist: one for each program, set of row constants and destinations, shared by all who ask. */
public final class Kernels {

    private record Key(Program program, long rowConstants, List<Reduction> outputs) {}

    private static final ConcurrentMap<Key, TieredKernel> KERNELS = new ConcurrentHashMap<>();

    private Kernels() {}

    /**
     * The kernel of a program.
     *
     * @param name for people who look at generated classes or at a profile
     * @param program what to compute
     * @param rowConstants bit o is set if operand o has one value per row
     * @param outputs what becomes of each result
     */
    public static RowKernel get(String name, Program program, long rowConstants, List<Reduction> outputs) {
        var key = new Key(program, rowConstants & program.operandsRead(), List.copyOf(outputs));
        return KERNELS.computeIfAbsent(key, k -> new TieredKernel(name, k.program, k.rowConstants, k.outputs));
    }

    /** Compiles a program right now, in stages if it is large; to be run with n above 0. */
    public static RowKernel compile(
            KernelCompiler compiler, String name, Program program, long rowConstants, List<Reduction> outputs) {
        return Splitter.size(program, rowConstants) <= compiler.largestProgram(outputs)
                ? compiler.compile(name, program, rowConstants, outputs)
                : new StagedKernel(compiler, name, program, rowConstants, outputs);
    }

    /** Compiles a kernel and waits until it is warm: for tests and benchmarks. */
    public static void warmNow(RowKernel kernel) throws InterruptedException {
        if (kernel instanceof TieredKernel tiered) {
            Warmer.warm(tiered);
        }
    }
}
