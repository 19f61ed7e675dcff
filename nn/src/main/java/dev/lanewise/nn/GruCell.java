package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import java.util.List;

/** One step of a gated recurrent unit, {@link Gru}; PyTorch's GRUCell. */
public final class GruCell extends RecurrentCell {
    /** A cell with biases. */
    public GruCell(int inputs, int hidden) {
        this(inputs, hidden, true);
    }

    /** A cell with or without biases. */
    public GruCell(int inputs, int hidden, boolean bias) {
        super(inputs, hidden, 3, bias, Gru.CELL, 1);
    }

    /** The state after one step from a state of zeros, [batch, inputs] → [batch, hidden]. */
    public Variable forward(Variable x) {
        return next(x, zeros(x)).getFirst();
    }

    /**
     * The state after one step, [batch, inputs] → [batch, hidden].
     *
     * @param state the one before, [batch, hidden]
     * @throws IllegalArgumentException naming this layer, if shapes do not fit
     */
    public Variable forward(Variable x, Variable state) {
        return next(x, List.of(state)).getFirst();
    }
}
