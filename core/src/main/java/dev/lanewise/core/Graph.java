package dev.lanewise.core;

import dev.lanewise.core.Node.Binary;
import dev.lanewise.core.Node.Constant;
import dev.lanewise.core.Node.Operand;
import dev.lanewise.core.Node.Ternary;
import dev.lanewise.core.Node.Unary;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Walks over the graph of an expression. All are iterative: a chain of 100,000 nodes is no deeper than one of two. */
final class Graph {

    private Graph() {}

    static List<Expr> children(Expr expression) {
        return switch ((Node) expression) {
            case Operand operand -> List.of();
            case Constant constant -> List.of();
            case Unary(var function, Expr argument) -> List.of(argument);
            case Binary(var function, Expr left, Expr right) -> List.of(left, right);
            case Ternary(var function, Expr first, Expr second, Expr third) -> List.of(first, second, third);
        };
    }

    /** Every node that the results are made of, once (by identity), children before parents. */
    static List<Expr> order(List<Expr> results) {
        var order = new ArrayList<Expr>();
        var seen = new IdentityHashMap<Expr, Boolean>(); // false: entered, true: placed
        var stack = new ArrayDeque<Expr>();
        for (Expr result : results) {
            stack.push(result);
            while (!stack.isEmpty()) {
                Expr node = stack.peek();
                Boolean state = seen.putIfAbsent(node, false);
                if (state == null) {
                    List<Expr> children = children(node);
                    for (int i = children.size() - 1; i >= 0; i--) {
                        if (!seen.containsKey(children.get(i))) {
                            stack.push(children.get(i));
                        }
                    }
                } else {
                    stack.pop();
                    if (!state) {
                        seen.put(node, true);
                        order.add(node);
                    }
                }
            }
        }
        return order;
    }

    /** The same results with nodes of equal structure made one, so that identity is equality from here on. */
    static List<Expr> shareCommon(List<Expr> results) {
        var numbers = new IdentityHashMap<Expr, Integer>();
        var numberOf = new HashMap<Structure, Integer>();
        var representatives = new ArrayList<Expr>();
        for (Expr node : order(results)) {
            List<Integer> children = children(node).stream().map(numbers::get).toList();
            Object kind = switch ((Node) node) {
                case Operand(var owner, int index, var name) -> index;
                case Constant(double value) -> value;
                case Unary(var function, var argument) -> function;
                case Binary(var function, var left, var right) -> function;
                case Ternary(var function, var first, var second, var third) -> function;
            };
            if (node instanceof Binary(var function, var l, var r) && function.isCommutative()) {
                children = children.stream().sorted().toList();
            }
            Expr shared = withChildren(node, child -> representatives.get(known(numbers, child)));
            int number = numberOf.computeIfAbsent(new Structure(kind, children), key -> {
                representatives.add(shared);
                return representatives.size() - 1;
            });
            numbers.put(node, number);
        }
        return results.stream()
                .map(result -> representatives.get(known(numbers, result)))
                .toList();
    }

    /** What was found for a node before those that use it. */
    static <V> V known(Map<Expr, V> found, Expr node) {
        return Objects.requireNonNull(found.get(node));
    }

    /** The results with each operand replaced; everything above is built, and so simplified, anew. */
    static List<Expr> substitute(List<Expr> results, List<Expr> arguments) {
        Map<Expr, Expr> replaced = new IdentityHashMap<>();
        for (Expr node : order(results)) {
            replaced.put(
                    node,
                    node instanceof Operand(var owner, int index, var name)
                            ? arguments.get(index)
                            : withChildren(node, child -> known(replaced, child)));
        }
        return results.stream().map(result -> known(replaced, result)).toList();
    }

    private static Expr withChildren(Expr node, UnaryOperator<Expr> replacement) {
        return switch ((Node) node) {
            case Operand operand -> operand;
            case Constant constant -> constant;
            case Unary(var function, Expr argument) -> {
                Expr a = replacement.apply(argument);
                yield a == argument ? node : Simplifier.unary(function, a);
            }
            case Binary(var function, Expr left, Expr right) -> {
                Expr a = replacement.apply(left);
                Expr b = replacement.apply(right);
                yield a == left && b == right ? node : Simplifier.binary(function, a, b);
            }
            case Ternary(var function, Expr first, Expr second, Expr third) -> {
                Expr a = replacement.apply(first);
                Expr b = replacement.apply(second);
                Expr c = replacement.apply(third);
                yield a == first && b == second && c == third ? node : Simplifier.ternary(function, a, b, c);
            }
        };
    }

    /** What makes two nodes equal: the same function (or operand, or number) of the same children. */
    private record Structure(Object kind, List<Integer> children) {}
}
