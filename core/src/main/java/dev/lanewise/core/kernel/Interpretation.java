package dev.lanewise.core.kernel;

import dev.lanewise.core.kernel.Program.Instruction;

/** The meaning of one instruction for one element: the specification of {@link Operation} in executable form. */
final class Interpretation {

    private Interpretation() {}

    /** The bits of the value that an instruction makes from the bits of its arguments. */
    static int evaluate(Instruction instruction, int a, int b, int c, int d) {
        int immediate = instruction.immediate();
        return switch (instruction.operation()) {
            case OPERAND -> throw new IllegalArgumentException("an operand has no value of its own");
            case CONSTANT, INT_CONSTANT -> immediate;
            case ADD -> bits(number(a) + number(b));
            case SUB -> bits(number(a) - number(b));
            case MUL -> bits(number(a) * number(b));
            case DIV -> bits(number(a) / number(b));
            case FMA -> bits(Math.fma(number(a), number(b), number(c)));
            case NEG -> bits(-number(a));
            case ABS -> bits(Math.abs(number(a)));
            case SQRT -> bits((float) Math.sqrt(number(a)));
            case MIN -> bits(Math.min(number(a), number(b)));
            case MAX -> bits(Math.max(number(a), number(b)));
            case SELECT_LESS -> number(a) < number(b) ? c : d;
            case SELECT_LESS_OR_EQUAL -> number(a) <= number(b) ? c : d;
            case SELECT_EQUAL -> number(a) == number(b) ? c : d;
            case BITS, FROM_BITS -> a;
            case INT_ADD -> a + b;
            case INT_SUB -> a - b;
            case INT_AND -> a & b;
            case INT_OR -> a | b;
            case INT_XOR -> a ^ b;
            case SHIFT_LEFT -> a << immediate;
            case SHIFT_RIGHT -> a >> immediate;
        };
    }

    private static float number(int bits) {
        return Float.intBitsToFloat(bits);
    }

    private static int bits(float number) {
        return Float.floatToRawIntBits(number);
    }
}
