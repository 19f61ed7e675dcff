package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** One side of some examples, inputs or targets, one behind the other along the first axis. */
sealed interface Rows {
    /** Floating-point numbers. */
    record Floats(Tensor values) implements Rows {
        @Override
        public Shape shape() {
            return values.shape();
        }

        @Override
        public Rows pick(IntTensor numbers) {
            return new Floats(values.indexSelect(0, numbers));
        }

        @Override
        public String kind() {
            return values.dtype().toString();
        }
    }

    /** Whole numbers. */
    record Ints(IntTensor values) implements Rows {
        @Override
        public Shape shape() {
            return values.shape();
        }

        @Override
        public Rows pick(IntTensor numbers) {
            int row = rowShape().count();
            int count = numbers.shape().count();
            Shape shape = values.shape().withSize(0, count);
            int[] picked = new int[shape.count()];
            for (int i = 0; i < count; i++) {
                int from = numbers.get(i) * row;
                for (int j = 0; j < row; j++) {
                    picked[i * row + j] = values.get(from + j);
                }
            }
            return new Ints(IntTensor.of(shape, picked));
        }

        @Override
        public String kind() {
            return "whole numbers";
        }
    }

    /** [count, ..]. */
    Shape shape();

    /** The rows of these numbers, in their order; the numbers are right. */
    Rows pick(IntTensor numbers);

    /** What messages call the numbers' type. */
    String kind();

    default int size() {
        return shape().size(0);
    }

    default Shape rowShape() {
        return shape().without(0);
    }

    /**
     * All rows of some parts, one part behind the other.
     *
     * @param what the operation and the side, as in "Dataset.of: inputs"
     * @param name what to call a part
     * @throws IllegalArgumentException if the parts' rows differ in shape or type
     */
    static Rows join(String what, List<Rows> parts, IntFunction<String> name) {
        Rows first = parts.getFirst();
        if (parts.size() == 1) {
            return first;
        }
        for (int i = 1; i < parts.size(); i++) {
            Rows part = parts.get(i);
            if (!part.rowShape().equals(first.rowShape()) || !part.kind().equals(first.kind())) {
                throw new IllegalArgumentException(
                        "%s differ: %s has %s of shape %s an example, %s has %s of shape %s; bring them to one shape and type"
                                .formatted(
                                        what,
                                        name.apply(0),
                                        first.kind(),
                                        first.rowShape(),
                                        name.apply(i),
                                        part.kind(),
                                        part.rowShape()));
            }
        }
        if (first instanceof Floats) {
            List<Tensor> tensors = new ArrayList<>();
            parts.forEach(part -> tensors.add(((Floats) part).values()));
            return new Floats(Tensor.concat(0, tensors));
        }
        long total = 0;
        for (Rows part : parts) {
            total += part.size();
        }
        Shape shape = first.shape().withSize(0, Math.toIntExact(total));
        int[] joined = new int[shape.count()];
        int at = 0;
        for (Rows part : parts) {
            int[] values = ((Ints) part).values().toArray();
            System.arraycopy(values, 0, joined, at, values.length);
            at += values.length;
        }
        return new Ints(IntTensor.of(shape, joined));
    }
}
