package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import java.util.Arrays;
import java.util.List;

/** The examples of one dataset, then those of another one. */
record Concatenation(Dataset first, Dataset second) implements Dataset {
    Concatenation {
        if ((long) first.size() + second.size() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "Dataset.concat: %d and %d examples are more than 2^31-1".formatted(first.size(), second.size()));
        }
    }

    @Override
    public int size() {
        return first.size() + second.size();
    }

    @Override
    public Batch batch(IntTensor numbers) {
        Numbers.check("Dataset.batch", numbers, size());
        int[] all = numbers.toArray();
        int cut = first.size();
        int[] ofFirst = Arrays.stream(all).filter(number -> number < cut).toArray();
        if (ofFirst.length == all.length) {
            return first.batch(numbers);
        }
        int[] ofSecond = Arrays.stream(all)
                .filter(number -> number >= cut)
                .map(number -> number - cut)
                .toArray();
        if (ofFirst.length == 0) {
            return second.batch(IntTensor.of(ofSecond));
        }
        Batch joined = Batch.join(
                "Dataset.concat",
                List.of(first.batch(IntTensor.of(ofFirst)), second.batch(IntTensor.of(ofSecond))),
                part -> part == 0 ? "the first dataset" : "the second dataset");
        // Where each example stands in the joined batch: those of the first dataset come before the others.
        int atFirst = 0;
        int atSecond = ofFirst.length;
        int[] places = new int[all.length];
        for (int i = 0; i < all.length; i++) {
            places[i] = all[i] < cut ? atFirst++ : atSecond++;
        }
        return joined.pick(IntTensor.of(places));
    }
}
