package dev.lanewise.core.kernel.vector;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.lanewise.core.kernel.Finish;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Reduction;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/**
 * The bytecode of the main loop, over whole steps of a vector or, for reductions, of 16 elements.
 *
 * <p>The largest and the smallest are kept as ints that are ordered as the floats are. A maximum of floats, minding NaN
 * and the signs of zeros, takes some seven instructions on x86, each waiting for the one before, and the next element
 * for them all; one of ints takes one, and what prepares the elements waits for nothing (measured at 512 bits: 0.23 and
 * 0.04 ns an element).
 */
final class VectorLoop extends VectorCode {

    /** All bits but the sign. */
    private static final int MAGNITUDE = 0x7fffffff;

    private final ClassDesc self;
    private final int step;
    /** Of each result that is reduced, the local variables of the lanes: one for each vector of a step. */
    private final int[][] accumulators;

    private int magnitude;
    private int notANumber;
    private int smallNotANumber;

    VectorLoop(
            CodeBuilder code,
            int bits,
            Program program,
            long rowConstants,
            List<Reduction> outputs,
            ClassDesc self,
            int vectorsPerStep) {
        super(code, bits, program, rowConstants, outputs);
        this.self = self;
        this.step = vectorsPerStep * laneCount();
        this.accumulators = new int[outputs.size()][vectorsPerStep];
    }

    @Override
    protected void beforeRows() {
        emitBroadcasts(true);
        if (outputs.contains(Reduction.MAX) || outputs.contains(Reduction.MIN)) {
            magnitude = broadcast(MAGNITUDE);
            notANumber = broadcastFloat(0x7fc00000); // as an int, above all numbers
            smallNotANumber = broadcastFloat(0xffc00000); // and below
        }
    }

    private int broadcast(int value) {
        pushSpecies(true);
        code.loadConstant(value);
        emitBroadcast(true);
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return local;
    }

    private int broadcastFloat(int bits) {
        int local = broadcast(bits);
        code.aload(local).invokevirtual(INT_VECTOR, "reinterpretAsFloats", MethodTypeDesc.of(FLOAT_VECTOR));
        code.astore(local);
        return local;
    }

    @Override
    protected void overRow() {
        emitBroadcasts(false);
        for (int r = 0; r < outputs.size(); r++) {
            if (outputs.get(r).isReduction()) {
                emitStart(r);
            }
        }
        int limit = code.allocateLocal(TypeKind.INT);
        code.iload(N).loadConstant(step).isub().istore(limit);
        code.loadConstant(0).istore(index);
        Label end = code.newLabel();
        Label top = code.newBoundLabel();
        code.iload(index).iload(limit).if_icmpgt(end);
        for (int v = 0; v < step / laneCount(); v++) {
            emitVectors(v * laneCount());
            for (int r = 0; r < outputs.size(); r++) {
                if (outputs.get(r).isReduction()) {
                    emitAccumulation(r, v);
                } else {
                    emitElementwise(r, v * laneCount());
                }
            }
        }
        code.iinc(index, step).goto_(top).labelBinding(end);
        emitEnds();
    }

    /** Emits what is done after the loop: at once where it has done the whole row, else after the call of the tail. */
    private void emitEnds() {
        Label whole = code.newLabel();
        Label done = code.newLabel();
        code.iload(index).iload(N).if_icmpge(whole);
        for (int r = 0; r < outputs.size(); r++) {
            if (outputs.get(r).isReduction()) {
                emitStoreOfLanes(r);
            }
        }
        emitCallOfTail();
        emitReductions();
        code.goto_(done).labelBinding(whole);
        for (int r = 0; r < outputs.size(); r++) {
            switch (outputs.get(r)) {
                case SUM -> {
                    emitStoreOfLanes(r);
                    emitReduction(r);
                }
                case MAX -> emitExtreme(r, "max", "MAX");
                case MIN -> emitExtreme(r, "min", "MIN");
                case STORE, ADD -> {}
            }
        }
        code.labelBinding(done);
    }

