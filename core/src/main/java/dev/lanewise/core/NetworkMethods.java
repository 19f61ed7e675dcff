package dev.lanewise.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link TensorOps} that neural networks are made of: products, softmax, attention, cross-entropy.
 *
 * @param <T> the implementing type itself
 */
interface NetworkMethods<T extends TensorOps<T>> extends ShapeMethods<T>, ReductionMethods<T>, IndexMethods<T> {
    /**
     * The matrix product, [.., m, k] x [.., k, n] → [.., m, n]; leading axes broadcast. As in NumPy, a vector on the
     * left is a row, one on the right a column, and their axis is dropped. Each element is one chain of fused
     * multiply-adds over k. With C = A·B the gradients are A' = C'·Bᵀ and B' = Aᵀ·C'.
     *
     * @throws IllegalArgumentException if the inner sizes differ or an operand is a scalar
     */
    default T matmul(T right) {
        if (shape().rank() == 0 || right.shape().rank() == 0) {
            throw new IllegalArgumentException("matmul: %s x %s has a scalar operand; multiply by a scalar with mul"
                    .formatted(shape(), right.shape()));
        }
        if (shape().rank() == 1) {
            T product = unsqueeze(0).matmul(right); // (.., 1, n), or (1) for a vector on the right
            return product.squeeze(right.shape().rank() == 1 ? 0 : -2);
        }
        if (right.shape().rank() == 1) {
            return matmul(right.unsqueeze(1)).squeeze(-1);
        }
        return MatMul.apply(self(), right, false);
    }

    /**
     * A linear layer's product: x·Wᵀ (+ b), [.., in] x [out, in] → [.., out].
     *
     * @param weight of shape [out, in]
     * @param bias of shape [out], or null for none
     * @throws IllegalArgumentException if the sizes do not fit
     */
    default T linear(T weight, @Nullable T bias) {
        Linear.check("linear", shape(), weight.shape(), bias == null ? null : bias.shape());
        UnaryOperator<T> product = bias == null
                ? rows -> rows.apply(new MatMul(false, true), weight)
                : rows ->
                        rows.applyAll(new Linear(), List.of(rows, weight, bias)).getFirst();
        return MatMul.onRows(self(), weight.shape().size(0), product);
    }

    /**
     * A linear layer's product and the activation after it, f(x·Wᵀ (+ b)), [.., in] x [out, in] → [.., out]:
     * {@link #linear(TensorOps, TensorOps)} and {@link #map(Formula)} in one pass over memory. With z = x·Wᵀ + b and z'
     * = f'(z) · g the gradients are x' = z'·W, W' = z'ᵀ·x, b' = Σ z'.
     *
     * @param weight of shape [out, in]
     * @param bias of shape [out], or null for none
     * @param activation a formula of one operand and one result
     * @throws IllegalArgumentException if the sizes do not fit, or the formula has more operands or results
     */
    default T linear(T weight, @Nullable T bias, Formula activation) {
        Linear.check("linear", shape(), weight.shape(), bias == null ? null : bias.shape());
        if (activation.arity() != 1 || activation.resultCount() != 1) {
            throw new IllegalArgumentException(
                    "linear: activation %s has %d operands and %d results, expected one of each"
                            .formatted(activation.name(), activation.arity(), activation.resultCount()));
        }
        return MatMul.onRows(
                self(),
                weight.shape().size(0),
                rows -> rows.applyAll(
                                new ActivatedLinear(activation),
                                bias == null ? List.of(rows, weight) : List.of(rows, weight, bias))
                        .getFirst());
    }

    /** The inner product of two vectors of equal length, of shape {@code []}. */
    default T dot(T other) {
        if (shape().rank() != 1 || !shape().equals(other.shape())) {
            throw new IllegalArgumentException(
                    "dot: expected two vectors of one length, got %s and %s".formatted(shape(), other.shape()));
        }
        return mul(other).sum();
    }

    /** The outer product of two vectors, [m] x [n] → [m, n]. */
    default T outer(T other) {
        if (shape().rank() != 1 || other.shape().rank() != 1) {
            throw new IllegalArgumentException(
                    "outer: expected two vectors, got %s and %s".formatted(shape(), other.shape()));
        }
        return unsqueeze(1).mul(other);
    }

