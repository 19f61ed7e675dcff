package dev.lanewise.core;

import dev.lanewise.core.kernel.Indexing;
import java.util.List;

/** Operations that pick elements by number, and their adjoints, which add to picked elements. */
sealed interface IndexOp extends PrimitiveOp {
    /** Slices of an axis, by their numbers, one behind the other; a slice may be picked more than once. */
    record IndexSelect(int axis, IntTensor indices) implements IndexOp {
        @Override
        public String name() {
            return "indexSelect";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst().contiguous();
            int size = x.shape().sizeAlong(axis);
            indices.checkRange(name(), "index", size);
            int inner = x.shape().countFrom(axis + 1);
            int outer = x.shape().count() / Math.max(1, size * inner);
            int count = indices.shape().count();
            Tensor result = Tensor.toBeWritten(x.dtype(), x.shape().withSize(axis, count));
            int[] picked = indices.values();
            for (int block = 0; block < outer; block++) {
                for (int i = 0; i < count; i++) {
                    System.arraycopy(
                            x.array(),
                            x.offset() + (block * size + picked[i]) * inner,
                            result.array(),
                            (block * count + i) * inner,
                            inner);
                }
            }
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int size = saved.operandShape(0).sizeAlong(axis);
            Tensor sum = axis == 0 ? saved.sumToAddTo(0) : null;
            if (sum != null && saved.gradient() instanceof Tensor gradient) { // a large table, of which few rows change
                Tensor source = gradient.contiguous();
                int inner = sum.shape().countFrom(1);
                Indexing.addRowSums(
                        source.floats(), source.offset(), sum.floats(), sum.offset(), indices.values(), inner);
            } else {
                saved.give(0, () -> saved.gradient().apply(new IndexAdd(axis, indices, size)));
            }
        }
    }

    /**
     * The adjoint of {@link IndexSelect}: zeros, to whose slices the operand's slices are added in the order of the
     * indices.
     */
    record IndexAdd(int axis, IntTensor indices, int size) implements IndexOp {
        @Override
        public String name() {
            return "indexAdd";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor source = operands.getFirst().contiguous();
            indices.checkRange(name(), "index", size);
            Tensor result = Tensor.allocate(source.dtype(), source.shape().withSize(axis, size));
            int inner = source.shape().countFrom(axis + 1);
            int count = indices.shape().count();
            int outer = source.shape().count() / Math.max(1, count * inner);
            for (int block = 0; block < outer; block++) {
                Indexing.addRows(
                        source.array(),
                        source.offset() + block * count * inner,
                        result.array(),
                        block * size * inner,
                        indices.values(),
                        inner);
            }
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().apply(new IndexSelect(axis, indices)));
        }
    }

    /**
     * Of each position of the indices, the operand's element there, but with the index as its number along the axis.
     */
    record Gather(int axis, IntTensor indices) implements IndexOp {
        @Override
        public String name() {
            return "gather";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst().contiguous();
            indices.checkRange(name(), "index", x.shape().sizeAlong(axis));
            int[] positions = positions(indices, axis, x.shape());
            Tensor result = Tensor.toBeWritten(x.dtype(), indices.shape());
            Indexing.take(x.array(), x.offset(), positions, result.array());
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            Shape shape = saved.operandShape(0);
            saved.give(0, () -> saved.gradient().apply(new ScatterAdd(axis, indices, shape)));
        }
    }

    /**
     * The adjoint of {@link Gather}: zeros of a shape, to which each element of the operand is added at its index along
     * the axis.
     */
    record ScatterAdd(int axis, IntTensor indices, Shape shape) implements IndexOp {
        @Override
        public String name() {
            return "scatterAdd";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor source = operands.getFirst().contiguous();
            indices.checkRange(name(), "index", shape.sizeAlong(axis));
            Tensor result = Tensor.allocate(source.dtype(), shape);
            Indexing.add(source.array(), source.offset(), positions(indices, axis, shape), result.array());
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().apply(new Gather(axis, indices)));
        }
    }

    /** Of each element of the indices, the row-major position in a tensor of the given shape that it picks. */
    static int[] positions(IntTensor indices, int axis, Shape shape) {
        int[] strides = shape.contiguousStrides();
        int[] values = indices.values();
        int[] positions = new int[values.length];
        int[] at = new int[shape.rank()];
        for (int i = 0; i < values.length; i++) {
            int position = 0;
            for (int other = 0; other < at.length; other++) {
                position += (other == axis ? values[i] : at[other]) * strides[other];
            }
            positions[i] = position;
            for (int last = at.length - 1;
                    last >= 0 && ++at[last] == indices.shape().size(last);
                    last--) {
                at[last] = 0;
            }
        }
        return positions;
    }
}
