package dev.lanewise.core;

import dev.lanewise.core.kernel.Gemm;
import dev.lanewise.core.kernel.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * Products of matrices, [.., m, k] x [.., k, n] → [.., m, n], the leading axes broadcast. Each operand may be given
 * transposed, as [.., k, m] or [.., n, k]: it is read so, never copied first.
 *
 * <p>With C = A·B the gradients are A' = C'·Bᵀ and B' = Aᵀ·C', and correspondingly for transposed operands: products of
 * the same kind.
 */
record MatMul(boolean transposeLeft, boolean transposeRight) implements PrimitiveOp {
    /**
     * The product of two operands of at least two axes. One matrix for all of the left's batch is one large product.
     */
    static <T extends TensorOps<T>> T apply(T left, T right, boolean transposeRight) {
        MatMul op = new MatMul(false, transposeRight);
        return right.shape().rank() > 2
                ? left.apply(op, right)
                : onRows(left, right.shape().size(transposeRight ? 0 : 1), rows -> rows.apply(op, right));
    }

    /**
     * Applies a function of matrices, (rows, in) → (rows, out), to all vectors along the last axis: [.., in] → [..,
     * out].
     */
    static <T extends TensorOps<T>> T onRows(T x, int out, UnaryOperator<T> function) {
        if (x.shape().rank() == 2) {
            return function.apply(x.self());
        }
        int[] sizes = x.shape().toArray();
        int last = sizes.length - 1;
        int rows = 1;
        for (int axis = 0; axis < last; axis++) {
            rows *= sizes[axis];
        }
        T result = function.apply(x.reshape(rows, sizes[last])); // (rows, in) → (rows, out)
        sizes[last] = out;
        return result.reshape(sizes); // (.., out)
    }

    @Override
    public String name() {
        return "matmul";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return 2L * results.getFirst().count() * operands.getFirst().size(transposeLeft ? -2 : -1);
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Elementwise.checkTypes(name(), operands);
        Tensor left = transposeLeft ? transposed(operands.get(0)) : operands.get(0); // (.., m, k)
        Tensor right = transposeRight ? transposed(operands.get(1)) : operands.get(1); // (.., k, n)
        int m = left.shape().size(-2);
        int k = left.shape().size(-1);
        int n = right.shape().size(-1);
        if (right.shape().size(-2) != k) {
            throw new IllegalArgumentException("matmul: inner sizes differ, %s x %s (%d ≠ %d)%s"
                    .formatted(left.shape(), right.shape(), k, right.shape().size(-2), hint(left, right)));
        }
        Shape batch = batchShape(left, right);
        int[] resultSizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        resultSizes[batch.rank()] = m;
        resultSizes[batch.rank() + 1] = n;
        Tensor result = Tensor.toBeWritten(left.dtype(), Shape.owning(resultSizes));
        if (result.shape().isEmpty()) {
            return Computed.of(result);
        }
        int rank = left.shape().rank();
        int rightRank = right.shape().rank();
        if (batch.count() == 1) {
            switch (left.dtype()) {
                case FLOAT32 ->
                    Gemm.sgemm(m, n, k, matrix(left), matrix(right), new Matrix(result.floats(), 0, n, 1), false);
                case FLOAT64 ->
                    Gemm.dgemm(
                            m,
                            n,
                            k,
                            left.doubles(),
                            left.offset(),
                            left.stride(rank - 2),
                            left.stride(rank - 1),
                            right.doubles(),
                            right.offset(),
                            right.stride(rightRank - 2),
                            right.stride(rightRank - 1),
                            result.doubles(),
                            0,
                            n,
                            false);
            }
            return Computed.of(result);
        }
        int[] leftOffsets = batchOffsets(left, batch);
        int[] rightOffsets = batchOffsets(right, batch);
        int[] resultOffsets = new int[batch.count()];
        Arrays.setAll(resultOffsets, i -> i * m * n);
        switch (left.dtype()) {
            case FLOAT32 ->
                Gemm.sgemmBatch(
                        batch.count(),
                        m,
                        n,
                        k,
                        left.floats(),
                        leftOffsets,
                        left.stride(rank - 2),
                        left.stride(rank - 1),
                        right.floats(),
                        rightOffsets,
                        right.stride(rightRank - 2),
                        right.stride(rightRank - 1),
                        result.floats(),
                        resultOffsets,
                        n,
                        false);
            case FLOAT64 ->
                Gemm.dgemmBatch(
                        batch.count(),
                        m,
                        n,
                        k,
                        left.doubles(),
                        leftOffsets,
                        left.stride(rank - 2),
                        left.stride(rank - 1),
                        right.doubles(),
                        rightOffsets,
                        right.stride(rightRank - 2),
                        right.stride(rightRank - 1),
                        result.doubles(),
                        resultOffsets,
                        n,
                        false);
        }
        return Computed.of(result);
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return differentiated.test(1 - operand);
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        T gradient = saved.gradient(); // (.., m, n)
        saved.give(0, () -> {
            T right = saved.operand(1);
            T product = transposeLeft
                    ? right.apply(new MatMul(transposeRight, true), gradient) // (.., k, m)
                    : gradient.apply(new MatMul(false, !transposeRight), right); // (.., m, k)
            return product.sumTo(saved.operandShape(0));
        });
        saved.give(1, () -> {
            T left = saved.operand(0);
            T product = transposeRight
                    ? gradient.apply(new MatMul(true, transposeLeft), left) // (.., n, k)
                    : left.apply(new MatMul(!transposeLeft, false), gradient); // (.., k, n)
            return product.sumTo(saved.operandShape(1));
        });
    }

