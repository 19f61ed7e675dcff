package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import java.util.function.UnaryOperator;

/**
 * A function without parameters as a layer: PyTorch's activations, or a formula of one's own, applied to each element;
 * softmax and its kin along an axis. {@link PRelu} has a parameter, {@link RandomizedRelu} draws random numbers.
 *
 * <pre>{@code
 * new Sequential(new Linear(784, 128), Activation.relu(), new Linear(128, 10), Activation.logSoftmax(-1));
 * }</pre>
 */
public final class Activation extends Layer implements Transform {
    private final String description;
    private final UnaryOperator<Variable> function;

    /** A formula of one operand, applied to each element. */
    public Activation(Formula formula) {
        this(formula.name(), x -> x.map(formula));
        if (formula.arity() != 1 || formula.resultCount() != 1) {
            throw new IllegalArgumentException("Activation: %s has %d operands and %d results, expected one of each"
                    .formatted(formula.name(), formula.arity(), formula.resultCount()));
        }
    }

    private Activation(String description, UnaryOperator<Variable> function) {
        this.description = description;
        this.function = function;
    }

    /** {@link Variable#relu}. */
    public static Activation relu() {
        return new Activation("relu", x -> x.relu());
    }

    /** {@link Variable#relu6}. */
    public static Activation relu6() {
        return new Activation("relu6", x -> x.relu6());
    }

    /** {@link Variable#leakyRelu}; PyTorch's slope is 0.01. */
    public static Activation leakyRelu(double slope) {
        return new Activation("leakyRelu %s".formatted(slope), x -> x.leakyRelu(slope));
    }

    /** {@link Variable#elu}; PyTorch's α is 1. */
    public static Activation elu(double alpha) {
        return new Activation("elu %s".formatted(alpha), x -> x.elu(alpha));
    }

    /** {@link Variable#celu}; PyTorch's α is 1. */
    public static Activation celu(double alpha) {
        return new Activation("celu %s".formatted(alpha), x -> x.celu(alpha));
    }

    /** {@link Variable#selu}. */
    public static Activation selu() {
        return new Activation("selu", x -> x.selu());
    }

    /** {@link Variable#gelu}: by the error function, PyTorch's default. */
    public static Activation gelu() {
        return new Activation("gelu", x -> x.gelu());
    }

    /** {@link Variable#geluTanh}: GPT-2's. */
    public static Activation geluTanh() {
        return new Activation("geluTanh", x -> x.geluTanh());
    }

    /** {@link Variable#silu}. */
    public static Activation silu() {
        return new Activation("silu", x -> x.silu());
    }

    /** {@link Variable#mish}. */
    public static Activation mish() {
        return new Activation("mish", x -> x.mish());
    }

    /** {@link Variable#sigmoid}. */
    public static Activation sigmoid() {
        return new Activation("sigmoid", x -> x.sigmoid());
    }

    /** {@link Variable#logSigmoid}. */
    public static Activation logSigmoid() {
        return new Activation("logSigmoid", x -> x.logSigmoid());
    }

    /** {@link Variable#tanh}. */
    public static Activation tanh() {
        return new Activation("tanh", x -> x.tanh());
    }

    /** {@link Variable#tanhShrink}. */
    public static Activation tanhShrink() {
        return new Activation("tanhShrink", x -> x.tanhShrink());
    }

    /** {@link Variable#softplus()}. */
    public static Activation softplus() {
        return new Activation("softplus", x -> x.softplus());
    }

    /** {@link Variable#softplus(double)}. */
    public static Activation softplus(double beta) {
        return new Activation("softplus %s".formatted(beta), x -> x.softplus(beta));
    }

    /** {@link Variable#softsign}. */
    public static Activation softsign() {
        return new Activation("softsign", x -> x.softsign());
    }

    /** {@link Variable#softShrink}; PyTorch's λ is 0.5. */
    public static Activation softShrink(double lambda) {
        return new Activation("softShrink %s".formatted(lambda), x -> x.softShrink(lambda));
    }

    /** {@link Variable#hardShrink}; PyTorch's λ is 0.5. */
    public static Activation hardShrink(double lambda) {
        return new Activation("hardShrink %s".formatted(lambda), x -> x.hardShrink(lambda));
    }

    /** {@link Variable#hardSigmoid}. */
    public static Activation hardSigmoid() {
        return new Activation("hardSigmoid", x -> x.hardSigmoid());
    }

    /** {@link Variable#hardSwish}. */
    public static Activation hardSwish() {
        return new Activation("hardSwish", x -> x.hardSwish());
    }

    /** {@link Variable#hardTanh}; PyTorch's bounds are −1 and 1. */
    public static Activation hardTanh(double low, double high) {
        return new Activation("hardTanh %s to %s".formatted(low, high), x -> x.hardTanh(low, high));
    }

    /** {@link Variable#threshold}. */
    public static Activation threshold(double threshold, double value) {
        return new Activation("threshold %s, else %s".formatted(threshold, value), x -> x.threshold(threshold, value));
    }

    /** {@link Variable#softmax}. PyTorch's Softmax2d is that along axis −3. */
    public static Activation softmax(int axis) {
        return new Activation("softmax, axis %d".formatted(axis), x -> x.softmax(axis));
    }

    /** {@link Variable#softmax} of −x. */
    public static Activation softmin(int axis) {
        return new Activation("softmin, axis %d".formatted(axis), x -> x.neg().softmax(axis));
    }

    /** {@link Variable#logSoftmax}. */
    public static Activation logSoftmax(int axis) {
        return new Activation("logSoftmax, axis %d".formatted(axis), x -> x.logSoftmax(axis));
    }

    /**
     * a · sigmoid(b), where a and b are the first and the second half along an axis (Dauphin et al. 2017,
     * arXiv:1612.08083): the axis becomes half as long.
     */
    public static Activation glu(int axis) {
        return new Activation("glu, axis %d".formatted(axis), x -> {
            int size = x.shape().size(axis);
            if (size % 2 != 0) {
                throw new IllegalArgumentException("glu: axis %d of shape %s has %d elements, expected an even number"
                        .formatted(axis, x.shape(), size));
            }
            return x.slice(axis, 0, size / 2).mul(x.slice(axis, size / 2, size).sigmoid());
        });
    }

    /**
     * Applies the function.
     *
     * @throws IllegalArgumentException naming this layer, if the input has no such axis
     */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return naming(() -> function.apply(x));
    }

    @Override
    public String toString() {
        return "Activation(%s)".formatted(description);
    }
}
