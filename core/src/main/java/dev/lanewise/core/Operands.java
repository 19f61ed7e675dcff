package dev.lanewise.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands out the operands of a formula that is defined with {@link Formula#define}: the way to write a formula with so
 * many operands that a lambda of them all would be unreadable.
 */
public final class Operands {

    /** A kernel is told by the bits of one long which operands are constant along a row. */
    static final int LARGEST_ARITY = 64;

    private final String formula;
    private final List<Node.Operand> operands = new ArrayList<>();
    private boolean closed;

    Operands(String formula) {
        this.formula = formula;
    }

    /**
     * The formula's next operand. The order of these calls is the order in which the operands are given to the formula.
     *
     * @param name a name, unique among the operands; errors and {@link Formula#toString} show it
     */
    public Expr operand(String name) {
        if (closed) {
            throw new IllegalStateException(
                    formula + ": operand \"" + name + "\" asked for after the formula had been defined");
        }
        List<String> taken = operands.stream().map(Node.Operand::name).toList();
        if (name.isBlank() || taken.contains(name)) {
            throw new IllegalArgumentException("operand name \"" + name + "\" is "
                    + (name.isBlank() ? "blank" : "already taken; the operands so far are " + taken));
        }
        if (operands.size() == LARGEST_ARITY) {
            throw new IllegalArgumentException("a formula has at most " + LARGEST_ARITY + " operands; split it in two");
        }
        var operand = new Node.Operand(this, operands.size(), name);
        operands.add(operand);
        return operand;
    }

    List<Node.Operand> operands() {
        return List.copyOf(operands);
    }

    void close() {
        closed = true;
    }
}
