package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;

/**
 * Attention, then a feed-forward layer, each added to what went in, and normalised: before, as in GPT-2 ("pre-norm"),
 * or after the sum, as in the first transformer ("post-norm", Vaswani et al. 2017, arXiv:1706.03762).
 *
 * <p>Children: {@code ln_1}, {@code attn}, {@code ln_2}, {@code mlp}.
 */
public final class TransformerBlock extends Layer {
    private final LayerNorm attentionNorm;
    private final MultiHeadAttention attention;
    private final LayerNorm feedForwardNorm;
    private final FeedForward feedForward;
    private final boolean normFirst;

    /** A block of the given parts, for vectors of the given width, which normalises first. */
    public TransformerBlock(LayerNorm first, MultiHeadAttention attention, LayerNorm second, FeedForward feedForward) {
        this(first, attention, second, feedForward, true);
    }

    /**
     * A block of the given parts, for vectors of the given width.
     *
     * @param normFirst whether what goes into attention and feed-forward layer is normalised, or the sums
     */
    public TransformerBlock(
            LayerNorm first,
            MultiHeadAttention attention,
            LayerNorm second,
            FeedForward feedForward,
            boolean normFirst) {
        this.normFirst = normFirst;
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
            if (!normFirst) {
                Variable attended = attentionNorm.forward(x.add(attention.forward(x, pass)));
                return feedForwardNorm.forward(attended.add(feedForward.forward(attended, pass)));
            }
            Variable attended = x.add(attention.forward(attentionNorm.forward(x), pass));
            return attended.add(feedForward.forward(feedForwardNorm.forward(attended), pass));
        });
    }
}
