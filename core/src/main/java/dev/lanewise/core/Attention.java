package dev.lanewise.core;

import dev.lanewise.core.kernel.AttentionKernel;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Scaled dot-product attention, softmax(Q·Kᵀ · scale)·V over the last two axes, causal or not: [.., t, d], [.., s, d],
 * [.., s, e] → [.., t, e].
 *
 * <p>The kernels go through the queries block by block; the t x s matrix of weights is never kept. Of the forward pass
 * only each row's largest score and the logarithm of its sum of exponentials are saved, from which the backward pass
 * computes the weights P anew: V' = Pᵀ·O', P' = O'·Vᵀ, S' = P · (P' − Σ O'·O) · scale, Q' = S'·K, K' = S'ᵀ·Q (Dao et
 * al. 2022, arXiv:2205.14135, appendix B).
 */
record Attention(boolean causal, double scale) implements FusedOp {
    @Override
    public String name() {
        return "attention";
    }

    /**
     * Attention with a negative or zero scale has its largest score where the product is smallest, which the kernels do
     * not look for. Without queries or keys there is nothing to compute, and gradients are zeros.
     */
    @Override
    public boolean hasKernels(List<Tensor> operands) {
        return FusedOp.super.hasKernels(operands)
                && scale > 0
                && operands.get(0).shape().size(-2) > 0
                && operands.get(1).shape().size(-2) > 0;
    }

    /** Two products and the softmax between them, over the pairs of query and key that see each other. */
    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        Shape q = operands.getFirst();
        long queries = q.size(-2);
        long keys = operands.get(1).size(-2);
        long pairs = causal ? queries * keys - queries * (queries - 1) / 2 : queries * keys;
        long each = 2L * q.size(-1) + 2L * operands.get(2).size(-1) + 5;
        return queries == 0 ? 0 : q.count() / (queries * Math.max(1, q.size(-1))) * pairs * each;
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Elementwise.checkTypes(name(), operands);
        Tensor q = rowsDense(operands.get(0));
        Tensor k = rowsDense(operands.get(1));
        Tensor v = rowsDense(operands.get(2));
        Shape batch = batch(q.shape());
        int rank = q.shape().rank();
        Tensor result = like(q, v.shape().size(-1));
        Tensor largest = Tensor.allocate(DType.FLOAT32, q.shape().without(-1));
        Tensor logSums = Tensor.allocate(DType.FLOAT32, q.shape().without(-1));
        new AttentionKernel(
                        q.shape().size(-2),
                        k.shape().size(-2),
                        q.shape().size(-1),
                        v.shape().size(-1),
                        causal,
                        (float) scale,
                        AttentionFormulas.KERNELS)
                .forward(
                        batch.count(),
                        operand(q, batch, rank),
                        operand(k, batch, rank),
                        operand(v, batch, rank),
                        operand(result, batch, rank),
                        largest.floats(),
                        logSums.floats());
        return new Computed(List.of(result), List.of(largest, logSums));
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true;
    }

    @Override
    public boolean keepsResult(int result) {
        return true;
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        Tensor q = rowsDense(saved.operand(0));
        Tensor k = rowsDense(saved.operand(1));
        Tensor v = rowsDense(saved.operand(2));
        Tensor result = rowsDense(saved.result(0));
        Tensor gradient = rowsDense(saved.gradient());
        Shape batch = batch(q.shape());
        int rank = q.shape().rank();
        List<Tensor> gradients = like(List.of(q, k, v));
        new AttentionKernel(
                        q.shape().size(-2),
                        k.shape().size(-2),
                        q.shape().size(-1),
                        v.shape().size(-1),
                        causal,
                        (float) scale,
                        AttentionFormulas.KERNELS)
                .backward(
                        batch.count(),
                        operand(q, batch, rank),
                        operand(k, batch, rank),
                        operand(v, batch, rank),
                        operand(result, batch, rank),
                        saved.state().get(0).floats(),
                        saved.state().get(1).floats(),
                        operand(gradient, batch, rank),
                        operand(gradients.get(0), batch, rank),
                        operand(gradients.get(1), batch, rank),
                        operand(gradients.get(2), batch, rank));
        for (int i = 0; i < gradients.size(); i++) {
            Tensor given = gradients.get(i);
            saved.give(i, () -> given);
        }
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T q = operands.get(0);
        T k = operands.get(1);
        T scores = q.matmul(k.transpose()).mul(scale); // (.., t, s)
        if (causal) {
            scores = scores.maskedFill(hidden(q.shape().size(-2), k.shape().size(-2)), Double.NEGATIVE_INFINITY);
        }
        return List.of(scores.softmax(-1).matmul(operands.get(2)));
    }

    /** 1 where query i must not see key j: j − i > s − t. */
    static IntTensor hidden(int t, int s) {
        int[] mask = new int[t * s];
        for (int i = 0; i < t; i++) {
            Arrays.fill(mask, Math.min(i * s + i + s - t + 1, (i + 1) * s), (i + 1) * s, 1);
        }
        return IntTensor.owning(Shape.of(t, s), mask);
    }

    /** The axes before the last two, of which there may be none. */
    static Shape batch(Shape shape) {
        return Shape.owning(Arrays.copyOf(shape.toArray(), Math.max(0, shape.rank() - 2)));
    }

    /** The shape of a batch of matrices. */
    static Shape matrices(Shape batch, int rows, int columns) {
        return batch.with(-1, rows).with(-1, columns);
    }

    /** The tensor with the elements of each row one behind the other: itself if it is so. */
    private static Tensor rowsDense(Tensor x) {
        return x.shape().size(-1) <= 1 || x.stride(x.shape().rank() - 1) == 1 ? x : Views.copy(x);
    }

    private static AttentionKernel.Matrices operand(Tensor x, Shape batch, int rank) {
        return new AttentionKernel.Matrices(x.floats(), MatMul.batchOffsets(x, batch), x.stride(rank - 2));
    }

    /**
     * New tensors of the shapes of the given ones. For pieces of one tensor, as queries, keys and values of one
     * projection are, they are pieces of one again, so that what was split is whole without a copy.
     */
    private static List<Tensor> like(List<Tensor> tensors) {
        for (int axis = 0; axis < tensors.getFirst().shape().rank(); axis++) {
            int along = axis;
            Tensor whole = Views.joined(tensors, axis);
            if (whole != null) {
                return Views.split(
                        like(whole, whole.shape().size(-1)),
                        axis,
                        tensors.stream().map(x -> x.shape().size(along)).toList());
            }
        }
        return tensors.stream().map(x -> like(x, x.shape().size(-1))).toList();
    }

    /**
     * A new tensor of the shape of x but for the last axis, laid out in memory in the order of x's axes: what was split
     * into heads and comes back is merged again without a copy. It holds anything.
     */
    private static Tensor like(Tensor x, int size) {
        int rank = x.shape().rank();
        Integer[] order = new Integer[rank];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, 0, rank - 1, (a, b) -> Integer.compare(x.stride(b), x.stride(a)));
        int[] sizes = new int[rank];
        int[] inverse = new int[rank];
        for (int i = 0; i < rank; i++) {
            sizes[i] = i == rank - 1 ? size : x.shape().size(order[i]);
            inverse[order[i]] = i;
        }
        Shape shape = Shape.owning(sizes);
        return Views.permute(Tensor.toBeWritten(x.dtype(), shape), inverse);
    }
}
