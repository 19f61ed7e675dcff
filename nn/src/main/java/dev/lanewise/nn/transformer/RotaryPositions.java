package dev.lanewise.nn.transformer;

import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Results;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells queries and keys where they stand by turning them (Su et al. 2021, "RoFormer", arXiv:2104.09864): a vector's
 * numbers are taken in pairs, and pair i at position p is turned by the angle p · base^(−2i / size). The product of a
 * query and a key then depends on the distance between them alone.
 *
 * <p>With c and s the angle's cosine and sine, (a, b) → (a·c − b·s, a·s + b·c); the gradient is turned back. It has no
 * parameters, and may be shared between layers, which saves the time to make its tables.
 */
public final class RotaryPositions {
    /** Which numbers make a pair. Weights trained with one pairing do not work with the other. */
    public enum Pairing {
        /** Neighbours, 2i and 2i + 1: the paper, GPT-J, and Llama as Meta published it. */
        ADJACENT,
        /** Numbers i and i + size / 2: GPT-NeoX, and Llama and most others as Hugging Face stores them. */
        HALVES
    }

    private static final Formula TURN = Formula.of(
            "turn",
            (a, b, cos, sin) ->
                    Results.results(a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))));

    private final int size;
    private final double base;
    private final Pairing pairing;

    /** Of the first positions, as many as were needed so far; what a position's numbers are does not depend on it. */
    private final Map<DType, Table> tables = new ConcurrentHashMap<>();

    /** Cosines and sines, each [positions, size / 2]. */
    private record Table(Tensor cos, Tensor sin) {
        int positions() {
            return cos.shape().size(0);
        }
    }

    /**
     * Positions for vectors of a size.
     *
     * @param size how many of a vector's numbers are turned, an even number; those after them are left as they are
     * @param base of the angles, 10,000 in the paper and the first Llamas, 500,000 in Llama 3
     */
    public RotaryPositions(int size, double base, Pairing pairing) {
        if (size < 2 || size % 2 != 0 || !(base > 0) || Double.isInfinite(base)) {
            throw new IllegalArgumentException(
                    "RotaryPositions: size %d and base %s, expected a positive even number and a positive number"
                            .formatted(size, base));
        }
        this.size = size;
        this.base = base;
        this.pairing = pairing;
    }

    /** How many of a vector's numbers are turned. */
    public int size() {
        return size;
    }

    /**
     * Turns vectors at consecutive positions, [.., time, n] → the same.
     *
     * @param first the position of the first one
     * @throws IllegalArgumentException if the vectors are shorter than {@link #size} or the position is negative
     */
    public <T extends TensorOps<T>> T rotate(T x, int first) {
        check(x.shape());
        if (first < 0) {
            throw new IllegalArgumentException("RotaryPositions: first position %d is negative".formatted(first));
        }
        int end = Math.addExact(first, x.shape().size(-2));
        Table table = table(x.dtype(), end);
        return rotate(x, table.cos.slice(0, first, end), table.sin.slice(0, first, end));
    }

    /**
     * Turns vectors, [.., time, n] → the same.
     *
     * @param positions of each, [time], not negative
     * @throws IllegalArgumentException if the vectors are shorter than {@link #size} or positions do not fit
     */
    public <T extends TensorOps<T>> T rotate(T x, IntTensor positions) {
        check(x.shape());
        if (!positions.shape().equals(Shape.of(x.shape().size(-2)))) {
            throw new IllegalArgumentException("RotaryPositions: positions %s do not fit vectors %s, expected [%d]"
                    .formatted(positions.shape(), x.shape(), x.shape().size(-2)));
        }
        int end = 0;
        for (int position : positions.toArray()) {
            if (position < 0) {
                throw new IllegalArgumentException("RotaryPositions: position %d is negative".formatted(position));
            }
            end = Math.max(end, Math.addExact(position, 1));
        }
        Table table = table(x.dtype(), end);
        return rotate(x, table.cos.indexSelect(0, positions), table.sin.indexSelect(0, positions));
    }

    private void check(Shape shape) {
        if (shape.rank() < 2 || shape.size(-1) < size) {
            throw new IllegalArgumentException(
                    "RotaryPositions: vectors have shape %s, expected [.., time, %d or more]".formatted(shape, size));
        }
    }

    private <T extends TensorOps<T>> T rotate(T x, Tensor cos, Tensor sin) {
        int half = size / 2;
        boolean isAdjacent = pairing == Pairing.ADJACENT;
        T first = isAdjacent ? x.slice(-1, 0, size, 2) : x.slice(-1, 0, half); // (.., time, half)
        T second = isAdjacent ? x.slice(-1, 1, size, 2) : x.slice(-1, half, size);
        List<T> turned = first.mapAll(TURN, List.of(second, x.constant(cos), x.constant(sin)));
        Shape whole = x.shape().withSize(x.shape().rank() - 1, size);
        T joined = isAdjacent
                ? TensorOps.stack(-1, turned).reshape(whole.toArray()) // (.., time, half, 2) → (.., time, size)
                : TensorOps.concat(-1, turned);
        return x.shape().size(-1) == size
                ? joined
                : TensorOps.concat(
                        -1, List.of(joined, x.slice(-1, size, x.shape().size(-1))));
    }

    private Table table(DType dtype, int positions) {
        Table known = tables.get(dtype);
        if (known != null && known.positions() >= positions) {
            return known;
        }
        int count = known == null ? positions : Math.max(positions, 2 * known.positions());
        int half = size / 2;
        double[] frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = StrictMath.pow(base, -2.0 * i / size);
        }
        Shape shape = Shape.of(count, half);
        Table made = new Table(
                Tensor.fill(dtype, shape, i -> StrictMath.cos(angle(i, frequencies))),
                Tensor.fill(dtype, shape, i -> StrictMath.sin(angle(i, frequencies))));
        tables.put(dtype, made);
        return made;
    }

    @Override
    public String toString() {
        return "RotaryPositions(%d, base %s, %s)".formatted(size, base, pairing);
    }

    /** The angle at an index of (time, frequencies): its position times its frequency. */
    private static double angle(int index, double[] frequencies) {
        int position = index / frequencies.length;
        return position * frequencies[index % frequencies.length];
    }
}
