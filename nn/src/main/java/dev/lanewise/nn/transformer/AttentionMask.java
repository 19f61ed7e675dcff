package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a query does not see, and what is added to the scores of those that it sees. What is given in several ways
 * holds together.
 *
 * <p>A query that sees no key at all takes nothing in: its weights are zeros, not NaN. (PyTorch's
 * {@code MultiheadAttention} gives NaN there.)
 *
 * <pre>{@code
 * AttentionMask.NONE.withPadding(IntTensor.of(Shape.of(2, 3), 0, 0, 0, 0, 0, 1)) // the second sequence has 2 tokens
 * }</pre>
 *
 * @param padding not 0 where a key stands for nothing, [batch, keys]; null if all stand for something
 * @param hidden not 0 where the query does not see the key, [queries, keys] or [batch, heads, queries, keys], where
 *     batch and heads may be 1; null if each sees all
 * @param added to the scores before the softmax, of the same shapes; −∞ hides a key; null for nothing
 */
public record AttentionMask(
        @Nullable IntTensor padding,
        @Nullable IntTensor hidden,
        @Nullable Variable added) {
    /** Everything is seen. */
    public static final AttentionMask NONE = new AttentionMask(null, null, null);

    /** The same, with keys that stand for nothing. */
    public AttentionMask withPadding(IntTensor notZeroWherePadding) {
        return new AttentionMask(notZeroWherePadding, hidden, added);
    }

    /** The same, with keys hidden from queries. */
    public AttentionMask withHidden(IntTensor notZeroWhereHidden) {
        return new AttentionMask(padding, notZeroWhereHidden, added);
    }

    /** The same, with all keys hidden but some: {@link #withHidden} of the opposite. */
    public AttentionMask withVisible(IntTensor notZeroWhereVisible) {
        return withHidden(notZeroWhereVisible.logicalNot());
    }

    /** The same, with something added to the scores, whose gradient may be wanted, as of learned distances. */
    public AttentionMask withAdded(Variable scores) {
        return new AttentionMask(padding, hidden, scores);
    }

    /** The same, with constants added to the scores. */
    public AttentionMask withAdded(Tensor scores) {
        return withAdded(Variable.constantOf(scores));
    }

    boolean isEmpty() {
        return padding == null && hidden == null && added == null;
    }

    /**
     * Checks the shapes.
     *
     * @param scores [batch, heads, queries, keys]
     * @param owner what the message names
     */
    void check(Shape scores, String owner) {
        if (padding != null && !padding.shape().equals(Shape.of(scores.size(0), scores.size(3)))) {
            throw new IllegalArgumentException("%s: padding has shape %s, expected [batch, keys] = [%d, %d]"
                    .formatted(owner, padding.shape(), scores.size(0), scores.size(3)));
        }
        if (hidden != null) {
            check("hidden", hidden.shape(), scores, owner);
        }
        if (added != null) {
            check("added", added.shape(), scores, owner);
        }
    }

    private static void check(String what, Shape mask, Shape scores, String owner) {
        boolean fits = mask.rank() == 2 || mask.rank() == 4;
        for (int axis = 1; fits && axis <= mask.rank(); axis++) {
            fits = mask.size(-axis) == scores.size(-axis) || (axis > 2 && mask.size(-axis) == 1);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: mask '%s' has shape %s, expected [queries, keys] or [batch, heads, queries, keys] of %s, batch and heads may be 1"
                            .formatted(owner, what, mask, scores));
        }
    }

    /**
     * Everything that hides a key, as one mask.
     *
     * @param scores [batch, heads, queries, keys]
     * @param causal whether query i sees only the keys up to number i + keys − queries
     */
    Hidden hidden(Shape scores, boolean causal) {
        double[] sums = added == null ? null : added.value().toDoubles();
        Shape addedShape = added == null ? Shape.scalar() : added.shape();
        Shape hiddenShape = hidden == null ? Shape.scalar() : hidden.shape();
        boolean perBatch = padding != null || isPer(0, hiddenShape) || isPer(0, addedShape);
        boolean perHead = isPer(1, hiddenShape) || isPer(1, addedShape);
        int batch = perBatch ? scores.size(0) : 1;
        int heads = perHead ? scores.size(1) : 1;
        int queries = scores.size(2);
        int keys = scores.size(3);
        int[] pairs = new int[Math.multiplyExact(Math.multiplyExact(batch, heads), Math.multiplyExact(queries, keys))];
        int[] rows = new int[batch * heads * queries];
        boolean anyBlind = false;
        int at = 0;
        for (int row = 0; row < rows.length; row++) {
            int b = row / queries / heads;
            int h = row / queries % heads;
            int query = row % queries;
            int start = at;
            int count = 0;
            for (int key = 0; key < keys; key++, at++) {
                boolean isHidden = (causal && key > query + keys - queries)
                        || (padding != null && padding.get(b * keys + key) != 0)
                        || (hidden != null && hidden.get(place(hiddenShape, b, h, query, key)) != 0)
                        || (sums != null && sums[place(addedShape, b, h, query, key)] == Double.NEGATIVE_INFINITY);
                pairs[at] = isHidden ? 1 : 0;
                count += pairs[at];
            }
            if (count == keys) {
                // The softmax of nothing is not defined: it runs over everything, and counts for nothing.
                Arrays.fill(pairs, start, at, 0);
                rows[row] = 1;
                anyBlind = true;
            }
        }
        IntTensor blind = anyBlind ? IntTensor.of(Shape.of(batch, heads, queries, 1), rows) : null;
        return new Hidden(IntTensor.of(Shape.of(batch, heads, queries, keys), pairs), blind);
    }

    private static boolean isPer(int axis, Shape mask) {
        return mask.rank() == 4 && mask.size(axis) > 1;
    }

    /** Where a mask of two or four axes tells of a pair. */
    private static int place(Shape mask, int batch, int head, int query, int key) {
        int pair = query * mask.size(-1) + key;
        if (mask.rank() == 2) {
            return pair;
        }
        int b = mask.size(0) == 1 ? 0 : batch;
        int h = mask.size(1) == 1 ? 0 : head;
        return (b * mask.size(1) + h) * mask.size(2) * mask.size(3) + pair;
    }

    /** {@link #added} without what hides keys, which {@link #hidden(Shape, boolean)} tells of. */
    @Nullable
    Variable finiteAdded() {
        if (added == null) {
            return null;
        }
        double[] values = added.value().toDoubles();
        int[] infinite = new int[values.length];
        boolean any = false;
        for (int i = 0; i < values.length; i++) {
            if (values[i] == Double.NEGATIVE_INFINITY) {
                infinite[i] = 1;
                any = true;
            }
        }
        return any ? added.maskedFill(IntTensor.of(added.shape(), infinite), 0) : added;
    }

    /**
     * What is hidden, where batch and heads may be 1.
     *
     * @param pairs 1 where the query does not see the key, but 0 if it sees none, [batch, heads, queries, keys]
     * @param blind 1 where the query sees no key, [batch, heads, queries, 1]; null if each sees some
     */
    record Hidden(IntTensor pairs, @Nullable IntTensor blind) {}
}
