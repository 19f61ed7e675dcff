package dev.lanewise.benchmarks;

import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import java.util.List;

/** One elementwise function of one or two operands, of random numbers. */
public final class Pointwise {
    private final Formula formula;
    private final Tensor x;
    private final Tensor y;
    private final List<Tensor> operands;
    private final MutableTensor target;

    /** The function of that name over so many elements. */
    public Pointwise(String function, int count) {
        formula = switch (function) {
            case "add" -> Formula.of(function, (a, b) -> a.add(b));
            case "mul" -> Formula.of(function, (a, b) -> a.mul(b));
            case "exp" -> Formula.of(function, a -> a.exp());
            case "tanh" -> Formula.of(function, a -> a.tanh());
            case "gelu" -> Formula.of(function, a -> a.gelu());
            case "geluTanh" -> Formula.of(function, a -> a.geluTanh());
            default ->
                throw new IllegalArgumentException(
                        "function %s: expected add, mul, exp, tanh, gelu or geluTanh".formatted(function));
        };
        x = Rng.of(1).normal(count);
        y = Rng.of(2).normal(count);
        operands = formula.arity() == 1 ? List.of(x) : List.of(x, y);
        target = new MutableTensor("target", x);
    }

    /** The first operand. */
    public Tensor x() {
        return x;
    }

    /** The second operand, where there is one. */
    public Tensor y() {
        return y;
    }

    /** The result as a new tensor. */
    public Tensor allocating() {
        return operands.size() == 1 ? x.map(formula) : x.map(formula, y);
    }

    /** The result in storage that is there already. */
    public MutableTensor intoExisting() {
        MutableTensor.update(formula, List.of(target), operands);
        return target;
    }
}
