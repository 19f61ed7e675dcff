package dev.lanewise.core;

import dev.lanewise.core.kernel.Gemm;
import dev.lanewise.core.kernel.Matrix;
import dev.lanewise.core.kernel.Reduction;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The mean cross-entropy of a linear layer's outputs, the logits x·Wᵀ + b, which are never kept: [rows, in], [classes,
 * in], and optionally [classes] → [].
 *
 * <p>Some rows at a time, logits are computed, made into their losses, and then, in place, into their own gradients l'
 * = (softmax(l) − onehot(target)) / rows, from which x' = l'·W, W' = Σ l'ᵀ·x and b' = Σ l' follow at once; so nothing
 * is computed a second time in the backward pass, which multiplies by the gradient that has come. (Hsu et al. 2024,
 * arXiv:2410.10989, section 3.2.)
 */
record LinearCrossEntropy(IntTensor targets, int ignored) implements FusedOp {
    /**
     * The fewest rows at a time, since W is read and W' read and written for each block of rows. With 512 rows, and
     * 50257 classes of width 768, it takes 0.92 to 0.97 times as long as layer and cross-entropy by themselves; with
     * 256 rows, 1.08 times.
     */
    private static final int LEAST_ROWS = 512;

    /** Logits at a time, 16 MB, if that is more rows. */
    private static final int LOGITS = 1 << 22;

    @Override
    public String name() {
        return "linearCrossEntropy";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return (2L * operands.getFirst().size(1) + 4)
                * targets.shape().count()
                * operands.get(1).size(0);
    }

    /** Each gradient is a product as large as that of the logits. */
    @Override
    public long flops(List<Shape> operands, List<Shape> results, IntPredicate differentiated) {
        int products = 1 + (differentiated.test(0) ? 1 : 0) + (differentiated.test(1) ? 1 : 0);
        return products * flops(operands, results);
    }

    @Override
    public boolean hasKernels(List<Tensor> operands) {
        return FusedOp.super.hasKernels(operands) && operands.get(1).shape().size(0) > 0;
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        return forward(operands, operand -> false);
    }

    @Override
    public Computed forward(List<Tensor> operands, IntPredicate differentiated) {
        Elementwise.checkTypes(name(), operands);
        Tensor x = operands.get(0); // (rows, in)
        Tensor weight = operands.get(1); // (classes, in)
        int rows = x.shape().size(0);
        int classes = weight.shape().size(0);
        CrossEntropy.checkTargets(name(), targets, ignored, classes);
        int blocks = Math.ceilDiv(rows, Math.max(LEAST_ROWS, LOGITS / classes));
        int most = blocks == 0 ? 0 : Math.ceilDiv(rows, blocks);
        Tensor buffer = Tensor.toBeWritten(DType.FLOAT32, Shape.of(most, classes));
        Tensor losses = Tensor.allocate(DType.FLOAT32, Shape.of(rows));
        var gradients = new Gradients(operands, differentiated);
        boolean wanted = IntStream.range(0, operands.size()).anyMatch(differentiated);
        int counted = counted();
        float share = (float) (1.0 / counted);
        for (int row = 0; row < rows; row += most) {
            int count = Math.min(most, rows - row);
            var logits = new Rows(buffer.view(Shape.of(count, classes), 0, buffer.strides()), count, classes);
            multiply(operands, row, logits);
            losses(row, logits, losses.floats(), share, wanted);
            gradients.add(row, logits);
        }
        return new Computed(List.of(losses.sum().div(counted)), gradients.all());
    }

    /** The rows that are not ignored. */
    private int counted() {
        int count = 0;
        for (int row = 0; row < targets.shape().count(); row++) {
            count += targets.get(row) == ignored ? 0 : 1;
        }
        return count;
    }

    /** Logits of the rows from a row on. */
    private static void multiply(List<Tensor> operands, int row, Rows logits) {
        Tensor x = operands.get(0); // (rows, in)
        Tensor some = Views.slice(x, 0, row, 1, logits.count()); // (count, in)
        Tensor weight = operands.get(1); // (classes, in)
        Tensor result = logits.matrix(); // (count, classes)
        if (operands.size() == 2) {
            Matrix transposed = MatMul.matrix(weight).transposed(); // (in, classes)
            int in = x.shape().size(1);
            Gemm.sgemm(logits.count(), logits.n(), in, MatMul.matrix(some), transposed, MatMul.matrix(result), false);
        } else {
            Linear.multiply(some, weight, operands.get(2).contiguous(), Formulas.ADD, result, result);
        }
    }