    /**
     * exp(x) / Σ exp(x) along an axis, without overflow: numbers between 0 and 1 that add up to 1. The gradient is y ·
     * (g − Σ g·y).
     *
     * @throws IllegalArgumentException if the axis is empty and there are other elements
     */
    default T softmax(int axis) {
        return alongLast(axis, new Softmax());
    }

    /** ln softmax(x) along an axis, more accurate than the two in turn. The gradient is g − softmax(x) · Σ g. */
    default T logSoftmax(int axis) {
        return alongLast(axis, new LogSoftmax());
    }

    private T alongLast(int axis, Op op) {
        int along = shape().axis(axis);
        if (shape().rank() == 0) {
            return reshape(1).apply(op).reshape();
        }
        return along == shape().rank() - 1
                ? apply(op)
                : transpose(along, -1).apply(op).transpose(along, -1);
    }

    /**
     * The cross-entropy of each row: −ln softmax(x)[target], [.., classes] and targets [..] → [..]. The gradient is
     * (softmax(x) − onehot(target)) · g. A target equal to {@code ignored} makes a loss of 0 and no gradient.
     *
     * @param targets class numbers
     * @param ignored a number that is no class, commonly −100 or −1
     * @throws IndexOutOfBoundsException if a target is neither a class nor {@code ignored}
     */
    default T crossEntropy(IntTensor targets, int ignored) {
        if (shape().rank() == 0 || !shape().without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException(
                    "crossEntropy: targets of shape %s do not fit logits %s; expected the logits' shape without its last axis"
                            .formatted(targets.shape(), shape()));
        }
        int classes = shape().size(-1);
        return reshape(targets.shape().count(), classes) // (rows, classes)
                .apply(new CrossEntropy(targets.reshape(-1), ignored)) // (rows)
                .reshape(targets.shape().toArray()); // (..)
    }

    /**
     * The mean {@linkplain #crossEntropy cross-entropy} of a {@linkplain #linear linear layer}'s outputs over the rows
     * that are not ignored, [.., in], [classes, in] and targets [..] → []; NaN if all are ignored. The outputs are not
     * kept, only some rows of them at a time: with 50,000 classes they would be the largest tensor of a model. With l =
     * x·Wᵀ + b and l' = (softmax(l) − onehot(target)) / rows · g the gradients are x' = l'·W, W' = l'ᵀ·x, b' = Σ l';
     * they are computed on the way forward.
     *
     * @param weight of shape [classes, in]
     * @param bias of shape [classes], or null for none
     * @param targets class numbers
     * @param ignored a number that is no class, commonly −100 or −1
     * @throws IllegalArgumentException if the sizes do not fit
     * @throws IndexOutOfBoundsException if a target is neither a class nor {@code ignored}
     */
    default T linearCrossEntropy(T weight, @Nullable T bias, IntTensor targets, int ignored) {
        Linear.check("linearCrossEntropy", shape(), weight.shape(), bias == null ? null : bias.shape());
        if (!shape().without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException(
                    "linearCrossEntropy: targets of shape %s do not fit input %s; expected the input's shape without its last axis"
                            .formatted(targets.shape(), shape()));
        }
        List<T> operands = new ArrayList<>();
        operands.add(reshape(targets.shape().count(), shape().size(-1))); // (rows, in)
        operands.add(weight);
        if (bias != null) {
            operands.add(bias);
        }
        return applyAll(new LinearCrossEntropy(targets.reshape(-1), ignored), operands)
                .getFirst();
    }

