package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Of each row of logits, −ln softmax(x)[target] = ln Σ exp(x) − x[target]; [rows, classes] → [rows].
 *
 * <p>Backward: x' = (softmax(x) − onehot(target)) · g. The softmax is recomputed from the saved largest x and ln Σ
 * exp(x − max), and is never kept. These two are never added: of large logits the logarithm would be rounded away.
 */
record CrossEntropy(IntTensor targets, int ignored) implements FusedOp {
    private static final Formula SOFTMAX_GRADIENT = Formula.of(
            "softmaxGradient",
            (x, max, logSum, g) ->
                    SpecialFunctions.expOfNonPositive(x.sub(max).sub(logSum)).mul(g));

    /**
     * Up to so many classes a target's gradient is summed from the others'. For more it would take longer than all
     * else, and rows whose targets are nearly certain are rare.
     */
    private static final int FEW_CLASSES = 1024;

    /** Of each row, the largest logit and ln Σ exp(x − max), both [rows, 1]. */
    record LogSums(Tensor max, Tensor logSum) {
        static LogSums of(Rows rows) {
            return new LogSums(rows.perRow(), rows.perRow());
        }

        /** The loss of a row whose target has the given logit. */
        float loss(int row, float logit) {
            return max.floats()[row] - logit + logSum.floats()[row];
        }
    }

    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return 4L * operands.getFirst().count();
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Rows rows = Rows.of(operands.getFirst());
        Tensor x = rows.matrix();
        checkTargets(rows.n());
        LogSums sums = LogSums.of(rows);
        logSums(rows, sums).run();
        Tensor losses = Tensor.allocate(x.dtype(), targets.shape());
        float[] logits = x.floats();
        float[] result = losses.floats();
        for (int row = 0; row < result.length; row++) {
            int target = targets.get(row);
            result[row] = target == ignored ? 0 : sums.loss(row, logits[x.offset() + row * rows.n() + target]);
        }
        return new Computed(List.of(losses), List.of(sums.max(), sums.logSum()));
    }

    /** The passes that write what a row's loss and gradient are computed from. */
    static RowPasses logSums(Rows rows, LogSums sums) {
        Tensor x = rows.matrix();
        Tensor max = sums.max();
        Tensor sum = rows.perRow();
        return new RowPasses(rows.count())
                .over(rows.n(), Formulas.IDENTITY, List.of(x), List.of(max), Reduction.MAX)
                .over(rows.n(), LogSoftmax.EXP_OF_DIFFERENCE, List.of(x, max), List.of(sum), Reduction.SUM)
                .perRow(Formulas.LOG, List.of(sum), List.of(sums.logSum()));
    }

    /** One more pass, softmax(x) · g with g of [rows, 1], to a result that may be x itself. */
    static RowPasses softmaxGradient(RowPasses passes, Rows rows, LogSums sums, Tensor g, Tensor result) {
        List<Tensor> operands = List.of(rows.matrix(), sums.max(), sums.logSum(), g);
        return passes.over(rows.n(), SOFTMAX_GRADIENT, operands, List.of(result), Reduction.STORE);
    }

    /**
     * Makes softmax(x) · g of a row (softmax(x) − onehot(target)) · g. Where the target is nearly certain, little is
     * left of 1 − 1 in single precision, of which optimizers that divide by the gradient's size would make much; since
     * a row's gradients add up to 0, the target's is minus the sum of the others'.
     */
    static void takeTarget(float[] values, int from, int classes, int target, float g) {
        if (classes > FEW_CLASSES) {
            values[from + target] -= g;
            return;
        }
        double others = 0;
        for (int i = from; i < from + classes; i++) {
            others += i == from + target ? 0 : values[i];
        }
        values[from + target] = (float) (0 - others);
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true;
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        saved.give(0, () -> {
            Rows rows = Rows.of(saved.operand(0));
            float[] gradients = saved.gradient().toFloats(); // a copy: ignored rows are set to 0
            for (int row = 0; row < gradients.length; row++) {
                gradients[row] = targets.get(row) == ignored ? 0 : gradients[row];
            }
            Tensor g = Tensor.contiguous(DType.FLOAT32, Shape.of(rows.count(), 1), gradients);
            Tensor result = rows.another();
            var sums = new LogSums(saved.state().get(0), saved.state().get(1));
            softmaxGradient(new RowPasses(rows.count()), rows, sums, g, result).run();
            float[] values = result.floats();
            for (int row = 0; row < gradients.length; row++) {
                if (targets.get(row) != ignored) {
                    takeTarget(values, row * rows.n(), rows.n(), targets.get(row), gradients[row]);
                }
            }
            return result;
        });
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T x = operands.getFirst(); // (rows, classes)
        checkTargets(x.shape().size(1));
        int rows = targets.shape().count();
        int[] picked = targets.toArray();
        double[] counted = new double[rows];
        for (int row = 0; row < rows; row++) {
            counted[row] = picked[row] == ignored ? 0 : 1;
            picked[row] = picked[row] == ignored ? 0 : picked[row];
        }
        T losses = x.logSoftmax(-1)
                .gather(1, IntTensor.of(Shape.of(rows, 1), picked)) // (rows, 1)
                .squeeze(1)
                .neg();
        T mask = x.constant(Tensor.of(x.dtype(), Shape.of(rows), counted));
        return List.of(mask.where(losses, x.constant(0)));
    }

    private void checkTargets(int classes) {
        checkTargets(name(), targets, ignored, classes);
    }

    static void checkTargets(String operation, IntTensor targets, int ignored, int classes) {
        for (int row = 0; row < targets.shape().count(); row++) {
            int target = targets.get(row);
            if (target != ignored && (target < 0 || target >= classes)) {
                throw new IndexOutOfBoundsException(
                        "%s: target %d at row %d is out of range: expected 0 to %d, or %d for rows to ignore"
                                .formatted(operation, target, row, classes - 1, ignored));
            }
        }
    }
}
