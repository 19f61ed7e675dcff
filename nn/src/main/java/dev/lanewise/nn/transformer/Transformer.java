package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Pass;

/**
 * An encoder that reads one sequence and a decoder that writes another with the first one in view (Vaswani et al. 2017,
 * arXiv:1706.03762): what is between the embeddings and the last linear layer of a translator.
 *
 * <p>Children with PyTorch's names: {@code encoder} and {@code decoder}, both with a final {@code norm}. Weights are
 * drawn as the layers draw them.
 */
public final class Transformer extends Layer {
    private final TransformerEncoder encoder;
    private final TransformerDecoder decoder;

    /**
     * A transformer.
     *
     * @param config of both; the decoder is causal whatever it says, the encoder as it says
     * @param encoderLayers the number of the encoder's layers, 6 in the paper
     * @param decoderLayers the number of the decoder's layers, 6 in the paper
     */
    public Transformer(TransformerConfig config, int encoderLayers, int decoderLayers) {
        encoder = child("encoder", new TransformerEncoder(encoderLayers, config, true));
        decoder = child("decoder", new TransformerDecoder(decoderLayers, config.withCausal(true), true));
    }

    /** What reads. */
    public TransformerEncoder encoder() {
        return encoder;
    }

    /** What writes. */
    public TransformerDecoder decoder() {
        return decoder;
    }

    /**
     * Applies both.
     *
     * @param source what is read, [batch, source's time, width]
     * @param target what is written so far, [batch, time, width]
     * @param sourceMask of the encoder; its padding holds for the decoder's view of the source too
     * @param targetMask of the decoder's attention to itself
     * @return [batch, time, width]
     */
    public Variable forward(
            Variable source, Variable target, AttentionMask sourceMask, AttentionMask targetMask, Pass pass) {
        Variable memory = encoder.forward(source, sourceMask, pass);
        AttentionMask memoryMask = sourceMask.padding() == null
                ? AttentionMask.NONE
                : AttentionMask.NONE.withPadding(sourceMask.padding());
        return decoder.forward(target, memory, targetMask, memoryMask, pass);
    }
}
