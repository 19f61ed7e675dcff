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
import dev.lanewise.core.kernel.GatherDotKernel;
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
 *
 * <p>A {@link GatherDotKernel} differs in where its vectors and its sums begin.
 */
final class DotEmitter {
    private final int count;
    private final int bits;
    private final int length;
    private final int parts;
    private final CodeBuilder code;

    // The numbers of the parameters that both kinds have, then of the other local variables.
    private final int k;
    private final int row;
    private final int at;
    private final int vectors;
    private final int vectorsAt;
    private final int sums;
    private final int elements;
    private final int p;
    private final int here;
    private final int starts;

    private DotEmitter(int count, int bits, CodeBuilder code) {
        this.count = count;
        this.bits = bits;
        this.code = code;
        length = bits / Float.SIZE;
        parts = Finish.LANES / length;
        k = code.parameterSlot(0);
        row = code.parameterSlot(1);
        at = code.parameterSlot(2);
        vectors = code.parameterSlot(3);
        vectorsAt = code.parameterSlot(4);
        sums = locals(code, TypeKind.REFERENCE, count * parts);
        elements = locals(code, TypeKind.REFERENCE, parts);
        p = locals(code, TypeKind.INT, 1);
        here = locals(code, TypeKind.INT, 1);
        starts = locals(code, TypeKind.INT, count);
    }

    /** A new kernel for this many dot products with one row. */
    static DotKernel kernel(int count, int bits) {
        return HiddenKernel.define(
                DotKernel.class, "Dot%dOf%d".formatted(count, bits), code -> new DotEmitter(count, bits, code).write());
    }

    /** A new kernel for this many dot products with one row, of vectors that begin where a table says. */
    static GatherDotKernel gathering(int count, int bits) {
        return HiddenKernel.define(
                GatherDotKernel.class,
                "GatherDot%dOf%d".formatted(count, bits),
                code -> new DotEmitter(count, bits, code).writeGathering());
    }

    private void write() {
        int vectorsStride = code.parameterSlot(5);
        int lanes = code.parameterSlot(6);
        for (int i = 0; i < count * parts; i++) {
            species();
            code.invokestatic(FLOAT_VECTOR, "zero", ZERO).astore(sums + i);
        }
        for (int i = 0; i < count; i++) {
            code.iload(vectorsAt).istore(starts + i);
            increase(code, vectorsAt, vectorsStride);
        }
        steps();
        for (int i = 0; i < count * parts; i++) {
            code.aload(sums + i).aload(lanes).loadConstant(i * length);
            code.invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
        }
        code.return_();
    }

    private void writeGathering() {
        int table = code.parameterSlot(5);
        int first = code.parameterSlot(6);
        int lanes = code.parameterSlot(7);
        int lanesAt = code.parameterSlot(8);
        for (int i = 0; i < count * parts; i++) {
            load(lanes, lanesAt, i * length);
            code.astore(sums + i);
        }
        for (int i = 0; i < count; i++) {
            code.iload(vectorsAt).aload(table);
            plus(code, first, i);
            code.iaload().iadd().istore(starts + i);
        }
        steps();
        for (int i = 0; i < count * parts; i++) {
            code.aload(sums + i).aload(lanes);
            plus(code, lanesAt, i * length);
            code.invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
        }
        code.return_();
    }

    private void steps() {
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.loadConstant(0).istore(p).labelBinding(loop).iload(p).iload(k).if_icmpge(done);
        for (int part = 0; part < parts; part++) {
            code.iload(at).iload(p).iadd().istore(here);
            load(row, here, part * length);
            code.astore(elements + part);
        }
        for (int i = 0; i < count; i++) {
            code.iload(starts + i).iload(p).iadd().istore(here);
            for (int part = 0; part < parts; part++) {
                int sum = sums + i * parts + part;
                code.aload(elements + part);
                load(vectors, here, part * length);
                code.aload(sum).invokevirtual(FLOAT_VECTOR, "fma", FMA).astore(sum);
            }
        }
        code.iinc(p, Finish.LANES).goto_(loop).labelBinding(done);
    }

    /** Puts the vector on the stack that begins in an array at a local variable plus a constant. */
    private void load(int array, int local, int constant) {
        species();
        code.aload(array);
        plus(code, local, constant);
        code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY);
    }

    private void species() {
        HiddenKernel.species(code, FLOAT_VECTOR, bits);
    }
}
