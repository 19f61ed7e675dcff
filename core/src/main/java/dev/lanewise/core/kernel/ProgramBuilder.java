package dev.lanewise.core.kernel;

import dev.lanewise.core.kernel.Program.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a {@link Program}. Values are named by numbers. What has been computed before is not computed again, constants
 * are folded (by the very operation the kernel would carry out, so no bit changes), and what no result needs is left
 * out in the end.
 */
public final class ProgramBuilder {

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<Instruction, Integer> numbers = new HashMap<>();

    /** The formula's operand at an index. */
    public int operand(int index) {
        return number(new Instruction(Operation.OPERAND, 0, 0, 0, 0, index));
    }

    /** A float. */
    public int constant(float value) {
        return number(new Instruction(Operation.CONSTANT, 0, 0, 0, 0, Float.floatToRawIntBits(value)));
    }

    /** An int. */
    public int intConstant(int value) {
        return number(new Instruction(Operation.INT_CONSTANT, 0, 0, 0, 0, value));
    }

    public int add(int a, int b) {
        return make(Operation.ADD, a, b);
    }

    public int sub(int a, int b) {
        return make(Operation.SUB, a, b);
    }

    public int mul(int a, int b) {
        if (isConstant(b, 1)) {
            return a;
        }
        if (isConstant(a, 1)) {
            return b;
        }
        return make(Operation.MUL, a, b);
    }

    public int mul(int a, float factor) {
        return mul(a, constant(factor));
    }

    public int add(int a, float summand) {
        return add(a, constant(summand));
    }

    public int sub(int a, float subtrahend) {
        return sub(a, constant(subtrahend));
    }

    /** {@code a / b}; a product where b is a power of two, whose reciprocal is exact. */
    public int div(int a, int b) {
        Instruction divisor = instructions.get(b);
        if (divisor.operation() == Operation.CONSTANT) {
            float value = Float.intBitsToFloat(divisor.immediate());
            int exponent = Math.getExponent(value);
            boolean powerOfTwo = Math.abs(value) == Math.scalb(1f, exponent);
            if (powerOfTwo && Math.abs(exponent) < Float.MAX_EXPONENT) {
                return mul(a, 1 / value);
            }
        }
        return make(Operation.DIV, a, b);
    }

    public int fma(int a, int b, int c) {
        return make(Operation.FMA, a, b, c);
    }

    public int fma(int a, int b, float c) {
        return fma(a, b, constant(c));
    }

    public int fma(int a, float b, int c) {
        return fma(a, constant(b), c);
    }

    public int neg(int a) {
        return make(Operation.NEG, a);
    }

    public int abs(int a) {
        return make(Operation.ABS, a);
    }

    public int sqrt(int a) {
        return make(Operation.SQRT, a);
    }

    public int min(int a, int b) {
        return make(Operation.MIN, a, b);
    }

    public int max(int a, int b) {
        return make(Operation.MAX, a, b);
    }

    /** {@code a < b ? ifTrue : ifFalse}. */
    public int selectLess(int a, int b, int ifTrue, int ifFalse) {
        return make(Operation.SELECT_LESS, a, b, ifTrue, ifFalse);
    }

    /** {@code a <= b ? ifTrue : ifFalse}. */
    public int selectLessOrEqual(int a, int b, int ifTrue, int ifFalse) {
        return make(Operation.SELECT_LESS_OR_EQUAL, a, b, ifTrue, ifFalse);
    }

    /** {@code a == b ? ifTrue : ifFalse}. */
    public int selectEqual(int a, int b, int ifTrue, int ifFalse) {
        return make(Operation.SELECT_EQUAL, a, b, ifTrue, ifFalse);
    }

    /** The bits of a float. */
    public int bits(int a) {
        return make(Operation.BITS, a);
    }

    /** The float of some bits. */
    public int fromBits(int a) {
        return make(Operation.FROM_BITS, a);
    }

    public int intAdd(int a, int b) {
        return make(Operation.INT_ADD, a, b);
    }

    public int intSub(int a, int b) {
        return make(Operation.INT_SUB, a, b);
    }

