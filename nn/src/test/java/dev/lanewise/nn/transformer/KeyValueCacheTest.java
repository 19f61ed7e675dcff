package dev.lanewise.nn.transformer;

import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.transformer.AttentionConfig.Names;
import dev.lanewise.nn.transformer.RotaryPositions.Pairing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyValueCacheTest {
    private static final GptConfig CONFIG = GptConfig.of(11, 9, 3, 2, 12);

    private static Gpt model(DType dtype) {
        var model = new Gpt(CONFIG);
        model.init(Rng.of(3), dtype);
        return model;
    }

    private static MultiHeadAttention attention(AttentionConfig config, DType dtype) {
        var layer = new MultiHeadAttention(config);
        layer.init(Rng.of(4), dtype);
        return layer;
    }

    private static MultiHeadAttention causal(DType dtype) {
        return attention(AttentionConfig.of(12, 3).withCausal(true), dtype);
    }

    private static Tensor input(DType dtype, int... sizes) {
        return wave(1, sizes).to(dtype);
    }

    private static double distance(Tensor x, Tensor y) {
        return x.sub(y).normInf(Axes.all()).item();
    }

    private static Tensor attended(MultiHeadAttention layer, Variable x, KeyValueCache cache) {
        return Variable.withoutGradients(() -> layer.forward(x, cache, Pass.inference()))
                .value();
    }

    /** What the pieces of a sequence give, one after the other. */
    private static Tensor inPieces(MultiHeadAttention layer, Tensor x, int... ends) {
        var cache = new KeyValueCache(ends[ends.length - 1]);
        List<Tensor> pieces = new ArrayList<>();
        int from = 0;
        for (int end : ends) {
            Variable piece = Variable.constantOf(x.slice(1, from, end));
            pieces.add(attended(layer, piece, cache));
            assertThat(cache.length()).isEqualTo(end);
            from = end;
        }
        return Tensor.concat(1, pieces);
    }

    // ------------------------------------------------------------------ the same as the whole sequence at once

    @ParameterizedTest
    @EnumSource(DType.class)
    void piecesOfASequenceGiveWhatTheWholeGives(DType dtype) {
        MultiHeadAttention layer =
                attention(AttentionConfig.of(12, 3).withCausal(true).withBias(true), dtype);
        Tensor x = input(dtype, 2, 7, 12);
        Tensor whole = layer.forward(Variable.constantOf(x), Pass.inference()).value();
        double rounding = dtype == DType.FLOAT32 ? 1e-6 : 1e-14;
        assertThat(distance(inPieces(layer, x, 7), whole)).isLessThan(rounding);
        assertThat(distance(inPieces(layer, x, 1, 2, 3, 4, 5, 6, 7), whole)).isLessThan(rounding);
        assertThat(distance(inPieces(layer, x, 4, 5, 7), whole)).isLessThan(rounding);
        assertThat(distance(inPieces(layer, x, 3, 3, 7), whole)).isLessThan(rounding); // one of no tokens
    }

    @ParameterizedTest
    @EnumSource(Pairing.class)
    void withRotaryPositionsAndKeysThatServeSeveralHeads(Pairing pairing) {
        AttentionConfig config = AttentionConfig.of(12, 6)
                .withHeadSize(4)
                .withKeyValueHeads(2)
                .withCausal(true)
                .withRotary(new RotaryPositions(4, 100, pairing))
                .withNames(Names.LLAMA);
        MultiHeadAttention layer = attention(config, DType.FLOAT64);
        Tensor x = input(DType.FLOAT64, 2, 9, 12);
        Tensor whole = layer.forward(Variable.constantOf(x), Pass.inference()).value();
        assertThat(distance(inPieces(layer, x, 5, 6, 9), whole)).isLessThan(1e-13);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blocksThatNormaliseBeforeAndAfter(boolean normFirst) {
        AttentionConfig config = AttentionConfig.of(12, 3).withCausal(true);
        var block = new TransformerBlock(
                new LayerNorm(12),
                new MultiHeadAttention(config),
                new LayerNorm(12),
                GatedFeedForward.swiGlu(12, 20),
                normFirst);
        block.init(Rng.of(1), DType.FLOAT64);
        Tensor x = input(DType.FLOAT64, 2, 5, 12);
        Tensor whole = block.forward(Variable.constantOf(x), Pass.inference()).value();
        var cache = new KeyValueCache(5);
        for (int i = 0; i < 5; i++) {
            Variable token = Variable.constantOf(x.slice(1, i, i + 1));
            Tensor one = Variable.withoutGradients(() -> block.forward(token, cache, Pass.inference()))
                    .value();
            assertThat(distance(one, whole.slice(1, i, i + 1))).isLessThan(1e-13);
        }
    }

    @Test
    void aModelsLogitsOfLaterTokensOfABatch() {
        Gpt model = model(DType.FLOAT64);
        IntTensor numbers = IntTensor.of(Shape.of(2, 9), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 8, 7, 6, 5, 4, 3, 2);
        Tensor whole = model.forward(numbers, Pass.inference()).value();
        List<KeyValueCache> caches = model.newCaches();
        assertThat(logits(model, IntTensor.of(Shape.of(2, 4), 1, 2, 3, 4, 10, 9, 8, 7), caches))
                .satisfies(logits ->
                        assertThat(distance(logits, whole.slice(1, 0, 4))).isLessThan(1e-13));
        assertThat(logits(model, IntTensor.of(Shape.of(2, 5), 5, 6, 7, 8, 9, 6, 5, 4, 3, 2), caches))
                .satisfies(logits ->
                        assertThat(distance(logits, whole.slice(1, 4, 9))).isLessThan(1e-13));
        assertThat(caches).allSatisfy(cache -> assertThat(cache.length()).isEqualTo(9));
    }

    private static Tensor logits(Gpt model, IntTensor numbers, List<KeyValueCache> caches) {
        return Variable.withoutGradients(() -> model.forward(numbers, caches, Pass.inference()))
                .value();
    }

    /** Through the end of the context, after which it moves on. */
    @Test
    void theLikeliestTextIsThatOfWholeContexts() {
        Gpt model = model(DType.FLOAT64);
        int[] text = {3, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        for (int end = 3; end < text.length; end++) {
            int start = Math.max(0, end - CONFIG.context());
            int[] seen = Arrays.copyOfRange(text, start, end);
            Tensor logits = model.forward(IntTensor.of(Shape.of(1, seen.length), seen), Pass.inference())
                    .value();
            text[end] = logits.argmax(-1).get(seen.length - 1);
        }
        IntTensor drawn = model.generate(IntTensor.of(3, 1, 4), text.length - 3, 0, Rng.of(1), token -> {});
        assertThat(drawn.toArray()).isEqualTo(Arrays.copyOfRange(text, 3, text.length));
    }

    @Test
    void aClearedCacheIsAsANewOne() {
        MultiHeadAttention layer = causal(DType.FLOAT32);
        var cache = new KeyValueCache(4);
        Variable first = Variable.constantOf(input(DType.FLOAT32, 2, 3, 12));
        Variable other = Variable.constantOf(input(DType.FLOAT32, 1, 4, 12));
        Tensor expected = layer.forward(other, Pass.inference()).value();
        attended(layer, first, cache);
        assertThat(cache).hasToString("KeyValueCache(3 of 4 tokens)");
        cache.clear();
        assertThat(cache.length()).isZero();
        assertThat(cache.capacity()).isEqualTo(4);
        Tensor again = attended(layer, other, cache);
        assertThat(distance(again, expected)).isLessThan(1e-6);
    }

    // ------------------------------------------------------------------ errors

    @Test
    void moreTokensThanThereIsRoomFor() {
        MultiHeadAttention layer = causal(DType.FLOAT32);
        var cache = new KeyValueCache(4);
        Variable three = Variable.constantOf(input(DType.FLOAT32, 1, 3, 12));
        attended(layer, three, cache);
        assertThatThrownBy(() -> attended(layer, three, cache))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MultiHeadAttention")
                .hasMessageContaining("3 tokens after 3 are more than the cache's capacity of 4");
        assertThat(cache.length()).isEqualTo(3);
        assertThatThrownBy(() -> new KeyValueCache(0)).hasMessageContaining("capacity 0");
    }

    @Test
    void anotherBatchOrType() {
        MultiHeadAttention layer = causal(DType.FLOAT32);
        var cache = new KeyValueCache(4);
        Variable one = Variable.constantOf(input(DType.FLOAT32, 1, 1, 12));
        Variable two = Variable.constantOf(input(DType.FLOAT32, 2, 1, 12));
        attended(layer, one, cache);
        assertThatThrownBy(() -> attended(layer, two, cache))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3, 1, 4]")
                .hasMessageContaining("batch 1, 3 heads of 4");
        MultiHeadAttention exact = causal(DType.FLOAT64);
        Variable other = Variable.constantOf(input(DType.FLOAT64, 1, 1, 12));
        assertThatThrownBy(() -> attended(exact, other, cache))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLOAT64");
    }

    @Test
    void gradientsAndAttentionThatIsNotCausal() {
        MultiHeadAttention layer = causal(DType.FLOAT32);
        Variable x = Variable.constantOf(input(DType.FLOAT32, 1, 1, 12));
        var cache = new KeyValueCache(4);
        assertThatThrownBy(() -> layer.forward(x, cache, Pass.inference()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Variable.withoutGradients");
        assertThat(cache.length()).isZero();
        MultiHeadAttention both = attention(AttentionConfig.of(12, 3), DType.FLOAT32);
        assertThatThrownBy(() -> both.forward(x, cache, Pass.inference()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("causal");
    }

    @Test
    void cachesThatDoNotFitTheModel() {
        Gpt model = model(DType.FLOAT32);
        IntTensor one = IntTensor.of(Shape.of(1, 1), 5);
        assertThatThrownBy(() -> logits(model, one, model.newCaches().subList(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 3");
        List<KeyValueCache> uneven = new ArrayList<>(model.newCaches());
        logits(model, one, uneven);
        uneven.set(1, new KeyValueCache(9));
        assertThatThrownBy(() -> logits(model, one, uneven))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the same tokens");
        List<KeyValueCache> full = model.newCaches();
        logits(model, IntTensor.full(Shape.of(1, 9), 2), full);
        assertThatThrownBy(() -> logits(model, one, full))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10 tokens are more than the context of 9");
    }
}
