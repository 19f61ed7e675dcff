package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import java.util.stream.IntStream;

/** Numbers of examples. */
final class Numbers {
    private Numbers() {}

    /** Checks that these are numbers of examples of a dataset of the given size. */
    static void check(String operation, IntTensor numbers, int size) {
        if (numbers.shape().rank() != 1) {
            throw new IllegalArgumentException(
                    "%s: numbers of examples have shape %s, expected one axis".formatted(operation, numbers.shape()));
        }
        for (int i = 0; i < numbers.shape().count(); i++) {
            int number = numbers.get(i);
            if (number < 0 || number >= size) {
                throw new IndexOutOfBoundsException("%s: there is no example %d (at position %d), %s"
                        .formatted(
                                operation,
                                number,
                                i,
                                size == 0 ? "the dataset is empty" : "they are numbered 0 to " + (size - 1)));
            }
        }
    }

    static IntTensor range(int from, int to) {
        return IntTensor.of(IntStream.range(from, to).toArray());
    }
}
