package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;

/** Some of a dataset's examples; their numbers were checked. */
record Subset(Dataset whole, IntTensor numbers) implements Dataset {
    @Override
    public int size() {
        return numbers.shape().count();
    }

    @Override
    public Batch batch(IntTensor wanted) {
        Numbers.check("Dataset.batch", wanted, size());
        int[] inWhole = wanted.toArray();
        for (int i = 0; i < inWhole.length; i++) {
            inWhole[i] = numbers.get(inWhole[i]);
        }
        return whole.batch(IntTensor.of(inWhole));
    }
}
