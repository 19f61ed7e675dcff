package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Pass;
import java.util.function.UnaryOperator;

/** What layers of encoder and decoder have in common: self-attention, a feed-forward part, and sums around them. */
abstract sealed class TransformerLayer extends Layer permits TransformerEncoderLayer, TransformerDecoderLayer {
    final TransformerConfig config;
    private final MultiHeadAttention selfAttention;
    private final Linear up;
    private final Dropout dropout;
    private final Linear down;
    private final Dropout outputDropout;

    TransformerLayer(TransformerConfig config, String lastDropout) {
        this.config = config;
        selfAttention =
                child("self_attn", new MultiHeadAttention(config.attention().withCausal(config.causal())));
        up = child("linear1", new Linear(config.width(), config.hidden(), config.bias()));
        dropout = child("dropout", new Dropout(config.dropout()));
        down = child("linear2", new Linear(config.hidden(), config.width(), config.bias()));
        outputDropout = child(lastDropout, new Dropout(config.dropout()));
    }

    final LayerNorm norm(String name) {
        return child(name, new LayerNorm(config.width(), config.bias(), config.epsilon()));
    }

    final Dropout dropout(String name) {
        return child(name, new Dropout(config.dropout()));
    }

    /** x and what a part makes of it, normalised before or after. */
    final Variable residual(Variable x, LayerNorm norm, UnaryOperator<Variable> part) {
        return config.normFirst() ? x.add(part.apply(norm.forward(x))) : norm.forward(x.add(part.apply(x)));
    }

    final Variable attend(Variable x, AttentionMask mask, Pass pass) {
        return selfAttention.forward(x, mask, pass);
    }

    final Variable feedForward(Variable x, Pass pass) {
        Variable hidden = dropout.forward(up.forward(x, config.activation()), pass); // (batch, time, hidden)
        return outputDropout.forward(down.forward(hidden), pass);
    }

    /** Checks what goes in, [batch, time, width]. */
    final void check(String what, Variable x) {
        if (x.shape().rank() != 3 || x.shape().size(2) != config.width()) {
            throw new IllegalArgumentException("%s: %s has shape %s, expected [batch, time, %d]"
                    .formatted(describeSelf(), what, x.shape(), config.width()));
        }
    }

    @Override
    public String toString() {
        return "%s(%d heads, width %d, %d hidden, %s%s%s)"
                .formatted(
                        getClass().getSimpleName(),
                        config.heads(),
                        config.width(),
                        config.hidden(),
                        config.activation().name(),
                        config.normFirst() ? ", norm first" : "",
                        config.causal() ? ", causal" : "");
    }
}
