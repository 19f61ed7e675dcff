package dev.lanewise.core;

import dev.lanewise.core.kernel.Collapsed;
import dev.lanewise.core.kernel.DoubleRowKernel;
import dev.lanewise.core.kernel.Parallel;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a formula's row kernel over strided, broadcast tensors of any shape, in parallel where there is enough to do.
 */
final class RowLoop {
    /**
     * Below this number of elements the caller does it alone: handing a task to another thread takes some microseconds,
     * in which a core makes about this many cheap elements.
     */
    private static final int PARALLEL_ELEMENTS = 1 << 15;
    /** The least number of elements handed to a thread at a time. */
    private static final int TASK_ELEMENTS = 1 << 13;

    private RowLoop() {}

    static Reduction[] repeat(Reduction kind, int count) {
        Reduction[] kinds = new Reduction[count];
        Arrays.fill(kinds, kind);
        return kinds;
    }

    /** Writes a formula's results, of one shape, elementwise; the operands broadcast to that shape. */
    static void run(Formula formula, List<Tensor> operands, List<Tensor> results, Reduction[] kinds) {
        Shape shape = results.getFirst().shape();
        if (shape.isEmpty() || runFlat(formula, shape, operands, results, kinds)) {
            return;
        }
        Walk walk = Walk.over(shape, new boolean[shape.rank()], operands, results);
        Call call = Call.of(formula, walk, kinds);
        int inner = walk.innerSize();
        int rows = walk.rows();
        int outer = walk.axes.outerCount(2);
        if (!worthSharing(shape.count())) {
            walk.axes.forEachOuter(2, (offsets, position) -> call.run(offsets, 0, rows, 0, inner));
        } else if (outer > 1) {
            Parallel.forRange(
                    outer,
                    grain(inner * rows),
                    (from, to) -> walk.axes.forEachOuter(
                            2, from, to, (offsets, position) -> call.run(offsets, 0, rows, 0, inner)));
        } else if (rows > 1) {
            int[] offsets = new int[walk.arrayCount()];
            Parallel.forRange(rows, grain(inner), (from, to) -> call.run(offsets, from, to, 0, inner));
        } else {
            int[] offsets = new int[walk.arrayCount()];
            Parallel.forRange(inner, TASK_ELEMENTS, (from, to) -> call.run(offsets, 0, 1, from, to));
        }
    }

    /**
     * The common case, without the cost of working out a walk: every float32 operand lies in memory as the results do,
     * or is a single number. False, with nothing done, where it is another case.
     */
    private static boolean runFlat(
            Formula formula, Shape shape, List<Tensor> operands, List<Tensor> results, Reduction[] kinds) {
        int n = shape.count();
        long numbers = 0;
        float[][] in = new float[operands.size()][];
        int[] inOffset = new int[in.length];
        for (int i = 0; i < in.length; i++) {
            Tensor operand = operands.get(i);
            if (operand.dtype() != DType.FLOAT32) {
                return false;
            }
            if (operand.shape().count() == 1) {
                numbers |= n == 1 ? 0 : 1L << i;
            } else if (!operand.shape().equals(shape) || !operand.isContiguous()) {
                return false;
            }
            in[i] = operand.floats();
            inOffset[i] = operand.offset();
        }
        float[][] out = new float[results.size()][];
        int[] outOffset = new int[out.length];
        for (int i = 0; i < out.length; i++) {
            Tensor result = results.get(i);
            if (kinds[i] != Reduction.STORE || !result.isContiguous()) {
                return false;
            }
            out[i] = result.floats();
            outOffset[i] = result.offset();
        }
        RowKernel kernel = formula.kernel(numbers, kinds);
        int[] rowStride = new int[Math.max(in.length, out.length)]; // there is one row
        if (!worthSharing(n)) {
            kernel.run(in, inOffset, rowStride, out, outOffset, rowStride, 1, n);
        } else {
            long perRow = numbers;
            Parallel.forRange(n, TASK_ELEMENTS, (from, to) -> {
                int[] inFrom = inOffset.clone();
                for (int i = 0; i < inFrom.length; i++) {
                    inFrom[i] += (perRow >> i & 1) == 0 ? from : 0;
                }
                int[] outFrom = outOffset.clone();
                for (int i = 0; i < outFrom.length; i++) {
                    outFrom[i] += from;
                }
                kernel.run(in, inFrom, rowStride, out, outFrom, rowStride, 1, to - from);
            });
        }
        return true;
    }

    /** How many units of the given number of elements one task should hold. */
    static int grain(int elements) {
        return Math.max(1, TASK_ELEMENTS / Math.max(elements, 1));
    }

    static boolean worthSharing(long elements) {
        return elements >= PARALLEL_ELEMENTS && Parallel.threads() > 1;
    }

    /** The collapsed axes of a loop, with operands made dense where their innermost stride is neither 0 nor 1. */
    static final class Walk {
        final Collapsed axes;
        final List<Tensor> operands;
        final List<Tensor> results;

        private Walk(Collapsed axes, List<Tensor> operands, List<Tensor> results) {
            this.axes = axes;
            this.operands = operands;
            this.results = results;
        }

        /** A loop whose axes are given. */
        static Walk exactly(Collapsed axes, List<Tensor> operands, List<Tensor> results) {
            return new Walk(axes, operands, results);
        }

