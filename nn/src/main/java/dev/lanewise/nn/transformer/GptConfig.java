package dev.lanewise.nn.transformer;

/**
 * The sizes and options of a {@link Gpt}.
 *
 * @param vocabulary the number of different tokens
 * @param context the most tokens that the model sees at once
 * @param layers the number of transformer blocks
 * @param heads the number of attention heads a block; the width divides by it
 * @param width the length of a token's vector
 * @param bias whether linear layers and normalisations have a bias: GPT-2 and GPT-3 do
 * @param tiedHead whether the last layer, from vectors to tokens, shares the weights of the first one: GPT-2 and GPT-3
 *     do
 * @param gelu the form of the activation: GPT-2 uses {@link Gelu#TANH}
 * @param deviation with which weights are drawn, normally distributed about 0: 0.02 for GPT-2; narrow models learn
 *     faster from wider ones
 * @param dropout the probability of an element to be dropped in training: 0.1 for GPT-2, 0 for training in a single
 *     pass
 * @param checkpointing whether the blocks keep nothing in training but their inputs and compute the rest again in the
 *     backward pass: the same numbers in less memory and more time; see
 *     {@link dev.lanewise.autograd.Variable#checkpoint}
 */
public record GptConfig(
        int vocabulary,
        int context,
        int layers,
        int heads,
        int width,
        boolean bias,
        boolean tiedHead,
        Gelu gelu,
        double deviation,
        double dropout,
        boolean checkpointing) {
    /** The form of the GELU activation. */
    public enum Gelu {
        /** Exact, by the error function. */
        ERF,
        /** GPT-2's approximation by tanh. */
        TANH
    }

    /** The width of the feed-forward layer inside a block, in widths: 4 in the Transformer and all GPTs. */
    static final int FEED_FORWARD = 4;

    /** The deviation with which GPT-2 draws its weights (its code, {@code model.py}). */
    private static final double GPT2_DEVIATION = 0.02;

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the size that does not fit
     */
    public GptConfig {
        positive("vocabulary", vocabulary);
        positive("context", context);
        positive("layers", layers);
        positive("heads", heads);
        positive("width", width);
        if (width % heads != 0) {
            throw new IllegalArgumentException(
                    "GptConfig: width %d does not divide by %d heads".formatted(width, heads));
        }
        if (!(deviation > 0) || Double.isInfinite(deviation)) {
            throw new IllegalArgumentException("GptConfig: deviation %s is not a positive number".formatted(deviation));
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "GptConfig: dropout %s, expected at least 0 and below 1".formatted(dropout));
        }
    }

    private static void positive(String name, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("GptConfig: %s %d is not positive".formatted(name, size));
        }
    }

    /** The length of a head's queries, keys and values. */
    public int headSize() {
        return width / heads;
    }

    /** A model of the given sizes as GPT-2 has its options: biases, tied head, tanh GELU; no dropout. */
    public static GptConfig of(int vocabulary, int context, int layers, int heads, int width) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, true, true, Gelu.TANH, GPT2_DEVIATION, 0, false);
    }

    /** GPT-2's smallest model, 124,439,808 weights (Radford et al. 2019). */
    public static GptConfig gpt2() {
        return of(50257, 1024, 12, 12, 768);
    }

    /** GPT-3's largest model, 174,604,259,328 weights (Brown et al. 2020, arXiv:2005.14165, table 2.1). */
    public static GptConfig gpt3() {
        return of(50257, 2048, 96, 96, 12288);
    }

    /** This configuration with or without biases. */
    public GptConfig withBias(boolean value) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, value, tiedHead, gelu, deviation, dropout, checkpointing);
    }

    /** This configuration with the head tied to the embedding or not. */
    public GptConfig withTiedHead(boolean value) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, bias, value, gelu, deviation, dropout, checkpointing);
    }

    /** This configuration with another form of GELU. */
    public GptConfig withGelu(Gelu value) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, bias, tiedHead, value, deviation, dropout, checkpointing);
    }

    /** This configuration with weights drawn with another deviation. */
    public GptConfig withDeviation(double value) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, bias, tiedHead, gelu, value, dropout, checkpointing);
    }

    /** This configuration with another dropout. */
    public GptConfig withDropout(double value) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, bias, tiedHead, gelu, deviation, value, checkpointing);
    }

    /** This configuration with blocks that are computed again in the backward pass, or kept for it. */
    public GptConfig withCheckpointing(boolean value) {
        return new GptConfig(
                vocabulary, context, layers, heads, width, bias, tiedHead, gelu, deviation, dropout, value);
    }
}
