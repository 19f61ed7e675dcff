package dev.lanewise.core;

import java.util.ArrayList;
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

    /** Windows along an axis: see {@link Views#unfold}. */
    record Unfold(int axis, int size, int step, int dilation) implements ViewOp {
        @Override
        public String name() {
            return "unfold";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Views.unfold(operands.getFirst(), axis, size, step, dilation));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int n = saved.operandShape(0).size(axis);
            saved.give(0, () -> saved.gradient().apply(new Fold(axis, n, step, dilation)));
        }
    }

    /** The adjoint of {@link Unfold}: zeros along the axis, to which the elements of all windows are added. */
    record Fold(int axis, int n, int step, int dilation) implements ViewOp {
        @Override
        public String name() {
            return "fold";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst();
            int last = x.shape().rank() - 1;
            int count = x.shape().size(axis);
            Tensor result = Tensor.allocate(x.dtype(), x.shape().without(last).withSize(axis, n));
            for (int i = 0; i < x.shape().size(last); i++) {
                Tensor element = Views.slice(x, last, i, 1, 1);
                Tensor place = Views.slice(result, axis, i * dilation, step, count);
                Views.addInto(Views.reshape(element, place.shape()), place);
            }
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int size = saved.operandShape(0).size(-1);
            saved.give(0, () -> saved.gradient().apply(new Unfold(axis, size, step, dilation)));
        }
    }

    /** A diagonal of two axes, the first before the second: see {@link Views#diagonal}. */
    record Diagonal(int offset, int first, int second) implements ViewOp {
        @Override
        public String name() {
            return "diagonal";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(Views.diagonal(operands.getFirst(), offset, first, second));
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int rows = saved.operandShape(0).size(first);
            int columns = saved.operandShape(0).size(second);
            saved.give(0, () -> saved.gradient().apply(new PlaceDiagonal(offset, first, second, rows, columns)));
        }
    }

    /** The adjoint of a diagonal: zeros, with the operand's last axis at the diagonal's place. */
    record PlaceDiagonal(int offset, int first, int second, int rows, int columns) implements ViewOp {
        @Override
        public String name() {
            return "diagEmbed";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor x = operands.getFirst();
            Shape shape = x.shape().without(-1).with(first, rows).with(second, columns);
            Tensor result = Tensor.allocate(x.dtype(), shape);
            Views.copyInto(x, Views.diagonal(result, offset, first, second));
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> saved.gradient().apply(new Diagonal(offset, first, second)));
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
            return Computed.of(Views.split(operands.getFirst(), axis, sizes));
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
        var boxes = new Integer[values.length];
        for (int i = 0; i < values.length; i++) {
            boxes[i] = values[i];
        }
        return List.of(boxes);
    }

    private static int[] toArray(List<Integer> boxes) {
        int[] values = new int[boxes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = boxes.get(i);
        }
        return values;
    }
}
