package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Transform;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link TransformerEncoderLayer}s one after the other.
 *
 * <p>Children with PyTorch's names: {@code layers.0}, {@code layers.1} .. and, if wanted, {@code norm}.
 */
public final class TransformerEncoder extends Layer implements Transform {
    private final List<TransformerEncoderLayer> layers = new ArrayList<>();
    private final @Nullable LayerNorm norm;

    /**
     * An encoder.
     *
     * @param count the number of layers
     * @param finalNorm whether the result is normalised, as is usual where layers normalise first
     */
    public TransformerEncoder(int count, TransformerConfig config, boolean finalNorm) {
        if (count < 1) {
            throw new IllegalArgumentException("TransformerEncoder: %d layers, expected 1 or more".formatted(count));
        }
        for (int i = 0; i < count; i++) {
            layers.add(child("layers." + i, new TransformerEncoderLayer(config)));
        }
        norm = finalNorm ? child("norm", new LayerNorm(config.width(), config.bias(), config.epsilon())) : null;
    }

    /** Applies all layers, [batch, time, width] → the same. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x, AttentionMask.NONE, pass);
    }

    /** Applies all layers with one mask, [batch, time, width] → the same. */
    public Variable forward(Variable x, AttentionMask mask, Pass pass) {
        Variable result = x;
        for (TransformerEncoderLayer layer : layers) {
            result = layer.forward(result, mask, pass);
        }
        return norm == null ? result : norm.forward(result);
    }

    @Override
    public String toString() {
        return "TransformerEncoder(%d layers)".formatted(layers.size());
    }
}
