package dev.lanewise.core.kernel.vector;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.lanewise.core.kernel.LoopCode;
import dev.lanewise.core.kernel.Operation;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Program.Instruction;
import dev.lanewise.core.kernel.Reduction;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The bytecode of a program's instructions on vectors. */
abstract class VectorCode extends LoopCode {

    static final ClassDesc FLOAT_VECTOR = descriptor(FloatVector.class);
    static final ClassDesc INT_VECTOR = descriptor(IntVector.class);
    static final ClassDesc VECTOR = descriptor(Vector.class);
    static final ClassDesc MASK = descriptor(VectorMask.class);
    static final ClassDesc SPECIES = descriptor(VectorSpecies.class);
    static final MethodTypeDesc BLEND = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, MASK);
    private static final ClassDesc OPERATORS = descriptor(VectorOperators.class);
    private static final ClassDesc COMPARISON = descriptor(VectorOperators.Comparison.class);
    private static final ClassDesc BINARY = descriptor(VectorOperators.Binary.class);
    private static final ClassDesc ASSOCIATIVE = descriptor(VectorOperators.Associative.class);

    private final int bits;
    /** Local variables of the vectors; of those that do not vary along a row, their broadcasts. */
    final int[] vector;
    /** The local variable of the mask under which elements are loaded and stored; 0 if there is none. */
    int mask;

    private final int[] lastUse;
    private final List<Integer> locals = new ArrayList<>();
    private final Deque<Integer> freeLocals = new ArrayDeque<>();

    VectorCode(CodeBuilder code, int bits, Program program, long rowConstants, List<Reduction> outputs) {
        super(code, program, rowConstants, outputs);
        this.bits = bits;
        this.vector = new int[instructions.size()];
        this.lastUse = new int[instructions.size()];
        for (int i = 0; i < instructions.size(); i++) {
            for (int p = 0; p < instructions.get(i).operation().argumentCount(); p++) {
                lastUse[instructions.get(i).argument(p)] = i;
            }
        }
        program.results().forEach(result -> lastUse[result] = Integer.MAX_VALUE);
    }

    private static ClassDesc descriptor(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    final int laneCount() {
        return bits / Float.SIZE;
    }

    // ---------------------------------------------------------------- what does not vary along a row

    /** Broadcasts constants, or the values that are known at a row's start, wherever a varying one needs them. */
    final void emitBroadcasts(boolean constants) {
        boolean[] wanted = new boolean[instructions.size()];
        for (int i = 0; i < instructions.size(); i++) {
            for (int p = 0; !invariant[i] && p < instructions.get(i).operation().argumentCount(); p++) {
                wanted[instructions.get(i).argument(p)] = true;
            }
        }
        program.results().forEach(result -> wanted[result] = true);
        for (int i = 0; i < instructions.size(); i++) {
            Operation operation = instructions.get(i).operation();
            boolean isConstant = operation == Operation.CONSTANT || operation == Operation.INT_CONSTANT;
            if (invariant[i] && wanted[i] && isConstant == constants) {
                if (vector[i] == 0) {
                    vector[i] = code.allocateLocal(TypeKind.REFERENCE);
                }
                pushSpecies(operation.isInt());
                push(i);
                emitBroadcast(operation.isInt());
                code.astore(vector[i]);
            }
        }
    }

    final void emitBroadcast(boolean isInt) {
        ClassDesc type = isInt ? INT_VECTOR : FLOAT_VECTOR;
        code.invokestatic(type, "broadcast", MethodTypeDesc.of(type, SPECIES, isInt ? CD_int : CD_float));
    }

    final void pushSpecies(boolean isInt) {
        code.getstatic(isInt ? INT_VECTOR : FLOAT_VECTOR, "SPECIES_" + bits, SPECIES);
    }

    // ---------------------------------------------------------------- loading and storing

    /** Loads the vector that begins at the element on the stack's top, above the species and the array. */
    final void emitLoad() {
        if (mask == 0) {
            code.invokestatic(FLOAT_VECTOR, "fromArray", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int));
        } else {
            code.aload(mask);
            code.invokestatic(
                    FLOAT_VECTOR, "fromArray", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int, MASK));
        }
    }

    /** Stores the vector that lies below the array and the element on the stack. */
    final void emitStore() {
        if (mask == 0) {
            code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
        } else {
            code.aload(mask);
            code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int, MASK));
        }
    }

    /**
     * Tells the compiler the class of the vector on the stack's top, which it knows after arithmetic but not of what
     * was loaded or broadcast. It would then go by which classes {@code intoArray} has met anywhere in the JVM, and if
     * most were of another width, as those of {@link TransposeEmitter} may be, make an object of each vector.
     */
    private void emitExactType() {
        pushSpecies(false);
        code.invokeinterface(SPECIES, "vectorType", MethodTypeDesc.of(CD_Class)).swap();
        code.invokevirtual(CD_Class, "cast", MethodTypeDesc.of(CD_Object, CD_Object))
                .checkcast(FLOAT_VECTOR);
    }

    /** Writes, or adds, a result that is not reduced, for the vector that many elements ahead of the index. */
    final void emitElementwise(int result, int ahead) {
        int value = program.results().get(result);
        code.aload(vector[value]);
        if (outputs.get(result) == Reduction.ADD) {
            pushSpecies(false);
            pushOutput(result, ahead);
            emitLoad();
            binary(FLOAT_VECTOR, "add");
        } else if (instructions.get(value).operation().argumentCount() == 0) {
            emitExactType();
        }
        pushOutput(result, ahead);
        emitStore();
    }

    private void pushOutput(int result, int ahead) {
        code.aload(outArray[result]).iload(outBase[result]).iload(index).iadd();
        addConstant(ahead);
    }

    // ---------------------------------------------------------------- instructions

    /** Emits all instructions that vary along a row, for the vector that many elements ahead of the index. */
    final void emitVectors(int ahead) {
        freeLocals.clear();
        freeLocals.addAll(locals); // what came before has been stored
        for (int i = 0; i < instructions.size(); i++) {
            if (!invariant[i]) {
                emitVector(instructions.get(i), ahead);
                release(instructions.get(i), i);
                vector[i] = allocate();
                code.astore(vector[i]);
            }
        }
    }

    /** A local variable for a value; few of them, for those above 255 take more bytes of code to reach. */
    private int allocate() {
        Integer free = freeLocals.poll();
        if (free != null) {
            return free;
        }
        int local = code.allocateLocal(TypeKind.REFERENCE);
        locals.add(local);
        return local;
    }

    private void release(Instruction instruction, int number) {
        for (int p = 0; p < instruction.operation().argumentCount(); p++) {
            int argument = instruction.argument(p);
            boolean repeated = false;
            for (int q = 0; q < p; q++) {
                repeated |= instruction.argument(q) == argument;
            }
            if (lastUse[argument] == number && !invariant[argument] && !repeated) {
                freeLocals.push(vector[argument]);
            }
        }
    }

    private void emitVector(Instruction x, int ahead) {
        switch (x.operation()) {
            case OPERAND -> {
                pushSpecies(false);
                int o = x.immediate();
                code.aload(array[o]).iload(base[o]).iload(index).iadd();
                addConstant(ahead);
                emitLoad();
            }
            case CONSTANT, INT_CONSTANT -> throw new IllegalStateException("a constant does not vary");
            case ADD -> binary(x, FLOAT_VECTOR, "add");
            case SUB -> binary(x, FLOAT_VECTOR, "sub");
            case MUL -> binary(x, FLOAT_VECTOR, "mul");
            case DIV -> binary(x, FLOAT_VECTOR, "div");
            case MIN -> binary(x, FLOAT_VECTOR, "min");
            case MAX -> binary(x, FLOAT_VECTOR, "max");
            case FMA -> {
                code.aload(vector[x.a()]).aload(vector[x.b()]).aload(vector[x.c()]);
                code.invokevirtual(FLOAT_VECTOR, "fma", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR));
            }
            case NEG -> unary(x, FLOAT_VECTOR, "neg", FLOAT_VECTOR);
            case ABS -> unary(x, FLOAT_VECTOR, "abs", FLOAT_VECTOR);
            case SQRT -> unary(x, FLOAT_VECTOR, "sqrt", FLOAT_VECTOR);
            case SELECT_LESS -> select(x, "LT");
            case SELECT_LESS_OR_EQUAL -> select(x, "LE");
            case SELECT_EQUAL -> select(x, "EQ");
            case BITS -> unary(x, FLOAT_VECTOR, "reinterpretAsInts", INT_VECTOR);
            case FROM_BITS -> unary(x, INT_VECTOR, "reinterpretAsFloats", FLOAT_VECTOR);
            case INT_ADD -> binary(x, INT_VECTOR, "add");
            case INT_SUB -> binary(x, INT_VECTOR, "sub");
            case INT_AND -> binary(x, INT_VECTOR, "and");
            case INT_OR -> binary(x, INT_VECTOR, "or");
            case INT_XOR -> {
                code.aload(vector[x.a()]);
                emitXor(vector[x.b()]);
            }
            case SHIFT_LEFT -> shift(x, "LSHL");
            case SHIFT_RIGHT -> shift(x, "ASHR");
        }
    }

    private void unary(Instruction x, ClassDesc type, String method, ClassDesc result) {
        code.aload(vector[x.a()]).invokevirtual(type, method, MethodTypeDesc.of(result));
    }

    private void binary(Instruction x, ClassDesc type, String method) {
        code.aload(vector[x.a()]).aload(vector[x.b()]);
        binary(type, method);
    }

    final void binary(ClassDesc type, String method) {
        code.invokevirtual(type, method, MethodTypeDesc.of(type, VECTOR));
    }

    private void select(Instruction x, String comparison) {
        code.aload(vector[x.d()]).aload(vector[x.c()]);
        pushComparison(vector[x.a()], comparison, vector[x.b()]);
        code.invokevirtual(FLOAT_VECTOR, "blend", BLEND);
    }

    private void shift(Instruction x, String operator) {
        code.aload(vector[x.a()]);
        emitShift(operator, x.immediate());
    }

    /** Pushes the mask of the lanes in which a comparison holds. */
    final void pushComparison(int a, String comparison, int b) {
        code.aload(a).getstatic(OPERATORS, comparison, COMPARISON).aload(b);
        code.invokevirtual(FLOAT_VECTOR, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
    }

    /** Shifts the ints on the stack's top. */
    final void emitShift(String operator, int distance) {
        code.getstatic(OPERATORS, operator, BINARY).loadConstant(distance);
        code.invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, BINARY, CD_int));
    }

    /** Takes the exclusive or of the ints on the stack's top and a local variable. */
    final void emitXor(int local) {
        code.getstatic(OPERATORS, "XOR", ASSOCIATIVE).aload(local);
        code.invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, BINARY, VECTOR));
    }

    /** Reduces the ints on the stack's top to one. */
    final void emitReduceLanes(String operator) {
        code.getstatic(OPERATORS, operator, ASSOCIATIVE);
        code.invokevirtual(INT_VECTOR, "reduceLanes", MethodTypeDesc.of(CD_int, ASSOCIATIVE));
    }

    private void addConstant(int ahead) {
        if (ahead != 0) {
            code.loadConstant(ahead).iadd();
        }
    }
}
