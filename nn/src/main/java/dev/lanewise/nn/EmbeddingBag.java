package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of vectors, of which bags are looked up and each bag is joined to one vector: its sum, mean or largest
 * elements. A bag with nothing in it gives zeros. The vectors' length may be limited.
 *
 * <p>Parameter: {@code weight} [count, size], drawn from the standard normal distribution, as PyTorch does.
 */
public final class EmbeddingBag extends Layer {
    /** How the vectors of a bag become one. */
    public enum Mode {
        /** Their sum. */
        SUM,
        /** Their mean. */
        MEAN,
        /** Of each place the largest number; the first one of those that tie has the gradient. */
        MAX
    }

    /** No number is that of padding. */
    private static final int NONE = -1;

    private final Mode mode;
    private final int padding;
    private final Parameter weight;
    private final NormLimit limit;

    /** A table of {@code count} vectors of {@code size} numbers. */
    public EmbeddingBag(int count, int size, Mode mode) {
        this(count, size, mode, NormLimit.NONE);
    }

    /** A table of vectors that are made no longer than the limit, each when it is looked up. */
    public EmbeddingBag(int count, int size, Mode mode, NormLimit limit) {
        this(count, size, mode, Initializer.normal(0, 1), NONE, limit);
    }

    private EmbeddingBag(int count, int size, Mode mode, Initializer weights, int padding, NormLimit limit) {
        this.mode = mode;
        this.padding = padding;
        this.limit = limit;
        this.weight = parameter("weight", Embedding.shape("EmbeddingBag", count, size), weights);
    }

    /**
     * A table in which one number stands for padding: it is in no bag, and its vector is zeros at first.
     *
     * @param padding that number
     */
    public static EmbeddingBag padded(int count, int size, Mode mode, int padding) {
        return padded(count, size, mode, padding, NormLimit.NONE);
    }

    /** A table in which one number stands for padding, of vectors that are made no longer than the limit. */
    public static EmbeddingBag padded(int count, int size, Mode mode, int padding, NormLimit limit) {
        return new EmbeddingBag(count, size, mode, Embedding.allBut("EmbeddingBag", padding, count), padding, limit);
    }

    /** The table, [count, size]. */
    public Parameter weight() {
        return weight;
    }

    /**
     * Joins bags of equally many, [bags, each] → [bags, size].
     *
     * @throws IllegalArgumentException naming this layer, if the numbers have not two axes
     * @throws IndexOutOfBoundsException naming this layer, if a number is not that of a vector
     */
    public Variable forward(IntTensor numbers) {
        return join(flat(numbers), starts(numbers), null);
    }

    /**
     * Joins bags of equally many, each vector times a weight; of the mode {@link Mode#SUM} alone.
     *
     * @param factors the weights, of the numbers' shape
     */
    public Variable forward(IntTensor numbers, Variable factors) {
        checkFactors(numbers, factors);
        return join(flat(numbers), starts(numbers), factors.reshape(-1));
    }

    /**
     * Joins bags that lie one behind the other, [count] → [bags, size].
     *
     * @param starts where in {@code numbers} each bag begins, ascending from 0; it ends where the next one begins
     * @throws IllegalArgumentException naming this layer, if numbers or starts have not one axis, or the starts are not
     *     as said
     * @throws IndexOutOfBoundsException naming this layer, if a number is not that of a vector
     */
    public Variable forward(IntTensor numbers, IntTensor starts) {
        checkStarts(numbers, starts);
        return join(numbers, starts, null);
    }

    /**
     * Joins bags that lie one behind the other, each vector times a weight; of the mode {@link Mode#SUM} alone.
     *
     * @param factors the weights, of the numbers' shape
     */
    public Variable forward(IntTensor numbers, IntTensor starts, Variable factors) {
        checkStarts(numbers, starts);
        checkFactors(numbers, factors);
        return join(numbers, starts, factors);
    }