        /**
         * Collapses the axes of a loop.
         *
         * @param marked of each axis, its mark: only axes of equal marks are merged
         * @param operands broadcast to the shape
         * @param results of the shape; a stride may be 0 where elements are reduced to one
         */
        static Walk over(Shape shape, boolean[] marked, List<Tensor> operands, List<Tensor> results) {
            Collapsed axes = collapse(shape, marked, operands, results);
            List<Tensor> walkable = new ArrayList<>(operands);
            boolean copied = false;
            for (int i = 0; i < operands.size(); i++) {
                int stride = axes.rank() == 0 ? 0 : axes.stride(i, axes.rank() - 1);
                if (stride != 0 && stride != 1) {
                    walkable.set(i, Views.copy(operands.get(i)));
                    copied = true;
                }
            }
            return new Walk(copied ? collapse(shape, marked, walkable, results) : axes, walkable, results);
        }

        private static Collapsed collapse(Shape shape, boolean[] marked, List<Tensor> operands, List<Tensor> results) {
            int[][] strides = new int[operands.size() + results.size()][];
            for (int i = 0; i < strides.length; i++) {
                strides[i] = i < operands.size()
                        ? Views.expandedStrides(operands.get(i), shape)
                        : results.get(i - operands.size()).strides();
            }
            return Collapsed.of(shape.toArray(), marked, strides);
        }

        int arrayCount() {
            return operands.size() + results.size();
        }

        int innerSize() {
            return axes.rank() == 0 ? 1 : axes.size(axes.rank() - 1);
        }

        int rows() {
            return axes.rank() < 2 ? 1 : axes.size(axes.rank() - 2);
        }

        /**
         * The stride of an array along the innermost axis; 1 where there is a single element, of which it does not
         * matter.
         */
        int innerStride(int array) {
            return axes.rank() == 0 ? 1 : axes.stride(array, axes.rank() - 1);
        }

        int rowStride(int array) {
            return axes.rank() < 2 ? 0 : axes.stride(array, axes.rank() - 2);
        }

        long rowConstants() {
            long mask = 0;
            for (int i = 0; i < operands.size(); i++) {
                mask |= innerStride(i) == 0 ? 1L << i : 0;
            }
            return mask;
        }
    }

    /** A kernel bound to the arrays of a walk. */
    abstract static class Call {
        private final Walk walk;

        private Call(Walk walk) {
            this.walk = walk;
        }

        static Call of(Formula formula, Walk walk, Reduction... kinds) {
            return switch (walk.operands.getFirst().dtype()) {
                case FLOAT32 -> new FloatCall(formula.kernel(walk.rowConstants(), kinds), walk);
                case FLOAT64 -> new DoubleCall(formula.doubleKernel(walk.rowConstants(), kinds), walk);
            };
        }

        abstract void invoke(int[] in, int[] inRow, int[] out, int[] outRow, int rows, int n);

        /**
         * Runs the kernel on a block of rows and columns of the two innermost axes, each array walked by its own
         * strides.
         *
         * @param offsets of each array, the offset of the block's matrix relative to the array's first element
         */
        final void run(int[] offsets, int rowFrom, int rowTo, int from, int to) {
            int operands = walk.operands.size();
            int[] in = new int[operands];
            int[] inRow = new int[operands];
            int[] out = new int[walk.results.size()];
            int[] outRow = new int[out.length];
            for (int i = 0; i < operands; i++) {
                inRow[i] = walk.rowStride(i);
                in[i] = walk.operands.get(i).offset()
                        + offsets[i]
                        + rowFrom * inRow[i]
                        + (walk.innerStride(i) == 0 ? 0 : from);
            }
            for (int i = 0; i < out.length; i++) {
                int array = operands + i;
                outRow[i] = walk.rowStride(array);
                out[i] = walk.results.get(i).offset()
                        + offsets[array]
                        + rowFrom * outRow[i]
                        + from * walk.innerStride(array);
            }
            invoke(in, inRow, out, outRow, rowTo - rowFrom, to - from);
        }
    }

    private static final class FloatCall extends Call {
        private final RowKernel kernel;
        private final float[][] in;
        private final float[][] out;

        FloatCall(RowKernel kernel, Walk walk) {
            super(walk);
            this.kernel = kernel;
            this.in = new float[walk.operands.size()][];
            for (int i = 0; i < in.length; i++) {
                in[i] = walk.operands.get(i).floats();
            }
            this.out = new float[walk.results.size()][];
            for (int i = 0; i < out.length; i++) {
                out[i] = walk.results.get(i).floats();
            }
        }

        @Override
        void invoke(int[] inOffset, int[] inRow, int[] outOffset, int[] outRow, int rows, int n) {
            kernel.run(in, inOffset, inRow, out, outOffset, outRow, rows, n);
        }
    }

    private static final class DoubleCall extends Call {
        private final DoubleRowKernel kernel;
        private final double[][] in;
        private final double[][] out;

        DoubleCall(DoubleRowKernel kernel, Walk walk) {
            super(walk);
            this.kernel = kernel;
            this.in = new double[walk.operands.size()][];
            for (int i = 0; i < in.length; i++) {
                in[i] = walk.operands.get(i).doubles();
            }
            this.out = new double[walk.results.size()][];
            for (int i = 0; i < out.length; i++) {
                out[i] = walk.results.get(i).doubles();
            }
        }

        @Override
        void invoke(int[] inOffset, int[] inRow, int[] outOffset, int[] outRow, int rows, int n) {
            kernel.run(in, inOffset, inRow, out, outOffset, outRow, rows, n);
        }
    }
}
