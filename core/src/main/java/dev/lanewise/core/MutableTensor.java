package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.ArrayList;
import java.util.List;

/**
 * Storage whose values may be replaced: the weights of a parameter, the running state of an optimizer.
 *
 * <p>It is the one exception to the rule that tensors do not change. {@link #value()} is a tensor over this storage,
 * and so sees each change; {@link #version()} counts the changes, so that whoever kept a view of it (a graph waiting
 * for its backward pass) can tell that the values are no longer those it kept.
 *
 * <p>Not for use from several threads at once while it is being changed.
 */
public final class MutableTensor {
    private final String name;
    private final Tensor value;
    private long version;

    /**
     * Storage that starts as a copy of the given tensor.
     *
     * @param name what messages call it
     */
    public MutableTensor(String name, Tensor initial) {
        this.name = name;
        Tensor copy = Views.copy(initial);
        this.value = Tensor.over(this, initial.dtype(), initial.shape(), copy.array());
    }

    /** What messages call it. */
    public String name() {
        return name;
    }

    /** The current values: a tensor over this storage, which changes with it. */
    public Tensor value() {
        return value;
    }

    /** The current values, copied: a tensor that stays. */
    public Tensor snapshot() {
        return Views.copy(value);
    }

    /** How often the values have been replaced. */
    public long version() {
        return version;
    }

    /**
     * Replaces the values.
     *
     * @throws IllegalArgumentException if the shape or the type differs
     */
    public void assign(Tensor values) {
        if (!values.shape().equals(value.shape()) || values.dtype() != value.dtype()) {
            throw new IllegalArgumentException("%s: cannot take values of shape %s and type %s, it has %s and %s"
                    .formatted(name, values.shape(), values.dtype(), value.shape(), value.dtype()));
        }
        Views.copyInto(values, value);
        version++;
    }

    /**
     * Replaces some rows, the slices of the first axis.
     *
     * @param numbers of the rows, one axis
     * @param rows their values, one for each number
     * @throws IllegalArgumentException if the shapes do not fit, or the type differs
     * @throws IndexOutOfBoundsException if a number is not that of a row
     */
    public void assignRows(IntTensor numbers, Tensor rows) {
        boolean fits = value.shape().rank() > 0 && numbers.shape().rank() == 1 && rows.dtype() == value.dtype();
        if (!fits
                || !rows.shape()
                        .equals(value.shape().withSize(0, numbers.shape().count()))) {
            throw new IllegalArgumentException(
                    "%s: cannot take rows of shape %s and type %s for numbers of shape %s, it has %s and %s"
                            .formatted(
                                    name, rows.shape(), rows.dtype(), numbers.shape(), value.shape(), value.dtype()));
        }
        numbers.checkRange(name, "row", value.shape().size(0));
        for (int i = 0; i < numbers.shape().count(); i++) {
            int row = numbers.get(i);
            Views.copyInto(Views.slice(rows, 0, i, 1, 1), Views.slice(value, 0, row, 1, 1));
        }
        version++;
    }

    /**
     * Replaces the values of several mutable tensors by the results of a formula, in one pass over memory.
     *
     * <p>All operands are read before a result is written at the same position, so the targets' own values may be among
     * the operands (p ← p − η·g).
     *
     * @param targets one for each result of the formula, all of one shape and type
     * @param operands the formula's operands, each of the targets' shape or broadcast to it
     * @throws IllegalArgumentException if numbers of results or operands, shapes or types do not fit
     */
    public static void update(Formula formula, List<MutableTensor> targets, List<Tensor> operands) {
        if (targets.size() != formula.resultCount()) {
            throw new IllegalArgumentException("%s has %d results, given were %d tensors to update"
                    .formatted(formula.name(), formula.resultCount(), targets.size()));
        }
        List<Tensor> results = new ArrayList<>(targets.size());
        for (MutableTensor target : targets) {
            results.add(target.value);
        }
        Elementwise.check(formula, operands);
        Shape shape = results.getFirst().shape();
        for (int i = 0; i < results.size(); i++) {
            Tensor result = results.get(i);
            if (!result.shape().equals(shape)
                    || result.dtype() != operands.getFirst().dtype()) {
                throw new IllegalArgumentException("%s: %s has shape %s and type %s, expected %s and %s"
                        .formatted(
                                formula.name(),
                                targets.get(i).name,
                                result.shape(),
                                result.dtype(),
                                shape,
                                operands.getFirst().dtype()));
            }
        }
        if (!Elementwise.broadcastShape(formula.name(), operands)
                .broadcast(shape)
                .equals(shape)) {
            throw new IllegalArgumentException("%s: the operands broadcast to %s, more than the targets' shape %s"
                    .formatted(formula.name(), Elementwise.broadcastShape(formula.name(), operands), shape));
        }
        var event = new OperationEvent();
        event.begin();
        RowLoop.run(formula, operands, results, RowLoop.repeat(Reduction.STORE, results.size()));
        event.end();
        if (event.shouldCommit()) {
            event.commit(new Elementwise(formula), operands, results, operand -> false);
        }
        for (MutableTensor target : targets) {
            target.version++;
        }
    }
}
