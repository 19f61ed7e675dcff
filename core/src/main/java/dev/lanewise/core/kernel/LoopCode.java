package dev.lanewise.core.kernel;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.lanewise.core.kernel.Program.Instruction;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Locale;

/**
 * The bytecode that the scalar and the SIMD loop have in common: fetching arrays and offsets, the loop over rows, and
 * instructions on single floats.
 *
 * <p>What is generated reads like this, for operands x (varying) and s (constant along a row) and one result:
 *
 * <pre>{@code
 * public void run(float[][] in, int[] inOffset, …, int rows, int n) {
 *     float[] x = in[0], s = in[1], y = out[0];
 *     int xBase = inOffset[0], xStride = inRowStride[0], …
 *     for (int row = 0; row < rows; row++) {
 *         float v1 = s[sBase];                   // row-invariant instructions
 *         for (int i = 0; i < n; i++) …          // the inner loop: the subclass's
 *         xBase += xStride; …
 *     }
 * }
 * }</pre>
 */
public abstract class LoopCode {

    protected static final ClassDesc FLOATS = CD_float.arrayType();
    protected static final ClassDesc INTS = CD_int.arrayType();
    private static final ClassDesc ROWS = FLOATS.arrayType();
    private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
    private static final ClassDesc FLOAT = ClassDesc.of("java.lang.Float");
    private static final ClassDesc FINISH = Finish.class.describeConstable().orElseThrow();

    /** The parameters of {@link RowKernel#run}. */
    public static final MethodTypeDesc RUN =
            MethodTypeDesc.of(CD_void, ROWS, INTS, INTS, ROWS, INTS, INTS, CD_int, CD_int);

    /**
     * The parameters of a method for the end of one row: those of {@link #RUN} with the row's number in place of their
     * count, then the element to begin with, and the lanes of all results.
     */
    public static final MethodTypeDesc TAIL =
            MethodTypeDesc.of(CD_void, ROWS, INTS, INTS, ROWS, INTS, INTS, CD_int, CD_int, CD_int, FLOATS);

    private static final int IN = 1;
    private static final int OUT = 4;
    protected static final int ROW_PARAMETER = 7;
    protected static final int N = 8;
    protected static final int FROM = 9;
    private static final int LANES_PARAMETER = 10;

    protected final CodeBuilder code;
    protected final Program program;
    protected final List<Instruction> instructions;
    protected final List<Reduction> outputs;
    protected final boolean[] invariant;

    /** Local variables of each operand that occurs: its array, and the index of the row's first element. */
    protected final int[] array;

    protected final int[] base;
    private final int[] stride;
    /** Local variables of each result. */
    protected final int[] outArray;

    protected final int[] outBase;
    private final int[] outStride;
    /** Local variables of the float or int value of each instruction. */
    protected final int[] scalar;
    /** The local variable that counts elements. */
    protected int index;
    /** The local variable with the array of 16 lanes for each result; 0 if nothing is reduced. */
    protected int lanes;
    /** The local variable that counts rows. */
    protected int row;

    protected LoopCode(CodeBuilder code, Program program, long rowConstants, List<Reduction> outputs) {
        this.code = code;
        this.program = program;
        this.instructions = program.instructions();
        this.outputs = outputs;
        this.invariant = program.rowInvariant(rowConstants);
        this.array = new int[program.operandCount()];
        this.base = new int[program.operandCount()];
        this.stride = new int[program.operandCount()];
        this.outArray = new int[outputs.size()];
        this.outBase = new int[outputs.size()];
        this.outStride = new int[outputs.size()];
        this.scalar = new int[instructions.size()];
    }

    /** Emits what need be done once before all rows. */
    protected abstract void beforeRows();

    /**
     * Emits what need be done when the row-invariant values are known, the loop over the row's elements, and what
     * becomes of its reductions.
     */
    protected abstract void overRow();

    /** Emits the body of {@link RowKernel#run}. The caller sees to it that n is not 0. */
    public final void emitRun() {
        fetch();
        row = code.allocateLocal(TypeKind.INT);
        index = code.allocateLocal(TypeKind.INT);
        code.loadConstant(0).istore(row);
        if (reduces()) {
            lanes = code.allocateLocal(TypeKind.REFERENCE);
            code.loadConstant(outputs.size() * Finish.LANES)
                    .newarray(TypeKind.FLOAT)
                    .astore(lanes);
        }
        beforeRows();
        Label end = code.newLabel();
        Label top = code.newBoundLabel();
        code.iload(row).iload(ROW_PARAMETER).if_icmpge(end);
        emitInvariants();
        overRow();
        for (int o = 0; o < array.length; o++) {
            advance(base[o], stride[o]);
        }
        for (int r = 0; r < outArray.length; r++) {
            advance(outBase[r], outStride[r]);
        }
        code.iinc(row, 1).goto_(top).labelBinding(end).return_();
    }

