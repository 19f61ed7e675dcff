package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps count of who reads the results of operations, so that their memory can be used again as soon as nobody does.
 * For automatic differentiation, which knows that; not for tensors in the hands of others: what becomes visible to them
 * has to be {@linkplain #expose exposed} before, and is then left to the garbage collector.
 *
 * <p>Why: a fresh array is filled with zeros before it is written, and it comes from memory, where one just read is
 * still in the caches.
 *
 * <p>A result belongs to the innermost open ledger under which {@link #compute} or {@link #run} made it, which holds it
 * until it is closed. Others say that they hold it, and no longer, by {@link #retain} and {@link #release}.
 */
public final class Ledger {
    /** The ledger that notes what is made in this thread. */
    private static final ThreadLocal<@Nullable Ledger> NOTING = new ThreadLocal<>();

    private final @Nullable Ledger outer;
    private final List<Lease> leases = new ArrayList<>();
    private final Thread thread = Thread.currentThread();
    private volatile boolean open = true;

    /** @param outer an open ledger to which results go that outlast this one; null if there is none */
    public Ledger(@Nullable Ledger outer) {
        this.outer = outer;
    }

    /**
     * {@link Op#compute Computes} an operation. What it makes that is neither result nor state is free again when it is
     * done.
     */
    public Computed compute(Op op, List<Tensor> operands, IntPredicate differentiated) {
        if (op instanceof CustomOp) {
            operands.forEach(Ledger::expose);
            return op.compute(operands, differentiated);
        }
        operands.forEach(Ledger::exposeOutside);
        int before = leases.size();
        Computed computed = noting(() -> op.compute(operands, differentiated));
        int kept = before;
        for (int i = before; i < leases.size(); i++) {
            Lease lease = leases.get(i);
            if (isOf(lease, computed.results()) || isOf(lease, computed.state())) {
                leases.set(kept++, lease);
            } else {
                lease.release();
            }
        }
        leases.subList(kept, leases.size()).clear();
        return computed;
    }

    private static boolean isOf(Lease lease, List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (tensor.lease() == lease) {
                return true;
            }
        }
        return false;
    }

    /**
     * Runs code of this library, whose tensors nobody else sees; those that nobody has retained are free afterwards.
     */
    public void run(Runnable code) {
        int before = leases.size();
        noting(() -> {
            code.run();
            return null;
        });
        for (int i = before; i < leases.size(); i++) {
            leases.get(i).release();
        }
        leases.subList(before, leases.size()).clear();
    }

    private <R> R noting(Supplier<R> code) {
        Ledger before = NOTING.get();
        NOTING.set(this);
        try {
            return code.get();
        } finally {
            NOTING.set(before);
        }
    }

    /** Whether a tensor's memory may be used again when nobody holds it. */
    public static boolean notes(Tensor tensor) {
        return tensor.lease() != null;
    }

    /** Somebody holds a tensor. */
    public static void retain(Tensor tensor) {
        onLease(tensor, Lease::retain);
    }

    /** Somebody no longer holds a tensor. */
    public static void release(Tensor tensor) {
        onLease(tensor, Lease::release);
    }

    /**
     * From now on, anybody may hold the tensor.
     *
     * @throws IllegalStateException if its memory was used again
     */
    public static void expose(Tensor tensor) {
        onLease(tensor, Lease::expose);
    }

    /** Exposes a tensor that is used where the ledger it was made under is not open: later, or in another thread. */
    public static void exposeOutside(Tensor tensor) {
        onLease(tensor, Lease::exposeOutside);
    }

    /** Whether the caller, who holds a contiguous tensor, is the only one who does: then nobody sees it change. */
    public static boolean mayBeWritten(Tensor tensor) {
        Lease lease = tensor.lease();
        return lease != null && lease.isHeldOnce() && tensor.isContiguous();
    }

    private static void onLease(Tensor tensor, Consumer<Lease> action) {
        Lease lease = tensor.lease();
        if (lease != null) {
            action.accept(lease);
        }
    }

    /** Whether the calling thread may make results under it: it is that thread's own, and not closed. */
    public boolean isOpen() {
        return open && thread == Thread.currentThread();
    }

    /** Lets go of everything but the results, which go to the outer ledger, or are exposed where there is none. */
    public void close(List<Tensor> results) {
        open = false;
        boolean all = true;
        for (Lease lease : leases) {
            if (!isOf(lease, results)) {
                all &= lease.release();
            } else if (outer != null) {
                lease.moveTo(outer);
                outer.leases.add(lease);
            } else {
                lease.expose();
            }
        }
        leases.clear();
        if (all && outer == null) { // no backward pass will follow
            trim();
        }
    }

    /** Closes it without using anything again, as after an error. */
    public void abandon() {
        open = false;
        leases.clear();
    }

    /** Lets go of free memory that was not needed since this was last called. */
    public static void trim() {
        FreeArrays.ofThread().trim();
    }

    /** A new array for a result, and its lease if there is a ledger to note it. */
    static Tensor newTensor(Shape shape, boolean zeros) {
        int count = shape.count();
        Ledger ledger = count < FreeArrays.SHORTEST ? null : NOTING.get();
        if (ledger == null) {
            return Tensor.contiguous(DType.FLOAT32, shape, new float[count]);
        }
        float[] array = FreeArrays.ofThread().take(count);
        if (array == null) {
            array = new float[count];
        } else if (zeros) {
            Arrays.fill(array, 0);
        }
        Lease lease = new Lease(array, ledger);
        ledger.leases.add(lease);
        return Tensor.leased(shape, array, lease);
    }
}
