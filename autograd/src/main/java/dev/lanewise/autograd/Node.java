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
    /** Where that will come from; null if it is there, or was. */
    private volatile @Nullable Checkpoint checkpoint;

    private @Nullable String label;

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
            @Nullable Values values,
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
        Node leaf = new Node(
                null,
                List.of(),
                new Values(new Kept[0], new Kept[1], List.of()),
                new Shape[0],
                new Shape[] {value.shape()},
                value.dtype());
        leaf.label = value.isOwned() ? value.ownerName() : null;
        return leaf;
    }

    /** A node that keeps nothing yet. */
    static Node of(Op op, List<Variable> operands, List<Tensor> values, Shape[] resultShapes) {
        int count = operands.size();
        List<Edge> edges = new ArrayList<>(count);
        Shape[] shapes = new Shape[count];
        for (int i = 0; i < count; i++) {
            Variable operand = operands.get(i);
            edges.add(new Edge(operand.node(), operand.resultNumber()));
            shapes[i] = values.get(i).shape();
        }
        return new Node(op, edges, null, shapes, resultShapes, values.getFirst().dtype());
    }

    /** Keeps what the operation's backward pass needs; of the results nothing, if none are given. */
    void keep(List<Variable> operands, List<Tensor> values, Computed computed) {
        @Nullable Kept[] keptOperands = new Kept[operands.size()];
        for (int i = 0; i < keptOperands.length; i++) {
            if (keepsOperand(i, operands)) {
                keptOperands[i] = keep(values.get(i));
            }
        }
        @Nullable Kept[] keptResults = new Kept[resultCount()];
        for (int i = 0; i < computed.results().size(); i++) {
            if (op != null && op.keepsResult(i)) {
                keptResults[i] = keep(computed.results().get(i));
            }
        }
        var kept = new Values(keptOperands, keptResults, computed.state());
        kept.forEach(Ledger::retain);
        this.values = kept;
    }

    private boolean keepsOperand(int operand, List<Variable> operands) {
        return op != null
                && op.keepsOperand(operand, number -> operands.get(number).needsGradient());
    }

    /** Whether the backward pass reads any operand's value. */
    boolean keepsOperands(List<Variable> operands) {
        for (int i = 0; i < operands.size(); i++) {
            if (keepsOperand(i, operands)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the backward pass reads any result's value. */
    boolean keepsResults() {
        for (int i = 0; i < resultCount(); i++) {
            if (op != null && op.keepsResult(i)) {
                return true;
            }
        }
        return false;
    }

    /*
     * A node within a checkpoint keeps nothing until a backward pass is about to come by.
     */

    /** What it should keep will come from there. */
    void await(Checkpoint from) {
        checkpoint = from;
    }

    @Nullable
    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Its backward pass is next: makes sure that it has what it should keep. */
    void prepare() {
        for (Checkpoint from = checkpoint; from != null && values == null; from = checkpoint) {
            from.runAgain();
        }
    }

    /** Keeps from now on what its likeness of a second run does, or awaits it from where that does. */
    void takeOver(Node second, Checkpoint from) {
        if (checkpoint == from) {
            values = second.values;
            checkpoint = second.checkpoint;
        } else {
            second.release(); // a pass has been here, and needed nothing
        }
    }

    /** There is nothing that it should keep. */
    void keepNothing(Checkpoint from) {
        if (checkpoint == from) {
            values = new Values(new Kept[operandShapes.length], new Kept[resultShapes.length], List.of());
            checkpoint = null;
        }
    }

    private static Kept keep(Tensor tensor) {
        return new Kept(tensor, tensor.version());
    }

    /** A leaf's name, or the part of the model in which it was computed; null if unknown. */
    @Nullable
    String label() {
        return label;
    }

    void setLabel(@Nullable String label) {
        this.label = label;
    }

    /** What messages call it: the operation's name. */
    String name() {
        return op == null ? "a leaf" : op.name();
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
        if (kept == null) {
            throw new IllegalStateException("backward of %s: %s %d was not kept; name it in keepsOperand or keepsResult"
                    .formatted(name(), what, number));
        }
        if (kept.tensor.version() != kept.version) {
            throw new IllegalStateException(
                    "backward of %s: %s was changed since the forward pass (version %d, now %d); call backward before the optimizer's step or before loading"
                            .formatted(name(), kept.tensor.ownerName(), kept.version, kept.tensor.version()));
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
        checkpoint = null;
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
                            .formatted(name()));
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

    /** All values' shapes, for people. */
    static String shapes(List<Tensor> values) {
        return shapes(values.stream().map(Tensor::shape).toArray(Shape[]::new));
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
