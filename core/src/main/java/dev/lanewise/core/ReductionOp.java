package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.List;
import java.util.function.IntPredicate;

/** Operations that reduce axes to single elements, and running sums. */
sealed interface ReductionOp extends PrimitiveOp {
    @Override
    default long flops(List<Shape> operands, List<Shape> results) {
        return operands.getFirst().count();
    }

    /** The sum over axes. Every element's gradient is that of its sum. */
    record Sum(Axes axes) implements ReductionOp {
        @Override
        public String name() {
            return "sum";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Reductions.reduce(Formulas.IDENTITY, operands, axes, Reduction.SUM));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            Shape shape = saved.operandShape(0);
            saved.give(
                    0,
                    () -> saved.gradient()
                            .reshape(axes.keptShape(shape).toArray())
                            .expand(shape));
        }
    }

    /**
     * The largest (or smallest) element over axes; NaN counts as both. Elements that tie share the gradient evenly, as
     * in PyTorch's amax.
     */
    record Extreme(Axes axes, boolean largest) implements ReductionOp {
        @Override
        public String name() {
            return largest ? "amax" : "amin";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Shape shape = operands.getFirst().shape();
            if (axes.count(shape) == 0) {
                throw new IllegalArgumentException(
                        "%s: axes %s of shape %s hold no element to choose from".formatted(name(), axes, shape));
            }
            return Computed.of(
                    Reductions.reduce(Formulas.IDENTITY, operands, axes, largest ? Reduction.MAX : Reduction.MIN));
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
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int[] kept = axes.keptShape(saved.operandShape(0)).toArray();
            saved.give(0, () -> {
                T chosen = saved.operand(0).eq(saved.result(0).reshape(kept)); // 1 where an element is the extreme
                return chosen.mul(saved.gradient().reshape(kept).div(chosen.sum(axes.kept())));
            });
        }
    }

    /** Running sums along an axis: element i is the sum of elements 0 … i, or, reversed, of elements i … n−1. */
    record CumSum(int axis, boolean reversed) implements ReductionOp {
        @Override
        public String name() {
            return "cumSum";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst().contiguous();
            Tensor result = Tensor.toBeWritten(x.dtype(), x.shape());
            int n = x.shape().sizeAlong(axis);
            int inner = x.shape().countFrom(axis + 1);
            int step = reversed ? -inner : inner;
            for (int block = 0; block < x.shape().count(); block += n * inner) {
                for (int column = 0; column < inner; column++) {
                    int start = block + column + (reversed ? (n - 1) * inner : 0);
                    switch (x.dtype()) {
                        case FLOAT32 -> run(x.floats(), x.offset(), result.floats(), start, step, n);
                        case FLOAT64 -> run(x.doubles(), x.offset(), result.doubles(), start, step, n);
                    }
                }
            }
            return Computed.of(result);
        }

        private static void run(float[] x, int offset, float[] result, int start, int step, int n) {
            float sum = 0;
            for (int i = 0, at = start; i < n; i++, at += step) {
                sum += x[offset + at];
                result[at] = sum;
            }
        }

        private static void run(double[] x, int offset, double[] result, int start, int step, int n) {
            double sum = 0;
            for (int i = 0, at = start; i < n; i++, at += step) {
                sum += x[offset + at];
                result[at] = sum;
            }
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().apply(new CumSum(axis, !reversed)));
        }
    }
}
