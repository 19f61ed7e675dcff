package dev.lanewise.core;

import static dev.lanewise.core.BinaryFunction.ADD;
import static dev.lanewise.core.BinaryFunction.DIV;
import static dev.lanewise.core.BinaryFunction.MUL;
import static dev.lanewise.core.BinaryFunction.POW;
import static dev.lanewise.core.BinaryFunction.SUB;
import static dev.lanewise.core.UnaryFunction.NEG;

import dev.lanewise.core.Node.Binary;
import dev.lanewise.core.Node.Constant;
import dev.lanewise.core.Node.Ternary;
import dev.lanewise.core.Node.Unary;
import org.jspecify.annotations.Nullable;

/**
 * Builds nodes, and simplifies while it builds.
 *
 * <p>Only what cannot change a bit of any result is simplified (payloads of NaN aside): so {@code x - 0} becomes
 * {@code x}, while {@code x + 0}, which turns -0 into +0, and {@code 0 * x}, which is NaN for an infinite x, stay as
 * they were written. A power with a small constant exponent is the one exception: it becomes products and square roots.
 * Derivatives, where a zero is known to stand for "does not depend", are built with the freer rules of
 * {@link Derivative}.
 */
final class Simplifier {

    /** Powers up to this one become products: each product adds half a unit in the last place. */
    private static final int LARGEST_PRODUCT_POWER = 8;

    private Simplifier() {}

