package dev.lanewise.core.kernel.vector;

import static dev.lanewise.core.kernel.vector.HiddenKernel.BROADCAST;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FLOAT_VECTOR;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FMA;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FROM_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INTO_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.increase;
import static dev.lanewise.core.kernel.vector.HiddenKernel.locals;

import dev.lanewise.core.kernel.ThinKernel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;

/**
 * Writes the code of a {@link ThinKernel}; if there was one vector of sums instead of four,
 *
 * <pre>{@code
 * public void multiply(int k, float[] a, int aOffset, int aPitch, int aStep, float[] b, int bOffset, int bStep, float[] sums) {
 *     FloatVector sum0 = FloatVector.fromArray(SPECIES_512, sums, 0);
 *     for (int p = 0; p < k; p++) {
 *         FloatVector factor = FloatVector.broadcast(SPECIES_512, b[bOffset]);
 *         sum0 = factor.fma(FloatVector.fromArray(SPECIES_512, a, aOffset), sum0);
 *         aOffset += aStep;
 *         bOffset += bStep;
 *     }
 *     sum0.intoArray(sums, 0);
 * }
 * }</pre>
 */
final class ThinEmitter {
    private static final int VECTORS = ThinKernel.VECTORS;

    private ThinEmitter() {}

    /** A new kernel. */
    static ThinKernel kernel(int bits) {
        return HiddenKernel.define(ThinKernel.class, "ThinOf%d".formatted(bits), code -> write(bits, code));
    }

    private static void write(int bits, CodeBuilder code) {
        int lanes = bits / Float.SIZE;
        int k = code.parameterSlot(0);
        int a = code.parameterSlot(1);
        int aOffset = code.parameterSlot(2);
        int aPitch = code.parameterSlot(3);
        int aStep = code.parameterSlot(4);
        int b = code.parameterSlot(5);
        int bOffset = code.parameterSlot(6);
        int bStep = code.parameterSlot(7);
        int sums = code.parameterSlot(8);
        int vectors = locals(code, TypeKind.REFERENCE, VECTORS);
        int factor = locals(code, TypeKind.REFERENCE, 1);
        int starts = locals(code, TypeKind.INT, VECTORS);
        int p = locals(code, TypeKind.INT, 1);

        for (int i = 0; i < VECTORS; i++) {
            HiddenKernel.species(code, FLOAT_VECTOR, bits);
            code.aload(sums)
                    .loadConstant(i * lanes)
                    .invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY)
                    .astore(vectors + i);
            code.iload(aOffset).istore(starts + i);
            increase(code, aOffset, aPitch);
        }
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.loadConstant(0).istore(p).labelBinding(loop).iload(p).iload(k).if_icmpge(done);
        HiddenKernel.species(code, FLOAT_VECTOR, bits);
        code.aload(b)
                .iload(bOffset)
                .faload()
                .invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST)
                .astore(factor);
        for (int i = 0; i < VECTORS; i++) {
            code.aload(factor);
            HiddenKernel.species(code, FLOAT_VECTOR, bits);
            code.aload(a)
                    .iload(starts + i)
                    .invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY)
                    .aload(vectors + i)
                    .invokevirtual(FLOAT_VECTOR, "fma", FMA)
                    .astore(vectors + i);
            increase(code, starts + i, aStep);
        }
        increase(code, bOffset, bStep);
        code.iinc(p, 1).goto_(loop).labelBinding(done);
        for (int i = 0; i < VECTORS; i++) {
            code.aload(vectors + i)
                    .aload(sums)
                    .loadConstant(i * lanes)
                    .invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
        }
        code.return_();
    }
}
