package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;

/** Examples that are in memory as a whole. */
record HeldDataset(Batch examples) implements Dataset {
    @Override
    public int size() {
        return examples.size();
    }

    @Override
    public Batch batch(IntTensor numbers) {
        Numbers.check("Dataset.batch", numbers, size());
        return examples.pick(numbers);
    }
}