    private void emitCallOfTail() {
        code.aload(0);
        for (int parameter = 1; parameter < ROW_PARAMETER; parameter++) {
            code.aload(parameter);
        }
        code.iload(row).iload(N).iload(index);
        if (lanes == 0) {
            code.aconst_null();
        } else {
            code.aload(lanes);
        }
        code.invokevirtual(self, "tail", TAIL);
    }

    // ---------------------------------------------------------------- reductions

    private void emitStart(int result) {
        boolean isSum = outputs.get(result) == Reduction.SUM;
        float start = start(outputs.get(result));
        for (int v = 0; v < accumulators[result].length; v++) {
            if (accumulators[result][v] == 0) {
                accumulators[result][v] = code.allocateLocal(TypeKind.REFERENCE);
            }
            pushSpecies(!isSum);
            if (isSum) {
                code.loadConstant(start);
            } else {
                code.loadConstant(ordered(Float.floatToRawIntBits(start)));
            }
            emitBroadcast(!isSum);
            code.astore(accumulators[result][v]);
        }
    }

    private void emitAccumulation(int result, int vectorOfStep) {
        int value = vector[program.results().get(result)];
        int accumulator = accumulators[result][vectorOfStep];
        code.aload(accumulator);
        switch (outputs.get(result)) {
            case SUM -> {
                code.aload(value);
                binary(FLOAT_VECTOR, "add");
            }
            case MAX -> {
                pushOrdered(value, notANumber);
                binary(INT_VECTOR, "max");
            }
            case MIN -> {
                pushOrdered(value, smallNotANumber);
                binary(INT_VECTOR, "min");
            }
            case STORE, ADD -> throw new IllegalStateException("does not reduce");
        }
        code.astore(accumulator);
    }

    private void emitStoreOfLanes(int result) {
        boolean isSum = outputs.get(result) == Reduction.SUM;
        for (int v = 0; v < accumulators[result].length; v++) {
            int accumulator = accumulators[result][v];
            code.aload(accumulator);
            if (!isSum) {
                emitOrdered(accumulator);
                code.invokevirtual(INT_VECTOR, "reinterpretAsFloats", MethodTypeDesc.of(FLOAT_VECTOR));
            }
            code.aload(lanes).loadConstant(result * Finish.LANES + v * laneCount());
            code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
        }
    }

    /** Writes the largest or smallest of all lanes. (Unlike those of floats, ints may be reduced in any order.) */
    private void emitExtreme(int result, String lanewise, String acrossLanes) {
        code.aload(outArray[result]).iload(outBase[result]).aload(accumulators[result][0]);
        for (int v = 1; v < accumulators[result].length; v++) {
            code.aload(accumulators[result][v]);
            binary(INT_VECTOR, lanewise);
        }
        emitReduceLanes(acrossLanes);
        // ordered(int), on the stack
        code.dup().loadConstant(31).ishr().loadConstant(MAGNITUDE).iand().ixor();
        code.invokestatic(ClassDesc.of("java.lang.Float"), "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
        code.fastore();
    }

    /** Floats as ints of the same order: of negative ones, the bits but the sign are turned over. Its own inverse. */
    private static int ordered(int bits) {
        return bits ^ ((bits >> 31) & MAGNITUDE);
    }

    /** Pushes a vector's floats as ordered ints, any NaN as the given one. */
    private void pushOrdered(int value, int canonical) {
        code.aload(value).aload(canonical);
        pushComparison(value, "NE", value);
        code.invokevirtual(FLOAT_VECTOR, "blend", BLEND);
        code.invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", MethodTypeDesc.of(INT_VECTOR));
        int bits = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(bits).aload(bits);
        emitOrdered(bits);
    }

    /** Turns the ints on the stack's top, which are those of the local variable too, from bits to ordered, or back. */
    private void emitOrdered(int bits) {
        emitShift("ASHR", 31);
        code.aload(magnitude);
        binary(INT_VECTOR, "and");
        emitXor(bits);
    }
}