    /** The last two axes of a tensor of one matrix. */
    static Matrix matrix(Tensor x) {
        int rank = x.shape().rank();
        return new Matrix(x.floats(), x.offset(), x.stride(rank - 2), x.stride(rank - 1));
    }

    private static Tensor transposed(Tensor x) {
        int rank = x.shape().rank();
        int[] order = new int[rank];
        Arrays.setAll(order, i -> i);
        order[rank - 1] = rank - 2;
        order[rank - 2] = rank - 1;
        return Views.permute(x, order);
    }

    private static String hint(Tensor left, Tensor right) {
        if (left.shape().size(-1) == right.shape().size(-1)) {
            return "; transpose the right operand?";
        }
        return left.shape().size(-2) == right.shape().size(-2) ? "; transpose the left operand?" : "";
    }

    private static Shape batchShape(Tensor left, Tensor right) {
        try {
            return leading(left.shape()).broadcast(leading(right.shape()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "matmul: the leading axes of %s x %s do not fit: %s"
                            .formatted(left.shape(), right.shape(), e.getMessage()),
                    e);
        }
    }

    private static Shape leading(Shape shape) {
        return Shape.owning(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
    }

    /** Of each matrix of the batch, the offset of its first element. */
    static int[] batchOffsets(Tensor x, Shape batch) {
        int matrixAxes = 2;
        int own = x.shape().rank() - matrixAxes;
        int[] strides = new int[batch.rank()];
        for (int axis = 0; axis < own; axis++) {
            strides[batch.rank() - own + axis] = x.shape().size(axis) == 1 ? 0 : x.stride(axis);
        }
        int[] offsets = new int[batch.count()];
        int[] at = new int[batch.rank()];
        for (int i = 0; i < offsets.length; i++) {
            int offset = x.offset();
            for (int axis = 0; axis < at.length; axis++) {
                offset += at[axis] * strides[axis];
            }
            offsets[i] = offset;
            for (int last = at.length - 1; last >= 0 && ++at[last] == batch.size(last); last--) {
                at[last] = 0;
            }
        }
        return offsets;
    }
}
