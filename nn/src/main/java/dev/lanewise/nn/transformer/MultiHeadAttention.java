package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Pass;
import java.util.Arrays;
import java.util.List;

/**
 * Self-attention in several heads: each token's vector becomes a query, a key and a value a head; a query's match with
 * each key decides how much of that key's value it takes in (Vaswani et al. 2017, arXiv:1706.03762).
 *
 * <p>Children, as in GPT-2: {@code c_attn}, the projection to queries, keys and values in one, and {@code c_proj}, the
 * projection of the heads' results back.
 */
public final class MultiHeadAttention extends Layer {
    private final int width;
    private final int heads;
    private final boolean causal;
    private final Linear project;
    private final Linear output;
    private final Dropout weightDropout;
    private final Dropout outputDropout;

    /** Attention without dropout, its weights drawn as {@link Linear} draws them. */
    public MultiHeadAttention(int width, int heads, boolean causal) {
        this(
                width,
                heads,
                causal,
                true,
                0,
                Initializer.uniformByInputs(Math.max(width, 1)),
                Initializer.uniformByInputs(Math.max(width, 1)));
    }

    /**
     * Attention.
     *
     * @param causal whether a token sees only itself and those before it
     * @param dropout applied to the attention's weights and to the output
     * @param projections how the weights of queries, keys and values are drawn
     * @param outputs how the weights of the output projection are drawn
     */
    public MultiHeadAttention(
            int width,
            int heads,
            boolean causal,
            boolean bias,
            double dropout,
            Initializer projections,
            Initializer outputs) {
        if (heads < 1 || width < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "MultiHeadAttention: width %d does not divide by %d heads".formatted(width, heads));
        }
        this.width = width;
        this.heads = heads;
        this.causal = causal;
        this.project = child("c_attn", new Linear(width, 3 * width, bias, projections, Initializer.zeros()));
        this.output = child("c_proj", new Linear(width, width, bias, outputs, Initializer.zeros()));
        this.weightDropout = child("attn_dropout", new Dropout(dropout));
        this.outputDropout = child("resid_dropout", new Dropout(dropout));
    }

    /** Lets the tokens of each sequence attend to each other, [batch, time, width] → the same. */
    public Variable forward(Variable x, Pass pass) {
        if (x.shape().rank() != 3 || x.shape().size(2) != width) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [batch, time, %d]".formatted(describeSelf(), x.shape(), width));
        }
        List<Variable> parts = project.forward(x).chunk(-1, 3); // each (batch, time, width)
        Variable mixed = attend(split(parts.get(0)), split(parts.get(1)), split(parts.get(2)), pass);
        int batch = x.shape().size(0);
        int time = x.shape().size(1);
        Variable merged = mixed.transpose(1, 2).reshape(batch, time, width); // (batch, time, heads, headSize)
        return outputDropout.forward(output.forward(merged), pass);
    }

    /** (batch, time, width) → (batch, heads, time, headSize). */
    private Variable split(Variable x) {
        return x.reshape(x.shape().size(0), x.shape().size(1), heads, width / heads)
                .transpose(1, 2);
    }

    private Variable attend(Variable queries, Variable keys, Variable values, Pass pass) {
        int headSize = width / heads;
        double scale = 1 / Math.sqrt(headSize);
        if (!weightDropout.isActive(pass)) {
            return queries.attention(keys, values, causal, scale);
        }
        Variable scores = queries.matmul(keys.transpose()).mul(scale); // (batch, heads, time, time)
        if (causal) {
            scores = scores.maskedFill(later(scores.shape().size(-1)), Double.NEGATIVE_INFINITY);
        }
        return weightDropout.forward(scores.softmax(-1), pass).matmul(values);
    }

    /** 1 where the column comes after the row. */
    private static IntTensor later(int time) {
        int[] mask = new int[time * time];
        for (int row = 0; row < time; row++) {
            Arrays.fill(mask, row * time + row + 1, (row + 1) * time, 1);
        }
        return IntTensor.of(Shape.of(time, time), mask);
    }

    @Override
    public String toString() {
        return "MultiHeadAttention(%d heads of %d%s)".formatted(heads, width / heads, causal ? ", causal" : "");
    }
}
