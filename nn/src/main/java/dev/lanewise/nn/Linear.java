package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Weighted sums: y = x·Wᵀ + b, [.., inputs] → [.., outputs].
 *
 * <p>Parameters: {@code weight} [outputs, inputs] and, unless left out, {@code bias} [outputs], both drawn evenly from
 * ±1/√inputs, as PyTorch does.
 */
public final class Linear extends Layer implements Transform {
    private final int inputs;
    private final int outputs;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A layer with a bias. */
    public Linear(int inputs, int outputs) {
        this(inputs, outputs, true);
    }

    /** A layer with or without a bias. */
    public Linear(int inputs, int outputs, boolean bias) {
        this(
                inputs,
                outputs,
                bias,
                Initializer.uniformByInputs(Math.max(inputs, 1)),
                Initializer.uniformByInputs(Math.max(inputs, 1)));
    }

    /** A layer whose parameters are drawn as given. */
    public Linear(int inputs, int outputs, boolean bias, Initializer weights, Initializer biases) {
        if (inputs < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "Linear: %d inputs and %d outputs, expected at least one of each".formatted(inputs, outputs));
        }
        this.inputs = inputs;
        this.outputs = outputs;
        this.weight = parameter("weight", Shape.of(outputs, inputs), weights);
        this.bias = bias ? parameter("bias", Shape.of(outputs), biases) : null;
    }

    /** The weights, [outputs, inputs]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, [outputs]; null if there is none. */
    public @Nullable Parameter bias() {
        return bias;
    }

    @Nullable
    Variable biasValue() {
        return bias == null ? null : bias.value();
    }

    /**
     * Applies the layer to the last axis.
     *
     * @throws IllegalArgumentException naming this layer, if the last axis is not of the inputs' size
     */
    public Variable forward(Variable x) {
        check(x);
        return x.linear(weight.value(), biasValue());
    }

    /**
     * Applies the layer to the last axis, and an activation to what it makes, in one pass over memory.
     *
     * @param activation a formula of one operand
     * @throws IllegalArgumentException naming this layer, if the last axis is not of the inputs' size
     */
    public Variable forward(Variable x, Formula activation) {
        check(x);
        return x.linear(weight.value(), biasValue(), activation);
    }

    /** Checks the last axis' size, and the type. */
    void check(Variable x) {
        if (x.shape().rank() == 0 || x.shape().size(-1) != inputs) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [.., %d]".formatted(describeSelf(), x.shape(), inputs));
        }
        checkType(x, weight);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x);
    }

    @Override
    public String toString() {
        return "Linear(%d → %d%s)".formatted(inputs, outputs, bias == null ? ", no bias" : "");
    }
}
