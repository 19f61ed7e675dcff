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
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
        return Scope.current().withForgets(true).run(code);
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
        return reusing(Scope.current(), () -> List.of(code.get())).getFirst();
    }

    /** {@link #reusingMemory} for code with several results. */
    public static List<Variable> reusingMemoryAll(Supplier<List<Variable>> code) {
        return reusing(Scope.current(), code);
    }

    static List<Variable> reusing(Scope scope, Supplier<List<Variable>> code) {
        Ledger ledger = new Ledger(scope.openLedger());
        try {
            List<Variable> results = scope.withLedger(ledger).run(code);
            ledger.close(results.stream().map(result -> result.value).toList());
            return results;
        } catch (Checkpoint.Done e) {
            ledger.close(List.of());
            throw e;
        } finally {
            ledger.abandon();
        }
    }

    /**
     * Runs code of which only the result is wanted, and keeps nothing of what its backward pass needs: when that pass
     * comes by, the code is run again, as far as needed. So a model takes the time of another forward pass, and for
     * each piece of it the memory of what goes in, instead of all that is made there.
     *
     * <pre>{@code
     * for (TransformerBlock block : blocks) {
     *     Variable before = x;
     *     x = Variable.checkpoint(() -> block.forward(before, pass));
     * }
     * }</pre>
     *
     * <p>Values and gradients are the same to the last bit; parameters and other variables that the code uses get their
     * gradients, and gradients of gradients are as ever. Code may be nested: then less yet is kept, and the inner code
     * runs a third time. On the way, memory is used again as by {@link #reusingMemory}. A backward pass that retains
     * the graph retains what was made again. Within {@link #withoutGradients} the code just runs.
     *
     * <p>The code must compute the same in both runs: take random numbers from a counter-based generator, as layers do
     * from their pass, and leave what it reads as it is. What it does besides computing, as counting or printing, can
     * ask {@link #isRunAgain}. The second run happens in the thread of the backward pass; it ends with an Error, which
     * the code should let pass, as soon as all is there.
     *
     * @return what the code returns
     * @throws IllegalStateException from the backward pass, if a parameter that the code read was changed since, or if
     *     the code, run again, computes something else; or if the code takes gradients of what it computes itself
     */
    public static Variable checkpoint(Supplier<Variable> code) {
        return checkpointAll(() -> List.of(code.get())).getFirst();
    }

    /** {@link #checkpoint} of code with several results. */
    public static List<Variable> checkpointAll(Supplier<List<Variable>> code) {
        return Checkpoint.run(code);
    }

    /**
     * Whether the calling code is run again by a backward pass, within {@link #checkpoint}. What it does besides
     * computing its result, as updating running statistics, it then has done already.
     */
    public static boolean isRunAgain() {
        return Scope.current().openRecording() instanceof Checkpoint.SecondRun;
    }

    /**
     * Runs code, a forward pass or a backward pass or both, and stops it where a value first is not a number: with the
     * operation, the shapes, the place in the model, and where infinite values came from that led there. It holds in
     * the calling thread, for the duration of the call. Looking at all values takes about as long as computing them.
     *
     * <pre>{@code
     * Gradients gradients = Variable.detectingAnomalies(() -> model.loss(batch).backward());
     * }</pre>
     *
     * <p>The place is what {@link #within} says; else the operation's parameters have names, or those before it.
     *
     * @return what the code returns
     * @throws ArithmeticException if an operation makes a value that is not a number of values that are, or is given
     *     one; or if its backward pass does so
     */
    public static <R> R detectingAnomalies(Supplier<R> code) {
        return Scope.current().withAnomalies(new Anomalies()).run(code);
    }

    /**
     * Runs code that belongs to a part of a model, so that messages about it can name that part: a layer's path, say.
     *
     * @param place the name; asked for only if a message needs it
     */
    public static <R> R within(Supplier<String> place, Supplier<R> code) {
        Scope scope = Scope.current();
        return scope.anomalies() == null ? code.get() : scope.withPlace(place).run(code);
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

    /**
     * This value, whose gradient is shown to the given code as a backward pass comes by; see {@link #mapGradient}.
     *
     * @return the variable to use in place of this one
     */
    public Variable onGradient(Consumer<Tensor> seen) {
        return mapGradient(gradient -> {
            seen.accept(gradient.value());
            return gradient;
        });
    }

    /**
     * This value, whose gradient is replaced by what the given function makes of it as a backward pass comes by.
     *
     * <pre>{@code
     * Variable limited = hidden.mapGradient(gradient -> gradient.clamp(-1, 1));
     * Variable loss = output.forward(limited).square().mean();
     * }</pre>
     *
     * <p>The function stands between this variable and the one returned, which is to be used in place of this one: what
     * it is given is the sum of all gradients by the returned variable; what it makes is what goes on to this one. It
     * is called once in each backward pass in which a gradient comes by and is wanted, in the thread of that pass,
     * after those of all variables that were computed from the returned one; of several in a row, the one attached last
     * comes first. Where gradients are to remember ({@link Autograd}), it is given one that does, and what it makes
     * does; else a constant. A gradient of a gradient comes by again, and is mapped again. If it throws, the backward
     * pass ends with that exception.
     *
     * @param function from a gradient of this variable's shape and type to another one
     * @return the variable to use in place of this one; this one, if no gradient flows here
     */
    public Variable mapGradient(UnaryOperator<Variable> function) {
        Scope scope = Scope.current();
        if (node == null || scope.forgets()) {
            return this;
        }
        // Not by applyAll, which shows what a CustomOp sees to the world: the value stays what it is.
        return results(scope, new GradientHook(function), List.of(this), List.of(value), true, () -> Computed.of(value))
                .getFirst();
    }

    /**
     * A picture of how this value was computed, in the language of Graphviz: each operation with its name and the
     * shapes of its results, leaves with names and shapes, arrows the way that values go. The same graph gives the same
     * text.
     *
     * <pre>{@code
     * Files.writeString(Path.of("graph.dot"), loss.toDot()); // then: dot -Tsvg graph.dot -o graph.svg
     * }</pre>
     */
    public String toDot() {
        return GraphPicture.of(this);
    }

    /** {@link #value()} for those who do not hold it: it is not exposed. */
    Tensor rawValue() {
        return value;
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
        Scope scope = Scope.current();
        List<Tensor> values = new ArrayList<>(operands.size());
        boolean anyNode = false;
        for (Variable operand : operands) {
            values.add(operand.value);
            anyNode |= operand.node != null;
        }
        if (op instanceof FusedOp fused && !fused.hasKernels(values)) {
            return fused.composite(operands);
        }
        boolean remembers = anyNode && !scope.forgets();
        Recording recording = scope.openRecording();
        boolean keeps = remembers && (recording == null || recording.keeps());
        IntPredicate differentiated = operand -> keeps && operands.get(operand).node != null;
        return results(scope, op, operands, values, remembers, () -> compute(scope, op, values, differentiated));
    }

    private static List<Variable> results(
            Scope scope,
            Op op,
            List<Variable> operands,
            List<Tensor> values,
            boolean remembers,
            Supplier<Computed> code) {
        Recording recording = scope.openRecording();
        if (recording != null) {
            recording.begins(op, operands, values, remembers);
        }
        Computed computed = code.get();
        Node made = remembers ? Node.of(op, operands, values, shapes(computed.results())) : null;
        if (scope.anomalies() != null) {
            String place = scope.place() == null ? null : scope.place().get();
            scope.anomalies().check(op, operands, computed.results(), place);
            if (made != null) {
                made.setLabel(place);
            }
        }
        if (recording != null) {
            recording.made(made, operands, values, computed);
        } else if (made != null) {
            made.keep(operands, values, computed);
        }
        List<Variable> results = new ArrayList<>(computed.results().size());
        for (int i = 0; i < computed.results().size(); i++) {
            results.add(new Variable(computed.results().get(i), made, i));
        }
        return results;
    }

    private static Shape[] shapes(List<Tensor> tensors) {
        Shape[] shapes = new Shape[tensors.size()];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = tensors.get(i).shape();
        }
        return shapes;
    }

    private static Computed compute(Scope scope, Op op, List<Tensor> operands, IntPredicate differentiated) {
        Ledger ledger = scope.openLedger();
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
