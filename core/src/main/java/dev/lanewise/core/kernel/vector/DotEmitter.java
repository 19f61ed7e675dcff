package dev.lanewise.core.kernel.vector;

import static dev.lanewise.core.kernel.vector.HiddenKernel.FLOAT_VECTOR;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FMA;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FROM_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INTO_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.ZERO;
import static dev.lanewise.core.kernel.vector.HiddenKernel.increase;
import static dev.lanewise.core.kernel.vector.HiddenKernel.locals;
import static dev.lanewise.core.kernel.vector.HiddenKernel.plus;

import dev.lanewise.core.kernel.DotKernel;
import dev.lanewise.core.kernel.Finish;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;

/**
 * Writes the code of one {@link DotKernel}: the 16 virtual lanes of each dot product are one vector of 512 bits, two of
 * 256 or four of 128, each a local variable. For one dot product in vectors of 512 bits it writes
 *
 * <pre>{@code
 * public void dot(int k, float[] row, int at, float[] vectors, int vectorsAt, int vectorsStride, float[] lanes) {
 *     FloatVector sum0 = FloatVector.zero(SPECIES_512);
 *     for (int p = 0; p < k; p += 16) {
 *         FloatVector element = FloatVector.fromArray(SPECIES_512, row, at + p);
 *         sum0 = element.fma(FloatVector.fromArray(SPECIES_512, vectors, vectorsAt + p), sum0);
 *     }
 *     sum0.intoArray(lanes, 0);
 * }
 * }</pre>
 */
final class DotEmitter {
    private DotEmitter() {}

    /** A new kernel for this many dot products with one row. */
    static DotKernel kernel(int count, int bits) {
        return HiddenKernel.define(
                DotKernel.class, "Dot%dOf%d".formatted(count, bits), code -> write(count, bits, code));
    }

    private static void write(int count, int bits, CodeBuilder code) {
        int length = bits / Float.SIZE;
        int parts = Finish.LANES / length;
        int k = code.parameterSlot(0);
        int row = code.parameterSlot(1);
        int at = code.parameterSlot(2);
        int vectors = code.parameterSlot(3);
        int vectorsAt = code.parameterSlot(4);
        int vectorsStride = code.parameterSlot(5);
        int lanes = code.parameterSlot(6);
        int sums = locals(code, TypeKind.REFERENCE, count * parts);
        int elements = locals(code, TypeKind.REFERENCE, parts);
        int p = locals(code, TypeKind.INT, 1);
        int here = locals(code, TypeKind.INT, 1);
        int starts = locals(code, TypeKind.INT, count);

        for (int i = 0; i < count * parts; i++) {
            HiddenKernel.species(code, FLOAT_VECTOR, bits);
            code.invokestatic(FLOAT_VECTOR, "zero", ZERO).astore(sums + i);
        }
        for (int i = 0; i < count; i++) {
            code.iload(vectorsAt).istore(starts + i);
            increase(code, vectorsAt, vectorsStride);
        }
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.loadConstant(0).istore(p).labelBinding(loop).iload(p).iload(k).if_icmpge(done);
        for (int part = 0; part < parts; part++) {
            code.iload(at).iload(p).iadd().istore(here);
            HiddenKernel.species(code, FLOAT_VECTOR, bits);
            code.aload(row);
            plus(code, here, part * length);
            code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY).astore(elements + part);
        }
        for (int i = 0; i < count; i++) {
            code.iload(starts + i).iload(p).iadd().istore(here);
            for (int part = 0; part < parts; part++) {
                int sum = sums + i * parts + part;
                code.aload(elements + part);
                HiddenKernel.species(code, FLOAT_VECTOR, bits);
                code.aload(vectors);
                plus(code, here, part * length);
                code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY)
                        .aload(sum)
                        .invokevirtual(FLOAT_VECTOR, "fma", FMA)
                        .astore(sum);
            }
        }
        code.iinc(p, Finish.LANES).goto_(loop).labelBinding(done);
        for (int i = 0; i < count * parts; i++) {
            code.aload(sums + i)
                    .aload(lanes)
                    .loadConstant(i * length)
                    .invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
        }
        code.return_();
    }
}
