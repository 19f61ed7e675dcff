package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import java.util.List;

/** One step of a long short-term memory, {@link Lstm}; PyTorch's LSTMCell. */
public final class LstmCell extends RecurrentCell {
    /**
     * What is carried from step to step.
     *
     * @param hidden what is handed on, [batch, hidden]
     * @param cell the memory, [batch, hidden]
     */
    public record State(Variable hidden, Variable cell) {}

    /** A cell with biases. */
    public LstmCell(int inputs, int hidden) {
        this(inputs, hidden, true);
    }

    /** A cell with or without biases. */
    public LstmCell(int inputs, int hidden, boolean bias) {
        super(inputs, hidden, 4, bias, Lstm.CELL, 2);
    }

    /** The state after one step from a state of zeros, [batch, inputs] → [batch, hidden]. */
    public State forward(Variable x) {
        return state(next(x, zeros(x)));
    }

    /**
     * The state after one step, [batch, inputs] → [batch, hidden].
     *
     * @throws IllegalArgumentException naming this layer, if shapes do not fit
     */
    public State forward(Variable x, State state) {
        return state(next(x, List.of(state.hidden(), state.cell())));
    }

    private static State state(List<Variable> states) {
        return new State(states.get(0), states.get(1));
    }
}
