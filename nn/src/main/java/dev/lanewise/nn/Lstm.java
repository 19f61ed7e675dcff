package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import java.util.List;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; with forget gates, Gers et al. 2000), as PyTorch's: i, f, o
 * = sigmoid(Wx + b + Uh + d), g = tanh(..); c ← f·c + i·g; h ← o·tanh(c). The gates stand in the order i, f, g, o.
 */
public final class Lstm extends Recurrent {
    private static final Formula CELL = Formula.of("lstm", (i, f, g, o, c) -> {
        Expr cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
        return Results.results(o.sigmoid().mul(cell.tanh()), cell);
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
    List<Variable> step(Variable input, Variable recurrent, List<Variable> state) {
        List<Variable> gates = input.add(recurrent).chunk(-1, 4); // each (batch, hidden)
        return gates.getFirst().mapAll(CELL, List.of(gates.get(1), gates.get(2), gates.get(3), state.get(1)));
    }
}
