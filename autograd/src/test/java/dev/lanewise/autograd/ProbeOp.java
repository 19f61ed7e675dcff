package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;

/**
 * x · y, counting: backward passes at 0, gradients of x at 1, gradients of y at 2, and at 3 and 4 how often the value
 * of x or y was kept.
 */
record ProbeOp(AtomicIntegerArray counts) implements CustomOp {
    ProbeOp() {
        this(new AtomicIntegerArray(5));
    }

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        return Computed.of(operands.get(0).mul(operands.get(1)));
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        boolean kept = differentiated.test(1 - operand);
        if (kept) {
            counts.incrementAndGet(3 + operand);
        }
        return kept;
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        counts.incrementAndGet(0);
        for (int operand = 0; operand < 2; operand++) {
            int number = operand;
            saved.give(operand, () -> {
                counts.incrementAndGet(1 + number);
                return saved.gradient().mul(saved.operand(1 - number));
            });
        }
    }

    int passes() {
        return counts.get(0);
    }

    int gradientsOf(int operand) {
        return counts.get(1 + operand);
    }

    int kept(int operand) {
        return counts.get(3 + operand);
    }
}
