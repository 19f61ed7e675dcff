package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;

/**
 * Self-attention, then attention to what an encoder made, then a feed-forward part, each added to what went in, with a
 * normalisation before or after (Vaswani et al. 2017, arXiv:1706.03762).
 *
 * <p>Children with PyTorch's names: {@code self_attn}, {@code multihead_attn}, {@code linear1}, {@code linear2},
 * {@code norm1}, {@code norm2}, {@code norm3}.
 */
public final class TransformerDecoderLayer extends TransformerLayer {
    private final MultiHeadAttention crossAttention;
    private final LayerNorm attentionNorm;
    private final LayerNorm crossNorm;
    private final LayerNorm feedForwardNorm;
    private final Dropout attentionDropout;
    private final Dropout crossDropout;

    /** A layer with the given sizes and options; attention to the encoder's results is never causal. */
    public TransformerDecoderLayer(TransformerConfig config) {
        super(config, "dropout3");
        crossAttention = child("multihead_attn", new MultiHeadAttention(config.attention()));
        attentionNorm = norm("norm1");
        crossNorm = norm("norm2");
        feedForwardNorm = norm("norm3");
        attentionDropout = dropout("dropout1");
        crossDropout = dropout("dropout2");
    }

    /** Applies the layer without masks of the call's own. */
    public Variable forward(Variable x, Variable memory, Pass pass) {
        return forward(x, memory, AttentionMask.NONE, AttentionMask.NONE, pass);
    }

    /**
     * Applies the layer. The memory of what is computed on the way is used again: see {@link Variable#reusingMemory}.
     *
     * @param x [batch, time, width]
     * @param memory what an encoder made, [batch, memory's time, width]
     * @param mask of x's attention to itself
     * @param memoryMask of x's attention to memory
     * @return [batch, time, width]
     * @throws IllegalArgumentException naming this layer or its attentions, if the shapes do not fit
     */
    public Variable forward(Variable x, Variable memory, AttentionMask mask, AttentionMask memoryMask, Pass pass) {
        check("input", x);
        check("memory", memory);
        return Variable.reusingMemory(() -> {
            Variable attended = residual(x, attentionNorm, y -> attentionDropout.forward(attend(y, mask, pass), pass));
            Variable informed = residual(
                    attended,
                    crossNorm,
                    y -> crossDropout.forward(crossAttention.forward(y, memory, memory, memoryMask, pass), pass));
            return residual(informed, feedForwardNorm, y -> feedForward(y, pass));
        });
    }
}
