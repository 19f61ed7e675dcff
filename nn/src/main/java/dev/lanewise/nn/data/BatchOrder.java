package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import org.jspecify.annotations.Nullable;

/** Which examples stand together in the batches of an epoch: a function of the epoch and a batch's number alone. */
sealed interface BatchOrder {
    /** The number of batches of an epoch, the last small one included. */
    int count();

    /** Examples of a batch, but for the last one. */
    int batchSize();

    /** The number of examples in all batches of an epoch. */
    long examples();

    /** An epoch's batches: a function from a batch's number to those of its examples. Used by one thread at a time. */
    Epoch epoch(long epoch);

    /** The batches of an epoch. */
    @FunctionalInterface
    interface Epoch {
        IntTensor numbers(int batch);
    }

    /** Each example once an epoch: in random order, or, without a generator, as the dataset has them. */
    record EachOnce(@Nullable Rng rng, int datasetSize, int batchSize) implements BatchOrder {
        public EachOnce {
            check(batchSize);
        }

        @Override
        public int count() {
            return Math.ceilDiv(datasetSize, batchSize);
        }

        @Override
        public long examples() {
            return datasetSize;
        }

        @Override
        public Epoch epoch(long epoch) {
            IntTensor order = rng == null ? null : rng.stream(epoch).permutation(datasetSize);
            return batch -> {
                int from = batch * batchSize;
                int to = from + Math.min(batchSize, datasetSize - from);
                return order == null ? Numbers.range(from, to) : order.slice(from, to);
            };
        }
    }

    /** Examples drawn with replacement. */
    record Drawn(Rng rng, int datasetSize, int batchSize, int count) implements BatchOrder {
        public Drawn {
            check(batchSize);
            if (count < 1) {
                throw new IllegalArgumentException(
                        "Dataset.drawnBatches: %d batches, expected at least 1".formatted(count));
            }
            if (datasetSize == 0) {
                throw new IllegalArgumentException("Dataset.drawnBatches: the dataset is empty, nothing can be drawn");
            }
        }

        @Override
        public long examples() {
            return (long) count * batchSize;
        }

        @Override
        public Epoch epoch(long epoch) {
            return batch -> rng.stream(epoch * count + batch).integers(Shape.of(batchSize), datasetSize);
        }
    }

    private static void check(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "Dataset.batches: batches of %d examples, expected at least 1".formatted(batchSize));
        }
    }
}
