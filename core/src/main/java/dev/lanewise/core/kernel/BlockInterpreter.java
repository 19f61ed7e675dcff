package dev.lanewise.core.kernel;

import dev.lanewise.core.kernel.Program.Instruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Runs a program without generating code: rows are cut into blocks that fit the first-level cache, and each instruction
 * is a loop over a block. Every formula starts here, for these loops are compiled already when a new formula comes, and
 * where classes cannot be defined it is all there is.
 */
final class BlockInterpreter implements RowKernel {

    /** Where an instruction finds an argument, or puts its value. */
    private enum Place {
        /** In the row's scalars, by the number of the instruction that makes it. */
        SCALAR,
        /** In a block of floats. */
        FLOATS,
        /** In a block of ints. */
        INTS
    }

    private record Value(Place place, int index) {
        boolean isScalar() {
            return place == Place.SCALAR;
        }
    }

    /** One instruction over a block. */
    private record Step(Instruction instruction, Value[] arguments, int target) {}

    /** A scalar that some loop wants as a block. */
    private record Fill(int scalar, Value target) {}

    private final Program program;
    private final List<Reduction> outputs;
    private final List<Integer> constants = new ArrayList<>();
    private final List<Integer> perRow = new ArrayList<>();
    private final List<Fill> fills = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Value[] results;
    private int floatBlocks;
    private int intBlocks;

    BlockInterpreter(Program program, long rowConstants, List<Reduction> outputs) {
        this.program = program;
        this.outputs = List.copyOf(outputs);
        this.results = new Planner(rowConstants).plan();
    }

    @Override
    public void run(
            float[][] in,
            int[] inOffset,
            int[] inRowStride,
            float[][] out,
            int[] outOffset,
            int[] outRowStride,
            int rows,
            int n) {
        var workspace = Workspace.ofThread();
        float[][] floats = workspace.floats(floatBlocks + 1);
        int[][] ints = workspace.ints(intBlocks);
        int[] scalars = workspace.scalars(program.instructions().size());
        float[][] lanes = workspace.lanes(results.length);
        float[] spare = floats[floatBlocks];
        for (int constant : constants) {
            scalars[constant] = program.instructions().get(constant).immediate();
        }
        for (int row = 0; row < rows; row++) {
            startRow(in, inOffset, inRowStride, row, n, scalars, floats, ints);
            Finish.start(outputs, lanes);
            for (int from = 0; from < n; from += Workspace.BLOCK) {
                int count = Math.min(Workspace.BLOCK, n - from);
                for (Step step : steps) {
                    if (step.instruction.operation() == Operation.OPERAND) {
                        int o = step.instruction.immediate();
                        int at = inOffset[o] + row * inRowStride[o] + from;
                        System.arraycopy(in[o], at, floats[step.target], 0, count);
                    } else {
                        run(step, scalars, floats, ints, count);
                    }
                }
                for (int r = 0; r < results.length; r++) {
                    float[] values = values(results[r], scalars, floats, spare, count);
                    int at = outOffset[r] + row * outRowStride[r] + from;
                    Finish.block(outputs.get(r), values, count, out[r], at, lanes[r]);
                }
            }
            Finish.row(outputs, lanes, out, outOffset, outRowStride, row);
        }
    }

    private void startRow(
            float[][] in,
            int[] inOffset,
            int[] inRowStride,
            int row,
            int n,
            int[] scalars,
            float[][] floats,
            int[][] ints) {
        if (n == 0) {
            return; // a row of nothing has no first element to read
        }
        for (int number : perRow) {
            Instruction instruction = program.instructions().get(number);
            if (instruction.operation() == Operation.OPERAND) {
                int o = instruction.immediate();
                scalars[number] = Float.floatToRawIntBits(in[o][inOffset[o] + row * inRowStride[o]]);
            } else {
                scalars[number] = Interpretation.evaluate(
                        instruction,
                        scalars[instruction.a()],
                        scalars[instruction.b()],
                        scalars[instruction.c()],
                        scalars[instruction.d()]);
            }
        }
        int count = Math.min(n, Workspace.BLOCK);
        for (Fill fill : fills) {
            if (fill.target.place == Place.FLOATS) {
                Arrays.fill(floats[fill.target.index], 0, count, Float.intBitsToFloat(scalars[fill.scalar]));
            } else {
                Arrays.fill(ints[fill.target.index], 0, count, scalars[fill.scalar]);
            }
        }
    }

