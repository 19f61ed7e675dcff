package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.DType;
import dev.lanewise.core.FusedOp;
import dev.lanewise.core.Ledger;
import dev.lanewise.core.PrimitiveOp;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The walk back through a graph, from a result to what it was computed from. It goes from node to node in a list, not
 * by recursion, so a graph may be of any depth.
 *
 * @param <T> {@link Tensor} for gradients; {@link Variable} for gradients that remember, by which one can differentiate
 *     again
 */
abstract class Backward<T extends TensorOps<T>> {
    /** Nodes compare by identity; the order of insertion makes every walk the same. */
    private final Map<Node, @Nullable Object[]> gradients = new LinkedHashMap<>(); // of each result, a T

    private final @Nullable Anomalies anomalies = Scope.current().anomalies();

    /**
     * The gradients of leaves, as values.
     *
     * @param retain whether nodes keep what they keep; otherwise each lets go of it as soon as it is done
     */
    static Map<Node, Tensor> throughValues(Variable from, Tensor gradient, boolean retain) {
        Map<Node, Tensor> leaves = new ThroughValues().leaves(from, gradient, retain);
        leaves.values().forEach(Ledger::expose);
        Ledger.trim();
        return leaves;
    }

    /** Gradients that remember how they were computed; null where a variable has no influence. */
    static List<@Nullable Variable> throughVariables(List<Variable> from, List<Variable> gradients, List<Variable> to) {
        return new ThroughVariables().run(from, gradients, to, false);
    }

    /** A value kept by the forward pass, as a T. */
    abstract T lift(Tensor value, Node.Edge edge);

    /** The backward pass of a fused operation. */
    abstract void fused(FusedOp op, Node node, Saved<T> saved);

    abstract T zeros(Shape shape, DType dtype);

    /*
     * What a walk does about the memory of its gradients: nothing, unless it knows that nobody can ask for them later.
     */

    /** Runs the backward pass of a node, to whose results these gradients have come. */
    void execute(Node node, @Nullable Object[] sums, Runnable pass) {
        pass.run();
    }

    /** A gradient waits for its node to be reached. */
    void retain(T gradient) {}

    /** A gradient need not wait any more. */
    void release(T gradient) {}

    /** A gradient that waits, if its memory may be written because nothing else knows of it; else null. */
    @Nullable
    Tensor writable(T gradient) {
        return null;
    }

    final Map<Node, T> leaves(Variable from, T gradient, boolean retain) {
        Node start = from.node();
        if (start == null) {
            throw new IllegalStateException(
                    "backward: the value depends on no variable whose gradient is wanted; make one with Variable.of, or a layer's parameter, outside withoutGradients");
        }
        if (!gradient.shape().equals(from.shape()) || gradient.dtype() != from.dtype()) {
            throw new IllegalArgumentException("backward: the gradient has shape %s and type %s, expected %s and %s"
                    .formatted(gradient.shape(), gradient.dtype(), from.shape(), from.dtype()));
        }
        start(start, from.resultNumber(), gradient);
        Map<Node, T> leaves = new LinkedHashMap<>();
        for (Node node : order(List.of(start), Set.of())) {
            if (node.op() == null) {
                T sum = gradientOf(node, 0);
                if (sum != null) {
                    leaves.put(node, sum);
                }
            } else {
                run(node, null);
                if (!retain) {
                    node.release();
                }
            }
        }
        return leaves;
    }