    static Expr constant(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("constant: NaN is not a number to compute with");
        }
        return new Constant(value);
    }

    static Expr unary(UnaryFunction function, Expr argument) {
        if (argument instanceof Constant(double value)) {
            Expr folded = folded(function.apply(value), Double.isInfinite(value));
            if (folded != null) {
                return folded;
            }
        }
        if (argument instanceof Unary(UnaryFunction inner, Expr innermost)) {
            if (function == NEG && inner == NEG) {
                return innermost;
            }
            if (function == UnaryFunction.ABS && (inner == NEG || inner == UnaryFunction.ABS)) {
                return unary(UnaryFunction.ABS, innermost);
            }
        }
        return new Unary(function, argument);
    }

    static Expr binary(BinaryFunction function, Expr left, Expr right) {
        if (function == DIV && right instanceof Constant(double divisor) && divisor == 0) {
            throw new IllegalArgumentException("division by the constant 0: " + FormulaPrinter.print(left)
                    + " / 0 is infinite or NaN everywhere; divide by something else, or use select to choose a value");
        }
        if (function.compareTo(POW) <= 0) {
            requireFinite(function, left);
            requireFinite(function, right);
        }
        if (left instanceof Constant(double a) && right instanceof Constant(double b)) {
            Expr folded = folded(function.apply(a, b), Double.isInfinite(a) || Double.isInfinite(b));
            if (folded != null) {
                return folded;
            }
        }
        return switch (function) {
            case ADD -> sum(left, right);
            case SUB -> difference(left, right);
            case MUL -> product(left, right);
            case DIV -> quotient(left, right);
            case POW ->
                right instanceof Constant(double exponent) ? power(left, exponent) : new Binary(POW, left, right);
            default -> new Binary(function, left, right);
        };
    }

    static Expr ternary(TernaryFunction function, Expr first, Expr second, Expr third) {
        switch (function) {
            case FMA -> {
                requireFinite(MUL, first);
                requireFinite(MUL, second);
                requireFinite(ADD, third);
                if (first instanceof Constant one && one.is(1)) {
                    return binary(ADD, second, third);
                }
                if (second instanceof Constant one && one.is(1)) {
                    return binary(ADD, first, third);
                }
            }
            case SELECT -> {
                if (first instanceof Constant(double condition)) {
                    return condition != 0 ? second : third;
                }
                if (second == third
                        || (second instanceof Constant(double a) && third instanceof Constant b && b.is(a))) {
                    return second;
                }
            }
            case CLAMP -> {
                if (second instanceof Constant(double low) && third instanceof Constant(double high) && low > high) {
                    throw new IllegalArgumentException("clamp: the lower bound " + FormulaPrinter.number(low)
                            + " is above the upper bound " + FormulaPrinter.number(high) + "; swap them?");
                }
            }
        }
        if (first instanceof Constant(double a)
                && second instanceof Constant(double b)
                && third instanceof Constant(double c)) {
            Expr folded = folded(function.apply(a, b, c), true);
            if (folded != null) {
                return folded;
            }
        }
        return new Ternary(function, first, second, third);
    }

    /** A folded constant; null where folding would hide an overflow or a NaN behind an innocent-looking number. */
    private static @Nullable Expr folded(double value, boolean mayBeInfinite) {
        return Double.isNaN(value) || (Double.isInfinite(value) && !mayBeInfinite) ? null : new Constant(value);
    }

    private static void requireFinite(BinaryFunction function, Expr operand) {
        if (operand instanceof Constant(double value) && Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "an infinite constant, " + FormulaPrinter.number(value) + ", as an operand of " + function.symbol()
                            + ": it has a meaning only in select, min, max, clamp and comparisons");
        }
    }

    private static Expr sum(Expr left, Expr right) {
        if (right instanceof Unary(UnaryFunction f, Expr negated) && f == NEG) {
            return binary(SUB, left, negated);
        }
        if (left instanceof Unary(UnaryFunction f, Expr negated) && f == NEG) {
            return binary(SUB, right, negated);
        }
        return new Binary(ADD, left, right);
    }

    private static Expr difference(Expr left, Expr right) {
        if (right instanceof Constant zero && zero.is(0)) {
            return left;
        }
        if (right instanceof Unary(UnaryFunction f, Expr negated) && f == NEG) {
            return binary(ADD, left, negated);
        }
        return new Binary(SUB, left, right);
    }

    private static Expr product(Expr left, Expr right) {
        if (left instanceof Constant one && one.is(1)) {
            return right;
        }
        if (right instanceof Constant one && one.is(1)) {
            return left;
        }
        if (left instanceof Constant minusOne && minusOne.is(-1)) {
            return unary(NEG, right);
        }
        if (right instanceof Constant minusOne && minusOne.is(-1)) {
            return unary(NEG, left);
        }
        return new Binary(MUL, left, right);
    }

    private static Expr quotient(Expr left, Expr right) {
        if (right instanceof Constant divisor) {
            if (divisor.is(1)) {
                return left;
            }
            if (divisor.is(-1)) {
                return unary(NEG, left);
            }
        }
        return new Binary(DIV, left, right);
    }

    private static Expr power(Expr base, double exponent) {
        if (exponent == StrictMath.rint(exponent) && Math.abs(exponent) <= LARGEST_PRODUCT_POWER) {
            return wholePower(base, (int) exponent);
        }
        double half = Math.abs(exponent) - 0.5;
        if (half == 0 || half == 1) {
            Expr root = unary(UnaryFunction.SQRT, base);
            if (exponent > 0) {
                return half == 0 ? root : binary(MUL, base, root);
            }
            Expr reciprocal = binary(DIV, Constant.ONE, root);
            return half == 0 ? reciprocal : binary(DIV, reciprocal, base); // so that its slope at 0 is -∞, not 0·∞
        }
        return new Binary(POW, base, new Constant(exponent));
    }

    private static Expr wholePower(Expr base, int exponent) {
        if (exponent < 0) {
            return wholePower(binary(DIV, Constant.ONE, base), -exponent);
        }
        if (exponent == 0) {
            return Constant.ONE;
        }
        if (exponent == 1) {
            return base;
        }
        Expr half = wholePower(base, exponent / 2);
        Expr square = binary(MUL, half, half);
        return exponent % 2 == 0 ? square : binary(MUL, square, base);
    }
}
