package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import java.util.function.UnaryOperator;

/** A dataset's examples, changed. */
record MappedDataset(Dataset original, UnaryOperator<Batch> change) implements Dataset {
    @Override
    public int size() {
        return original.size();
    }

    @Override
    public Batch batch(IntTensor numbers) {
        Batch batch = original.batch(numbers);
        Batch changed = change.apply(batch);
        if (changed.size() != batch.size()) {
            throw new IllegalArgumentException(
                    "Dataset.map: the function made %d examples of %d; it must leave their number, see subset and Batches.map"
                            .formatted(changed.size(), batch.size()));
        }
        return changed;
    }
}
