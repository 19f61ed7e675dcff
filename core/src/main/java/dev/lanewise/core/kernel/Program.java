package dev.lanewise.core.kernel;

import java.util.List;

/**
 * A formula in float precision as straight-line code: each instruction makes one value from earlier ones, for one
 * element.
 *
 * <p>Interpreter, scalar loop and SIMD loop all carry out the same program, instruction by instruction, which is why
 * they agree to the last bit. Programs are equal if they consist of the same instructions; kernels are shared by that.
 *
 * @param operandCount the number of operands of the formula, of which some may not occur
 * @param instructions the code; an instruction's number is its position
 * @param results the numbers of the instructions whose values are the results, all floats
 */
public record Program(int operandCount, List<Instruction> instructions, List<Integer> results) {

    /**
     * One instruction. Arguments that the operation does not take are 0.
     *
     * @param operation what is done
     * @param a the number of the instruction that makes the first argument
     * @param b the second argument
     * @param c the third argument
     * @param d the fourth argument
     * @param immediate a number that is part of the instruction
     */
    public record Instruction(Operation operation, int a, int b, int c, int d, int immediate) {
        /** The argument at a position. */
        public int argument(int position) {
            return switch (position) {
                case 0 -> a;
                case 1 -> b;
                case 2 -> c;
                default -> d;
            };
        }
    }

    /** Copies the lists. */
    public Program {
        instructions = List.copyOf(instructions);
        results = List.copyOf(results);
    }

    /** Bit o is set if operand o occurs. */
    public long operandsRead() {
        long read = 0;
        for (Instruction instruction : instructions) {
            if (instruction.operation() == Operation.OPERAND) {
                read |= 1L << instruction.immediate();
            }
        }
        return read;
    }

    /** Which instructions have one value per row, given which operands have. */
    public boolean[] rowInvariant(long rowConstants) {
        boolean[] invariant = new boolean[instructions.size()];
        for (int i = 0; i < invariant.length; i++) {
            Instruction instruction = instructions.get(i);
            boolean all =
                    instruction.operation() != Operation.OPERAND || (rowConstants >>> instruction.immediate() & 1) == 1;
            for (int p = 0; p < instruction.operation().argumentCount(); p++) {
                all &= invariant[instruction.argument(p)];
            }
            invariant[i] = all;
        }
        return invariant;
    }
}