    /** Emits the body of a method for the end of one row; {@link #overRow} finds its beginning in {@link #FROM}. */
    public final void emitTail() {
        fetch();
        row = ROW_PARAMETER;
        lanes = LANES_PARAMETER;
        index = FROM;
        for (int o = 0; o < array.length; o++) {
            moveToRow(base[o], stride[o]);
        }
        for (int r = 0; r < outArray.length; r++) {
            moveToRow(outBase[r], outStride[r]);
        }
        beforeRows();
        emitInvariants();
        overRow();
        code.return_();
    }

    protected final boolean reduces() {
        return outputs.stream().anyMatch(Reduction::isReduction);
    }

    private void fetch() {
        long read = program.operandsRead();
        for (int o = 0; o < array.length; o++) {
            if ((read >>> o & 1) == 1) {
                array[o] = fetch(IN, o, TypeKind.REFERENCE);
                base[o] = fetch(IN + 1, o, TypeKind.INT);
                stride[o] = fetch(IN + 2, o, TypeKind.INT);
            }
        }
        for (int r = 0; r < outArray.length; r++) {
            outArray[r] = fetch(OUT, r, TypeKind.REFERENCE);
            outBase[r] = fetch(OUT + 1, r, TypeKind.INT);
            outStride[r] = fetch(OUT + 2, r, TypeKind.INT);
        }
    }

    private int fetch(int parameter, int position, TypeKind kind) {
        int local = code.allocateLocal(kind);
        code.aload(parameter).loadConstant(position).arrayLoad(kind).storeLocal(kind, local);
        return local;
    }

    private void advance(int base, int stride) {
        if (base != 0) {
            code.iload(base).iload(stride).iadd().istore(base);
        }
    }

    private void moveToRow(int base, int stride) {
        if (base != 0) {
            code.iload(base).iload(row).iload(stride).imul().iadd().istore(base);
        }
    }

    private void emitInvariants() {
        for (int i = 0; i < scalar.length; i++) {
            Operation operation = instructions.get(i).operation();
            if (invariant[i] && operation != Operation.CONSTANT && operation != Operation.INT_CONSTANT) {
                if (scalar[i] == 0) {
                    scalar[i] = code.allocateLocal(kind(operation));
                }
                emitScalar(i);
            }
        }
    }

    /** Emits the joining of the lanes of all results that are reduced. */
    protected final void emitReductions() {
        for (int r = 0; r < outputs.size(); r++) {
            if (outputs.get(r).isReduction()) {
                emitReduction(r);
            }
        }
    }

    /** Emits the joining of a result's lanes to one number, and its writing. */
    protected final void emitReduction(int result) {
        String method = outputs.get(result).name().toLowerCase(Locale.ROOT);
        code.aload(outArray[result]).iload(outBase[result]).aload(lanes).loadConstant(result * Finish.LANES);
        code.invokestatic(FINISH, method, MethodTypeDesc.of(CD_float, FLOATS, CD_int))
                .fastore();
    }

    protected static TypeKind kind(Operation operation) {
        return operation.isInt() ? TypeKind.INT : TypeKind.FLOAT;
    }

    // ---------------------------------------------------------------- instructions on single floats

    /** Emits an instruction for one element; its value goes to the local variable in {@link #scalar}. */
    protected final void emitScalar(int number) {
        Instruction instruction = instructions.get(number);
        Operation operation = instruction.operation();
        switch (operation) {
            case OPERAND -> pushElement(number);
            case CONSTANT -> code.loadConstant(Float.intBitsToFloat(instruction.immediate()));
            case INT_CONSTANT -> code.loadConstant(instruction.immediate());
            case SELECT_LESS -> emitSelect(instruction, Opcode.FCMPG, Opcode.IFGE);
            case SELECT_LESS_OR_EQUAL -> emitSelect(instruction, Opcode.FCMPG, Opcode.IFGT);
            case SELECT_EQUAL -> emitSelect(instruction, Opcode.FCMPL, Opcode.IFNE);
            default -> {
                for (int p = 0; p < operation.argumentCount(); p++) {
                    push(instruction.argument(p));
                }
                emitArithmetic(instruction);
            }
        }
        code.storeLocal(kind(operation), scalar[number]);
    }

