package dev.lanewise.core.kernel.vector;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.lanewise.core.kernel.Finish;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.vector.VectorCompiler.Tail;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** The bytecode of the method for the end of a row. */
final class VectorTail extends VectorCode {

    private final Tail tail;
    /** The local variable of the element at which the end begins, a multiple of 16 where a result is reduced. */
    private int from;

    VectorTail(CodeBuilder code, int bits, Program program, long rowConstants, List<Reduction> outputs, Tail tail) {
        super(code, bits, program, rowConstants, outputs);
        this.tail = tail;
    }

    @Override
    protected void beforeRows() {
        if (tail == Tail.MASK) {
            emitBroadcasts(true);
        }
    }

    @Override
    protected void overRow() {
        if (tail == Tail.MASK) {
            emitBroadcasts(false);
            mask = code.allocateLocal(TypeKind.REFERENCE);
        }
        from = code.allocateLocal(TypeKind.INT);
        code.iload(FROM).istore(from); // FROM itself counts on: it is the index
        Label end = code.newLabel();
        Label top = code.newBoundLabel();
        code.iload(index).iload(N).if_icmpge(end);
        if (tail == Tail.MASK) {
            emitMasked();
            code.iinc(index, laneCount());
        } else {
            emitScalars();
            emitScalarOutputs(this::pushLane);
            code.iinc(index, 1);
        }
        code.goto_(top).labelBinding(end);
    }

    private void pushLane() {
        code.iload(index).iload(from).isub();
    }

    private void emitMasked() {
        pushSpecies(false);
        code.iload(index).iload(N);
        code.invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, CD_int, CD_int));
        code.astore(mask);
        emitVectors(0);
        for (int r = 0; r < outputs.size(); r++) {
            if (outputs.get(r).isReduction()) {
                emitAccumulation(r);
            } else {
                emitElementwise(r, 0);
            }
        }
    }

    /** Takes the value into the lanes that have been summed so far, where the mask is set. */
    private void emitAccumulation(int result) {
        int sofar = code.allocateLocal(TypeKind.REFERENCE);
        pushSpecies(false);
        pushLanes(result);
        code.invokestatic(FLOAT_VECTOR, "fromArray", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int));
        code.astore(sofar).aload(sofar);
        code.aload(sofar).aload(vector[program.results().get(result)]);
        binary(
                FLOAT_VECTOR,
                switch (outputs.get(result)) {
                    case MAX -> "max";
                    case MIN -> "min";
                    case SUM, ADD, STORE -> "add";
                });
        code.aload(mask).invokevirtual(FLOAT_VECTOR, "blend", BLEND);
        pushLanes(result);
        code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
    }

    private void pushLanes(int result) {
        code.aload(lanes);
        pushLane();
        code.loadConstant(result * Finish.LANES).iadd();
    }
}
