package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;

/** A formula of one operand, applied to each element. */
public final class Activation extends Layer implements Transform {
    private final Formula formula;

    /** The activation. */
    public Activation(Formula formula) {
        if (formula.arity() != 1 || formula.resultCount() != 1) {
            throw new IllegalArgumentException("Activation: %s has %d operands and %d results, expected one of each"
                    .formatted(formula.name(), formula.arity(), formula.resultCount()));
        }
        this.formula = formula;
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return x.map(formula);
    }

    @Override
    public String toString() {
        return "Activation(%s)".formatted(formula.name());
    }
}
