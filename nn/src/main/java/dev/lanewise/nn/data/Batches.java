package dev.lanewise.nn.data;

import dev.lanewise.core.Rng;
import java.util.Iterator;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The batches of an epoch, in an order that is fixed: a function of the generator and the epoch alone. To go through
 * them again, as by another {@code for}, gives the same.
 *
 * <p>While one batch is computed with, the next ones are loaded on another thread, one after the other. Nothing of that
 * can be seen in them, and there is nothing to close: a loop that is left early leaves no thread behind.
 *
 * <p>Immutable: each {@code with…} and its like gives another one.
 */
public final class Batches implements Iterable<Batch> {
    /** One to be computed with next, one in the making. */
    private static final int LOOK_AHEAD = 2;

    private final Dataset dataset;
    private final BatchOrder order;
    private final long epoch;
    private final int first;
    private final boolean dropsLast;
    private final int lookAhead;
    private final @Nullable Change change;

    /** What is done to batches at random. */
    private record Change(
            Rng rng,
            BiFunction<Batch, Rng, Batch> function,
            @Nullable Change before) {
        Batch apply(Batch batch, long epoch, int number) {
            Batch changed = before == null ? batch : before.apply(batch, epoch, number);
            return function.apply(changed, rng.stream(epoch).stream(number));
        }
    }

    Batches(Dataset dataset, BatchOrder order) {
        this(dataset, order, 0, 0, false, LOOK_AHEAD, null);
    }

    private Batches(
            Dataset dataset,
            BatchOrder order,
            long epoch,
            int first,
            boolean dropsLast,
            int lookAhead,
            @Nullable Change change) {
        this.dataset = dataset;
        this.order = order;
        this.epoch = epoch;
        this.first = first;
        this.dropsLast = dropsLast;
        this.lookAhead = lookAhead;
        this.change = change;
    }

    /** The batches of an epoch, from its first one on. */
    public Batches epoch(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("Batches.epoch: epoch %d, they are counted from 0".formatted(number));
        }
        return new Batches(dataset, order, number, 0, dropsLast, lookAhead, change);
    }

    /**
     * The batches of this epoch from the given one on, as for a training that goes on where it was interrupted; those
     * before it are not loaded.
     *
     * @param batch counted from the epoch's beginning, from 0 to {@link #perEpoch()}
     */
    public Batches from(int batch) {
        if (batch < 0 || batch > perEpoch()) {
            throw new IllegalArgumentException(
                    "Batches.from: batch %d, expected 0 to %d, the number in an epoch".formatted(batch, perEpoch()));
        }
        return new Batches(dataset, order, epoch, batch, dropsLast, lookAhead, change);
    }

    /** The same without the last batch of an epoch where that has fewer examples than the others. */
    public Batches droppingLast() {
        return new Batches(dataset, order, epoch, first, true, lookAhead, change);
    }

    /**
     * The same with so many batches loaded ahead (2 unless said); 0 loads each when it is asked for, on the thread that
     * asks.
     */
    public Batches withLookAhead(int batches) {
        if (batches < 0) {
            throw new IllegalArgumentException(
                    "Batches.withLookAhead: %d batches, expected 0 or more".formatted(batches));
        }
        return new Batches(dataset, order, epoch, first, dropsLast, batches, change);
    }

    /**
     * These batches changed at random, as pictures are mirrored or shifted.
     *
     * @param rng what random numbers are drawn from
     * @param function makes of a batch another one; the generator that it is given depends on the epoch and the batch's
     *     number alone
     */
    public Batches map(Rng rng, BiFunction<Batch, Rng, Batch> function) {
        return new Batches(dataset, order, epoch, first, dropsLast, lookAhead, new Change(rng, function, change));
    }

    /** The number of batches of a whole epoch. */
    public int perEpoch() {
        boolean drops = dropsLast && order.examples() % order.batchSize() != 0;
        return order.count() - (drops ? 1 : 0);
    }

    /** The number of batches from the {@linkplain #from first} on. */
    public int size() {
        return perEpoch() - first;
    }

    /** The number of examples that batches are made of. */
    public int datasetSize() {
        return dataset.size();
    }

    /**
     * The batches one by one. What fails in loading a batch is thrown by {@code next} as an IllegalStateException that
     * names the batch and has the failure as its cause; errors are thrown as they are.
     */
    @Override
    public Iterator<Batch> iterator() {
        BatchOrder.Epoch numbers = order.epoch(epoch);
        return new BatchIterator(epoch, first, perEpoch(), lookAhead, batch -> {
            Batch loaded = dataset.batch(numbers.numbers(batch));
            return change == null ? loaded : change.apply(loaded, epoch, batch);
        });
    }

    /** What they are batches of. */
    @Override
    public String toString() {
        return "Batches(%d of %d examples, epoch %d)".formatted(size(), order.batchSize(), epoch);
    }
}