    private static float[] values(Value value, int[] scalars, float[][] floats, float[] spare, int n) {
        if (!value.isScalar()) {
            return floats[value.index];
        }
        Arrays.fill(spare, 0, n, Float.intBitsToFloat(scalars[value.index]));
        return spare;
    }

    private static void run(Step step, int[] scalars, float[][] floats, int[][] ints, int n) {
        Value[] x = step.arguments;
        int target = step.target;
        switch (step.instruction.operation()) {
            case OPERAND, CONSTANT, INT_CONSTANT -> throw new IllegalStateException("not a step: " + step);
            case ADD -> {
                if (x[1].isScalar()) {
                    BlockLoops.addScalar(floats[x[0].index], number(x[1], scalars), floats[target], n);
                } else {
                    BlockLoops.add(floats[x[0].index], floats[x[1].index], floats[target], n);
                }
            }
            case SUB -> BlockLoops.sub(floats[x[0].index], floats[x[1].index], floats[target], n);
            case MUL -> {
                if (x[1].isScalar()) {
                    BlockLoops.mulScalar(floats[x[0].index], number(x[1], scalars), floats[target], n);
                } else {
                    BlockLoops.mul(floats[x[0].index], floats[x[1].index], floats[target], n);
                }
            }
            case DIV -> BlockLoops.div(floats[x[0].index], floats[x[1].index], floats[target], n);
            case FMA -> fma(x, scalars, floats, floats[target], n);
            case NEG -> BlockLoops.neg(floats[x[0].index], floats[target], n);
            case ABS -> BlockLoops.abs(floats[x[0].index], floats[target], n);
            case SQRT -> BlockLoops.sqrt(floats[x[0].index], floats[target], n);
            case MIN -> BlockLoops.min(floats[x[0].index], floats[x[1].index], floats[target], n);
            case MAX -> BlockLoops.max(floats[x[0].index], floats[x[1].index], floats[target], n);
            case SELECT_LESS ->
                BlockLoops.selectLess(
                        floats[x[0].index],
                        floats[x[1].index],
                        floats[x[2].index],
                        floats[x[3].index],
                        floats[target],
                        n);
            case SELECT_LESS_OR_EQUAL ->
                BlockLoops.selectLessOrEqual(
                        floats[x[0].index],
                        floats[x[1].index],
                        floats[x[2].index],
                        floats[x[3].index],
                        floats[target],
                        n);
            case SELECT_EQUAL ->
                BlockLoops.selectEqual(
                        floats[x[0].index],
                        floats[x[1].index],
                        floats[x[2].index],
                        floats[x[3].index],
                        floats[target],
                        n);
            case BITS -> BlockLoops.bits(floats[x[0].index], ints[target], n);
            case FROM_BITS -> BlockLoops.fromBits(ints[x[0].index], floats[target], n);
            case INT_ADD -> {
                if (x[1].isScalar()) {
                    BlockLoops.intAddScalar(ints[x[0].index], scalars[x[1].index], ints[target], n);
                } else {
                    BlockLoops.intAdd(ints[x[0].index], ints[x[1].index], ints[target], n);
                }
            }
            case INT_SUB -> BlockLoops.intSub(ints[x[0].index], ints[x[1].index], ints[target], n);
            case INT_AND -> {
                if (x[1].isScalar()) {
                    BlockLoops.intAndScalar(ints[x[0].index], scalars[x[1].index], ints[target], n);
                } else {
                    BlockLoops.intAnd(ints[x[0].index], ints[x[1].index], ints[target], n);
                }
            }
            case INT_OR -> BlockLoops.intOr(ints[x[0].index], ints[x[1].index], ints[target], n);
            case INT_XOR -> BlockLoops.intXor(ints[x[0].index], ints[x[1].index], ints[target], n);
            case SHIFT_LEFT -> BlockLoops.shiftLeft(ints[x[0].index], step.instruction.immediate(), ints[target], n);
            case SHIFT_RIGHT -> BlockLoops.shiftRight(ints[x[0].index], step.instruction.immediate(), ints[target], n);
        }
    }