    public int and(int a, int b) {
        return make(Operation.INT_AND, a, b);
    }

    public int or(int a, int b) {
        return make(Operation.INT_OR, a, b);
    }

    public int xor(int a, int b) {
        return make(Operation.INT_XOR, a, b);
    }

    public int shiftLeft(int a, int distance) {
        return make(new Instruction(Operation.SHIFT_LEFT, a, 0, 0, 0, distance));
    }

    /** Keeps the sign. */
    public int shiftRight(int a, int distance) {
        return make(new Instruction(Operation.SHIFT_RIGHT, a, 0, 0, 0, distance));
    }

    /** {@code coefficients[0] * x^k + … + coefficients[k]}, by Horner's rule in fused multiply-adds. */
    public int polynomial(int x, float... coefficients) {
        int sum = constant(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            sum = fma(sum, x, constant(coefficients[i]));
        }
        return sum;
    }

    /** The instruction of another program, with its arguments' numbers in this one. */
    int copy(Instruction instruction, int[] arguments) {
        return make(new Instruction(
                instruction.operation(),
                arguments[0],
                arguments[1],
                arguments[2],
                arguments[3],
                instruction.immediate()));
    }

    /** The program of all that the results need. */
    public Program build(int operandCount, List<Integer> results) {
        boolean[] needed = new boolean[instructions.size()];
        results.forEach(result -> needed[result] = true);
        for (int i = needed.length - 1; i >= 0; i--) {
            Instruction instruction = instructions.get(i);
            for (int p = 0; needed[i] && p < instruction.operation().argumentCount(); p++) {
                needed[instruction.argument(p)] = true;
            }
        }
        int[] renumbered = new int[needed.length];
        var kept = new ArrayList<Instruction>();
        for (int i = 0; i < needed.length; i++) {
            if (needed[i]) {
                renumbered[i] = kept.size();
                kept.add(renumbered(instructions.get(i), renumbered));
            }
        }
        return new Program(
                operandCount,
                kept,
                results.stream().map(result -> renumbered[result]).toList());
    }

    private static Instruction renumbered(Instruction instruction, int[] numbers) {
        int count = instruction.operation().argumentCount();
        return new Instruction(
                instruction.operation(),
                count > 0 ? numbers[instruction.a()] : 0,
                count > 1 ? numbers[instruction.b()] : 0,
                count > 2 ? numbers[instruction.c()] : 0,
                count > 3 ? numbers[instruction.d()] : 0,
                instruction.immediate());
    }

    private boolean isConstant(int number, float value) {
        Instruction instruction = instructions.get(number);
        return instruction.operation() == Operation.CONSTANT
                && instruction.immediate() == Float.floatToRawIntBits(value);
    }

    private int make(Operation operation, int... arguments) {
        int a = arguments[0];
        int b = arguments.length > 1 ? arguments[1] : 0;
        if (operation.isCommutative() && a > b) {
            int swap = a;
            a = b;
            b = swap;
        }
        int c = arguments.length > 2 ? arguments[2] : 0;
        int d = arguments.length > 3 ? arguments[3] : 0;
        return make(new Instruction(operation, a, b, c, d, 0));
    }

    private int make(Instruction instruction) {
        int count = instruction.operation().argumentCount();
        int[] bits = new int[4];
        for (int p = 0; p < count; p++) {
            Instruction argument = instructions.get(instruction.argument(p));
            if (argument.operation() != Operation.CONSTANT && argument.operation() != Operation.INT_CONSTANT) {
                return number(instruction);
            }
            bits[p] = argument.immediate();
        }
        int folded = Interpretation.evaluate(instruction, bits[0], bits[1], bits[2], bits[3]);
        return instruction.operation().isInt() ? intConstant(folded) : constant(Float.intBitsToFloat(folded));
    }

    private int number(Instruction instruction) {
        Integer known = numbers.putIfAbsent(instruction, instructions.size());
        if (known != null) {
            return known;
        }
        instructions.add(instruction);
        return instructions.size() - 1;
    }
}
