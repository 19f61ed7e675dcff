package dev.lanewise.core.kernel;

import com.sun.management.ThreadMXBean;
import dev.lanewise.core.kernel.vector.VectorCompiler;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Stores many vectors of a width that is not the one in use, as others in the JVM might, and prints the bytes that a
 * formula's kernel allocates in a call after that: of the formula {@code x}, or of a constant.
 */
final class OtherWidths {
    private static final int ELEMENTS = 128;
    private static final int STORING_CALLS = 40_000;
    private static final int CALLS_AT_ONCE = 500;

    private OtherWidths() {}

    public static void main(String[] arguments) {
        VectorSpecies<Float> other = Lanes.bits() == 128 ? FloatVector.SPECIES_64 : FloatVector.SPECIES_128;
        float[] to = new float[ELEMENTS];
        for (int call = 0; call < STORING_CALLS; call++) {
            store(other, to);
        }
        var program = new ProgramBuilder();
        int result = arguments[0].equals("constant") ? program.constant(2) : program.operand(0);
        RowKernel kernel = Kernels.compile(
                new VectorCompiler(), arguments[0], program.build(1, List.of(result)), 0, List.of(Reduction.STORE));
        float[][] in = new float[1][ELEMENTS];
        int[] zeros = new int[1];
        float[][] out = {to};
        int n = ELEMENTS - 3; // with a tail
        System.out.println(allocatedWhenCompiled(() -> kernel.run(in, zeros, zeros, out, zeros, zeros, 1, n)));
    }

    private static void store(VectorSpecies<Float> species, float[] to) {
        for (int i = 0; i < 16; i++) {
            FloatVector.broadcast(species, i).intoArray(to, i);
        }
    }

    private static long allocatedWhenCompiled(Runnable kernel) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int call = 0; call < CALLS_AT_ONCE; call++) {
                kernel.run();
            }
            allocated = (threads.getCurrentThreadAllocatedBytes() - before) / CALLS_AT_ONCE;
        }
        return allocated;
    }
}
