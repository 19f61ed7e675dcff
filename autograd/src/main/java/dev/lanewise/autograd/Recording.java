package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.Op;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is told of the operations that a thread computes, in their order: the same ones when the code runs again. */
abstract sealed class Recording permits Checkpoint.FirstRun, Checkpoint.SecondRun {
    private final Thread thread = Thread.currentThread();
    private boolean open = true;

    /** Whether the calling thread's code is recorded by it. */
    final boolean isOpen() {
        return open && thread == Thread.currentThread();
    }

    final void close() {
        open = false;
    }

    /** Whether nodes keep what their backward pass needs. */
    abstract boolean keeps();

    /** An operation is about to be computed. */
    abstract void begins(Op op, List<Variable> operands, List<Tensor> values, boolean remembers);

    /** An operation was computed; its node, if it has one, is told what to keep. */
    abstract void made(@Nullable Node node, List<Variable> operands, List<Tensor> values, Computed computed);
}
