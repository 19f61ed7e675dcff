package dev.lanewise.core;

import static dev.lanewise.core.Node.Constant.ONE;
import static dev.lanewise.core.Node.Constant.ZERO;

import dev.lanewise.core.Node.Binary;
import dev.lanewise.core.Node.Constant;
import dev.lanewise.core.Node.Operand;
import dev.lanewise.core.Node.Ternary;
import dev.lanewise.core.Node.Unary;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Differentiates expressions symbolically, node by node from the operands upwards, so that each node has one derivative
 * however often it is used. The result is an expression again and can be differentiated again.
 *
 * <p>A zero here means "does not depend on the operand" and drops out of sums and products, which plain simplification
 * would not dare (0 times infinity is NaN). This is also what keeps {@code select} safe: the upstream gradient is
 * multiplied into the branches, so what was not chosen is never multiplied by anything.
 */
final class Derivative {

    private static final Constant HALF = new Constant(0.5);

    private final Operand variable;
    private final Map<Expr, Expr> derivatives = new IdentityHashMap<>();

    private Derivative(Operand variable) {
        this.variable = variable;
    }

    /** The sum over the results of gradient times derivative by the operand: a vector-Jacobian product. */
    static Expr vectorJacobianProduct(List<Expr> results, Operand variable, List<? extends Expr> gradients) {
        var derivative = new Derivative(variable);
        for (Expr node : Graph.order(results)) {
            derivative.derivatives.put(node, derivative.of((Node) node));
        }
        Expr sum = ZERO;
        for (int r = 0; r < results.size(); r++) {
            sum = plus(sum, times(gradients.get(r), derivative.by(results.get(r))));
        }
        return sum;
    }

    private Expr by(Expr node) {
        return Graph.known(derivatives, node);
    }

    private Expr of(Node node) {
        return switch (node) {
            case Operand(var owner, int index, var name) -> index == variable.index() ? ONE : ZERO;
            case Constant constant -> ZERO;
            case Unary unary -> isZero(by(unary.argument())) ? ZERO : unary(unary, by(unary.argument()));
            case Binary binary -> binary(binary, by(binary.left()), by(binary.right()));
            case Ternary ternary -> ternary(ternary);
        };
    }

    private static Expr unary(Unary y, Expr dx) {
        Expr x = y.argument();
        return switch (y.function()) {
            case NEG -> negative(dx);
            case ABS -> times(dx, x.gt(0).sub(x.lt(0))); // 0 of NaN too
            case SQRT -> over(times(dx, HALF), y);
            case EXP, EXP_OF_NON_POSITIVE -> times(dx, y);
            case EXPM1 -> times(dx, y.add(1));
            case LOG -> over(dx, x);
            case LOG1P -> over(dx, x.add(1));
            case LOG2 -> over(times(dx, new Constant(1 / StrictMath.log(2))), x);
            case LOG10 -> over(times(dx, new Constant(1 / StrictMath.log(10))), x);
            case TANH -> times(dx, ONE.sub(y.square()));
            case SIGMOID -> times(dx, y.mul(ONE.sub(y)));
            case SOFTPLUS -> times(dx, x.sigmoid());
            case RELU -> select(x.le(0), ZERO, dx);
            case ERF -> times(dx, gaussian(x));
            case ERFC -> negative(times(dx, gaussian(x)));
            case NORMAL_PROBABILITY -> times(dx, normalDensity(x));
            case SIN -> times(dx, x.cos());
            case COS -> negative(times(dx, x.sin()));
            case TAN -> times(dx, y.square().add(1));
            case ASIN -> over(dx, ONE.sub(x.square()).sqrt());
            case ACOS -> negative(over(dx, ONE.sub(x.square()).sqrt()));
            case ATAN -> over(dx, x.square().add(1));
            case SINH -> times(dx, x.cosh());
            case COSH -> times(dx, x.sinh());
            case FLOOR, CEIL, ROUND, TRUNC, SIGN, IS_NAN -> ZERO;
        };
    }

    /** 2/√π·e^-x², the derivative of erf. */
    private static Expr gaussian(Expr x) {
        return SpecialFunctions.expOfNonPositive(x.square().neg()).mul(2 / Math.sqrt(Math.PI));
    }

