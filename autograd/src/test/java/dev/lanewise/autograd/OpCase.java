package dev.lanewise.autograd;

import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * A function to be tested, made of one method of the library.
 *
 * @param method the method's name
 * @param op the record that has to occur in its graph, "Elementwise:" with a formula's name for those; empty for any
 * @param operands FLOAT64, each number exact in single precision
 * @param function what is tested
 * @param reference the same, naively
 * @param empty operands without elements, or none where they make no sense
 * @param smooth whether finite differences can be taken at the operands
 */
record OpCase(
        String method,
        String op,
        List<Tensor> operands,
        Function<List<Variable>, Variable> function,
        Function<List<Tensor>, Tensor> reference,
        List<Tensor> empty,
        boolean smooth) {
    static OpCase of(
            String method,
            String op,
            Function<List<Variable>, Variable> function,
            Function<List<Tensor>, Tensor> reference,
            Tensor... operands) {
        return new OpCase(method, op, List.of(operands), function, reference, List.of(), true);
    }

    OpCase withEmpty(Tensor... tensors) {
        return new OpCase(method, op, operands, function, reference, List.of(tensors), smooth);
    }

    @Override
    public String toString() {
        return method + operands.stream().map(Tensor::shape).toList();
    }
}
