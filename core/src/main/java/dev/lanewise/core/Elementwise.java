package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A formula applied to each element of operands that broadcast to one shape.
 *
 * <p>The gradient is the formula's own: {@link Formula#vectorJacobianProduct}, summed over the axes along which an
 * operand was broadcast.
 */
record Elementwise(Formula formula) implements PrimitiveOp {
    @Override
    public String name() {
        return formula.name();
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return (long) formula.operationCount() * results.getFirst().count();
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        check(formula, operands);
        Shape shape = broadcastShape(formula.name(), operands);
        List<Tensor> results = new ArrayList<>(formula.resultCount());
        for (int i = 0; i < formula.resultCount(); i++) {
            results.add(Tensor.toBeWritten(operands.getFirst().dtype(), shape));
        }
        RowLoop.run(formula, operands, results, RowLoop.repeat(Reduction.STORE, results.size()));
        return Computed.of(results);
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        for (int i = 0; i < formula.arity(); i++) {
            if (differentiated.test(i) && formula.gradientNeedsOperand(operand, i)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        for (int i = 0; i < formula.arity(); i++) {
            int operand = i;
            if (formula.isDifferentiable(operand)) {
                saved.give(operand, () -> gradient(saved, operand));
            }
        }
    }

    private <T extends TensorOps<T>> T gradient(Saved<T> saved, int operand) {
        Formula product = formula.vectorJacobianProduct(operand);
        int passedOn = product.passesOn();
        if (passedOn >= formula.arity()) { // the gradient itself, as of a sum: nothing to compute
            return saved.gradient(passedOn - formula.arity()).sumTo(saved.operandShape(operand));
        }
        List<T> operands = new ArrayList<>(product.arity());
        T unused = saved.gradient().constant(0);
        for (int i = 0; i < formula.arity(); i++) {
            operands.add(formula.gradientNeedsOperand(i, operand) ? saved.operand(i) : unused);
        }
        for (int r = 0; r < formula.resultCount(); r++) {
            operands.add(saved.gradient(r));
        }
        return saved.gradient()
                .applyAll(new Elementwise(product), operands)
                .getFirst()
                .sumTo(saved.operandShape(operand));
    }

    /** Checks the number and the types of a formula's operands. */
    static void check(Formula formula, List<Tensor> operands) {
        if (operands.size() != formula.arity()) {
            throw new IllegalArgumentException("%s: takes %d operands %s, given were %d"
                    .formatted(formula.name(), formula.arity(), formula.operandNames(), operands.size()));
        }
        checkTypes(formula.name(), operands);
    }

    /** Checks that all operands are of one type. */
    static void checkTypes(String operation, List<Tensor> operands) {
        DType dtype = operands.getFirst().dtype();
        for (Tensor operand : operands) {
            if (operand.dtype() != dtype) {
                throw new IllegalArgumentException(
                        "%s: operands are of types %s and %s; convert one of them with to(%s)"
                                .formatted(operation, dtype, operand.dtype(), dtype));
            }
        }
    }

    /** The shape that all operands broadcast to. */
    static Shape broadcastShape(String operation, List<Tensor> operands) {
        Shape shape = operands.getFirst().shape();
        for (int i = 1; i < operands.size(); i++) {
            shape = shape.broadcast(operation, operands.get(i).shape());
        }
        return shape;
    }
}
