package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Examples that are loaded one by one, when they are asked for. */
record LoadedDataset(int size, IntFunction<Batch> load) implements Dataset {
    @Override
    public Batch batch(IntTensor numbers) {
        Numbers.check("Dataset.batch", numbers, size);
        List<Batch> examples = new ArrayList<>();
        for (int i = 0; i < numbers.shape().count(); i++) {
            Batch example = load.apply(numbers.get(i));
            if (example.size() != 1) {
                throw new IllegalArgumentException(
                        "Dataset.loading: for example %d came a batch of %d, expected one; see Batch.example"
                                .formatted(numbers.get(i), example.size()));
            }
            examples.add(example);
        }
        return Batch.join("Dataset.batch", examples, i -> "example " + numbers.get(i));
    }
}