    private void emitArithmetic(Instruction instruction) {
        switch (instruction.operation()) {
            case ADD -> code.fadd();
            case SUB -> code.fsub();
            case MUL -> code.fmul();
            case DIV -> code.fdiv();
            case FMA -> code.invokestatic(MATH, "fma", MethodTypeDesc.of(CD_float, CD_float, CD_float, CD_float));
            case NEG -> code.fneg();
            case ABS -> code.invokestatic(MATH, "abs", MethodTypeDesc.of(CD_float, CD_float));
            case SQRT ->
                code.f2d()
                        .invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double))
                        .d2f();
            case MIN -> code.invokestatic(MATH, "min", MethodTypeDesc.of(CD_float, CD_float, CD_float));
            case MAX -> code.invokestatic(MATH, "max", MethodTypeDesc.of(CD_float, CD_float, CD_float));
            case BITS -> code.invokestatic(FLOAT, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
            case FROM_BITS -> code.invokestatic(FLOAT, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
            case INT_ADD -> code.iadd();
            case INT_SUB -> code.isub();
            case INT_AND -> code.iand();
            case INT_OR -> code.ior();
            case INT_XOR -> code.ixor();
            case SHIFT_LEFT -> code.loadConstant(instruction.immediate()).ishl();
            case SHIFT_RIGHT -> code.loadConstant(instruction.immediate()).ishr();
            default -> throw new IllegalArgumentException(instruction + " is not arithmetic");
        }
    }

    /** Pushes one of two values; a comparison with NaN is false, which decides between fcmpg and fcmpl. */
    private void emitSelect(Instruction instruction, Opcode compare, Opcode jumpIfFalse) {
        push(instruction.a());
        push(instruction.b());
        if (compare == Opcode.FCMPG) {
            code.fcmpg();
        } else {
            code.fcmpl();
        }
        Label otherwise = code.newLabel();
        Label end = code.newLabel();
        code.branch(jumpIfFalse, otherwise);
        push(instruction.c());
        code.goto_(end).labelBinding(otherwise);
        push(instruction.d());
        code.labelBinding(end);
    }

    private void pushElement(int number) {
        int o = instructions.get(number).immediate();
        code.aload(array[o]).iload(base[o]);
        if (!invariant[number]) {
            code.iload(index).iadd();
        }
        code.faload();
    }

    /** Pushes an instruction's value for one element. */
    protected final void push(int number) {
        Instruction instruction = instructions.get(number);
        switch (instruction.operation()) {
            case CONSTANT -> code.loadConstant(Float.intBitsToFloat(instruction.immediate()));
            case INT_CONSTANT -> code.loadConstant(instruction.immediate());
            default -> code.loadLocal(kind(instruction.operation()), scalar[number]);
        }
    }

    /** Emits all instructions for one element that vary along a row. */
    protected final void emitScalars() {
        for (int i = 0; i < scalar.length; i++) {
            if (!invariant[i]) {
                if (scalar[i] == 0) {
                    scalar[i] = code.allocateLocal(kind(instructions.get(i).operation()));
                }
                emitScalar(i);
            }
        }
    }

    /**
     * Emits what becomes of one element of each result; lanes are those of the element's number, less a multiple of 16.
     */
    protected final void emitScalarOutputs(Runnable pushLane) {
        for (int r = 0; r < outputs.size(); r++) {
            int value = program.results().get(r);
            if (outputs.get(r).isReduction()) {
                code.aload(lanes);
                pushLane.run();
                code.loadConstant(r * Finish.LANES).iadd().dup2().faload();
                push(value);
                switch (outputs.get(r)) {
                    case MAX -> code.invokestatic(MATH, "max", MethodTypeDesc.of(CD_float, CD_float, CD_float));
                    case MIN -> code.invokestatic(MATH, "min", MethodTypeDesc.of(CD_float, CD_float, CD_float));
                    default -> code.fadd();
                }
                code.fastore();
            } else {
                code.aload(outArray[r]).iload(outBase[r]).iload(index).iadd();
                if (outputs.get(r) == Reduction.ADD) {
                    code.dup2().faload();
                    push(value);
                    code.fadd();
                } else {
                    push(value);
                }
                code.fastore();
            }
        }
    }

    /** Emits the call that sets all lanes to what they are before the first element. */
    protected final void emitStartLanes() {
        for (int r = 0; r < outputs.size(); r++) {
            if (outputs.get(r).isReduction()) {
                code.aload(lanes).loadConstant(r * Finish.LANES).loadConstant(start(outputs.get(r)));
                code.invokestatic(FINISH, "start", MethodTypeDesc.of(CD_void, FLOATS, CD_int, CD_float));
            }
        }
    }

    /** What a reduction's lanes are before the first element. */
    protected static float start(Reduction reduction) {
        return Finish.start(reduction);
    }
}
