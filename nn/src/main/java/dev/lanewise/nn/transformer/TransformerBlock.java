package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;

/**
 * Attention, then a feed-forward layer, each normalised before and added to what went in: GPT-2's "pre-norm" block.
 *
 * <p>Children: {@code ln_1}, {@code attn}, {@code ln_2}, {@code mlp}.
 */
public final class TransformerBlock extends Layer {
    private final LayerNorm attentionNorm;
    private final MultiHeadAttention attention;
    private final LayerNorm feedForwardNorm;
    private final FeedForward feedForward;

    /** A block of the given parts, for vectors of the given width. */
    public TransformerBlock(LayerNorm first, MultiHeadAttention attention, LayerNorm second, FeedForward feedForward) {
        this.attentionNorm = child("ln_1", first);
        this.attention = child("attn", attention);
        this.feedForwardNorm = child("ln_2", second);
        this.feedForward = child("mlp", feedForward);
    }

    /**
     * [batch, time, width] → the same. The memory of what is computed on the way is used again: see
     * {@link Variable#reusingMemory}.
     */
    public Variable forward(Variable x, Pass pass) {
        return Variable.reusingMemory(() -> {
            Variable attended = x.add(attention.forward(attentionNorm.forward(x), pass));
            return attended.add(feedForward.forward(feedForwardNorm.forward(attended), pass));
        });
    }
}
