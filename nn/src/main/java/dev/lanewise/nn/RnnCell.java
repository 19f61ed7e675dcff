package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import java.util.List;

/** h ← tanh(Wx + b + Uh + d), or relu instead of tanh: one step of {@link Rnn}; PyTorch's RNNCell. */
public final class RnnCell extends RecurrentCell {
    /** A cell with biases. */
    public RnnCell(int inputs, int hidden) {
        this(inputs, hidden, true);
    }

    /** A cell with or without biases. */
    public RnnCell(int inputs, int hidden, boolean bias) {
        this(inputs, hidden, bias, false);
    }

    /**
     * A cell.
     *
     * @param relu whether the activation is relu instead of tanh
     */
    public RnnCell(int inputs, int hidden, boolean bias, boolean relu) {
        super(inputs, hidden, 1, bias, Rnn.cell(relu), 1);
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
