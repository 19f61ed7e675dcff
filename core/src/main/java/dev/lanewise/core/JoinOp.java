package dev.lanewise.core;

import java.util.List;

/** Joining several tensors into one. */
sealed interface JoinOp extends PrimitiveOp {
    /**
     * Tensors one behind the other along an axis; the other sizes are equal. Those that lie so already, as pieces of
     * one that was split, are not copied.
     */
    record Concat(int axis) implements JoinOp {
        @Override
        public String name() {
            return "concat";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Elementwise.checkTypes("concat", operands);
            Tensor joined = Views.joined(operands, axis);
            if (joined != null) {
                return Computed.of(joined);
            }
            Tensor first = operands.getFirst();
            int size = 0;
            for (Tensor operand : operands) {
                size = Math.addExact(size, operand.shape().size(axis));
            }
            Tensor result = Tensor.toBeWritten(first.dtype(), first.shape().withSize(axis, size));
            int from = 0;
            for (Tensor operand : operands) {
                int count = operand.shape().size(axis);
                Views.copyInto(operand, Views.slice(result, axis, from, 1, count));
                from += count;
            }
            return Computed.of(result);
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            int from = 0;
            for (int i = 0; i < saved.operandCount(); i++) {
                int start = from;
                int count = saved.operandShape(i).size(axis);
                saved.give(i, () -> saved.gradient().slice(axis, start, start + count));
                from += count;
            }
        }
    }
}
