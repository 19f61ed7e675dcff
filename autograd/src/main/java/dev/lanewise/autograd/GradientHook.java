package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.function.UnaryOperator;

/** Hands its operand on, and what a user's code makes of its gradient back. */
record GradientHook(UnaryOperator<Variable> hook) implements CustomOp {
    @Override
    public String name() {
        return "gradientHook";
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        return Computed.of(operands.getFirst());
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        saved.give(0, () -> {
            T gradient = saved.gradient();
            // A gradient that remembers is shown as it is, so that what is made of it does; a value as a constant.
            boolean remembers = gradient instanceof Variable;
            Variable shown = gradient instanceof Variable variable ? variable : Variable.constantOf(gradient.value());
            Variable made = hook.apply(shown);
            if (!made.shape().equals(gradient.shape()) || made.dtype() != gradient.dtype()) {
                throw new IllegalArgumentException(
                        "mapGradient: the function made a gradient of shape %s and type %s, expected %s and %s as it was given"
                                .formatted(made.shape(), made.dtype(), gradient.shape(), gradient.dtype()));
            }
            @SuppressWarnings("unchecked") // T is Variable if the gradient is one, else Tensor: there is no other
            T given = (T) (remembers ? made : made.value());
            return given;
        });
    }
}
