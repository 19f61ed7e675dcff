package dev.lanewise.core;

import dev.lanewise.core.Node.Binary;
import dev.lanewise.core.Node.Constant;
import dev.lanewise.core.Node.Operand;
import dev.lanewise.core.Node.Ternary;
import dev.lanewise.core.Node.Unary;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Writes expressions as mathematics: with as few brackets as the usual precedences allow, and with every part that
 * occurs more than once under a name of its own, after {@code where}.
 */
final class FormulaPrinter {

    /** How strongly a written part holds together; an operand that holds less strongly needs brackets. */
    private enum Strength {
        CHOICE,
        COMPARISON,
        SUM,
        PRODUCT,
        SIGN,
        ATOM
    }

    /** Parts longer than this get a name of their own even when they occur once, so that no line grows without end. */
    private static final int LONGEST_PART = 400;

    private record Text(String text, Strength strength) {
        String within(Strength required) {
            return strength.compareTo(required) >= 0 ? text : "(" + text + ")";
        }
    }

    private final Map<Expr, Text> written = new IdentityHashMap<>();
    private final List<String> definitions = new ArrayList<>();

    private FormulaPrinter() {}

    static String print(Expr expression) {
        return print("", List.of(expression));
    }

    /** The results, one or a bracketed list, after the given beginning (a name and the operands), and what they use. */
    static String print(String beginning, List<Expr> results) {
        var printer = new FormulaPrinter();
        printer.write(results);
        List<String> texts =
                results.stream().map(result -> printer.written(result).text()).toList();
        String body = texts.size() == 1 ? texts.getFirst() : "(" + String.join(", ", texts) + ")";
        String where = printer.definitions.stream().collect(Collectors.joining("\n      ", "\n where ", ""));
        return beginning + body + (printer.definitions.isEmpty() ? "" : where);
    }

    /** A number as one would write it: no trailing {@code .0}. */
    static String number(double value) {
        return value == StrictMath.rint(value) && Math.abs(value) < 1e7 && !(value == 0 && 1 / value < 0)
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private void write(List<Expr> results) {
        List<Expr> order = Graph.order(results);
        var uses = new IdentityHashMap<Expr, Integer>();
        for (Expr node : order) {
            for (Expr child : Graph.children(node)) {
                uses.merge(child, 1, Integer::sum);
            }
        }
        results.forEach(result -> uses.merge(result, 1, Integer::sum));
        for (Expr node : order) {
            Text text = write((Node) node);
            boolean simple = node instanceof Operand || node instanceof Constant;
            boolean often = uses.getOrDefault(node, 0) > 1 || text.text().length() > LONGEST_PART;
            if (!simple && often && !(results.size() == 1 && results.getFirst() == node)) {
                String name = "t" + (definitions.size() + 1);
                definitions.add(name + " = " + text.text());
                text = new Text(name, Strength.ATOM);
            }
            written.put(node, text);
        }
    }

    /** What was written for a node before those that use it. */
    private Text written(Expr node) {
        return Objects.requireNonNull(written.get(node));
    }

    private Text write(Node node) {
        return switch (node) {
            case Operand(var owner, int index, String name) -> new Text(name, Strength.ATOM);
            case Constant(double value) ->
                new Text(number(value), value < 0 || 1 / value < 0 ? Strength.SIGN : Strength.ATOM);
            case Unary(UnaryFunction function, Expr argument)
            when function == UnaryFunction.NEG ->
                new Text("-" + written(argument).within(Strength.ATOM), Strength.SIGN);
            case Unary unary -> call(unary.function().symbol(), unary.argument());
            case Binary binary -> writeBinary(binary.function(), binary.left(), binary.right());
            case Ternary(TernaryFunction function, Expr first, Expr second, Expr third) ->
                switch (function) {
                    case FMA -> call("fma", first, second, third);
                    case CLAMP -> call("clamp", first, second, third);
                    case SELECT ->
                        new Text(
                                written(first).within(Strength.COMPARISON) + " ? "
                                        + written(second).within(Strength.COMPARISON) + " : "
                                        + written(third).within(Strength.CHOICE),
                                Strength.CHOICE);
                };
        };
    }

    private Text writeBinary(BinaryFunction function, Expr left, Expr right) {
        return switch (function) {
            case ADD -> infix(Strength.SUM, left, "+", right, Strength.SUM);
            case SUB -> infix(Strength.SUM, left, "-", right, Strength.PRODUCT);
            case MUL -> infix(Strength.PRODUCT, left, "*", right, Strength.PRODUCT);
            case DIV -> infix(Strength.PRODUCT, left, "/", right, Strength.SIGN);
            case POW, MIN, MAX -> call(function.symbol(), left, right);
            default -> infix(Strength.COMPARISON, left, function.symbol(), right, Strength.SUM);
        };
    }

    private Text infix(Strength strength, Expr left, String sign, Expr right, Strength rightStrength) {
        // a comparison does not chain, so its left side needs brackets where a sum's does not
        Strength leftStrength = strength == Strength.COMPARISON ? Strength.SUM : strength;
        return new Text(
                written(left).within(leftStrength) + " " + sign + " "
                        + written(right).within(rightStrength),
                strength);
    }

    private Text call(String name, Expr... arguments) {
        var texts = new ArrayList<String>();
        for (Expr argument : arguments) {
            texts.add(written(argument).text());
        }
        return new Text(name + "(" + String.join(", ", texts) + ")", Strength.ATOM);
    }
}