    /** The losses of some rows; their logits become their own gradients if any gradient is wanted. */
    private void losses(int row, Rows logits, float[] losses, float share, boolean wanted) {
        int count = logits.count();
        int classes = logits.n();
        float[] values = logits.matrix().floats();
        float[] shares = new float[count];
        for (int r = 0; r < count; r++) {
            int target = targets.get(row + r);
            losses[row + r] = target == ignored ? 0 : values[r * classes + target];
            shares[r] = target == ignored ? 0 : share;
        }
        CrossEntropy.LogSums sums = CrossEntropy.LogSums.of(logits);
        RowPasses passes = CrossEntropy.logSums(logits, sums);
        if (wanted) {
            Tensor g = Tensor.contiguous(DType.FLOAT32, Shape.of(count, 1), shares);
            CrossEntropy.softmaxGradient(passes, logits, sums, g, logits.matrix());
        }
        passes.run();
        for (int r = 0; r < count; r++) {
            int target = targets.get(row + r);
            if (target != ignored) {
                losses[row + r] = sums.loss(r, losses[row + r]);
                if (wanted) {
                    CrossEntropy.takeTarget(values, r * classes, classes, target, share);
                }
            }
        }
    }

    /** The gradients of the operands that want one, summed block by block. */
    private static final class Gradients {
        private static final Tensor NONE = Tensor.zeros(0);

        private final Tensor x;
        private final Tensor weight;
        private final Tensor ofX;
        private final Tensor ofWeight;
        private Tensor ofBias;

        Gradients(List<Tensor> operands, IntPredicate differentiated) {
            x = operands.get(0);
            weight = operands.get(1);
            boolean empty = x.shape().size(0) == 0;
            ofX = differentiated.test(0) ? Tensor.toBeWritten(DType.FLOAT32, x.shape()) : NONE;
            ofWeight = !differentiated.test(1)
                    ? NONE
                    : empty
                            ? Tensor.allocate(DType.FLOAT32, weight.shape())
                            : Tensor.toBeWritten(DType.FLOAT32, weight.shape());
            ofBias = operands.size() > 2 && differentiated.test(2)
                    ? Tensor.allocate(DType.FLOAT32, operands.get(2).shape())
                    : NONE;
        }

        /** Adds what some rows make of the gradients of their logits. */
        void add(int row, Rows logits) {
            Tensor g = logits.matrix(); // (count, classes)
            int in = x.shape().size(1);
            int count = logits.count();
            int classes = logits.n();
            if (ofX != NONE) {
                var part = new Matrix(ofX.floats(), row * in, in, 1); // (count, in)
                Gemm.sgemm(count, in, classes, MatMul.matrix(g), MatMul.matrix(weight), part, false);
            }
            if (ofWeight != NONE) {
                Matrix some = MatMul.matrix(Views.slice(x, 0, row, 1, count)); // (count, in)
                Matrix transposed = MatMul.matrix(g).transposed(); // (classes, count)
                Gemm.sgemm(classes, in, count, transposed, some, MatMul.matrix(ofWeight), row > 0);
            }
            if (ofBias != NONE) {
                Tensor sum = Reductions.reduce(Formulas.IDENTITY, List.of(g), Axes.of(0), Reduction.SUM);
                ofBias = row == 0 ? sum : ofBias.add(sum);
            }
        }

        List<Tensor> all() {
            return List.of(ofX, ofWeight, ofBias);
        }
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true; // for gradients of gradients, which go through the definition
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        Tensor upstream = saved.gradient(); // ()
        for (int i = 0; i < saved.operandCount(); i++) {
            Tensor gradient = saved.state().get(i);
            saved.give(i, () -> upstream.item() == 1 ? gradient : gradient.mul(upstream));
        }
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T logits = operands.get(0).linear(operands.get(1), operands.size() > 2 ? operands.get(2) : null);
        return List.of(logits.crossEntropy(targets, ignored).sum().div(counted()));
    }
}
