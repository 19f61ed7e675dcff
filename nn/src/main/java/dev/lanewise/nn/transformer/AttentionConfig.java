package dev.lanewise.nn.transformer;

import dev.lanewise.nn.Initializer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sizes and options of a {@link MultiHeadAttention}.
 *
 * @param width the length of a query's vector, and of the result
 * @param heads how many there are
 * @param keyValueHeads how many heads keys and values have: each serves a group of heads (Ainslie et al. 2023,
 *     arXiv:2305.13245); as many as heads is the usual attention, one is multi-query attention
 * @param headSize the length of a head's vectors, commonly width / heads
 * @param keyWidth the length of the vectors that keys are made of, commonly the width
 * @param valueWidth the length of the vectors that values are made of, commonly the width
 * @param bias whether the projections have one
 * @param causal whether query i of t sees only the keys up to number i + s − t of s: of as many keys as queries, itself
 *     and those before it
 * @param dropout the probability of a weight to be dropped in training
 * @param outputDropout the probability of an element of the result to be dropped in training
 * @param rotary how queries and keys are told their positions; null if they are not. If the attention is causal, the
 *     last query stands where the last key does, else the first ones stand at 0
 * @param names what the parameters are called
 * @param projections how the weights of queries, keys and values are drawn; biases are zeros at first
 * @param outputs how the weights of the output projection are drawn
 */
public record AttentionConfig(
        int width,
        int heads,
        int keyValueHeads,
        int headSize,
        int keyWidth,
        int valueWidth,
        boolean bias,
        boolean causal,
        double dropout,
        double outputDropout,
        @Nullable RotaryPositions rotary,
        Names names,
        Initializer projections,
        Initializer outputs) {
    /** What the parameters are called, and whether one weight makes queries, keys and values. */
    public enum Names {
        /**
         * PyTorch's {@code MultiheadAttention}: {@code in_proj_weight}, the rows of queries, keys and values one behind
         * the other, {@code in_proj_bias}, {@code out_proj}; if keys or values are of other widths
         * {@code q_proj_weight}, {@code k_proj_weight}, {@code v_proj_weight} instead of the first.
         */
        TORCH,
        /** GPT-2, nanoGPT and minGPT: {@code c_attn} for all three, {@code c_proj}. */
        GPT2,
        /**
         * Llama and others as Hugging Face stores them: {@code q_proj}, {@code k_proj}, {@code v_proj}, {@code o_proj}.
         */
        LLAMA
    }

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming what does not fit
     */
    public AttentionConfig {
        if (heads < 1 || width < 1 || headSize < 1 || keyWidth < 1 || valueWidth < 1) {
            throw new IllegalArgumentException(
                    "MultiHeadAttention: width %d, %d heads of %d, keys of %d, values of %d: expected positive numbers"
                            .formatted(width, heads, headSize, keyWidth, valueWidth));
        }
        if (keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "MultiHeadAttention: %d heads do not divide into %d groups".formatted(heads, keyValueHeads));
        }
        if (rotary != null && rotary.size() > headSize) {
            throw new IllegalArgumentException(
                    "MultiHeadAttention: heads of %d are smaller than what %s turns".formatted(headSize, rotary));
        }
        if (names == Names.GPT2 && (keyWidth != width || valueWidth != width)) {
            throw new IllegalArgumentException(
                    "MultiHeadAttention: GPT-2's one projection takes one width, not %d, %d and %d; use other names"
                            .formatted(width, keyWidth, valueWidth));
        }
    }

    /**
     * PyTorch's defaults: heads of width / heads, biases, no dropout, not causal; {@link Names#TORCH}; weights of
     * queries, keys and values by {@link Initializer#xavierUniform()}, of the output as a linear layer's.
     *
     * @throws IllegalArgumentException if the width does not divide by the heads
     */
    public static AttentionConfig of(int width, int heads) {
        if (heads < 1 || width < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "MultiHeadAttention: width %d does not divide by %d heads".formatted(width, heads));
        }
        return new AttentionConfig(
                width,
                heads,
                heads,
                width / heads,
                width,
                width,
                true,
                false,
                0,
                0,
                null,
                Names.TORCH,
                Initializer.xavierUniform(),
                Initializer.uniformByInputs(width));
    }

    /** The same, with so many heads of keys and values. */
    public AttentionConfig withKeyValueHeads(int count) {
        return with(draft -> draft.keyValueHeads = count);
    }

    /** The same, with heads of that size. */
    public AttentionConfig withHeadSize(int size) {
        return with(draft -> draft.headSize = size);
    }

    /** The same, with keys and values made of vectors of these lengths. */
    public AttentionConfig withKeyAndValueWidth(int keys, int values) {
        return with(draft -> {
            draft.keyWidth = keys;
            draft.valueWidth = values;
        });
    }

    /** The same, with or without biases. */
    public AttentionConfig withBias(boolean on) {
        return with(draft -> draft.bias = on);
    }

    /** The same, causal or not. */
    public AttentionConfig withCausal(boolean on) {
        return with(draft -> draft.causal = on);
    }

    /** The same, with these probabilities of weights and of elements of the result to be dropped. */
    public AttentionConfig withDropout(double ofWeights, double ofOutputs) {
        return with(draft -> {
            draft.dropout = ofWeights;
            draft.outputDropout = ofOutputs;
        });
    }

    /** The same, with rotary positions, or without if null. */
    public AttentionConfig withRotary(@Nullable RotaryPositions positions) {
        return with(draft -> draft.rotary = positions);
    }

    /** The same, with parameters of other names. */
    public AttentionConfig withNames(Names others) {
        return with(draft -> draft.names = others);
    }

    /** The same, with weights drawn in these ways. */
    public AttentionConfig withInitializers(Initializer ofProjections, Initializer ofOutputs) {
        return with(draft -> {
            draft.projections = ofProjections;
            draft.outputs = ofOutputs;
        });
    }

    /** The same but for what the change does. */
    private AttentionConfig with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return new AttentionConfig(
                width,
                heads,
                draft.keyValueHeads,
                draft.headSize,
                draft.keyWidth,
                draft.valueWidth,
                draft.bias,
                draft.causal,
                draft.dropout,
                draft.outputDropout,
                draft.rotary,
                draft.names,
                draft.projections,
                draft.outputs);
    }

    /** What is to become a configuration: the components that a {@code with…} method may change. */
    private static final class Draft {
        private int keyValueHeads;
        private int headSize;
        private int keyWidth;
        private int valueWidth;
        private boolean bias;
        private boolean causal;
        private double dropout;
        private double outputDropout;
        private @Nullable RotaryPositions rotary;
        private Names names;
        private Initializer projections;
        private Initializer outputs;

        private Draft(AttentionConfig from) {
            keyValueHeads = from.keyValueHeads;
            headSize = from.headSize;
            keyWidth = from.keyWidth;
            valueWidth = from.valueWidth;
            bias = from.bias;
            causal = from.causal;
            dropout = from.dropout;
            outputDropout = from.outputDropout;
            rotary = from.rotary;
            names = from.names;
            projections = from.projections;
            outputs = from.outputs;
        }
    }

    /** How many rows the weights of queries, of keys and of values have. */
    int[] rows() {
        return new int[] {heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize};
    }
}