    /** 1/√(2π)·e^-x²/2, the derivative of Φ. */
    private static Expr normalDensity(Expr x) {
        return SpecialFunctions.expOfNonPositive(x.square().mul(-0.5)).mul(1 / Math.sqrt(2 * Math.PI));
    }

    private static Expr binary(Binary y, Expr da, Expr db) {
        if (isZero(da) && isZero(db)) {
            return ZERO;
        }
        Expr a = y.left();
        Expr b = y.right();
        return switch (y.function()) {
            case ADD -> plus(da, db);
            case SUB -> plus(da, negative(db));
            case MUL -> product(a, b, da, db);
            case DIV -> plus(over(da, b), negative(quotientByDivisor(y, db)));
            case POW -> plus(powerByBase(a, b, da), powerByExponent(y, a, b, db));
            case MIN -> extreme(a.lt(b), a.gt(b), a.eq(b), da, db);
            case MAX -> extreme(a.gt(b), a.lt(b), a.eq(b), da, db);
            case LT, LE, GT, GE, EQ, NE -> ZERO;
        };
    }

    private static Expr product(Expr a, Expr b, Expr da, Expr db) {
        if (a == b) {
            return times(times(da, new Constant(2)), a);
        }
        if (b instanceof Unary(UnaryFunction f, Expr x) && f == UnaryFunction.SQRT && x == a) {
            return times(times(da, new Constant(1.5)), b); // of x·√x, without the 0/0 of the rule at 0
        }
        return plus(times(da, b), times(db, a));
    }

    /** The part of (a/b)′ that comes from b, without its sign: y/b, or y² where y is the reciprocal of b. */
    private static Expr quotientByDivisor(Binary y, Expr db) {
        boolean reciprocal = y.left() instanceof Constant one && one.is(1);
        return reciprocal ? times(db, y.square()) : over(times(db, y), y.right());
    }

    private static Expr powerByBase(Expr base, Expr exponent, Expr dx) {
        Expr slope = exponent.mul(base.pow(exponent.sub(1)));
        return times(dx, select(exponent.eq(0), ZERO, slope));
    }

    private static Expr powerByExponent(Expr power, Expr base, Expr exponent, Expr dx) {
        if (isZero(dx)) {
            return ZERO;
        }
        Expr slope = power.mul(base.log());
        return times(dx, select(base.eq(0), select(exponent.ge(0), ZERO, slope), slope));
    }

    /** Half of the gradient goes to each side of a tie, and all of it to each side where one is NaN. */
    private static Expr extreme(Expr aWins, Expr bWins, Expr tie, Expr da, Expr db) {
        Expr apart = isZero(da)
                ? select(aWins, ZERO, db)
                : isZero(db) ? select(bWins, ZERO, da) : select(aWins, da, select(bWins, db, da.add(db)));
        return select(tie, times(plus(da, db), HALF), apart);
    }

    private Expr ternary(Ternary y) {
        Expr da = by(y.first());
        Expr db = by(y.second());
        Expr dc = by(y.third());
        return switch (y.function()) {
            case FMA -> plus(plus(times(da, y.second()), times(db, y.first())), dc);
            case SELECT -> select(y.first(), db, dc);
            case CLAMP -> {
                Expr x = y.first();
                Expr low = y.second();
                Expr high = y.third();
                // as min(max(x, low), high): where low is above high the answer is high
                yield select(x.gt(high), dc, select(low.gt(high), dc, select(x.ge(low), da, db)));
            }
        };
    }

    // ---------------------------------------------------------------- the algebra of derivatives

    private static boolean isZero(Expr expression) {
        return expression instanceof Constant(double value) && value == 0;
    }

    private static boolean isOne(Expr expression) {
        return expression instanceof Constant one && one.is(1);
    }

    private static Expr select(Expr condition, Expr ifTrue, Expr ifFalse) {
        return condition.select(ifTrue, ifFalse);
    }

    private static Expr negative(Expr a) {
        if (a instanceof Ternary choice && hasZeroBranch(a)) {
            return select(choice.first(), negative(choice.second()), negative(choice.third()));
        }
        return isZero(a) ? ZERO : a.neg();
    }

    private static Expr plus(Expr a, Expr b) {
        return isZero(a) ? b : isZero(b) ? a : a.add(b);
    }

