package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * Examples that one can ask for by number.
 *
 * <p>Most come from {@link #of(Tensor, IntTensor)} and its like; {@link #loading} makes one of a function, and one may
 * implement it: {@link #batch} must give the same whenever it is asked for the same, and is called from another thread
 * than that which trains, though never twice at once by one loop.
 */
public interface Dataset {
    /** The number of examples. */
    int size();

    /**
     * The examples of these numbers, in their order.
     *
     * @param numbers of one axis, each from 0 to below {@link #size()}
     * @throws IndexOutOfBoundsException if there is no example of a number
     */
    Batch batch(IntTensor numbers);

    // ------------------------------------------------------------------ making datasets

    /**
     * A dataset of inputs [size, ..] and targets [size, ..].
     *
     * @throws IllegalArgumentException if there are not as many of both
     */
    static Dataset of(Tensor inputs, Tensor targets) {
        return of(Batch.of(inputs, targets));
    }

    /** A dataset of inputs [size, ..] and labels [size, ..]. */
    static Dataset of(Tensor inputs, IntTensor labels) {
        return of(Batch.of(inputs, labels));
    }

    /** A dataset of token numbers [size, ..] and labels [size, ..]. */
    static Dataset of(IntTensor tokens, IntTensor labels) {
        return of(Batch.of(tokens, labels));
    }

    /** A dataset of all examples of a batch. */
    static Dataset of(Batch examples) {
        return new HeldDataset(examples);
    }

    /**
     * A dataset of all examples of some batches, one batch behind the other.
     *
     * @throws IllegalArgumentException if there are none, or if examples differ in shape or type, naming the first two
     */
    static Dataset of(List<Batch> parts) {
        return of(Batch.join("Dataset.of", parts, i -> "part " + i));
    }

    /**
     * A dataset whose examples are loaded when they are asked for, each anew every time.
     *
     * @param size the number of examples
     * @param load gives the example of a number as a batch of one, see {@link Batch#example}
     * @throws IllegalArgumentException if the size is negative
     */
    static Dataset loading(int size, IntFunction<Batch> load) {
        if (size < 0) {
            throw new IllegalArgumentException("Dataset.loading: size %d is negative".formatted(size));
        }
        return new LoadedDataset(size, load);
    }

    /**
     * All windows of a text, for a language model: example i has the tokens from i on as input [context], and for each
     * of them the next one as label [context].
     *
     * @param tokens of one axis, more than the context
     */
    static Dataset windows(IntTensor tokens, int context) {
        return windows(tokens, context, 1);
    }

    /**
     * Windows of a text, of which each begins so many tokens behind the one before it; with the context as that number
     * they meet without overlapping.
     *
     * @param tokens of one axis, more than the context
     * @throws IllegalArgumentException if there is not a single window
     */
    static Dataset windows(IntTensor tokens, int context, int stride) {
        return new WindowDataset(tokens, context, stride);
    }

    // ------------------------------------------------------------------ datasets of datasets

    /**
     * The examples of these numbers, in their order; a number may occur more than once.
     *
     * @throws IndexOutOfBoundsException if there is no example of a number
     */
    default Dataset subset(IntTensor numbers) {
        Numbers.check("Dataset.subset", numbers, size());
        return new Subset(this, numbers);
    }

    /** The examples {@code from} to {@code to} (exclusive). */
    default Dataset subset(int from, int to) {
        if (from < 0 || to < from || to > size()) {
            throw new IndexOutOfBoundsException(
                    "Dataset.subset: %d to %d is not within %d examples".formatted(from, to, size()));
        }
        return new Subset(this, Numbers.range(from, to));
    }

    /** Two datasets that have no example in common. */
    record Split(Dataset training, Dataset validation) {}

    /**
     * Splits the examples at random.
     *
     * @param fraction of the examples that are for training, 0 to 1; their number is rounded to the nearest
     */
    default Split split(double fraction, Rng rng) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException(
                    "Dataset.split: %s for training is no fraction, expected 0 to 1".formatted(fraction));
        }
        IntTensor order = rng.permutation(size());
        int cut = (int) Math.round(fraction * size());
        return new Split(new Subset(this, order.slice(0, cut)), new Subset(this, order.slice(cut, size())));
    }

    /** The examples of this dataset, then those of another one, which must be of the same shapes and types. */
    default Dataset concat(Dataset other) {
        return new Concatenation(this, other);
    }

    /**
     * These examples, changed when they are asked for.
     *
     * @param change makes of a batch another one of as many examples; what it makes of an example must not depend on
     *     the others in the batch. For changes at random, see {@link Batches#map}
     */
    default Dataset map(UnaryOperator<Batch> change) {
        return new MappedDataset(this, change);
    }

    // ------------------------------------------------------------------ batches

    /**
     * All examples in batches, shuffled: their order is a function of the generator and the
     * {@linkplain Batches#epoch(long) epoch}, at first epoch 0.
     *
     * @param size examples of a batch; the last one has what is left, see {@link Batches#droppingLast}
     */
    default Batches batches(int size, Rng rng) {
        return new Batches(this, new BatchOrder.EachOnce(rng, size(), size));
    }

    /** All examples in batches, in their order. */
    default Batches batches(int size) {
        return new Batches(this, new BatchOrder.EachOnce(null, size(), size));
    }

    /**
     * Batches of examples drawn at random, each anew from all: for datasets so large that nobody waits for the end of
     * an epoch, as the windows of a text. Batch b of epoch e takes the examples {@code rng.stream(e * count +
     * b).integers([size], size())}.
     *
     * @param size examples of a batch
     * @param count batches of what is called an epoch then
     */
    default Batches drawnBatches(int size, int count, Rng rng) {
        return new Batches(this, new BatchOrder.Drawn(rng, size(), size, count));
    }
}
