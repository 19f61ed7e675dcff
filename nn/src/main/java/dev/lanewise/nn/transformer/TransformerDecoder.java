package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link TransformerDecoderLayer}s one after the other.
 *
 * <p>Children with PyTorch's names: {@code layers.0}, {@code layers.1} .. and, if wanted, {@code norm}.
 */
public final class TransformerDecoder extends Layer {
    private final List<TransformerDecoderLayer> layers = new ArrayList<>();
    private final @Nullable LayerNorm norm;

    /**
     * A decoder.
     *
     * @param count the number of layers
     * @param finalNorm whether the result is normalised, as is usual where layers normalise first
     */
    public TransformerDecoder(int count, TransformerConfig config, boolean finalNorm) {
        if (count < 1) {
            throw new IllegalArgumentException("TransformerDecoder: %d layers, expected 1 or more".formatted(count));
        }
        for (int i = 0; i < count; i++) {
            layers.add(child("layers." + i, new TransformerDecoderLayer(config)));
        }
        norm = finalNorm ? child("norm", new LayerNorm(config.width(), config.bias(), config.epsilon())) : null;
    }

    /** Applies all layers without masks of the call's own. */
    public Variable forward(Variable x, Variable memory, Pass pass) {
        return forward(x, memory, AttentionMask.NONE, AttentionMask.NONE, pass);
    }

    /**
     * Applies all layers.
     *
     * @param x [batch, time, width]
     * @param memory what an encoder made, [batch, memory's time, width]
     * @param mask of x's attention to itself
     * @param memoryMask of x's attention to memory
     * @return [batch, time, width]
     */
    public Variable forward(Variable x, Variable memory, AttentionMask mask, AttentionMask memoryMask, Pass pass) {
        Variable result = x;
        for (TransformerDecoderLayer layer : layers) {
            result = layer.forward(result, memory, mask, memoryMask, pass);
        }
        return norm == null ? result : norm.forward(result);
    }

    @Override
    public String toString() {
        return "TransformerDecoder(%d layers)".formatted(layers.size());
    }
}
