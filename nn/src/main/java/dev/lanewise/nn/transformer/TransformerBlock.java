package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Transform;

/**
 * Attention, then a feed-forward layer, each added to what went in, and normalised: before, as in GPT-2 ("pre-norm"),
 * or after the sum, as in the first transformer ("post-norm", Vaswani et al. 2017, arXiv:1706.03762).
 *
 * <p>Normalisations and feed-forward layer may be any: {@link LayerNorm} and {@link FeedForward} make GPT's block,
 * {@link dev.lanewise.nn.RmsNorm} and {@link GatedFeedForward} Llama's.
 *
 * <p>Children: {@code ln_1}, {@code attn}, {@code ln_2}, {@code mlp}.
 */
public final class TransformerBlock extends Layer implements Transform {
    private final Transform attentionNorm;
    private final MultiHeadAttention attention;
    private final Transform feedForwardNorm;
    private final Transform feedForward;
    private final boolean normFirst;

    /** A block of the given parts, for vectors of the given width, which normalises first. */
    public <N extends Layer & Transform, F extends Layer & Transform> TransformerBlock(
            N first, MultiHeadAttention attention, N second, F feedForward) {
        this(first, attention, second, feedForward, true);
    }

    /**
     * A block of the given parts, for vectors of the given width.
     *
     * @param normFirst whether what goes into attention and feed-forward layer is normalised, or the sums
     */
    public <N extends Layer & Transform, F extends Layer & Transform> TransformerBlock(
            N first, MultiHeadAttention attention, N second, F feedForward, boolean normFirst) {
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
    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x, attention, pass);
    }

    /**
     * The same for the vectors of tokens that follow those in a cache: see {@link MultiHeadAttention#forward(Variable,
     * KeyValueCache, Pass)}.
     */
    public Variable forward(Variable x, KeyValueCache cache, Pass pass) {
        return forward(x, (normalised, same) -> attention.forward(normalised, cache, same), pass);
    }

    private Variable forward(Variable x, Transform attending, Pass pass) {
        return Variable.reusingMemory(() -> {
            if (!normFirst) {
                Variable attended = attentionNorm.forward(x.add(attending.forward(x, pass)), pass);
                return feedForwardNorm.forward(attended.add(feedForward.forward(attended, pass)), pass);
            }
            Variable attended = x.add(attending.forward(attentionNorm.forward(x, pass), pass));
            return attended.add(feedForward.forward(feedForwardNorm.forward(attended, pass), pass));
        });
    }
}