    /**
     * Gradients by chosen variables.
     *
     * @param stopThere whether the walk ends at those variables; else some of them may have been computed from others
     */
    final List<@Nullable T> run(List<Variable> from, List<T> seeds, List<Variable> to, boolean stopThere) {
        Set<Node> stops = new HashSet<>();
        for (Variable variable : to) {
            if (variable.node() != null) {
                stops.add(variable.node());
            }
        }
        List<Node> starts = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            Node start = from.get(i).node();
            if (start != null) {
                start(start, from.get(i).resultNumber(), seeds.get(i));
                starts.add(start);
            }
        }
        // Reversed, a node's operands come before it: it leads to a wanted one if one of them does.
        List<Node> order = order(starts, stopThere ? stops : Set.of());
        Set<Node> leading = new HashSet<>();
        for (Node node : order.reversed()) {
            boolean leads = stops.contains(node);
            for (Node.Edge edge : node.edges()) {
                leads |= edge.node() != null && leading.contains(edge.node());
            }
            if (leads) {
                leading.add(node);
            }
        }
        Map<Node, @Nullable Object[]> kept = new LinkedHashMap<>();
        for (Node node : order) {
            if (stops.contains(node)) {
                @Nullable Object[] sums = gradients.get(node);
                if (sums != null) {
                    kept.put(node, sums.clone());
                }
            }
            if (node.op() != null && leading.contains(node) && !(stopThere && stops.contains(node))) {
                run(node, leading);
            }
        }
        List<@Nullable T> results = new ArrayList<>();
        for (Variable variable : to) {
            @Nullable Object[] sums = variable.node() == null ? null : kept.get(variable.node());
            @SuppressWarnings("unchecked")
            T gradient = sums == null ? null : (T) sums[variable.resultNumber()];
            results.add(gradient);
        }
        return results;
    }

    /** Runs a node's backward pass, and lets go of its gradients. */
    private void run(Node node, @Nullable Set<Node> wanted) {
        @Nullable Object[] sums = gradients.remove(node);
        if (sums == null) {
            return; // nothing that was asked for depends on it
        }
        boolean any = false;
        for (Node.Edge edge : node.edges()) {
            any |= isWanted(edge, wanted);
        }
        if (!any) {
            return;
        }
        node.prepare();
        Saved<T> saved = new NodeSaved(node, sums, wanted);
        var event = new BackwardEvent();
        event.begin();
        Runnable pass = () -> {
            switch (node.op()) {
                case PrimitiveOp op -> op.backward(saved);
                case CustomOp op -> op.backward(saved);
                case FusedOp op -> fused(op, node, saved);
                case null -> throw new AssertionError("a leaf has no backward pass");
            }
        };
        if (anomalies == null) {
            execute(node, sums, pass);
        } else {
            anomalies.during(node, () -> execute(node, sums, pass));
        }
        for (Object sum : sums) {
            @SuppressWarnings("unchecked")
            T done = (T) sum;
            if (done != null) {
                release(done);
            }
        }
        event.end();
        if (event.shouldCommit()) {
            event.commit(node);
        }
    }

    private static boolean isWanted(Node.Edge edge, @Nullable Set<Node> wanted) {
        return edge.node() != null && (wanted == null || wanted.contains(edge.node()));
    }

    private @Nullable T gradientOf(Node node, int result) {
        @Nullable Object[] sums = gradients.get(node);
        @SuppressWarnings("unchecked")
        T gradient = sums == null ? null : (T) sums[result];
        return gradient;
    }

    private void start(Node node, int result, T gradient) {
        if (anomalies != null) {
            anomalies.checkStart(node, raw(gradient));
        }
        add(node, result, gradient);
    }

    /** A gradient's values, which are not to be held. */
    private static Tensor raw(TensorOps<?> gradient) {
        return gradient instanceof Variable variable ? variable.rawValue() : gradient.value();
    }

    private void add(Node node, int result, T gradient) {
        @Nullable Object[] sums = gradients.computeIfAbsent(node, n -> new Object[n.resultCount()]);
        @SuppressWarnings("unchecked")
        T before = (T) sums[result];
        T sum = before == null ? gradient : before.add(gradient);
        if (anomalies != null && before != null) {
            anomalies.checkSum(node, result, raw(sum));
        }
        sums[result] = sum;
        retain(sum);
        if (before != null) {
            release(before);
        }
    }

    /** All nodes that the given ones were computed from, each before its operands. */
    static List<Node> order(List<Node> starts, Set<Node> stops) {
        record Visit(Node node, int[] next) {}
        List<Node> finished = new ArrayList<>();
        Set<Node> seen = new HashSet<>();
        ArrayDeque<Visit> path = new ArrayDeque<>();
        for (Node start : starts) {
            if (seen.add(start)) {
                path.push(new Visit(start, new int[1]));
            }
            while (!path.isEmpty()) {
                Visit visit = path.peek();
                if (stops.contains(visit.node)
                        || visit.next[0] == visit.node.edges().size()) {
                    finished.add(visit.node);
                    path.pop();
                } else {
                    Node operand = visit.node.edge(visit.next[0]++).node();
                    if (operand != null && seen.add(operand)) {
                        path.push(new Visit(operand, new int[1]));
                    }
                }
            }
        }
        return finished.reversed();
    }

    /** What a node's backward pass sees. */
    private final class NodeSaved implements Saved<T> {
        private final Node node;
        private final @Nullable Object[] sums;
        private final @Nullable Set<Node> wanted;

        NodeSaved(Node node, @Nullable Object[] sums, @Nullable Set<Node> wanted) {
            this.node = node;
            this.sums = sums;
            this.wanted = wanted;
        }

        @Override
        public int operandCount() {
            return node.edges().size();
        }

        @Override
        public T operand(int operand) {
            return lift(node.operand(operand), node.edge(operand));
        }

        @Override
        public T result(int result) {
            return lift(node.result(result), new Node.Edge(node, result));
        }

        @Override
        public Shape operandShape(int operand) {
            return node.operandShape(operand);
        }

        @Override
        public DType dtype() {
            return node.dtype();
        }

        @Override
        public List<Tensor> state() {
            return node.state();
        }

        @Override
        public T gradient(int result) {
            @SuppressWarnings("unchecked")
            T gradient = (T) sums[result];
            return gradient == null ? zeros(node.resultShape(result), node.dtype()) : gradient;
        }

        @Override
        public boolean needs(int operand) {
            return isWanted(node.edge(operand), wanted);
        }

        @Override
        public @Nullable Tensor sumToAddTo(int operand) {
            Node.Edge edge = node.edge(operand);
            if (!needs(operand) || edge.node() == null || node.op() instanceof CustomOp || anomalies != null) {
                return null;
            }
            T sum = gradientOf(edge.node(), edge.result());
            return sum == null ? null : writable(sum);
        }

        @Override
        public void give(int operand, Supplier<T> gradient) {
            if (!needs(operand)) {
                return;
            }
            T given = gradient.get();
            if (!given.shape().equals(node.operandShape(operand))) {
                throw new IllegalStateException(
                        "backward of %s: the gradient of operand %d has shape %s, expected the operand's %s"
                                .formatted(node.name(), operand, given.shape(), node.operandShape(operand)));
            }
            if (anomalies != null) {
                anomalies.checkGiven(node, operand, raw(given));
            }
            Node.Edge edge = node.edge(operand);
            if (edge.node() != null) {
                add(edge.node(), edge.result(), given);
            }
        }
    }

    private static final class ThroughValues extends Backward<Tensor> {
        private final Ledger ledger = new Ledger(null);

        @Override
        Tensor lift(Tensor value, Node.Edge edge) {
            return value;
        }

        @Override
        void fused(FusedOp op, Node node, Saved<Tensor> saved) {
            op.backwardKernel(saved);
        }

        @Override
        Tensor zeros(Shape shape, DType dtype) {
            return Tensor.zeros(dtype, shape);
        }

        /** The memory of gradients is used again as soon as they have been passed on, unless a user's code saw them. */
        @Override
        void execute(Node node, @Nullable Object[] sums, Runnable pass) {
            if (node.op() instanceof CustomOp) {
                node.expose();
                for (Object sum : sums) {
                    if (sum != null) {
                        Ledger.expose((Tensor) sum);
                    }
                }
                pass.run();
            } else {
                ledger.run(pass);
            }
        }

        @Override
        void retain(Tensor gradient) {
            Ledger.retain(gradient);
        }

        @Override
        void release(Tensor gradient) {
            Ledger.release(gradient);
        }

        @Override
        @Nullable
        Tensor writable(Tensor gradient) {
            return Ledger.mayBeWritten(gradient) ? gradient : null;
        }
    }

    private static final class ThroughVariables extends Backward<Variable> {
        @Override
        Variable lift(Tensor value, Node.Edge edge) {
            return new Variable(value, edge.node(), edge.result());
        }

        /**
         * Differentiates the operation's definition, recomputed from the operands; the true operands remember, so the
         * gradients do.
         */
        @Override
        void fused(FusedOp op, Node node, Saved<Variable> saved) {
            // The definition is differentiated even where what comes of it is not to remember.
            Scope scope = Scope.current();
            List<@Nullable Variable> found = scope.withForgets(false).run(() -> throughDefinition(op, node, saved));
            for (int i = 0; i < found.size(); i++) {
                Variable gradient = found.get(i);
                Shape shape = saved.operandShape(i);
                saved.give(i, () -> {
                    if (gradient == null) {
                        return zeros(shape, saved.dtype());
                    }
                    return scope.forgets() ? gradient.detach() : gradient;
                });
            }
        }

        private static List<@Nullable Variable> throughDefinition(FusedOp op, Node node, Saved<Variable> saved) {
            List<Variable> operands = new ArrayList<>();
            for (int i = 0; i < node.edges().size(); i++) {
                // A copy with a node of its own for each operand, even if two are the same variable: their gradients
                // are told apart.
                operands.add(saved.operand(i).apply(new Pass()));
            }
            List<Variable> results = op.composite(operands);
            List<Variable> seeds = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                seeds.add(saved.gradient(i));
            }
            return new ThroughVariables().run(results, seeds, operands, true);
        }

        @Override
        Variable zeros(Shape shape, DType dtype) {
            return Variable.constantOf(Tensor.zeros(dtype, shape));
        }
    }

    /** Hands its operand on, as a variable of its own. */
    record Pass() implements CustomOp {
        @Override
        public String name() {
            return "pass";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(operands.getFirst());
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, saved::gradient);
        }
    }
}
