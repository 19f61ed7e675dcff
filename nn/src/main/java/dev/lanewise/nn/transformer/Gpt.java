package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A generative pretrained transformer: from the tokens so far, for each position, how likely each token is to come
 * next.
 *
 * <p>Tokens become vectors by a table, positions by another; blocks of attention and feed-forward layers work on them;
 * a last linear layer turns each vector into one number a token, whose softmax are the probabilities.
 *
 * <p>The state's keys and the weights' orientation are those of nanoGPT and minGPT
 * ({@code transformer.h.0.attn.c_attn.weight}, [outputs, inputs]). Weights are drawn as GPT-2's: normal with deviation
 * 0.02, the two projections back into the stream of each block by √(2·layers) less.
 *
 * <p>The memory of what is computed on the way is used again: see {@link Variable#reusingMemory}.
 */
public final class Gpt extends Layer {
    private static final double NORM_EPSILON = 1e-5;

    private final GptConfig config;
    private final Embedding tokens;
    private final Embedding positions;
    private final Dropout dropout;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final @Nullable Linear head;

    /** Describes a model; {@link #init} or {@link #load} gives it weights. */
    public Gpt(GptConfig config) {
        this.config = config;
        int width = config.width();
        Initializer weights = Initializer.normal(0, config.deviation());
        Initializer residual = Initializer.normal(0, config.deviation() / Math.sqrt(2.0 * config.layers()));
        AttentionConfig attention = AttentionConfig.of(width, config.heads())
                .withNames(AttentionConfig.Names.GPT2)
                .withCausal(true)
                .withBias(config.bias())
                .withDropout(config.dropout(), config.dropout())
                .withInitializers(weights, residual);
        Formula activation = config.gelu() == GptConfig.Gelu.ERF ? GELU : GELU_TANH;
        this.tokens = child("transformer.wte", new Embedding(config.vocabulary(), width, weights));
        this.positions = child("transformer.wpe", new Embedding(config.context(), width, weights));
        this.dropout = child("transformer.drop", new Dropout(config.dropout()));
        for (int i = 0; i < config.layers(); i++) {
            var feedForward = new FeedForward(
                    width,
                    GptConfig.FEED_FORWARD * width,
                    config.bias(),
                    activation,
                    config.dropout(),
                    weights,
                    residual);
            blocks.add(child(
                    "transformer.h." + i,
                    new TransformerBlock(layerNorm(), new MultiHeadAttention(attention), layerNorm(), feedForward)));
        }
        this.norm = child("transformer.ln_f", layerNorm());
        this.head = config.tiedHead()
                ? null
                : child("lm_head", new Linear(width, config.vocabulary(), false, weights, Initializer.zeros()));
    }

    private static final Formula GELU = Formula.of("gelu", x -> x.gelu());
    private static final Formula GELU_TANH = Formula.of("geluTanh", x -> x.geluTanh());

    private LayerNorm layerNorm() {
        return new LayerNorm(config.width(), config.bias(), NORM_EPSILON);
    }

    /** The sizes and options. */
    public GptConfig config() {
        return config;
    }

    /**
     * The logits of each position's next token, [batch, time] → [batch, time, vocabulary].
     *
     * @throws IllegalArgumentException if there are more tokens than the context holds
     * @throws IndexOutOfBoundsException if a number is no token
     */
    public Variable forward(IntTensor numbers, Pass pass) {
        return Variable.reusingMemory(() -> logits(hidden(numbers, pass)));
    }

    /**
     * Empty caches for a text, or a batch of texts, one for each block, with room for a whole context: see
     * {@link #forward(IntTensor, List, Pass)}.
     */
    public List<KeyValueCache> newCaches() {
        return Stream.generate(() -> new KeyValueCache(config.context()))
                .limit(config.layers())
                .toList();
    }

    /**
     * The logits of each position's next token, [batch, time] → [batch, time, vocabulary], of tokens that follow those
     * in the caches: what {@link #forward(IntTensor, Pass)} gives for the last positions of the whole text, but for
     * rounding, without computing those before them again. The caches take these tokens in.
     *
     * <pre>{@code
     * List<KeyValueCache> caches = gpt.newCaches();
     * Tensor logits = Variable.withoutGradients(() -> gpt.forward(prompt, caches, Pass.inference())).value();
     * }</pre>
     *
     * @param caches one for each block, all with the same tokens
     * @throws IllegalArgumentException if there are more tokens, with those in the caches, than the context holds
     * @throws IllegalStateException if gradients are asked for: what a cache holds has none
     */
    public Variable forward(IntTensor numbers, List<KeyValueCache> caches, Pass pass) {
        checkCaches(caches);
        return Variable.reusingMemory(() -> logits(hidden(numbers, caches, pass)));
    }

    private void checkCaches(List<KeyValueCache> caches) {
        boolean fit = caches.size() == blocks.size();
        for (KeyValueCache cache : caches) {
            fit &= cache.length() == caches.getFirst().length();
        }
        if (!fit) {
            throw new IllegalArgumentException("Gpt: caches %s, expected %d that hold the same tokens, see newCaches()"
                    .formatted(caches, blocks.size()));
        }
    }

    /**
     * The mean cross-entropy of the next tokens, in nats a token; targets are numbers as for {@link #forward}, or
     * {@link Losses#IGNORED}.
     */
    public Variable loss(IntTensor numbers, IntTensor targets, Pass pass) {
        return Variable.reusingMemory(() -> {
            Variable hidden = hidden(numbers, pass);
            return head == null
                    ? Losses.linearCrossEntropy(hidden, tokens.weight().value(), null, targets)
                    : Losses.linearCrossEntropy(hidden, head, targets);
        });
    }

    /** The vectors after the last block and its normalisation, [batch, time] → [batch, time, width]. */
    private Variable hidden(IntTensor numbers, Pass pass) {
        return hidden(numbers, List.of(), pass);
    }

    /** The same for tokens that follow those in the caches, of which there may be none. */
    private Variable hidden(IntTensor numbers, List<KeyValueCache> caches, Pass pass) {
        if (numbers.shape().rank() != 2 || numbers.shape().isEmpty()) {
            throw new IllegalArgumentException(
                    "Gpt: tokens have shape %s, expected [batch, time] with at least one token"
                            .formatted(numbers.shape()));
        }
        int time = numbers.shape().size(1);
        int first = caches.isEmpty() ? 0 : caches.getFirst().length();
        if (time > config.context() - first) {
            throw new IllegalArgumentException(
                    "Gpt: %d tokens are more than the context of %d; cut the sequence or build a model of longer context"
                            .formatted((long) first + time, config.context()));
        }
        IntTensor places = IntTensor.arange(first, first + time);
        Variable x = tokens.forward(numbers).add(positions.forward(places)); // (batch, time, width)
        x = dropout.forward(x, pass);
        for (int i = 0; i < blocks.size(); i++) {
            x = caches.isEmpty()
                    ? throughBlock(blocks.get(i), x, pass)
                    : blocks.get(i).forward(x, caches.get(i), pass);
        }
        return norm.forward(x);
    }

    private Variable throughBlock(TransformerBlock block, Variable x, Pass pass) {
        return config.checkpointing() ? Variable.checkpoint(() -> block.forward(x, pass)) : block.forward(x, pass);
    }

    private Variable logits(Variable hidden) {
        return head == null ? hidden.linear(tokens.weight().value(), null) : head.forward(hidden);
    }

    /**
     * Continues a text: draws token after token from the model's probabilities, each with those before it in view, as
     * many as the context holds. As long as the text fits into the context, keys and values of earlier tokens are kept,
     * and a token costs what one token costs; after that, each costs a whole context.
     *
     * @param prompt what the text begins with, at least one token
     * @param count how many tokens to draw
     * @param temperature what the logits are divided by: below 1 the likely becomes likelier, 0 takes the likeliest
     *     token always
     * @param each called with each token as it is drawn
     * @return the tokens drawn
     */
    public IntTensor generate(IntTensor prompt, int count, double temperature, Rng rng, IntConsumer each) {
        if (prompt.shape().rank() != 1 || prompt.shape().isEmpty()) {
            throw new IllegalArgumentException(
                    "generate: the prompt has shape %s, expected at least one token on one axis"
                            .formatted(prompt.shape()));
        }
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException(
                    "generate: temperature %s, expected a number of at least 0".formatted(temperature));
        }
        if (count < 0) {
            throw new IllegalArgumentException("generate: count %d is negative".formatted(count));
        }
        int length = prompt.shape().count();
        int[] all = Arrays.copyOf(prompt.toArray(), length + count);
        List<KeyValueCache> caches = newCaches();
        for (int i = 0; i < count; i++) {
            int end = length + i;
            int start = Math.max(0, end - config.context());
            // Once the context moves on, every token in it is at another position: no cache holds what it is there.
            int known = start == 0 ? caches.getFirst().length() : start;
            IntTensor seen = IntTensor.of(Shape.of(1, end - known), Arrays.copyOfRange(all, known, end));
            Tensor logits = lastLogits(seen, start == 0 ? caches : List.of());
            all[end] = draw(logits, temperature, rng.stream(i));
            each.accept(all[end]);
        }
        return IntTensor.of(Arrays.copyOfRange(all, length, all.length));
    }

    /** Of the token after the last one, [vocabulary]. */
    private Tensor lastLogits(IntTensor seen, List<KeyValueCache> caches) {
        int time = seen.shape().size(1);
        return Variable.withoutGradients(() -> Variable.reusingMemory(() -> {
                    Variable hidden = hidden(seen, caches, Pass.inference());
                    return logits(hidden.slice(1, time - 1, time)); // (1, 1, vocabulary)
                }))
                .value()
                .reshape(-1);
    }

    private static int draw(Tensor logits, double temperature, Rng rng) {
        if (temperature == 0) {
            return logits.argmax(0).get(0);
        }
        double[] probabilities = logits.div(temperature).softmax(0).toDoubles();
        double sum = 0;
        for (double probability : probabilities) {
            sum += probability;
        }
        double rest = rng.uniform() * sum;
        for (int token = 0; token < probabilities.length; token++) {
            rest -= probabilities[token];
            if (rest < 0) {
                return token;
            }
        }
        return logits.argmax(0).get(0); // rounding left a sliver above the last sum
    }

    /** Whether weight decay commonly applies to a parameter: to matrices, not to biases and norms. */
    public static boolean decays(Parameter parameter) {
        return parameter.shape().rank() >= 2;
    }

    @Override
    public String toString() {
        return "Gpt(%d layers, %d heads, width %d, context %d)"
                .formatted(config.layers(), config.heads(), config.width(), config.context());
    }
}
