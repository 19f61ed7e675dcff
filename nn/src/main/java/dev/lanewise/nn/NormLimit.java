package dev.lanewise.nn;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;

/**
 * How long the vectors of a table may be: before they are looked up, those that are longer are made shorter in the
 * table itself, in inference too, as with PyTorch's {@code max_norm}. They change outside of any graph: a graph that
 * has kept the table, as one does in which the same weights are multiplied by, refuses its backward pass afterwards. So
 * a layer with a limit belongs to one thread.
 *
 * @param largest the largest norm; ∞ for no limit
 * @param power which norm: 2 is the Euclidean, 1 the sum of absolute values, ∞ the largest of them
 */
public record NormLimit(double largest, double power) {
    /** No limit. */
    public static final NormLimit NONE = new NormLimit(Double.POSITIVE_INFINITY, 2);

    /** What PyTorch adds to a norm before it divides by it. */
    private static final double EPSILON = 1e-7;

    /** Checks the numbers. */
    public NormLimit {
        if (!(largest >= 0) || Double.isNaN(power)) {
            throw new IllegalArgumentException(
                    "NormLimit: largest norm %s with the power %s, expected at least 0 and a number"
                            .formatted(largest, power));
        }
    }

    /** A limit of the Euclidean norm. */
    public static NormLimit of(double largest) {
        return new NormLimit(largest, 2);
    }

    /**
     * Makes those rows of a table shorter that are longer and among the given.
     *
     * @throws IndexOutOfBoundsException if a number is not that of a row; nothing is changed
     */
    void apply(Parameter table, IntTensor numbers) {
        if (largest == Double.POSITIVE_INFINITY) {
            return;
        }
        IntTensor used = numbers.reshape(-1);
        Tensor rows = table.storage().value().indexSelect(0, used); // (used, size)
        Tensor norms = rows.norm(power, Axes.of(1).kept()).to(DType.FLOAT64); // (used, 1)
        IntTensor longer = norms.gt(largest).reshape(-1).nonZero().reshape(-1);
        if (longer.shape().isEmpty()) {
            return;
        }
        Tensor factors = Tensor.scalar(DType.FLOAT64, largest)
                .div(norms.indexSelect(0, longer).add(EPSILON))
                .to(rows.dtype()); // (longer, 1)
        // A row that is used twice is the same row twice.
        table.storage()
                .assignRows(longer.map(used::get), rows.indexSelect(0, longer).mul(factors));
    }
}
