package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.Ledger;
import dev.lanewise.core.Op;
import dev.lanewise.core.PrimitiveOp;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Code that runs twice: forward, when its nodes keep nothing, and again when a backward pass first comes to one of
 * them, to make what all of them should have kept.
 *
 * <p>The graph is the same with and without it: nodes, edges and identities are those of the first run, and what a node
 * is given later is what it would have kept. So captured parameters get their gradients, several results, hooks and
 * gradients of gradients need nothing of their own. The n-th node of the second run is the n-th of the first.
 *
 * <p>What the code reads from outside stays until the second run: it is held by the code itself; where its memory could
 * be used again, it is retained; where its values could change, their version is noted.
 */
final class Checkpoint {
    /** A tensor with storage that may change, and the version that it had. */
    private record Version(Tensor tensor, long version) {}

    private final Supplier<List<Variable>> code;
    /** Who is to be given what it should have kept; empty when that is done. */
    private final List<Node> nodes = new ArrayList<>();

    private final List<Tensor> retained = new ArrayList<>();
    private final List<Version> versions = new ArrayList<>();
    private int needed; // so many nodes, up to the last one that keeps anything
    private boolean needsLastComputed; // whether that one keeps more than operands
    private boolean running = true;

    private Checkpoint(Supplier<List<Variable>> code) {
        this.code = code;
    }

    /** See {@link Variable#checkpointAll}. */
    static List<Variable> run(Supplier<List<Variable>> code) {
        Scope scope = Scope.current();
        if (scope.forgets()) {
            return Variable.reusing(scope, code);
        }
        SecondRun outer = null;
        switch (scope.openRecording()) {
            case FirstRun first -> {
                return first.within(code); // the outer one's second run comes by here again
            }
            case SecondRun second -> {
                second.stopIfDone();
                outer = second;
            }
            case null -> {}
        }
        var checkpoint = new Checkpoint(code);
        FirstRun run = checkpoint.new FirstRun(outer);
        try {
            return Variable.reusing(scope.withRecording(run), code);
        } finally {
            run.close();
            checkpoint.end();
        }
    }

    private synchronized void end() {
        running = false;
    }

    /** Runs the code again and gives all nodes what they should have kept. */
    synchronized void runAgain() {
        if (running) {
            throw new IllegalStateException(
                    "checkpoint: gradients of what the code computes are taken within the code; take them outside, or without checkpoint");
        }
        if (nodes.isEmpty()) {
            return; // another pass was here
        }
        for (Version each : versions) {
            if (each.tensor.version() != each.version) {
                throw new IllegalStateException(
                        "checkpoint: %s was changed since the forward pass (version %d, now %d); call backward before the optimizer's step or before loading"
                                .formatted(each.tensor.ownerName(), each.version, each.tensor.version()));
            }
        }
        var run = new SecondRun();
        var ledger = new Ledger(null);
        Scope scope = Scope.current().withForgets(false).withRecording(run).withLedger(ledger);
        try {
            scope.run(code);
            run.checkDone();
            ledger.close(List.of());
        } catch (Done e) {
            ledger.close(List.of());
        } catch (RuntimeException | Error e) {
            if (!run.isDone()) {
                throw e;
            }
            // What the code made of being stopped is of no interest.
        } finally {
            run.close();
            ledger.abandon();
        }
        handOver(run.nodes);
        retained.forEach(Ledger::release);
        retained.clear();
        versions.clear();
        nodes.clear();
    }

