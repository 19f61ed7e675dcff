package dev.lanewise.autograd;

import dev.lanewise.core.DType;
import dev.lanewise.core.Op;
import dev.lanewise.core.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at all values and gradients of code for the first one that is not a number. One call's, one thread's. */
final class Anomalies {
    private @Nullable String firstInfinite;
    private @Nullable Node backward; // whose backward pass runs

    /** An operation was computed. */
    void check(Op op, List<Variable> operands, List<Tensor> results, @Nullable String place) {
        for (Tensor result : results) {
            if (!isFinite(result)) {
                examine(op, operands, result, place);
            }
        }
    }

    private void examine(Op op, List<Variable> operands, Tensor result, @Nullable String place) {
        String where = where(place, operands);
        int notNumbers = count(result, Double::isNaN);
        if (notNumbers == 0) {
            if (firstInfinite == null) {
                boolean given = operands.stream().anyMatch(operand -> !isFinite(operand.rawValue()));
                firstInfinite = "%s of %s%s%s"
                        .formatted(op.name(), describe(operands), where, given ? ", which was given some" : "");
            }
            return;
        }
        for (int i = 0; i < operands.size(); i++) {
            Tensor operand = operands.get(i).rawValue();
            int given = count(operand, Double::isNaN);
            if (given > 0) {
                throw new ArithmeticException(
                        "detectingAnomalies: operand %d of %s%s, %s, holds NaN in %d of %d elements; it was not computed within detectingAnomalies: check where it comes from"
                                .formatted(
                                        i,
                                        op.name(),
                                        where,
                                        describe(operands.get(i)),
                                        given,
                                        operand.shape().count()));
            }
        }
        throw new ArithmeticException(
                "detectingAnomalies: %s made the first NaN, in %d of %d elements of its result %s%s; operands: %s%s%s"
                        .formatted(
                                op.name(),
                                notNumbers,
                                result.shape().count(),
                                result.shape(),
                                where,
                                describe(operands),
                                infinite(),
                                backward == null ? "" : "; within the backward pass of " + describe(backward)));
    }

    private String infinite() {
        return firstInfinite == null ? "" : "; infinite values came first from " + firstInfinite;
    }

    /** A backward pass starts with this gradient. */
    void checkStart(Node node, Tensor gradient) {
        if (count(gradient, Double::isNaN) > 0) {
            throw new ArithmeticException(
                    "detectingAnomalies: the gradient %s that the backward pass starts with, of the result of %s, holds NaN"
                            .formatted(gradient.shape(), describe(node)));
        }
    }

    /** Runs a node's backward pass. */
    void during(Node node, Runnable pass) {
        Node before = backward;
        backward = node;
        try {
            pass.run();
        } finally {
            backward = before;
        }
    }

    /** A node's backward pass made a gradient. Those that came in are numbers: each has been looked at. */
    void checkGiven(Node node, int operand, Tensor gradient) {
        if (isFinite(gradient)) {
            return;
        }
        int notNumbers = count(gradient, Double::isNaN);
        if (notNumbers > 0) {
            throw new ArithmeticException(
                    "detectingAnomalies: the backward pass of %s made the first NaN, in %d of %d elements of the gradient of operand %d %s%s"
                            .formatted(
                                    describe(node),
                                    notNumbers,
                                    gradient.shape().count(),
                                    operand,
                                    gradient.shape(),
                                    infinite()));
        }
        if (firstInfinite == null) {
            firstInfinite = "the backward pass of " + describe(node);
        }
    }

    /** Gradients of one value were added. */
    void checkSum(Node node, int result, Tensor sum) {
        if (!isFinite(sum) && count(sum, Double::isNaN) > 0) {
            throw new ArithmeticException(
                    "detectingAnomalies: gradients of result %d of %s, each of numbers, add up to NaN%s"
                            .formatted(result, describe(node), infinite()));
        }
    }

    /** 0 · x is NaN where x is infinite or NaN. */
    private static boolean isFinite(Tensor tensor) {
        return tensor.mul(0).sum().item() == 0;
    }

    private interface Condition {
        boolean holds(double value);
    }

    private static int count(Tensor tensor, Condition condition) {
        int count = 0;
        for (double value : tensor.toDoubles()) {
            count += condition.holds(value) ? 1 : 0;
        }
        return count;
    }

    // ------------------------------------------------------------------ for people

    private static String describe(Node node) {
        String name = node.op() == null && node.label() != null ? node.label() : node.name();
        String shapes = node.op() == null ? node.resultShapes() : node.operandShapes();
        String place = node.op() == null ? "" : where(node.label(), node);
        return "%s of %s%s".formatted(name, shapes, place);
    }

    private static String describe(List<Variable> operands) {
        List<String> each = new ArrayList<>();
        operands.forEach(operand -> each.add(describe(operand)));
        return String.join(", ", each);
    }

    /** Name, shape and range. */
    private static String describe(Variable operand) {
        Tensor value = operand.rawValue();
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (double each : value.toDoubles()) {
            least = Math.min(least, each);
            greatest = Math.max(greatest, each);
        }
        String name = value.isOwned() ? value.ownerName() + " " : "";
        return value.shape().isEmpty()
                ? name + value.shape()
                : "%s%s from %s to %s".formatted(name, value.shape(), number(least, value), number(greatest, value));
    }

    private static String number(double value, Tensor of) {
        return of.dtype() == DType.FLOAT32 ? Float.toString((float) value) : Double.toString(value);
    }

    /**
     * The part of the model: the given one; else nothing if a parameter among the operands tells; else what is before.
     */
    private static String where(@Nullable String place, List<Variable> operands) {
        if (place != null) {
            return " in " + place;
        }
        List<Node> nodes = new ArrayList<>();
        for (Variable operand : operands) {
            if (operand.rawValue().isOwned()) {
                return "";
            }
            if (operand.node() != null) {
                nodes.add(operand.node());
            }
        }
        return behind(nodes);
    }

    private static String where(@Nullable String place, Node node) {
        if (place != null) {
            return " in " + place;
        }
        List<String> parameters = new ArrayList<>();
        for (Node.Edge edge : node.edges()) {
            if (edge.node() != null && edge.node().op() == null && edge.node().label() != null) {
                parameters.add(edge.node().label());
            }
        }
        return parameters.isEmpty() ? behind(List.of(node)) : " with " + String.join(", ", parameters);
    }

    /** The label that is reached by the fewest steps back. */
    private static String behind(List<Node> nodes) {
        var waiting = new ArrayDeque<Node>(nodes);
        Set<Node> seen = new HashSet<>(nodes);
        while (!waiting.isEmpty()) {
            Node node = waiting.poll();
            if (node.label() != null) {
                return (node.op() == null ? " next after " : " next after what is in ") + node.label();
            }
            for (Node.Edge edge : node.edges()) {
                if (edge.node() != null && seen.add(edge.node())) {
                    waiting.add(edge.node());
                }
            }
        }
        return "";
    }
}
