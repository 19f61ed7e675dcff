package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.DType;
import dev.lanewise.core.FusedOp;
import dev.lanewise.core.Ledger;
import dev.lanewise.core.Op;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that remembers how it was computed, so that gradients can be taken by {@link #backward()}.
 *
 * <p>It does all that {@link TensorOps} declares. A variable made by {@link #of} is a leaf whose gradient is wanted;
 * what is computed from it remembers; a {@link #constant(Tensor)} has no gradient, and what is computed from constants
 * alone remembers nothing.
 *
 * <pre>{@code
 * Variable x = Variable.of(Tensor.of(new float[] {1, 2, 3}));
 * Variable y = x.square().sum();         // 14
 * Gradients gradients = y.backward();
 * gradients.of(x);                       // [2. 4. 6.]
 * }</pre>
 *
 * <p>Variables are immutable and may be shared between threads; two threads may take gradients of two graphs at once.
 */
public final class Variable implements TensorOps<Variable> {
    private static final ScopedValue<Boolean> WITHOUT_GRADIENTS = ScopedValue.newInstance();
    private static final ScopedValue<Ledger> LEDGER = ScopedValue.newInstance();

    private final Tensor value;
    private final @Nullable Node node; // null: no gradient flows here
    private final int result; // which of the node's results this is

    Variable(Tensor value, @Nullable Node node, int result) {
        this.value = value;
        this.node = node;
        this.result = result;
    }

    /** A leaf: a value by which one wants to differentiate. */
    public static Variable of(Tensor value) {
        return new Variable(value, Node.leaf(value), 0);
    }

    /** A value without a gradient. */
    public static Variable constantOf(Tensor value) {
        return new Variable(value, null, 0);
    }

    /**
     * Runs code whose results shall not remember how they were computed, as when a trained model is only used: it saves
     * the memory of what a backward pass would need. The values are the same. It holds in the calling thread, for the
     * duration of the call.
     */
    public static <R> R withoutGradients(Supplier<R> code) {
        return ScopedValue.where(WITHOUT_GRADIENTS, true).call(code::get);
    }

    /**
     * Runs code of which only the result is wanted, as the forward pass of a model: the memory of all other values that
     * it computes is used again as soon as nobody needs it, after the backward pass or, if there will be none, at once.
     * That saves the time to fill fresh memory with zeros and to collect it as garbage.
     *
     * <p>No reused memory can ever be seen. A value that was asked for within the code by {@link #value()}, or that a
     * {@link dev.lanewise.core.CustomOp} has seen, is left alone. A variable that was made within the code, is not its
     * result, and is used after the backward pass nevertheless, throws IllegalStateException then.
     *
     * @return what the code returns
     */
    public static Variable reusingMemory(Supplier<Variable> code) {
        Ledger ledger = new Ledger(ledger());
        try {
            Variable result = ScopedValue.where(LEDGER, ledger).call(code::get);
            ledger.close(List.of(result.value));
            return result;
        } finally {
            ledger.abandon();
        }
    }

    /** The values. */
    @Override
    public Tensor value() {
        Ledger.expose(value);
        return value;
    }

    /** The only element; see {@link Tensor#item()}. */
    public double item() {
        return value().item();
    }

    /** Whether gradients flow to this variable. */
    public boolean needsGradient() {
        return node != null;
    }

    /** The same values without memory: gradients stop here. */
    public Variable detach() {
        return new Variable(value, null, 0);
    }

    /**
     * The gradients of this number by all leaves that it depends on.
     *
     * <p>What the graph kept for this pass is let go of on the way, so that memory is free again as early as can be; a
     * second pass through the same nodes is an error. See {@link #backwardRetainingGraph()}.
     *
     * @throws IllegalStateException if this is not a single element, depends on no leaf, if a parameter that the pass
     *     needs was changed since, or if an earlier pass went through the same nodes
     */
    public Gradients backward() {
        return backward(one());
    }

    /**
     * The gradients of Σ this · gradient by all leaves that this depends on, as {@link #backward()} takes them.
     *
     * @param gradient the gradient of what this variable leads to, of this variable's shape
     */
    public Gradients backward(Tensor gradient) {
        return Gradients.of(Backward.throughValues(this, gradient, false));
    }

    /**
     * {@link #backward()}, but the graph keeps what it keeps: for several results of one graph, each with a pass of its
     * own. (Gradients of gradients need no such care: {@link Autograd#grad} always retains the graph.)
     */
    public Gradients backwardRetainingGraph() {
        return backwardRetainingGraph(one());
    }

    /** {@link #backward(Tensor)}, but the graph keeps what it keeps. */
    public Gradients backwardRetainingGraph(Tensor gradient) {
        return Gradients.of(Backward.throughValues(this, gradient, true));
    }

    private Tensor one() {
        if (value.shape().count() != 1) {
            throw new IllegalStateException(
                    "backward: shape %s has %d elements, expected one; reduce it (as with mean()), or give the gradient to start with"
                            .formatted(value.shape(), value.shape().count()));
        }
        return Tensor.ones(value.dtype(), value.shape());
    }

    @Nullable
    Node node() {
        return node;
    }

    int resultNumber() {
        return result;
    }

    // ------------------------------------------------------------------ what TensorOps asks for

    @Override
    public Shape shape() {
        return value.shape();
    }

    @Override
    public DType dtype() {
        return value.dtype();
    }

    @Override
    public Variable self() {
        return this;
    }

    @Override
    public Variable constant(Tensor constant) {
        return constantOf(constant);
    }

    @Override
    public List<Variable> applyAll(Op op, List<Variable> operands) {
        List<Tensor> values = new ArrayList<>(operands.size());
        boolean remembers = false;
        for (Variable operand : operands) {
            values.add(operand.value);
            remembers |= operand.node != null;
        }
        remembers &= !WITHOUT_GRADIENTS.isBound();
        if (op instanceof FusedOp fused && !fused.hasKernels(values)) {
            return fused.composite(operands);
        }
        boolean differentiated = remembers;
        Computed computed = compute(op, values, operand -> differentiated && operands.get(operand).node != null);
        Node made = remembers ? Node.of(op, operands, values, computed) : null;
        List<Variable> results = new ArrayList<>(computed.results().size());
        for (int i = 0; i < computed.results().size(); i++) {
            results.add(new Variable(computed.results().get(i), made, i));
        }
        return results;
    }

    /** The ledger of the code that runs; null if there is none, or if another thread's has been handed down. */
    private static @Nullable Ledger ledger() {
        return LEDGER.isBound() && LEDGER.get().isOpen() ? LEDGER.get() : null;
    }

    private static Computed compute(Op op, List<Tensor> operands, IntPredicate differentiated) {
        Ledger ledger = ledger();
        if (ledger != null) {
            return ledger.compute(op, operands, differentiated);
        }
        operands.forEach(Ledger::exposeOutside);
        return op.compute(operands, differentiated);
    }

    /** The values, as NumPy prints them. */
    @Override
    public String toString() {
        return value().toString();
    }
}
