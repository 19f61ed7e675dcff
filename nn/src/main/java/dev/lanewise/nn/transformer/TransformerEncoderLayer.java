package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Transform;

/**
 * Self-attention, then a feed-forward part, each added to what went in, with a normalisation before or after (Vaswani
 * et al. 2017, arXiv:1706.03762).
 *
 * <p>Children with PyTorch's names: {@code self_attn}, {@code linear1}, {@code linear2}, {@code norm1}, {@code norm2}.
 */
public final class TransformerEncoderLayer extends TransformerLayer implements Transform {
    private final LayerNorm attentionNorm;
    private final LayerNorm feedForwardNorm;
    private final Dropout attentionDropout;

    /** A layer with the given sizes and options. */
    public TransformerEncoderLayer(TransformerConfig config) {
        super(config, "dropout2");
        attentionNorm = norm("norm1");
        feedForwardNorm = norm("norm2");
        attentionDropout = dropout("dropout1");
    }

    /** Applies the layer, [batch, time, width] → the same. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x, AttentionMask.NONE, pass);
    }

    /**
     * Applies the layer, [batch, time, width] → the same. The memory of what is computed on the way is used again: see
     * {@link Variable#reusingMemory}.
     *
     * @throws IllegalArgumentException naming this layer or its attention, if the shapes do not fit
     */
    public Variable forward(Variable x, AttentionMask mask, Pass pass) {
        check("input", x);
        return Variable.reusingMemory(() -> {
            Variable attended = residual(x, attentionNorm, y -> attentionDropout.forward(attend(y, mask, pass), pass));
            return residual(attended, feedForwardNorm, y -> feedForward(y, pass));
        });
    }
}
