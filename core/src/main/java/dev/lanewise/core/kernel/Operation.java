package dev.lanewise.core.kernel;

/**
 * The instructions of a {@link Program}. Each is one machine instruction or nearly so, and has one meaning to the bit:
 * that of the Java expression beside it. The payload of a NaN is the one thing left open.
 */
public enum Operation {
    /** The operand whose index is the immediate. */
    OPERAND,
    /** The float whose bits are the immediate. */
    CONSTANT,
    /** {@code a + b}. */
    ADD,
    /** {@code a - b}. */
    SUB,
    /** {@code a * b}. */
    MUL,
    /** {@code a / b}. */
    DIV,
    /** {@code Math.fma(a, b, c)}. */
    FMA,
    /** {@code -a}. */
    NEG,
    /** {@code Math.abs(a)}. */
    ABS,
    /** {@code (float) Math.sqrt(a)}: correctly rounded in float too. */
    SQRT,
    /** {@code Math.min(a, b)}. */
    MIN,
    /** {@code Math.max(a, b)}. */
    MAX,
    /** {@code a < b ? c : d}. */
    SELECT_LESS,
    /** {@code a <= b ? c : d}. */
    SELECT_LESS_OR_EQUAL,
    /** {@code a == b ? c : d}. */
    SELECT_EQUAL,
    /** The bits of the float a as an int. */
    BITS,
    /** The float whose bits are the int a. */
    FROM_BITS,
    /** The int that is the immediate. */
    INT_CONSTANT,
    /** {@code a + b} of ints. */
    INT_ADD,
    /** {@code a - b} of ints. */
    INT_SUB,
    /** {@code a & b} of ints. */
    INT_AND,
    /** {@code a | b} of ints. */
    INT_OR,
    /** {@code a ^ b} of ints. */
    INT_XOR,
    /** {@code a << immediate} of an int. */
    SHIFT_LEFT,
    /** {@code a >> immediate} of an int. */
    SHIFT_RIGHT;

    /** Whether the value is an int. */
    public boolean isInt() {
        return this == BITS || compareTo(INT_CONSTANT) >= 0;
    }

    /** The number of values it takes. */
    public int argumentCount() {
        return switch (this) {
            case OPERAND, CONSTANT, INT_CONSTANT -> 0;
            case NEG, ABS, SQRT, BITS, FROM_BITS, SHIFT_LEFT, SHIFT_RIGHT -> 1;
            case ADD, SUB, MUL, DIV, MIN, MAX, INT_ADD, INT_SUB, INT_AND, INT_OR, INT_XOR -> 2;
            case FMA -> 3;
            case SELECT_LESS, SELECT_LESS_OR_EQUAL, SELECT_EQUAL -> 4;
        };
    }

    boolean isCommutative() {
        return switch (this) {
            case ADD, MUL, MIN, MAX, INT_ADD, INT_AND, INT_OR, INT_XOR -> true;
            default -> false;
        };
    }
}
