package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Transform;

/**
 * A feed-forward layer in which one projection opens and closes gates for another: down(f(gate(x)) · up(x)) (Shazeer
 * 2020, "GLU variants improve transformer", arXiv:2002.05202). With three weights instead of two it is commonly two
 * thirds as wide inside as a {@link FeedForward}.
 *
 * <p>Children, as in Llama: {@code gate_proj} and {@code up_proj}, up, and {@code down_proj}, down. (Meta's own names
 * are {@code w1}, {@code w3} and {@code w2}.)
 */
public final class GatedFeedForward extends Layer implements Transform {
    private static final Formula SILU = Formula.of("silu", x -> x.silu());
    private static final Formula GELU = Formula.of("gelu", x -> x.gelu());
    private static final Formula RELU = Formula.of("relu", x -> x.relu());
    private static final Formula SIGMOID = Formula.of("sigmoid", x -> x.sigmoid());

    private final Linear gate;
    private final Linear up;
    private final Linear down;
    private final Formula activation;
    private final Dropout dropout;

    /**
     * A feed-forward layer whose weights are drawn as {@link Linear} draws them.
     *
     * @param hidden the width between up and down
     * @param bias whether the projections have one
     * @param activation of the gates: any formula of one operand
     * @param dropout of the result
     */
    public GatedFeedForward(int width, int hidden, boolean bias, Formula activation, double dropout) {
        this(
                width,
                hidden,
                bias,
                activation,
                dropout,
                Initializer.uniformByInputs(Math.max(width, 1)),
                Initializer.uniformByInputs(Math.max(hidden, 1)));
    }

    /**
     * A feed-forward layer.
     *
     * @param hidden the width between up and down
     * @param bias whether the projections have one, zeros at first
     * @param activation of the gates: any formula of one operand
     * @param dropout of the result
     * @param ups how the weights of gates and projection up are drawn
     * @param downs how the weights of the projection down are drawn
     */
    public GatedFeedForward(
            int width,
            int hidden,
            boolean bias,
            Formula activation,
            double dropout,
            Initializer ups,
            Initializer downs) {
        FeedForward.check("GatedFeedForward", activation);
        this.gate = child("gate_proj", new Linear(width, hidden, bias, ups, Initializer.zeros()));
        this.up = child("up_proj", new Linear(width, hidden, bias, ups, Initializer.zeros()));
        this.down = child("down_proj", new Linear(hidden, width, bias, downs, Initializer.zeros()));
        this.activation = activation;
        this.dropout = child("dropout", new Dropout(dropout));
    }

    /** Gates by silu, without biases and dropout: Llama's. */
    public static GatedFeedForward swiGlu(int width, int hidden) {
        return new GatedFeedForward(width, hidden, false, SILU, 0);
    }

    /** Gates by gelu, without biases and dropout. */
    public static GatedFeedForward geGlu(int width, int hidden) {
        return new GatedFeedForward(width, hidden, false, GELU, 0);
    }

    /** Gates by relu, without biases and dropout. */
    public static GatedFeedForward reGlu(int width, int hidden) {
        return new GatedFeedForward(width, hidden, false, RELU, 0);
    }

    /** Gates by the sigmoid, without biases and dropout: gated linear units. */
    public static GatedFeedForward glu(int width, int hidden) {
        return new GatedFeedForward(width, hidden, false, SIGMOID, 0);
    }

    /** Applies the layer to the last axis. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        Variable hidden = gate.forward(x, activation).mul(up.forward(x)); // (.., hidden)
        return dropout.forward(down.forward(hidden), pass);
    }

    @Override
    public String toString() {
        return "GatedFeedForward(%s)".formatted(activation.name());
    }
}
