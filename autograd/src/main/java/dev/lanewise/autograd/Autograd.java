package dev.lanewise.autograd;

import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gradients by chosen variables, which remember how they were computed: one can differentiate them again. */
public final class Autograd {
    private Autograd() {}

    /**
     * The gradients of a number by each of the given variables, leaves or not.
     *
     * <pre>{@code
     * Variable x = Variable.of(Tensor.scalar(3));
     * Variable first = Autograd.grad(x.pow(3), List.of(x)).getFirst();      // 3x² = 27
     * Variable second = Autograd.grad(first, List.of(x)).getFirst();        // 6x = 18
     * }</pre>
     *
     * @return of each variable, the gradient, of its shape; zeros where the number does not depend on it
     * @throws IllegalStateException if the number is not a single element
     */
    public static List<Variable> grad(Variable of, List<Variable> by) {
        if (of.shape().count() != 1) {
            throw new IllegalStateException(
                    "grad: shape %s has %d elements, expected one; reduce it (as with sum()), or give the gradient to start with"
                            .formatted(of.shape(), of.shape().count()));
        }
        return grad(of, Variable.constantOf(Tensor.ones(of.dtype(), of.shape())), by);
    }

    /**
     * The gradients of Σ of · gradient by each of the given variables.
     *
     * @param gradient the gradient to start with, of the shape of {@code of}
     */
    public static List<Variable> grad(Variable of, Variable gradient, List<Variable> by) {
        if (!gradient.shape().equals(of.shape())) {
            throw new IllegalArgumentException(
                    "grad: the gradient has shape %s, expected %s".formatted(gradient.shape(), of.shape()));
        }
        List<@Nullable Variable> found = Backward.throughVariables(List.of(of), List.of(gradient), by);
        List<Variable> results = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            Variable variable = by.get(i);
            Variable result = found.get(i);
            results.add(
                    result != null ? result : Variable.constantOf(Tensor.zeros(variable.dtype(), variable.shape())));
        }
        return results;
    }
}