    private IntTensor flat(IntTensor numbers) {
        if (numbers.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "%s: numbers have shape %s, expected [bags, each], or starts of bags behind one axis of numbers"
                            .formatted(describeSelf(), numbers.shape()));
        }
        return numbers.reshape(numbers.shape().count());
    }

    private static IntTensor starts(IntTensor numbers) {
        int each = numbers.shape().size(1);
        return IntTensor.arange(numbers.shape().size(0)).map(bag -> bag * each);
    }

    private void checkStarts(IntTensor numbers, IntTensor starts) {
        boolean fits = numbers.shape().rank() == 1 && starts.shape().rank() == 1;
        int count = numbers.shape().count();
        for (int bag = 0; fits && bag < starts.shape().count(); bag++) {
            int start = starts.get(bag);
            fits = bag == 0 ? start == 0 : start >= starts.get(bag - 1) && start <= count;
        }
        if (!fits || (starts.shape().count() == 0 && count > 0)) {
            throw new IllegalArgumentException(
                    "%s: numbers of shape %s and starts %s of shape %s, expected one axis of each, and starts that ascend from 0 to %d at most"
                            .formatted(describeSelf(), numbers.shape(), starts, starts.shape(), count));
        }
    }

    private void checkFactors(IntTensor numbers, Variable factors) {
        if (mode != Mode.SUM || !factors.shape().equals(numbers.shape())) {
            throw new IllegalArgumentException(
                    "%s: weights of shape %s for numbers of shape %s and mode %s, expected the same shape and SUM"
                            .formatted(describeSelf(), factors.shape(), numbers.shape(), mode));
        }
        checkType(factors, weight);
    }

    private Variable join(IntTensor numbers, IntTensor starts, @Nullable Variable factors) {
        int bags = starts.shape().count();
        int count = numbers.shape().count();
        int[] bag = new int[count];
        int[] sizes = new int[bags];
        int[] places = new int[count]; // of what is no padding
        int used = 0;
        for (int b = 0; b < bags; b++) {
            int end = b + 1 < bags ? starts.get(b + 1) : count;
            for (int i = starts.get(b); i < end; i++) {
                if (numbers.get(i) != padding) {
                    bag[used] = b;
                    places[used++] = i;
                    sizes[b]++;
                }
            }
        }
        IntTensor kept = IntTensor.of(Arrays.copyOf(places, used));
        IntTensor bagOfEach = IntTensor.of(Arrays.copyOf(bag, used));
        IntTensor chosen = kept.map(numbers::get);
        Variable rows = naming(() -> {
            limit.apply(weight, numbers);
            return weight.value().embedding(chosen); // (used, size)
        });
        if (factors != null) {
            rows = rows.mul(factors.indexSelect(0, kept).unsqueeze(1));
        }
        return mode == Mode.MAX ? largest(rows, sizes) : sum(rows, bagOfEach, sizes);
    }

    private Variable sum(Variable rows, IntTensor bagOfEach, int[] sizes) {
        Shape shape = Shape.of(sizes.length, weight.shape().size(1));
        Variable sums = Variable.constantOf(Tensor.zeros(rows.dtype(), shape)).indexAdd(0, bagOfEach, rows);
        Tensor divisors = Tensor.fill(rows.dtype(), Shape.of(sizes.length, 1), b -> Math.max(sizes[b], 1));
        return mode == Mode.SUM ? sums : sums.div(Variable.constantOf(divisors));
    }

    /** Bags become equally long by a row of −∞, which nothing is smaller than; an empty one's is replaced by zeros. */
    private Variable largest(Variable rows, int[] sizes) {
        int size = weight.shape().size(1);
        int longest = 1;
        for (int each : sizes) {
            longest = Math.max(longest, each);
        }
        int[] places = new int[sizes.length * longest];
        int next = 0;
        for (int i = 0; i < places.length; i++) {
            boolean isThere = i % longest < sizes[i / longest];
            places[i] = isThere ? next++ : rows.shape().size(0);
        }
        Variable filler = Variable.constantOf(Tensor.full(rows.dtype(), Shape.of(1, size), Double.NEGATIVE_INFINITY));
        Variable largest = TensorOps.concat(0, List.of(rows, filler))
                .indexSelect(0, IntTensor.of(places))
                .reshape(sizes.length, longest, size) // (bags, longest, size)
                .max(1);
        Tensor full = Tensor.fill(rows.dtype(), Shape.of(sizes.length, 1), b -> sizes[b] > 0 ? 1 : 0);
        return Variable.constantOf(full).where(largest, largest.constant(0));
    }

    @Override
    public String toString() {
        return "EmbeddingBag(%d x %d, %s%s)"
                .formatted(
                        weight.shape().size(0),
                        weight.shape().size(1),
                        mode,
                        padding == NONE ? "" : ", padding " + padding);
    }
}
