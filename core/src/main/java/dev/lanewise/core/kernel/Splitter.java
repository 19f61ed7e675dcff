package dev.lanewise.core.kernel;

import dev.lanewise.core.kernel.Program.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Cuts a program that is too large for one method into stages, each a program of its own. Values that cross a cut
 * become results of one stage and operands of the next. What does not vary along a row is computed anew in each stage.
 */
final class Splitter {

    /**
     * A part of the program.
     *
     * @param program the code
     * @param rowConstants which of its operands have one value per row
     * @param sources of each operand of the stage, the number of the operand of the whole, or the one's complement of
     *     the number of the value made by an earlier stage
     * @param values of each result of the stage, the number of the value in the whole
     */
    record Stage(Program program, long rowConstants, List<Integer> sources, List<Integer> values) {}

    private final Program program;
    private final List<Instruction> code;
    private final long rowConstants;
    private final boolean[] invariant;
    /** Of each instruction, the last that uses its value; the program's end if it is a result. */
    private final int[] lastUse;

    private Splitter(Program program, long rowConstants) {
        this.program = program;
        this.code = program.instructions();
        this.rowConstants = rowConstants;
        this.invariant = program.rowInvariant(rowConstants);
        this.lastUse = new int[code.size()];
        for (int i = 0; i < code.size(); i++) {
            for (int p = 0; p < code.get(i).operation().argumentCount(); p++) {
                lastUse[code.get(i).argument(p)] = i;
            }
        }
        program.results().forEach(result -> lastUse[result] = code.size());
    }

    /** How many instructions there are that vary along a row: what a loop's body consists of. */
    static int size(Program program, long rowConstants) {
        int size = 0;
        for (boolean invariant : program.rowInvariant(rowConstants)) {
            size += invariant ? 0 : 1;
        }
        return size;
    }

    /** The stages, in order. */
    static List<Stage> split(Program program, long rowConstants, int largest) {
        var splitter = new Splitter(program, rowConstants);
        var stages = new ArrayList<Stage>();
        int from = 0;
        while (from < splitter.code.size()) {
            int to = splitter.cut(from, largest);
            stages.add(splitter.stage(from, to));
            from = to;
        }
        return stages;
    }

    /** Where the stage that begins here had best end: where few values are alive, but not before it is half full. */
    private int cut(int from, int largest) {
        int best = code.size();
        int fewest = Integer.MAX_VALUE;
        int size = 0;
        for (int to = from + 1; to <= code.size(); to++) {
            size += invariant[to - 1] ? 0 : 1;
            if (size > largest) {
                return best;
            }
            int alive = to == code.size() ? -1 : alive(to);
            if (size >= largest / 2 && alive <= fewest) {
                fewest = alive;
                best = to;
            }
        }
        return code.size();
    }

    /** The number of values that cross a cut; ints have to be disguised as floats, so rather none of them. */
    private int alive(int cut) {
        int alive = 0;
        for (int i = 0; i < cut; i++) {
            if (crosses(i, cut)) {
                alive += code.get(i).operation().isInt() ? 1000 : 1;
            }
        }
        return alive;
    }

    /** Whether a value made before the cut has to be kept for after it. Operands and what does not vary are at hand. */
    private boolean crosses(int value, int cut) {
        return value < cut
                && lastUse[value] >= cut
                && !invariant[value]
                && code.get(value).operation() != Operation.OPERAND;
    }

    private Stage stage(int from, int to) {
        var builder = new ProgramBuilder();
        var renumbered = new HashMap<Integer, Integer>();
        var sources = new ArrayList<Integer>();
        for (int i = from; i < to; i++) {
            if (!invariant[i] && code.get(i).operation() != Operation.OPERAND) {
                copy(builder, i, from, renumbered, sources);
            }
        }
        var values = new ArrayList<Integer>();
        for (int i = from; i < to; i++) {
            if (crosses(i, to)) {
                values.add(i);
            }
        }
        if (to == code.size()) { // results that are operands, or do not vary, are made nowhere else
            for (int result : program.results()) {
                boolean elsewhere = !invariant[result] && code.get(result).operation() != Operation.OPERAND;
                if (!elsewhere && !values.contains(result)) {
                    copy(builder, result, from, renumbered, sources);
                    values.add(result);
                }
            }
        }
        long constants = 0;
        for (int s = 0; s < sources.size(); s++) {
            int source = sources.get(s);
            constants |= source >= 0 ? (rowConstants >>> source & 1) << s : 0;
        }
        var results = new ArrayList<Integer>();
        for (int value : values) {
            int made = Objects.requireNonNull(renumbered.get(value));
            results.add(code.get(value).operation().isInt() ? builder.fromBits(made) : made);
        }
        Program part = builder.build(sources.size(), results);
        return new Stage(part, constants, List.copyOf(sources), List.copyOf(values));
    }

    /** Copies an instruction and, before it, what it needs: from the stage itself, or loaded from an earlier one. */
    private int copy(
            ProgramBuilder builder, int number, int from, Map<Integer, Integer> renumbered, List<Integer> sources) {
        Integer known = renumbered.get(number);
        if (known != null) {
            return known;
        }
        Instruction instruction = code.get(number);
        int copied;
        if (instruction.operation() == Operation.OPERAND) {
            copied = builder.operand(source(instruction.immediate(), sources));
        } else if (number < from && !invariant[number]) {
            copied = builder.operand(source(~number, sources));
            copied = instruction.operation().isInt() ? builder.bits(copied) : copied;
        } else {
            int[] arguments = new int[4];
            for (int p = 0; p < instruction.operation().argumentCount(); p++) {
                arguments[p] = copy(builder, instruction.argument(p), from, renumbered, sources);
            }
            copied = builder.copy(instruction, arguments);
        }
        renumbered.put(number, copied);
        return copied;
    }

    private static int source(int source, List<Integer> sources) {
        int position = sources.indexOf(source);
        if (position < 0) {
            sources.add(source);
            position = sources.size() - 1;
        }
        return position;
    }
}
