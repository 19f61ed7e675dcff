package dev.lanewise.nn;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; with forget gates, Gers et al. 2000), as PyTorch's: i, f, o
 * = sigmoid(Wx + b + Uh + d), g = tanh(..); c ← f·c + i·g; h ← o·tanh(c). The gates stand in the order i, f, g, o.
 */
public final class Lstm extends Recurrent {
    static final Formula CELL = Formula.define("lstm", o -> {
        Expr in = o.operand("in").sigmoid();
        Expr forget = o.operand("forget").sigmoid();
        Expr fresh = o.operand("fresh").tanh();
        Expr out = o.operand("out").sigmoid();
        o.operand("hidden"); // which the gates alone see
        Expr cell = forget.mul(o.operand("cell")).add(in.mul(fresh));
        return Results.results(out.mul(cell.tanh()), cell);
    });

    /** One layer that reads forwards. */
    public Lstm(int inputs, int hidden) {
        this(inputs, hidden, Config.DEFAULTS);
    }

    /** Layers stacked as given. */
    public Lstm(int inputs, int hidden, Config config) {
        super(inputs, hidden, 4, config);
    }

    @Override
    int stateCount() {
        return 2;
    }

    @Override
    Formula cell() {
        return CELL;
    }
}