    private void handOver(List<Node> again) {
        Map<Node, Node> firsts = new IdentityHashMap<>();
        Set<Checkpoint> inner = new HashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node first = nodes.get(i);
            if (i < needed) {
                Node second = again.get(i);
                firsts.put(second, first);
                if (second.checkpoint() != null) {
                    inner.add(second.checkpoint());
                }
                first.takeOver(second, this);
            } else {
                first.keepNothing(this);
            }
        }
        inner.forEach(each -> each.nodes.replaceAll(firsts::get));
    }

    /** Thrown to leave the code when everything is there; by the time anybody sees it, it is caught. */
    static final class Done extends Error {
        private static final long serialVersionUID = 1;

        Done() {
            super("the code of a checkpoint has been run again as far as it is needed", null, false, false);
        }
    }

    /** The run forward. */
    final class FirstRun extends Recording {
        private final @Nullable SecondRun outer; // if this is part of one
        private final Set<Tensor> made = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Tensor> noted = Collections.newSetFromMap(new IdentityHashMap<>());

        FirstRun(@Nullable SecondRun outer) {
            this.outer = outer;
        }

        /** Runs code that is a checkpoint of its own within this one: its last node needs that it runs to its end. */
        List<Variable> within(Supplier<List<Variable>> code) {
            int neededBefore = needed;
            List<Variable> results = Variable.reusing(Scope.current(), code);
            if (needed > neededBefore) {
                needed = Checkpoint.this.nodes.size();
                needsLastComputed = true;
            }
            return results;
        }

        @Override
        boolean keeps() {
            return false;
        }

        @Override
        void begins(Op op, List<Variable> operands, List<Tensor> values, boolean remembers) {
            for (Tensor value : values) {
                boolean mayChange = value.isOwned();
                boolean mayBeUsedAgain = Ledger.notes(value) && !made.contains(value);
                if ((mayChange || mayBeUsedAgain) && noted.add(value)) {
                    if (mayChange) {
                        versions.add(new Version(value, value.version()));
                    }
                    if (mayBeUsedAgain) {
                        Ledger.retain(value);
                        retained.add(value);
                    }
                }
            }
        }

        @Override
        void made(@Nullable Node node, List<Variable> operands, List<Tensor> values, Computed computed) {
            for (Tensor result : computed.results()) {
                if (Ledger.notes(result)) {
                    made.add(result);
                }
            }
            if (node == null) {
                return;
            }
            node.await(Checkpoint.this);
            Checkpoint.this.nodes.add(node);
            boolean makes = !(node.op() instanceof PrimitiveOp) // with a backward pass ahead, they may make more
                    || !computed.state().isEmpty()
                    || node.keepsResults();
            if (makes || node.keepsOperands(operands)) {
                needed = Checkpoint.this.nodes.size();
                needsLastComputed = makes;
            }
            if (outer != null) {
                outer.nodes.add(node); // without what it keeps: that is to come from here
            }
        }
    }

    /** The run again. */
    final class SecondRun extends Recording {
        private final List<Node> nodes = new ArrayList<>();

        boolean isDone() {
            return nodes.size() >= needed;
        }

        void stopIfDone() {
            if (isDone()) {
                throw new Done();
            }
        }

        void checkDone() {
            if (!isDone()) {
                throw new IllegalStateException(
                        "checkpoint: run again, the code computed %d operations where it was %d the first time; it must do the same in each run"
                                .formatted(nodes.size(), needed));
            }
        }

        @Override
        boolean keeps() {
            return true;
        }

        @Override
        void begins(Op op, List<Variable> operands, List<Tensor> values, boolean remembers) {
            stopIfDone();
            if (!remembers) {
                return;
            }
            Node first = Checkpoint.this.nodes.get(nodes.size());
            boolean fits = first.op() != null
                    && first.op().name().equals(op.name())
                    && first.edges().size() == values.size();
            for (int i = 0; fits && i < values.size(); i++) {
                fits = first.operandShape(i).equals(values.get(i).shape());
            }
            if (!fits) {
                throw new IllegalStateException(
                        "checkpoint: run again, the code computed %s of %s where it was %s of %s the first time; it must do the same in each run"
                                .formatted(op.name(), Node.shapes(values), first.name(), first.operandShapes()));
            }
            if (nodes.size() == needed - 1 && !needsLastComputed) {
                // Only its operands are kept, so that it need not be computed.
                Shape[] shapes = new Shape[first.resultCount()];
                for (int i = 0; i < shapes.length; i++) {
                    shapes[i] = first.resultShape(i);
                }
                Node node = Node.of(op, operands, values, shapes);
                node.keep(operands, values, Computed.of(List.of()));
                nodes.add(node);
                throw new Done();
            }
        }

        @Override
        void made(@Nullable Node node, List<Variable> operands, List<Tensor> values, Computed computed) {
            if (node != null) {
                node.keep(operands, values, computed);
                nodes.add(node);
                stopIfDone();
            }
        }
    }
}
