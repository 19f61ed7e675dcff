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
 * What a transformer block does to each token's vector by itself: up to a wider one, an activation, and down again.
 *
 * <p>Children, as in GPT-2: {@code c_fc}, up, and {@code c_proj}, down.
 */
public final class FeedForward extends Layer implements Transform {
    private final Linear up;
    private final Linear down;
    private final Formula activation;
    private final Dropout dropout;

    /**
     * A feed-forward layer.
     *
     * @param hidden the width between up and down
     * @param activation any formula of one operand
     * @param ups how the weights of the projection up are drawn
     * @param downs how the weights of the projection down are drawn
     */
    public FeedForward(
            int width,
            int hidden,
            boolean bias,
            Formula activation,
            double dropout,
            Initializer ups,
            Initializer downs) {
        check("FeedForward", activation);
        this.up = child("c_fc", new Linear(width, hidden, bias, ups, Initializer.zeros()));
        this.down = child("c_proj", new Linear(hidden, width, bias, downs, Initializer.zeros()));
        this.activation = activation;
        this.dropout = child("dropout", new Dropout(dropout));
    }

    static void check(String layer, Formula activation) {
        if (activation.arity() != 1 || activation.resultCount() != 1) {
            throw new IllegalArgumentException("%s: activation %s has %d operands and %d results, expected one of each"
                    .formatted(layer, activation.name(), activation.arity(), activation.resultCount()));
        }
    }

    /** Applies the layer to the last axis. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        Variable hidden = up.forward(x, activation); // (.., hidden)
        return dropout.forward(down.forward(hidden), pass);
    }

    @Override
    public String toString() {
        return "FeedForward(%s)".formatted(activation.name());
    }
}
