package dev.lanewise.core.kernel.vector;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.lanewise.core.kernel.Finish;
import dev.lanewise.core.kernel.GeneratedClass;
import dev.lanewise.core.kernel.KernelCompiler;
import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.LoopCode;
import dev.lanewise.core.kernel.Operation;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Program.Instruction;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
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

    /** Beyond this the JVM's compiler runs out of registers, patience, or its own limits. */
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
        return GeneratedClass.define(MethodHandles.lookup(), name + "Vector" + bits, (type, self) -> {
            type.withMethodBody(
                    "run",
                    LoopCode.RUN,
                    ClassFile.ACC_PUBLIC,
                    code -> new Loop(code, self, program, rowConstants, outputs, false).emitRun());
            type.withMethodBody(
                    "tail",
                    LoopCode.TAIL,
                    ClassFile.ACC_PRIVATE,
                    code -> new Loop(code, self, program, rowConstants, outputs, true).emitTail());
        });
    }

    @Override
    public int largestProgram(List<Reduction> outputs) {
        return LARGEST_PROGRAM / vectorsPerStep(outputs);
    }

    private int laneCount() {
        return bits / Float.SIZE;
    }

    private int vectorsPerStep(List<Reduction> outputs) {
        return outputs.stream().anyMatch(Reduction::isReduction) ? Math.max(1, Finish.LANES / laneCount()) : 1;
    }

    /** The bytecode of one method. */
    private final class Loop extends LoopCode {
        private static final ClassDesc FLOAT_VECTOR = descriptor(FloatVector.class);
        private static final ClassDesc INT_VECTOR = descriptor(IntVector.class);
        private static final ClassDesc VECTOR = descriptor(Vector.class);
        private static final ClassDesc MASK = descriptor(VectorMask.class);
        private static final ClassDesc SPECIES = descriptor(VectorSpecies.class);
        private static final ClassDesc OPERATORS = descriptor(VectorOperators.class);
        private static final ClassDesc COMPARISON = descriptor(VectorOperators.Comparison.class);
        private static final ClassDesc BINARY = descriptor(VectorOperators.Binary.class);

        private final ClassDesc self;
        private final boolean isTail;
        private final int step;
        /** Local variables of the vectors; of those that do not vary along a row, their broadcasts. */
        private final int[] vector;

        private final int[] lastUse;
        private final List<Integer> locals = new ArrayList<>();
        private final Deque<Integer> freeLocals = new ArrayDeque<>();
        private int[][] accumulators = {};
        private int mask;

        Loop(
                CodeBuilder code,
                ClassDesc self,
                Program program,
                long rowConstants,
                List<Reduction> outputs,
                boolean isTail) {
            super(code, program, rowConstants, outputs);
            this.self = self;
            this.isTail = isTail;
            this.step = laneCount() * vectorsPerStep(outputs);
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

        // ------------------------------------------------------------ what does not vary along a row

        private boolean inVectors() {
            return !isTail || tail == Tail.MASK;
        }

        @Override
        protected void beforeRows() {
            if (inVectors()) {
                emitBroadcasts(true);
            }
        }

        /** Broadcasts constants, or the values that are known at a row's start, wherever a varying one needs them. */
        private void emitBroadcasts(boolean constants) {
            boolean[] wanted = new boolean[instructions.size()];
            for (int i = 0; i < instructions.size(); i++) {
                for (int p = 0;
                        !invariant[i] && p < instructions.get(i).operation().argumentCount();
                        p++) {
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

        private void emitBroadcast(boolean isInt) {
            ClassDesc type = isInt ? INT_VECTOR : FLOAT_VECTOR;
            code.invokestatic(type, "broadcast", MethodTypeDesc.of(type, SPECIES, isInt ? CD_int : CD_float));
        }

        private void pushSpecies(boolean isInt) {
            code.getstatic(isInt ? INT_VECTOR : FLOAT_VECTOR, "SPECIES_" + bits, SPECIES);
        }

        // ------------------------------------------------------------ the loop over a row

        @Override
        protected void overRow() {
            if (inVectors()) {
                emitBroadcasts(false);
            }
            if (isTail) {
                emitTailLoop();
            } else {
                emitMainLoop();
            }
        }

        private void emitMainLoop() {
            startAccumulators();
            int limit = code.allocateLocal(TypeKind.INT);
            code.iload(N).loadConstant(step).isub().istore(limit);
            code.loadConstant(0).istore(index);
            Label end = code.newLabel();
            Label top = code.newBoundLabel();
            code.iload(index).iload(limit).if_icmpgt(end);
            for (int v = 0; v < step / laneCount(); v++) {
                emitVectors(v * laneCount());
                emitOutputs(v);
            }
            code.iinc(index, step).goto_(top).labelBinding(end);
            storeAccumulators();
            Label done = code.newLabel();
            code.iload(index).iload(N).if_icmpge(done).aload(0);
            for (int parameter = 1; parameter <= 6; parameter++) {
                code.aload(parameter);
            }
            code.iload(row).iload(N).iload(index);
            if (lanes == 0) {
                code.aconst_null();
            } else {
                code.aload(lanes);
            }
            code.invokevirtual(self, "tail", TAIL).labelBinding(done);
        }

        private void emitTailLoop() {
            int from = code.allocateLocal(TypeKind.INT);
            code.iload(FROM).istore(from); // FROM itself counts on
            Runnable pushLane = () -> code.iload(index).iload(from).isub();
            Label end = code.newLabel();
            Label top = code.newBoundLabel();
            code.iload(index).iload(N).if_icmpge(end);
            if (tail == Tail.SCALAR) {
                emitScalars();
                emitScalarOutputs(pushLane);
                code.iinc(index, 1);
            } else {
                mask = code.allocateLocal(TypeKind.REFERENCE);
                pushSpecies(false);
                code.iload(index).iload(N);
                code.invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, CD_int, CD_int));
                code.astore(mask);
                emitVectors(0);
                emitMaskedOutputs(pushLane);
                code.iinc(index, laneCount());
            }
            code.goto_(top).labelBinding(end);
        }

        // ------------------------------------------------------------ reductions

        private void startAccumulators() {
            accumulators = new int[outputs.size()][step / laneCount()];
            for (int r = 0; r < outputs.size(); r++) {
                for (int v = 0; outputs.get(r).isReduction() && v < accumulators[r].length; v++) {
                    accumulators[r][v] = code.allocateLocal(TypeKind.REFERENCE);
                    pushSpecies(false);
                    code.loadConstant(start(outputs.get(r)));
                    emitBroadcast(false);
                    code.astore(accumulators[r][v]);
                }
            }
        }

        private void storeAccumulators() {
            for (int r = 0; r < outputs.size(); r++) {
                for (int v = 0; outputs.get(r).isReduction() && v < accumulators[r].length; v++) {
                    code.aload(accumulators[r][v]).aload(lanes).loadConstant(r * Finish.LANES + v * laneCount());
                    code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
                }
            }
        }

        private void emitReduction(Reduction reduction) {
            binary(
                    FLOAT_VECTOR,
                    switch (reduction) {
                        case MAX -> "max";
                        case MIN -> "min";
                        case SUM, ADD, STORE -> "add";
                    });
        }

        // ------------------------------------------------------------ results

        private void emitOutputs(int vectorOfStep) {
            for (int r = 0; r < outputs.size(); r++) {
                int value = vector[program.results().get(r)];
                if (outputs.get(r).isReduction()) {
                    int accumulator = accumulators[r][vectorOfStep];
                    code.aload(accumulator).aload(value);
                    emitReduction(outputs.get(r));
                    code.astore(accumulator);
                    continue;
                }
                code.aload(value);
                if (outputs.get(r) == Reduction.ADD) {
                    pushOutput(r, vectorOfStep * laneCount());
                    binary(FLOAT_VECTOR, "add");
                }
                code.aload(outArray[r]).iload(outBase[r]).iload(index).iadd();
                addConstant(vectorOfStep * laneCount());
                code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
            }
        }

        private void pushOutput(int result, int ahead) {
            pushSpecies(false);
            code.aload(outArray[result]).iload(outBase[result]).iload(index).iadd();
            addConstant(ahead);
            emitLoad();
        }

        private void emitLoad() {
            if (mask == 0) {
                code.invokestatic(FLOAT_VECTOR, "fromArray", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int));
            } else {
                code.aload(mask)
                        .invokestatic(
                                FLOAT_VECTOR,
                                "fromArray",
                                MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int, MASK));
            }
        }

        private void emitMaskedOutputs(Runnable pushLane) {
            for (int r = 0; r < outputs.size(); r++) {
                int value = vector[program.results().get(r)];
                if (outputs.get(r).isReduction()) {
                    // the lanes of this vector, with the value taken in where the mask is set
                    int lanesOfVector = code.allocateLocal(TypeKind.REFERENCE);
                    pushSpecies(false);
                    pushLanes(r, pushLane);
                    code.invokestatic(
                            FLOAT_VECTOR, "fromArray", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int));
                    code.astore(lanesOfVector).aload(lanesOfVector);
                    code.aload(lanesOfVector).aload(value);
                    emitReduction(outputs.get(r));
                    code.aload(mask)
                            .invokevirtual(FLOAT_VECTOR, "blend", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, MASK));
                    pushLanes(r, pushLane);
                    code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
                    continue;
                }
                code.aload(value);
                if (outputs.get(r) == Reduction.ADD) {
                    pushOutput(r, 0);
                    binary(FLOAT_VECTOR, "add");
                }
                code.aload(outArray[r]).iload(outBase[r]).iload(index).iadd().aload(mask);
                code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int, MASK));
            }
        }

        private void pushLanes(int result, Runnable pushLane) {
            code.aload(lanes);
            pushLane.run();
            code.loadConstant(result * Finish.LANES).iadd();
        }

        // ------------------------------------------------------------ instructions

        /** Emits all instructions that vary along a row, for the vector that many elements ahead of the index. */
        private void emitVectors(int ahead) {
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
                    code.aload(vector[x.a()])
                            .getstatic(OPERATORS, "XOR", descriptor(VectorOperators.Associative.class));
                    code.aload(vector[x.b()]);
                    code.invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, BINARY, VECTOR));
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

        private void binary(ClassDesc type, String method) {
            code.invokevirtual(type, method, MethodTypeDesc.of(type, VECTOR));
        }

        private void select(Instruction x, String comparison) {
            code.aload(vector[x.d()]).aload(vector[x.c()]).aload(vector[x.a()]);
            code.getstatic(OPERATORS, comparison, COMPARISON).aload(vector[x.b()]);
            code.invokevirtual(FLOAT_VECTOR, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
            code.invokevirtual(FLOAT_VECTOR, "blend", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, MASK));
        }

        private void shift(Instruction x, String operator) {
            code.aload(vector[x.a()]).getstatic(OPERATORS, operator, BINARY).loadConstant(x.immediate());
            code.invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, BINARY, CD_int));
        }

        private void addConstant(int ahead) {
            if (ahead != 0) {
                code.loadConstant(ahead).iadd();
            }
        }
    }
}