    private static Expr over(Expr a, Expr divisor) {
        if (a instanceof Ternary choice && hasZeroBranch(a)) {
            return select(choice.first(), over(choice.second(), divisor), over(choice.third(), divisor));
        }
        return isZero(a) ? ZERO : a.div(divisor);
    }

    private static Expr times(Expr a, Expr b) {
        if (isZero(a) || isZero(b)) {
            return ZERO;
        }
        // a branch that is 0 means "no gradient": it must stay 0 whatever it is multiplied by, infinity included
        if (b instanceof Ternary choice && hasZeroBranch(b)) {
            return select(choice.first(), times(a, choice.second()), times(a, choice.third()));
        }
        if (a instanceof Ternary choice && hasZeroBranch(a)) {
            return select(choice.first(), times(choice.second(), b), times(choice.third(), b));
        }
        // constants gather in one factor, and a·(c/x) becomes (a·c)/x: operations less, and no accuracy lost but a
        // rounding
        double factor = factor(a) * factor(b);
        if (factor == 0 || Double.isInfinite(factor)) {
            return a.mul(b); // their product is out of range, apart they may yet be useful
        }
        Expr left = withoutFactor(a);
        Expr right = withoutFactor(b);
        if (right instanceof Binary(BinaryFunction f, Expr one, Expr divisor)
                && f == BinaryFunction.DIV
                && isOne(one)) {
            return over(scaled(left, factor), divisor);
        }
        if (left instanceof Binary(BinaryFunction f, Expr one, Expr divisor) && f == BinaryFunction.DIV && isOne(one)) {
            return over(scaled(right, factor), divisor);
        }
        return scaled(left.mul(right), factor);
    }

    private static Expr scaled(Expr expression, double factor) {
        return expression.mul(factor);
    }

    /** The constant that an expression is a multiple of. */
    private static double factor(Expr expression) {
        return switch ((Node) expression) {
            case Constant(double value) -> value;
            case Unary(UnaryFunction f, Expr negated) when f == UnaryFunction.NEG -> -factor(negated);
            case Binary(BinaryFunction f, Expr x, Expr y)
            when f == BinaryFunction.MUL && y instanceof Constant constant -> constant.value() * factor(x);
            case Binary(BinaryFunction f, Expr x, Expr y)
            when f == BinaryFunction.MUL && x instanceof Constant constant -> constant.value() * factor(y);
            case Binary(BinaryFunction f, Expr x, Expr y) when f == BinaryFunction.DIV -> factor(x);
            default -> 1;
        };
    }

    /** The expression divided by {@link #factor}. */
    private static Expr withoutFactor(Expr expression) {
        return switch ((Node) expression) {
            case Constant constant -> ONE;
            case Unary(UnaryFunction f, Expr negated) when f == UnaryFunction.NEG -> withoutFactor(negated);
            case Binary(BinaryFunction f, Expr x, Expr y)
            when f == BinaryFunction.MUL && y instanceof Constant -> withoutFactor(x);
            case Binary(BinaryFunction f, Expr x, Expr y)
            when f == BinaryFunction.MUL && x instanceof Constant -> withoutFactor(y);
            case Binary(BinaryFunction f, Expr x, Expr y)
            when f == BinaryFunction.DIV && factor(x) != 1 -> over(withoutFactor(x), y);
            default -> expression;
        };
    }

    /**
     * Whether a choice has the branch 0, itself or in one choice below. Where both branches are choices again nothing
     * is distributed: a product copied into every leaf of a deep tree of choices would grow without bound.
     */
    private static boolean hasZeroBranch(Expr choice) {
        if (!(choice instanceof Ternary ternary) || !isChoice(choice)) {
            return false;
        }
        Expr ifTrue = ternary.second();
        Expr ifFalse = ternary.third();
        if (isZero(ifTrue) || isZero(ifFalse)) {
            return true;
        }
        return isChoice(ifTrue) != isChoice(ifFalse) && hasZeroBranch(isChoice(ifTrue) ? ifTrue : ifFalse);
    }

    private static boolean isChoice(Expr expression) {
        return expression instanceof Ternary ternary && ternary.function() == TernaryFunction.SELECT;
    }
}