    private static void fma(Value[] x, int[] scalars, float[][] floats, float[] target, int n) {
        if (x[1].isScalar() && x[2].isScalar()) {
            BlockLoops.fmaScalars(floats[x[0].index], number(x[1], scalars), number(x[2], scalars), target, n);
        } else if (x[1].isScalar()) {
            BlockLoops.fmaScalarFactor(floats[x[0].index], number(x[1], scalars), floats[x[2].index], target, n);
        } else if (x[2].isScalar()) {
            BlockLoops.fmaScalarSummand(floats[x[0].index], floats[x[1].index], number(x[2], scalars), target, n);
        } else {
            BlockLoops.fma(floats[x[0].index], floats[x[1].index], floats[x[2].index], target, n);
        }
    }

    private static float number(Value value, int[] scalars) {
        return Float.intBitsToFloat(scalars[value.index]);
    }

    /** Decides which instruction's value lives where, and reuses blocks whose values are no longer wanted. */
    private final class Planner {
        private final boolean[] invariant;
        private final int[] lastUse;
        private final Value[] places;
        private final Value[] filled;
        private final Deque<Integer> freeFloats = new ArrayDeque<>();
        private final Deque<Integer> freeInts = new ArrayDeque<>();

        Planner(long rowConstants) {
            List<Instruction> code = program.instructions();
            invariant = program.rowInvariant(rowConstants);
            lastUse = new int[code.size()];
            places = new Value[code.size()];
            filled = new Value[code.size()];
            for (int i = 0; i < code.size(); i++) {
                for (int p = 0; p < code.get(i).operation().argumentCount(); p++) {
                    lastUse[code.get(i).argument(p)] = i;
                }
            }
            program.results().forEach(result -> lastUse[result] = Integer.MAX_VALUE);
        }

        Value[] plan() {
            List<Instruction> code = program.instructions();
            for (int i = 0; i < code.size(); i++) {
                Operation operation = code.get(i).operation();
                if (invariant[i]) {
                    places[i] = new Value(Place.SCALAR, i);
                    boolean constant = operation == Operation.CONSTANT || operation == Operation.INT_CONSTANT;
                    (constant ? constants : perRow).add(i);
                } else {
                    Value[] arguments = arguments(code.get(i));
                    release(code.get(i), i); // before the target is chosen: a loop may write where it reads
                    places[i] = allocate(operation.isInt());
                    steps.add(new Step(code.get(i), arguments, places[i].index));
                }
            }
            return program.results().stream().map(result -> places[result]).toArray(Value[]::new);
        }

        private Value[] arguments(Instruction instruction) {
            Operation operation = instruction.operation();
            Value[] arguments = new Value[operation.argumentCount()];
            for (int p = 0; p < arguments.length; p++) {
                arguments[p] = places[instruction.argument(p)];
            }
            boolean swaps = operation.isCommutative() || operation == Operation.FMA;
            if (swaps && arguments[0].isScalar()) {
                Value scalar = arguments[0];
                arguments[0] = arguments[1];
                arguments[1] = scalar;
            }
            for (int p = 0; p < arguments.length; p++) {
                if (arguments[p].isScalar() && !takesScalar(operation, p)) {
                    arguments[p] = filled(arguments[p].index);
                }
            }
            return arguments;
        }

        private boolean takesScalar(Operation operation, int position) {
            return switch (operation) {
                case ADD, MUL, INT_ADD, INT_AND -> position == 1;
                case FMA -> position > 0;
                default -> false;
            };
        }

        /** The block that holds a scalar's value throughout the row. */
        private Value filled(int scalar) {
            if (filled[scalar] == null) {
                boolean isInt = program.instructions().get(scalar).operation().isInt();
                filled[scalar] = new Value(isInt ? Place.INTS : Place.FLOATS, isInt ? intBlocks++ : floatBlocks++);
                fills.add(new Fill(scalar, filled[scalar]));
            }
            return filled[scalar];
        }

        private void release(Instruction instruction, int number) {
            for (int p = 0; p < instruction.operation().argumentCount(); p++) {
                int argument = instruction.argument(p);
                if (lastUse[argument] == number && !invariant[argument]) {
                    lastUse[argument] = -1; // an argument given twice is released once
                    (places[argument].place == Place.INTS ? freeInts : freeFloats).push(places[argument].index);
                }
            }
        }

        private Value allocate(boolean isInt) {
            Integer free = isInt ? freeInts.poll() : freeFloats.poll();
            int index = free != null ? free : isInt ? intBlocks++ : floatBlocks++;
            return new Value(isInt ? Place.INTS : Place.FLOATS, index);
        }
    }
}
