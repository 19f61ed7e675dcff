package dev.lanewise.nn.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;

/**
 * Loads batches ahead of who asks for them.
 *
 * <p>There is no thread that waits for a queue to have room again: each batch is a task of its own, which runs on a
 * virtual thread when the task before it is done, and as many are begun as may be ahead. So an iterator that nobody
 * asks any more has nothing running after these few tasks, and needs no closing; and a dataset is never asked twice at
 * once.
 */
final class BatchIterator implements Iterator<Batch> {
    private final long epoch;
    private final int end;
    private final int lookAhead;
    private final IntFunction<Batch> load;
    private final Queue<CompletableFuture<Batch>> begun = new ArrayDeque<>();
    private CompletableFuture<?> lastBegun = CompletableFuture.completedFuture(null);
    private int next; // the batch that is asked for next

    BatchIterator(long epoch, int first, int end, int lookAhead, IntFunction<Batch> load) {
        this.epoch = epoch;
        this.next = first;
        this.end = end;
        this.lookAhead = lookAhead;
        this.load = load;
    }

    @Override
    public boolean hasNext() {
        return next < end;
    }

    @Override
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("batches: epoch %d has no more than %d".formatted(epoch, end));
        }
        if (lookAhead == 0) {
            int batch = next++;
            try {
                return load.apply(batch);
            } catch (RuntimeException e) {
                throw failure(batch, e);
            }
        }
        while (begun.size() <= lookAhead && next + begun.size() < end) {
            int batch = next + begun.size();
            CompletableFuture<Batch> task =
                    lastBegun.handleAsync((before, failureBefore) -> load.apply(batch), Thread::startVirtualThread);
            begun.add(task);
            lastBegun = task;
        }
        return await(next++, begun.remove());
    }

    private Batch await(int batch, CompletableFuture<Batch> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "batches: interrupted while waiting for batch %d of epoch %d".formatted(batch, epoch), e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            throw failure(batch, cause == null ? e : cause);
        }
    }

    private IllegalStateException failure(int batch, Throwable cause) {
        return new IllegalStateException(
                "batches: batch %d of epoch %d could not be loaded: %s".formatted(batch, epoch, cause), cause);
    }
}
