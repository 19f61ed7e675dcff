package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.DType;
import dev.lanewise.core.Ledger;
import dev.lanewise.core.Op;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One operation that was computed, with what its backward pass needs. Nodes have the identity that variables lack:
 * gradients are kept by node.
 *
 * @see Variable
 */
final class Node {
    /** Where an operand came from; the node is null where no gradient flows. */
    record Edge(@Nullable Node node, int result) {}

    /** A tensor kept for the backward pass, and the version that its storage had. */
    private record Kept(Tensor tensor, long version) {}

    private final @Nullable Op op; // null: a leaf
    private final List<Edge> edges;
    /** What the backward pass needs; null once a pass has let go of it. */
    private volatile @Nullable Values values;

    private final Shape[] operandShapes;
    private final Shape[] resultShapes;
    private final DType dtype;

    private record Values(
            @Nullable Kept[] operands, @Nullable Kept[] results, List<Tensor> state) {
        void forEach(Consumer<Tensor> action) {
            for (Kept[] each : List.of(operands, results)) {
                for (Kept kept : each) {
                    if (kept != null) {
                        action.accept(kept.tensor);
                    }
                }
            }
            state.forEach(action);
        }
    }

    private Node(
            @Nullable Op op,
            List<Edge> edges,
            Values values,
            Shape[] operandShapes,
            Shape[] resultShapes,
            DType dtype) {
        this.op = op;
        this.edges = edges;
        this.values = values;
        this.operandShapes = operandShapes;
        this.resultShapes = resultShapes;
        this.dtype = dtype;
    }

    static Node leaf(Tensor value) {
        return new Node(
                null,
                List.of(),
                new Values(new Kept[0], new Kept[1], List.of()),
                new Shape[0],
                new Shape[] {value.shape()},
                value.dtype());
    }

    static Node of(Op op, List<Variable> operands, List<Tensor> values, Computed computed) {
        int count = operands.size();
        List<Edge> edges = new ArrayList<>(count);
        @Nullable Kept[] keptOperands = new Kept[count];
        Shape[] shapes = new Shape[count];
        for (int i = 0; i < count; i++) {
            Variable operand = operands.get(i);
            edges.add(new Edge(operand.node(), operand.resultNumber()));
            shapes[i] = values.get(i).shape();
            if (op.keepsOperand(i, number -> operands.get(number).needsGradient())) {
                keptOperands[i] = keep(values.get(i));
            }
        }
        int resultCount = computed.results().size();
        @Nullable Kept[] keptResults = new Kept[resultCount];
        Shape[] resultShapes = new Shape[resultCount];
        for (int i = 0; i < resultCount; i++) {
            resultShapes[i] = computed.results().get(i).shape();
            if (op.keepsResult(i)) {
                keptResults[i] = keep(computed.results().get(i));
            }
        }
        var kept = new Values(keptOperands, keptResults, computed.state());
        kept.forEach(Ledger::retain);
        return new Node(op, edges, kept, shapes, resultShapes, values.getFirst().dtype());
    }

    private static Kept keep(Tensor tensor) {
        return new Kept(tensor, tensor.version());
    }

    /** The operation; null for a leaf. */
    @Nullable
    Op op() {
        return op;
    }

    List<Edge> edges() {
        return edges;
    }

    Edge edge(int operand) {
        return edges.get(operand);
    }

    Tensor operand(int operand) {
        return value(kept().operands[operand], "operand", operand);
    }

    Tensor result(int result) {
        return value(kept().results[result], "result", result);
    }

    private Tensor value(@Nullable Kept kept, String what, int number) {
        String name = op == null ? "a leaf" : op.name();
        if (kept == null) {
            throw new IllegalStateException("backward of %s: %s %d was not kept; name it in keepsOperand or keepsResult"
                    .formatted(name, what, number));
        }
        if (kept.tensor.version() != kept.version) {
            throw new IllegalStateException(
                    "backward of %s: %s was changed since the forward pass (version %d, now %d); call backward before the optimizer's step or before loading"
                            .formatted(name, kept.tensor.ownerName(), kept.version, kept.tensor.version()));
        }
        return kept.tensor;
    }

    List<Tensor> state() {
        return kept().state;
    }

    /** Lets go of what was kept: the pass that needed it is over. */
    void release() {
        Values kept = values;
        values = null;
        if (kept != null) {
            kept.forEach(Ledger::release);
        }
    }

    /** What was kept is shown to a user's code, which may hold it. */
    void expose() {
        kept().forEach(Ledger::expose);
    }

    private Values kept() {
        Values kept = values;
        if (kept == null) {
            throw new IllegalStateException(
                    "backward of %s: an earlier backward pass has let go of what was kept for it; sum the losses before backward, or take the earlier gradients by backwardRetainingGraph"
                            .formatted(op == null ? "a leaf" : op.name()));
        }
        return kept;
    }

    /** All operands' shapes, for people. */
    String operandShapes() {
        return shapes(operandShapes);
    }

    /** All results' shapes, for people. */
    String resultShapes() {
        return shapes(resultShapes);
    }

    private static String shapes(Shape[] shapes) {
        return Arrays.stream(shapes).map(Shape::toString).collect(Collectors.joining(" "));
    }

    Shape operandShape(int operand) {
        return operandShapes[operand];
    }

    Shape resultShape(int result) {
        return resultShapes[result];
    }

    int resultCount() {
        return resultShapes.length;
    }

    DType dtype() {
        return dtype;
    }
}
