package dev.lanewise.nn.transformer;

import dev.lanewise.core.Formula;

/**
 * The sizes and options of the layers of a {@link Transformer}'s encoder or decoder.
 *
 * @param width the length of a token's vector; it divides by the heads
 * @param heads the number of attention heads
 * @param hidden the width inside the feed-forward part
 * @param dropout of attention's weights, inside the feed-forward part, and of what each part adds: 0.1 in the paper
 * @param activation inside the feed-forward part, any formula of one operand: relu in the paper
 * @param normFirst whether what goes into each part is normalised, which trains more easily, or the sums, as in the
 *     paper
 * @param causal whether in self-attention a token sees only itself and those before it: in decoders
 * @param bias whether linear layers and normalisations have a bias
 * @param epsilon of the normalisations
 */
public record TransformerConfig(
        int width,
        int heads,
        int hidden,
        double dropout,
        Formula activation,
        boolean normFirst,
        boolean causal,
        boolean bias,
        double epsilon) {
    private static final Formula RELU = Formula.of("relu", x -> x.relu());

    /** Checks the sizes. */
    public TransformerConfig {
        if (width < 1 || heads < 1 || hidden < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "Transformer: width %d, %d heads, %d hidden; expected positive numbers, and a width that divides by the heads"
                            .formatted(width, heads, hidden));
        }
        FeedForward.check("Transformer", activation);
    }

    /** As in the paper, not causal: four times as wide inside, relu, dropout 0.1, sums normalised. */
    public static TransformerConfig encoder(int width, int heads) {
        return new TransformerConfig(width, heads, Math.multiplyExact(4, width), 0.1, RELU, false, false, true, 1e-5);
    }

    /** As in the paper, causal: four times as wide inside, relu, dropout 0.1, sums normalised. */
    public static TransformerConfig decoder(int width, int heads) {
        return encoder(width, heads).withCausal(true);
    }

    /** The same, with that width inside the feed-forward part. */
    public TransformerConfig withHidden(int size) {
        return new TransformerConfig(width, heads, size, dropout, activation, normFirst, causal, bias, epsilon);
    }

    /** The same, with that dropout. */
    public TransformerConfig withDropout(double probability) {
        return new TransformerConfig(width, heads, hidden, probability, activation, normFirst, causal, bias, epsilon);
    }

    /** The same, with another activation. */
    public TransformerConfig withActivation(Formula formula) {
        return new TransformerConfig(width, heads, hidden, dropout, formula, normFirst, causal, bias, epsilon);
    }

    /** The same, normalising first or last. */
    public TransformerConfig withNormFirst(boolean on) {
        return new TransformerConfig(width, heads, hidden, dropout, activation, on, causal, bias, epsilon);
    }

    /** The same, causal or not. */
    public TransformerConfig withCausal(boolean on) {
        return new TransformerConfig(width, heads, hidden, dropout, activation, normFirst, on, bias, epsilon);
    }

    /** The same, with or without biases. */
    public TransformerConfig withBias(boolean on) {
        return new TransformerConfig(width, heads, hidden, dropout, activation, normFirst, causal, on, epsilon);
    }

    /** The same, with another ε of the normalisations. */
    public TransformerConfig withEpsilon(double value) {
        return new TransformerConfig(width, heads, hidden, dropout, activation, normFirst, causal, bias, value);
    }

    AttentionConfig attention() {
        return AttentionConfig.of(width, heads).withBias(bias).withDropout(dropout, 0);
    }
}
