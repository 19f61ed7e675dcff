package dev.lanewise.core;

import dev.lanewise.core.kernel.Philox;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Random numbers that are a function of a key and an index: nothing is consumed, nothing changes.
 *
 * <p>An {@code Rng} is a key. Asking it twice for the same gives the same numbers; for other numbers one derives
 * another stream, by name or by number: {@code rng.stream("shuffle").stream(epoch)}. So what one part of a program
 * draws never depends on what another drew before, on threads, or on where a resumed training began.
 *
 * <p>The generator is Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 */
public final class Rng {
    /** Normal numbers from pairs of uniform ones, u in (0, 1] and v in [0, 1) (Box and Muller 1958). */
    private static final Formula NORMAL = Formula.of("normal", (u, v, mean, deviation) -> {
        Expr radius = u.log().mul(-2).sqrt().mul(deviation);
        Expr angle = v.mul(2 * Math.PI);
        return Results.results(
                radius.mul(angle.cos()).add(mean), radius.mul(angle.sin()).add(mean));
    });

    private static final Formula RANGE =
            Formula.of("range", (u, low, width) -> u.mul(width).add(low));

    private final long key;

    private Rng(long key) {
        this.key = key;
    }

    /** The generator of a seed. */
    public static Rng of(long seed) {
        return new Rng(seed);
    }

    /** The stream of a name: other numbers, always the same for the same name. */
    public Rng stream(String name) {
        // FNV-1a, 64 bits (Fowler, Noll, Vo): spreads names; Philox does the mixing.
        long hash = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return derive(hash, 1);
    }

    /** The stream of a number, as of a step or an epoch. */
    public Rng stream(long number) {
        return derive(number, 2);
    }

    /** The kind keeps streams of names, streams of numbers and draws (kind 0) apart. */
    private Rng derive(long what, int kind) {
        int[] words = new int[4];
        Philox.block(key, what, (long) kind << 32, words, 0);
        return new Rng((words[0] & 0xffffffffL) | ((long) words[1] << 32));
    }

    /**
     * Numbers evenly spread over [low, high): multiples of 2⁻²⁴ (FLOAT32) or 2⁻⁵³ (FLOAT64) of the width.
     *
     * @throws IllegalArgumentException if low or high is not finite or low is above high
     */
    public Tensor uniform(DType dtype, Shape shape, double low, double high) {
        if (!(low <= high) || Double.isInfinite(high - low)) {
            throw new IllegalArgumentException("uniform: [%s, %s) is no range of finite numbers".formatted(low, high));
        }
        Tensor unit = unit(dtype, shape.count(), 0);
        Tensor result = low == 0 && high == 1 ? unit : unit.map(RANGE, unit.constant(low), unit.constant(high - low));
        return Views.reshape(result, shape);
    }

    /** FLOAT32 numbers evenly spread over [0, 1). */
    public Tensor uniform(int... sizes) {
        return uniform(DType.FLOAT32, Shape.of(sizes), 0, 1);
    }

    /**
     * Normally distributed numbers.
     *
     * @throws IllegalArgumentException if the mean or the deviation is not finite or the deviation is negative
     */
    public Tensor normal(DType dtype, Shape shape, double mean, double deviation) {
        if (!Double.isFinite(mean) || !(deviation >= 0) || Double.isInfinite(deviation)) {
            throw new IllegalArgumentException(
                    "normal: mean %s and deviation %s, expected finite numbers and a deviation of at least 0"
                            .formatted(mean, deviation));
        }
        int count = shape.count();
        int pairs = (count + 1) / 2;
        Tensor unit = unit(dtype, 2 * pairs, 1);
        Tensor u = Views.slice(unit, 0, 0, 2, pairs);
        Tensor v = Views.slice(unit, 0, 1, 2, pairs);
        // u is in [0, 1); 1 - u in (0, 1], whose logarithm is finite. Exact: both are multiples of the same power of
        // two.
        Tensor positive = u.constant(1).sub(u);
        List<Tensor> normal = positive.mapAll(NORMAL, List.of(v, u.constant(mean), u.constant(deviation)));
        Tensor interleaved = TensorOps.stack(1, normal).reshape(-1); // (pairs, 2) -> (2 pairs)
        return Views.copy(Views.slice(interleaved, 0, 0, 1, count)).reshape(shape.toArray());
    }

    /** FLOAT32 numbers of the standard normal distribution. */
    public Tensor normal(int... sizes) {
        return normal(DType.FLOAT32, Shape.of(sizes), 0, 1);
    }

    /**
     * Whole numbers evenly spread over [0, bound): by multiplication of 32 random bits, so each is off its fair share
     * by at most bound · 2⁻³².
     *
     * @throws IllegalArgumentException if the bound is not positive
     */
    public IntTensor integers(Shape shape, int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("integers: bound %d is not positive".formatted(bound));
        }
        int[] words = words(shape.count(), 0);
        for (int i = 0; i < words.length; i++) {
            words[i] = (int) (((words[i] & 0xffffffffL) * bound) >>> 32);
        }
        return IntTensor.owning(shape, words);
    }

    /** The numbers 0 to {@code count - 1} in random order (Fisher and Yates). */
    public IntTensor permutation(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("permutation: count %d is negative".formatted(count));
        }
        int[] order = new int[count];
        int[] words = words(count, 0);
        for (int i = 0; i < count; i++) {
            int j = (int) (((words[i] & 0xffffffffL) * (i + 1)) >>> 32);
            order[i] = order[j];
            order[j] = i;
        }
        return IntTensor.owning(Shape.of(count), order);
    }

    /**
     * 1 with the probability that stands in each place, else 0.
     *
     * @return of the probabilities' shape and type
     * @throws IllegalArgumentException if a probability is not within 0 to 1
     */
    public Tensor bernoulli(Tensor probabilities) {
        double[] values = probabilities.toDoubles();
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= 1)) {
                throw new IllegalArgumentException(
                        "bernoulli: %s at position %d of shape %s, expected probabilities of 0 to 1"
                                .formatted(values[i], i, probabilities.shape()));
            }
        }
        return uniform(probabilities.dtype(), probabilities.shape(), 0, 1).lt(probabilities);
    }

    /**
     * Numbers of categories, each drawn with a probability in proportion to its weight; the rows of a matrix are drawn
     * from independently. Without replacement no category comes twice: each is drawn from those that are left.
     *
     * @param weights [categories] or [rows, categories]; they need not sum to 1
     * @param count how many are drawn, from each row
     * @return [count] or [rows, count]
     * @throws IllegalArgumentException if the weights have other axes, one is negative or not finite, a row has none
     *     above 0, or, without replacement, not as many as are to be drawn
     */
    public IntTensor multinomial(Tensor weights, int count, boolean replacement) {
        return Drawing.multinomial(this, weights, count, replacement);
    }

    /** A number evenly spread over [0, 1), a multiple of 2⁻⁵³. */
    public double uniform() {
        return unit(DType.FLOAT64, 1, 0).item();
    }

    private Tensor unit(DType dtype, int count, int kind) {
        Tensor result = Tensor.allocate(dtype, Shape.of(count));
        switch (dtype) {
            case FLOAT32 -> Philox.fill(key, kind, result.floats());
            case FLOAT64 -> Philox.fill(key, kind, result.doubles());
        }
        return result;
    }

    private int[] words(int count, int kind) {
        int[] words = new int[count];
        Philox.fill(key, kind, words);
        return words;
    }
}
