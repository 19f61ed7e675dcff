package dev.lanewise.core;

import dev.lanewise.core.Node.Binary;
import dev.lanewise.core.Node.Constant;
import dev.lanewise.core.Node.Operand;
import dev.lanewise.core.Node.Ternary;
import dev.lanewise.core.Node.Unary;
import dev.lanewise.core.kernel.ErrorFunctions;
import dev.lanewise.core.kernel.Exponentials;
import dev.lanewise.core.kernel.Logarithms;
import dev.lanewise.core.kernel.Powers;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.ProgramBuilder;
import dev.lanewise.core.kernel.Signs;
import dev.lanewise.core.kernel.Trigonometry;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a formula in float precision: every function becomes the handful of elementary instructions that computes it,
 * written out in place. (A call would not do: vectors passed to a method that the compiler declines to inline are
 * boxed, a hundredfold loss.)
 */
final class Lowering {

    private final ProgramBuilder program = new ProgramBuilder();
    private final Map<Expr, Integer> values = new IdentityHashMap<>();

    private Lowering() {}

    static Program lower(int arity, List<Expr> results) {
        var lowering = new Lowering();
        for (Expr node : Graph.order(results)) {
            lowering.values.put(node, lowering.lower((Node) node));
        }
        return lowering.program.build(
                arity,
                results.stream()
                        .map(result -> Graph.known(lowering.values, result))
                        .toList());
    }

    private int lower(Node node) {
        return switch (node) {
            case Operand operand -> program.operand(operand.index());
            case Constant constant -> program.constant((float) constant.value());
            case Unary unary -> unary(unary.function(), Graph.known(values, unary.argument()));
            case Binary binary ->
                binary(binary.function(), Graph.known(values, binary.left()), Graph.known(values, binary.right()));
            case Ternary ternary -> ternary(ternary);
        };
    }

    private int unary(UnaryFunction function, int x) {
        return switch (function) {
            case NEG -> program.neg(x);
            case ABS -> program.abs(x);
            case SQRT -> program.sqrt(x);
            case EXP -> Exponentials.exp(program, x);
            case EXP_OF_NON_POSITIVE -> Exponentials.expOfNonPositive(program, x);
            case EXPM1 -> Exponentials.expm1(program, x);
            case LOG -> Logarithms.log(program, x);
            case LOG1P -> Logarithms.log1p(program, x);
            case LOG2 -> Logarithms.log2(program, x);
            case LOG10 -> Logarithms.log10(program, x);
            case TANH -> Exponentials.tanh(program, x);
            case SIGMOID -> Exponentials.sigmoid(program, x);
            case SOFTPLUS -> Exponentials.softplus(program, x);
            case RELU -> program.max(x, program.constant(0f));
            case ERF -> ErrorFunctions.erf(program, x);
            case ERFC -> ErrorFunctions.erfc(program, x);
            case NORMAL_PROBABILITY -> ErrorFunctions.normalProbability(program, x);
            case SIN -> Trigonometry.sin(program, x);
            case COS -> Trigonometry.cos(program, x);
            case TAN -> Trigonometry.tan(program, x);
            case ASIN -> Trigonometry.asin(program, x);
            case ACOS -> Trigonometry.acos(program, x);
            case ATAN -> Trigonometry.atan(program, x);
            case SINH -> Exponentials.sinh(program, x);
            case COSH -> Exponentials.cosh(program, x);
            case FLOOR -> Signs.floor(program, x);
            case CEIL -> Signs.ceil(program, x);
            case ROUND -> Signs.round(program, x);
            case TRUNC -> Signs.trunc(program, x);
            case SIGN -> Signs.sign(program, x);
            case IS_NAN -> program.selectEqual(x, x, program.constant(0f), program.constant(1f));
        };
    }

    private int binary(BinaryFunction function, int a, int b) {
        return switch (function) {
            case ADD -> program.add(a, b);
            case SUB -> program.sub(a, b);
            case MUL -> program.mul(a, b);
            case DIV -> program.div(a, b);
            case POW -> Powers.pow(program, a, b);
            case MIN -> program.min(a, b);
            case MAX -> program.max(a, b);
            case LT, LE, GT, GE, EQ, NE -> compare(function, a, b, program.constant(1f), program.constant(0f));
        };
    }

    private int ternary(Ternary ternary) {
        int a = Graph.known(values, ternary.first());
        int b = Graph.known(values, ternary.second());
        int c = Graph.known(values, ternary.third());
        return switch (ternary.function()) {
            case FMA -> program.fma(a, b, c);
            case CLAMP -> program.min(program.max(a, b), c);
            case SELECT ->
                // a comparison need not become 1 or 0 first
                ternary.first() instanceof Binary(BinaryFunction function, Expr left, Expr right)
                                && function.isComparison()
                        ? compare(function, Graph.known(values, left), Graph.known(values, right), b, c)
                        : program.selectEqual(a, program.constant(0f), c, b);
        };
    }

    private int compare(BinaryFunction comparison, int a, int b, int ifTrue, int ifFalse) {
        return switch (comparison) {
            case LT -> program.selectLess(a, b, ifTrue, ifFalse);
            case LE -> program.selectLessOrEqual(a, b, ifTrue, ifFalse);
            case GT -> program.selectLess(b, a, ifTrue, ifFalse);
            case GE -> program.selectLessOrEqual(b, a, ifTrue, ifFalse);
            case EQ -> program.selectEqual(a, b, ifTrue, ifFalse);
            case NE -> program.selectEqual(a, b, ifFalse, ifTrue);
            default -> throw new IllegalArgumentException(comparison + " is not a comparison");
        };
    }
}
