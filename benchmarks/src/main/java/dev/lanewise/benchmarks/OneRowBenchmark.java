package dev.lanewise.benchmarks;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * One token's activations times weights stored as [out, in], microseconds a call, beside plain loops that read the same
 * weights: the product should take no longer than it takes to read them.
 */
public class OneRowBenchmark extends AverageTimes {
    private static final int IN = 768;

    /** The rows of the weights: GPT-2's vocabulary (154 MB), and its up-projection (9 MB). */
    @Param({"50257", "3072"})
    public int out;

    private float[] weights;
    private int[] words;
    private Tensor row;
    private Tensor weight;

    /** Makes the row and the weights. */
    @Setup
    public void prepare() {
        row = Rng.of(1).normal(1, IN);
        weight = Rng.of(2).normal(out, IN);
        weights = weight.toFloats();
        words = new int[weights.length];
    }

    /** The product. */
    @Benchmark
    public Tensor product() {
        return row.linear(weight, null);
    }

    /** A loop that adds floats one after the other: each addition waits for the one before. */
    @Benchmark
    public float sum() {
        float sum = 0;
        for (float x : weights) {
            sum += x;
        }
        return sum;
    }

    /** A loop that adds as many ints, which the compiler may turn into vectors. */
    @Benchmark
    public int sumOfInts() {
        int sum = 0;
        for (int x : words) {
            sum += x;
        }
        return sum;
    }
}
