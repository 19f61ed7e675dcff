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

    /**
     * Running sums along an axis: element i is the sum of elements 0 … i, or, reversed, of elements i … n−1. Added in
     * that order in double precision, as in PyTorch.
     */
    record CumSum(int axis, boolean reversed) implements ReductionOp {
        @Override
        public String name() {
            return "cumSum";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst().contiguous();
            Tensor result = Tensor.toBeWritten(x.dtype(), x.shape());
            Lines lines = Lines.of(x.shape(), axis, reversed);
            switch (x.dtype()) {
                case FLOAT32 -> lines.forEach(start -> run(x.floats(), x.offset(), result.floats(), start, lines));
                case FLOAT64 -> lines.forEach(start -> run(x.doubles(), x.offset(), result.doubles(), start, lines));
            }
            return Computed.of(result);
        }

        private static void run(float[] x, int offset, float[] result, int start, Lines lines) {
            int step = lines.step();
            double sum = 0;
            for (int at = start, end = start + lines.length() * step; at != end; at += step) {
                sum += x[offset + at];
                result[at] = (float) sum;
            }
        }

        private static void run(double[] x, int offset, double[] result, int start, Lines lines) {
            int step = lines.step();
            double sum = 0;
            for (int at = start, end = start + lines.length() * step; at != end; at += step) {
                sum += x[offset + at];
                result[at] = sum;
            }
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().apply(new CumSum(axis, !reversed)));
        }
    }

    /**
     * What factors a and terms b of one shape make along an axis, one step after the other: yᵢ = aᵢ · yᵢ₋₁ + bᵢ, of
     * which the first is b₀, whatever a₀; reversed, from the last element to the first. Computed in double precision,
     * as CumSum.
     *
     * <p>The gradients are such a recurrence in the other direction: b's is tᵢ = gᵢ + aᵢ₊₁ · tᵢ₊₁, and a's is tᵢ ·
     * yᵢ₋₁.
     */
    record CumMulAdd(int axis, boolean reversed) implements ReductionOp {
        /** The product, but 0 of 0 and of what has overflowed: nothing comes of what nothing flows into. */
        private static final Formula PRODUCT_OR_ZERO = Formula.of(
                "productOrZero",
                (x, t) -> x.eq(0).min(t.abs().eq(Double.POSITIVE_INFINITY)).select(0, x.mul(t)));

        @Override
        public String name() {
            return "cumMulAdd";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.get(0).contiguous();
            Tensor b = operands.get(1).contiguous();
            Tensor result = Tensor.toBeWritten(a.dtype(), a.shape());
            Lines lines = Lines.of(a.shape(), axis, reversed);
            switch (a.dtype()) {
                case FLOAT32 ->
                    lines.forEach(start ->
                            run(a.floats(), a.offset(), b.floats(), b.offset(), result.floats(), start, lines));
                case FLOAT64 ->
                    lines.forEach(start ->
                            run(a.doubles(), a.offset(), b.doubles(), b.offset(), result.doubles(), start, lines));
            }
            return Computed.of(result);
        }

        private static void run(
                float[] a, int aOffset, float[] b, int bOffset, float[] result, int start, Lines lines) {
            int step = lines.step();
            double y = b[bOffset + start];
            result[start] = b[bOffset + start];
            for (int at = start + step, end = start + lines.length() * step; at != end; at += step) {
                y = a[aOffset + at] * y + b[bOffset + at];
                result[at] = (float) y;
            }
        }

        private static void run(
                double[] a, int aOffset, double[] b, int bOffset, double[] result, int start, Lines lines) {
            int step = lines.step();
            double y = b[bOffset + start];
            result[start] = b[bOffset + start];
            for (int at = start + step, end = start + lines.length() * step; at != end; at += step) {
                y = a[aOffset + at] * y + b[bOffset + at];
                result[at] = y;
            }
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            return 2L * operands.getFirst().count();
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return operand == 0;
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int forth = reversed ? -1 : 1; // moves each element to the next one's place
            var back = new CumMulAdd(axis, !reversed);
            T factors = saved.operand(0).pad(axis, -forth, forth);
            T terms = factors.applyAll(back, List.of(factors, saved.gradient())).getFirst();
            saved.give(0, () -> saved.result(0).pad(axis, forth, -forth).map(PRODUCT_OR_ZERO, terms));
            saved.give(1, () -> terms);
        }
    }
}