    /**
     * A recurrent layer: reads a sequence, [batch, time, in], step by step, and carries states, [batch, hidden] each,
     * from step to step. At each it makes the next states by a formula, the cell: of the gates W·x + b + U·h + d, cut
     * into pieces of the hidden state's size, and of the states, of which h is the first.
     *
     * <pre>{@code
     * Formula tanhCell = Formula.of("tanhCell", (gate, h) -> gate.tanh());
     * List<Variable> result = x.recurrent(tanhCell, w, u, b, d, List.of(h), false); // outputs and the last h
     * }</pre>
     *
     * @param cell makes the next states, the hidden one first; its operands are the gates and then the states, or all
     *     gates of the input, W·x + b, all of the hidden state, U·h + d, and then the states
     * @param weight W, [gates · hidden, in]
     * @param recurrentWeight U, [gates · hidden, hidden]
     * @param bias b, [gates · hidden], or null for none
     * @param recurrentBias d, likewise; both or neither must be given
     * @param states what to begin with
     * @param reversed whether the sequence is read from its end
     * @return the first state after each step, [batch, time, hidden], in the sequence's order, and the last states
     * @throws IllegalArgumentException if shapes, or the cell's numbers of operands and results, do not fit
     */
    default List<T> recurrent(
            Formula cell,
            T weight,
            T recurrentWeight,
            @Nullable T bias,
            @Nullable T recurrentBias,
            List<T> states,
            boolean reversed) {
        List<T> operands = new ArrayList<>(List.of(self(), weight, recurrentWeight));
        operands.addAll(states);
        if (bias != null && recurrentBias != null) {
            operands.add(bias);
            operands.add(recurrentBias);
        }
        Recurrence.check(cell, operands, states.size(), bias != null, recurrentBias != null);
        return applyAll(new Recurrence(cell, states.size(), reversed), operands);
    }

    /**
     * Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762): softmax(Q·Kᵀ · scale)·V, with this as the
     * queries, [.., t, d], keys [.., s, d], values [.., s, e] → [.., t, e]. Leading axes broadcast.
     *
     * @param causal whether query i sees only the keys up to number i + s − t: the last query sees all
     * @param scale commonly 1/√d
     */
    default T attention(T keys, T values, boolean causal, double scale) {
        Shape batch = attentionBatch(keys, values);
        if (causal && keys.shape().size(-2) < shape().size(-2)) {
            throw new IllegalArgumentException(
                    "attention: causal, but %d queries outnumber %d keys: the first would see none"
                            .formatted(shape().size(-2), keys.shape().size(-2)));
        }
        List<T> operands = Stream.of(self(), keys, values)
                .map(x -> x.expand(
                        Attention.matrices(batch, x.shape().size(-2), x.shape().size(-1))))
                .toList();
        return applyAll(new Attention(causal, scale), operands).getFirst();
    }

    /**
     * Attention with a mask: softmax(Q·Kᵀ · scale + mask)·V. A query that is to see no key at all gets zeros.
     *
     * @param mask added to the scores, of a shape that broadcasts to [.., t, s], and whose leading axes broadcast with
     *     those of the others: 0 where a query sees a key, −∞ where it does not, and other numbers, as those of
     *     relative positions, may be learned
     * @param scale commonly 1/√d
     */
    default T attention(T keys, T values, T mask, double scale) {
        Shape pairs = Attention.matrices(
                attentionBatch(keys, values), shape().size(-2), keys.shape().size(-2)); // (.., t, s)
        Shape wide = Attention.matrices(Attention.batch(mask.shape()), pairs.size(-2), pairs.size(-1));
        if (!mask.shape().broadcastsTo(wide)) {
            throw new IllegalArgumentException(
                    "attention: mask %s does not broadcast to the pairs of queries and keys, %s"
                            .formatted(mask.shape(), pairs));
        }
        pairs = pairs.broadcast("attention with mask " + mask.shape(), wide);
        T scores = matmul(keys.transpose()).mul(scale).add(mask);
        if (pairs.isEmpty()) {
            return scores.matmul(values);
        }
        T sees = constant(scores.value().amax(Axes.of(-1).kept()).ne(Double.NEGATIVE_INFINITY)); // (.., t, 1)
        T zero = constant(0);
        T weights = sees.where(sees.where(scores, zero).softmax(-1), zero);
        return weights.matmul(values);
    }

    /** The leading axes that queries, keys and values broadcast to, after a check of the others. */
    private Shape attentionBatch(T keys, T values) {
        Shape k = keys.shape();
        Shape v = values.shape();
        if (shape().rank() < 2
                || k.rank() < 2
                || v.rank() < 2
                || k.size(-1) != shape().size(-1)
                || k.size(-2) != v.size(-2)) {
            throw new IllegalArgumentException(
                    "attention: queries %s, keys %s and values %s do not fit; expected [.., t, d], [.., s, d] and [.., s, e]"
                            .formatted(shape(), k, v));
        }
        return Attention.batch(shape())
                .broadcast("attention, leading axes of queries and keys", Attention.batch(k))
                .broadcast("attention, leading axes with those of values", Attention.batch(v));
    }
}
