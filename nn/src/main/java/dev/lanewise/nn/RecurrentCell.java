package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One step of a {@link Recurrent} layer, [batch, inputs] → [batch, hidden], for loops of one's own: {@link RnnCell},
 * {@link GruCell}, {@link LstmCell}. A whole sequence at once, as by those layers, is faster.
 *
 * <p>Parameters, with PyTorch's names: {@code weight_ih} [gates · hidden, inputs], {@code weight_hh} [gates · hidden,
 * hidden] and, unless left out, {@code bias_ih} and {@code bias_hh} [gates · hidden], all drawn evenly from ±1/√hidden.
 */
public abstract sealed class RecurrentCell extends Layer permits RnnCell, GruCell, LstmCell {
    private final int inputs;
    private final int hidden;
    private final Formula cell;
    private final int stateCount;

    /** Two weights and perhaps two biases. */
    private final List<Parameter> weights = new ArrayList<>();

    /**
     * A cell.
     *
     * @param cell makes the next states, as {@link TensorOps#recurrent} takes it
     */
    RecurrentCell(int inputs, int hidden, int gates, boolean bias, Formula cell, int stateCount) {
        if (inputs < 1 || hidden < 1) {
            throw new IllegalArgumentException("%s: %d inputs and a state of %d, expected at least one of each"
                    .formatted(getClass().getSimpleName(), inputs, hidden));
        }
        this.inputs = inputs;
        this.hidden = hidden;
        this.cell = cell;
        this.stateCount = stateCount;
        Initializer initializer = Initializer.uniformByInputs(hidden);
        weights.add(parameter("weight_ih", Shape.of(gates * hidden, inputs), initializer));
        weights.add(parameter("weight_hh", Shape.of(gates * hidden, hidden), initializer));
        if (bias) {
            weights.add(parameter("bias_ih", Shape.of(gates * hidden), initializer));
            weights.add(parameter("bias_hh", Shape.of(gates * hidden), initializer));
        }
    }

    /** The states to begin with: zeros. */
    final List<Variable> zeros(Variable x) {
        checkInput(x);
        Shape shape = Shape.of(x.shape().size(0), hidden);
        return Collections.nCopies(stateCount, Variable.constantOf(Tensor.zeros(x.dtype(), shape)));
    }

    /** The states after those given. */
    final List<Variable> next(Variable x, List<Variable> states) {
        checkInput(x);
        Shape expected = Shape.of(x.shape().size(0), hidden);
        for (Variable state : states) {
            if (!state.shape().equals(expected)) {
                throw new IllegalArgumentException(
                        "%s: a state has shape %s, expected %s".formatted(describeSelf(), state.shape(), expected));
            }
            checkType(state, weights.getFirst());
        }
        boolean bias = weights.size() > 2;
        List<Variable> results = x.unsqueeze(1) // (batch, time, inputs)
                .recurrent(
                        cell,
                        weights.get(0).value(),
                        weights.get(1).value(),
                        bias ? weights.get(2).value() : null,
                        bias ? weights.get(3).value() : null,
                        states,
                        false);
        return results.subList(1, results.size());
    }

    private void checkInput(Variable x) {
        if (x.shape().rank() != 2 || x.shape().size(1) != inputs) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected [batch, %d]".formatted(describeSelf(), x.shape(), inputs));
        }
        checkType(x, weights.getFirst());
    }

    @Override
    public String toString() {
        return "%s(%d → %d%s)"
                .formatted(getClass().getSimpleName(), inputs, hidden, weights.size() > 2 ? "" : ", no bias");
    }
}
