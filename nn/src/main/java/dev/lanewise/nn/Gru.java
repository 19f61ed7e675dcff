package dev.lanewise.nn;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;

/**
 * Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078), as PyTorch's: r, z = sigmoid(Wx + b + Uh + d), n = tanh(Wx +
 * b + r·(Uh + d)), h ← (1 − z)·n + z·h. The gates stand in the order r, z, n.
 */
public final class Gru extends Recurrent {
    static final Formula CELL = Formula.define("gru", o -> {
        Expr resetInput = o.operand("resetInput");
        Expr updateInput = o.operand("updateInput");
        Expr newInput = o.operand("newInput");
        Expr reset = resetInput.add(o.operand("reset")).sigmoid();
        Expr update = updateInput.add(o.operand("update")).sigmoid();
        Expr fresh = newInput.add(reset.mul(o.operand("new"))).tanh();
        return fresh.add(update.mul(o.operand("state").sub(fresh)));
    });

    /** One layer that reads forwards. */
    public Gru(int inputs, int hidden) {
        this(inputs, hidden, Config.DEFAULTS);
    }

    /** Layers stacked as given. */
    public Gru(int inputs, int hidden, Config config) {
        super(inputs, hidden, 3, config);
    }

    @Override
    int stateCount() {
        return 1;
    }

    @Override
    Formula cell() {
        return CELL;
    }
}
