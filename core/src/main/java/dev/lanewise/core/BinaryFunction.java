package dev.lanewise.core;

/** The functions of two arguments, with their double-precision meaning: the reference for every other reading. */
enum BinaryFunction {
    ADD("+"),
    SUB("-"),
    MUL("*"),
    DIV("/"),
    POW("pow"),
    MIN("min"),
    MAX("max"),
    LT("<"),
    LE("<="),
    GT(">"),
    GE(">="),
    EQ("=="),
    NE("!=");

    private final String symbol;

    BinaryFunction(String symbol) {
        this.symbol = symbol;
    }

    /** The value in double precision; comparisons give 1 or 0. */
    double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> power(a, b);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
        };
    }

    boolean isComparison() {
        return compareTo(LT) >= 0;
    }

    boolean isCommutative() {
        return this == ADD || this == MUL || this == MIN || this == MAX || this == EQ || this == NE;
    }

    /** The sign or name it is printed with. */
    String symbol() {
        return symbol;
    }

    private static double power(double base, double exponent) {
        // C, IEEE 754 and PyTorch have pow(1, anything) = 1 and pow(-1, ±infinity) = 1, where Java has NaN
        if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
            return 1;
        }
        return StrictMath.pow(base, exponent);
    }
}
