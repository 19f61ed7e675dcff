package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Operations that rearrange elements without computing: views where strides allow. The backward pass rearranges them
 * back.
 */
sealed interface ViewOp extends PrimitiveOp {
    /** Repeats axes of size 1, and adds axes in front, to reach a shape. */
    record Expand(Shape to) implements ViewOp {
        @Override
        public String name() {
            return "expand";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Views.expand(operands.getFirst(), to));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().sumTo(saved.operandShape(0)));
        }
    }

    /** Puts the axes in another order: axis i of the result is axis order[i] of the operand. */
    record Permute(List<Integer> order) implements ViewOp {
        @Override
        public String name() {
            return "permute";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Views.permute(operands.getFirst(), toArray(order)));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int[] inverse = new int[order.size()];
            for (int axis = 0; axis < inverse.length; axis++) {
                inverse[order.get(axis)] = axis;
            }
            saved.give(0, () -> saved.gradient().permute(inverse));
        }
    }

    /** The same elements in the same order under another shape. */
    record Reshape(Shape to) implements ViewOp {
        @Override
        public String name() {
            return "reshape";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Views.reshape(operands.getFirst(), to));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().reshape(saved.operandShape(0).toArray()));
        }
    }

    /** Elements from, from + step, … along an axis, count of them. */
    record Slice(int axis, int from, int step, int count) implements ViewOp {
        @Override
        public String name() {
            return "slice";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Views.slice(operands.getFirst(), axis, from, step, count));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(
                    0,
                    () -> saved.gradient()
                            .apply(new PlaceSlice(
                                    axis, from, step, saved.operandShape(0).size(axis))));
        }
    }

    /** The adjoint of a slice: zeros, with the operand at the slice's place. */
    record PlaceSlice(int axis, int from, int step, int size) implements ViewOp {
        @Override
        public String name() {
            return "placeSlice";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst();
            Tensor result = Tensor.allocate(x.dtype(), x.shape().withSize(axis, size));
            Views.copyInto(x, Views.slice(result, axis, from, step, x.shape().size(axis)));
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int count = saved.operandShape(0).size(axis);
            saved.give(0, () -> saved.gradient().apply(new Slice(axis, from, step, count)));
        }
    }

    /** A tensor cut along an axis into pieces of the given sizes; each piece is a view. */
    record Split(int axis, List<Integer> sizes) implements ViewOp {
        @Override
        public String name() {
            return "split";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            List<Tensor> pieces = new ArrayList<>(sizes.size());
            int from = 0;
            for (int size : sizes) {
                pieces.add(Views.slice(operands.getFirst(), axis, from, 1, size));
                from += size;
            }
            return Computed.of(pieces);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> {
                List<T> gradients = new ArrayList<>(sizes.size());
                for (int piece = 0; piece < sizes.size(); piece++) {
                    gradients.add(saved.gradient(piece));
                }
                return TensorOps.concat(axis, gradients);
            });
        }
    }

    /** The boxed form in which records hold small arrays, so that equal operations are equal. */
    static List<Integer> boxed(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static int[] toArray(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
