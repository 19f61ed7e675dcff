package dev.lanewise.core.kernel.vector;

import dev.lanewise.core.kernel.Finish;
import dev.lanewise.core.kernel.GeneratedClass;
import dev.lanewise.core.kernel.KernelCompiler;
import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.LoopCode;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.lang.classfile.ClassFile;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * Compiles a program to a loop over vectors: each instruction becomes one call of the Vector API, which the JVM's
 * compiler turns into one machine instruction, or a few.
 *
 * <p>A row's elements are taken a vector at a time; where a result is reduced, 16 at a time, whatever a vector's width,
 * so that each of the 16 virtual lanes is summed in the same order everywhere. What is left at the end of a row is done
 * by a second method: under a mask, or where masks are slow, one element after the other.
 */
public final class VectorCompiler implements KernelCompiler {

    /** How the end of a row is done that does not fill a vector. */
    enum Tail {
        /** As a vector whose surplus lanes are masked. */
        MASK,
        /** Element by element. */
        SCALAR
    }

    /**
     * The vector instructions of one method. More would not only exceed what HotSpot compiles: its time and memory for
     * a method grow faster than the method, while a cut costs next to nothing.
     */
    private static final int LARGEST_PROGRAM = 256;

    private final int bits;
    private final Tail tail;

    /** A compiler for the width in use. */
    public VectorCompiler() {
        this(Lanes.bits());
    }

    /** A compiler for vectors of the given width: 128, 256 or 512 bits. */
    public VectorCompiler(int bits) {
        // 128 bits are NEON's, which has no masks, or were forced
        this(bits, bits >= 256 ? Tail.MASK : Tail.SCALAR);
    }

    VectorCompiler(int bits, Tail tail) {
        this.bits = bits;
        this.tail = tail;
    }

    @Override
    public RowKernel compile(String name, Program program, long rowConstants, List<Reduction> outputs) {
        int step = vectorsPerStep(outputs);
        return GeneratedClass.define(MethodHandles.lookup(), name + "Vector" + bits, (type, self) -> {
            type.withMethodBody(
                    "run",
                    LoopCode.RUN,
                    ClassFile.ACC_PUBLIC,
                    code -> new VectorLoop(code, bits, program, rowConstants, outputs, self, step).emitRun());
            type.withMethodBody(
                    "tail",
                    LoopCode.TAIL,
                    ClassFile.ACC_PRIVATE,
                    code -> new VectorTail(code, bits, program, rowConstants, outputs, tail).emitTail());
        });
    }

    @Override
    public int largestProgram(List<Reduction> outputs) {
        return LARGEST_PROGRAM / vectorsPerStep(outputs);
    }

    private int vectorsPerStep(List<Reduction> outputs) {
        boolean reduces = outputs.stream().anyMatch(Reduction::isReduction);
        return reduces ? Math.max(1, Finish.LANES / (bits / Float.SIZE)) : 1;
    }
}
