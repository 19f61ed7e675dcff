package dev.lanewise.nn.transformer;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of the tokens that a layer of causal attention has seen, so that those of later tokens alone need
 * be computed: a token after n others then costs one token's projections and n products for its attention, not those of
 * n + 1 tokens.
 *
 * <p>One for each layer and text, or batch of texts of the same length; filled by {@link MultiHeadAttention#forward(
 * dev.lanewise.autograd.Variable, KeyValueCache, dev.lanewise.nn.Pass)}. Not for use from several threads at once.
 */
public final class KeyValueCache {
    private final int capacity;
    private @Nullable MutableTensor keys; // (capacity, batch, heads, headSize)
    private @Nullable MutableTensor values;
    private int length;

    /**
     * An empty cache.
     *
     * @param capacity the most tokens that it can hold; memory for all is taken when the first ones come
     */
    public KeyValueCache(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "KeyValueCache: capacity %d, expected room for at least one token".formatted(capacity));
        }
        this.capacity = capacity;
    }

    /** How many tokens it holds. */
    public int length() {
        return length;
    }

    /** The most tokens that it can hold. */
    public int capacity() {
        return capacity;
    }

    /** Forgets all tokens, for another text. */
    public void clear() {
        keys = null;
        values = null;
        length = 0;
    }

    /**
     * Adds the keys and values of later tokens.
     *
     * @param newKeys (batch, heads, time, headSize)
     * @param newValues of the same shape
     * @param layer whose they are, for messages
     */
    void append(Tensor newKeys, Tensor newValues, String layer) {
        int time = newKeys.shape().size(2);
        if (time > capacity - length) {
            throw new IllegalArgumentException(
                    "%s: %d tokens after %d are more than the cache's capacity of %d; make a larger one, or clear it"
                            .formatted(layer, time, length, capacity));
        }
        MutableTensor allKeys = keys;
        MutableTensor allValues = values;
        if (allKeys == null || allValues == null) {
            allKeys = keys = storage("keys", newKeys);
            allValues = values = storage("values", newValues);
        }
        Shape rows = byTime(newKeys).shape();
        Shape held = allKeys.value().shape();
        if (!rows.without(0).equals(held.without(0))
                || newKeys.dtype() != allKeys.value().dtype()) {
            throw new IllegalArgumentException(
                    ("%s: keys of shape (batch, heads, time, headSize) %s and type %s do not go on after the cache's, of"
                                    + " batch %d, %d heads of %d, and type %s; each text and each layer needs a cache of its"
                                    + " own")
                            .formatted(
                                    layer,
                                    newKeys.shape(),
                                    newKeys.dtype(),
                                    held.size(1),
                                    held.size(2),
                                    held.size(3),
                                    allKeys.value().dtype()));
        }
        IntTensor numbers = IntTensor.arange(length, length + time);
        allKeys.assignRows(numbers, byTime(newKeys));
        allValues.assignRows(numbers, byTime(newValues));
        length += time;
    }

    private MutableTensor storage(String name, Tensor x) {
        Tensor rows = byTime(x);
        return new MutableTensor(name, Tensor.zeros(x.dtype(), rows.shape().withSize(0, capacity)));
    }

    /** (batch, heads, time, headSize) → (time, batch, heads, headSize) */
    private static Tensor byTime(Tensor x) {
        return x.permute(2, 0, 1, 3);
    }

    /** The keys of all tokens so far, (batch, heads, length, headSize). */
    Tensor keys() {
        return held(keys);
    }

    /** The values of all tokens so far, (batch, heads, length, headSize). */
    Tensor values() {
        return held(values);
    }

    private Tensor held(@Nullable MutableTensor all) {
        if (all == null) {
            throw new IllegalStateException("KeyValueCache: it is empty");
        }
        return all.value().slice(0, 0, length).permute(1, 2, 0, 3);
    }

    @Override
    public String toString() {
        return "KeyValueCache(%d of %d tokens)".formatted(length, capacity);
    }
}
