package dev.lanewise.nn;

import dev.lanewise.core.Formula;

/** The plain recurrent layer (Elman 1990), as PyTorch's: h ← tanh(Wx + b + Uh + d), or relu instead of tanh. */
public final class Rnn extends Recurrent {
    private static final Formula TANH = Formula.of("rnn", (gate, hidden) -> gate.tanh());
    private static final Formula RELU = Formula.of("rnnRelu", (gate, hidden) -> gate.relu());

    private final Formula cell;

    /** One layer that reads forwards. */
    public Rnn(int inputs, int hidden) {
        this(inputs, hidden, Config.DEFAULTS);
    }

    /** Layers stacked as given. */
    public Rnn(int inputs, int hidden, Config config) {
        this(inputs, hidden, config, false);
    }

    /**
     * Layers stacked as given.
     *
     * @param relu whether the activation is relu instead of tanh
     */
    public Rnn(int inputs, int hidden, Config config, boolean relu) {
        super(inputs, hidden, 1, config);
        cell = cell(relu);
    }

    static Formula cell(boolean relu) {
        return relu ? RELU : TANH;
    }

    @Override
    int stateCount() {
        return 1;
    }

    @Override
    Formula cell() {
        return cell;
    }
}
