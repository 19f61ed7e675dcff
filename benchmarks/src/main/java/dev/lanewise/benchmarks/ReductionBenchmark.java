package dev.lanewise.benchmarks;

import dev.lanewise.core.Axes;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Sums and maxima of a matrix of 1024 x 1024, microseconds a call. Each reads 4 MB. */
public class ReductionBenchmark extends AverageTimes {
    private Tensor x;

    /** Makes the matrix. */
    @Setup
    public void prepare() {
        x = Rng.of(1).normal(1024, 1024);
    }

    /** The sum of all elements. */
    @Benchmark
    public Tensor sum() {
        return x.sum();
    }

    /** The sum of each column. */
    @Benchmark
    public Tensor sumOverRows() {
        return x.sum(0);
    }

    /** The sum of each row. */
    @Benchmark
    public Tensor sumOverColumns() {
        return x.sum(1);
    }

    /** The mean of all elements. */
    @Benchmark
    public Tensor mean() {
        return x.mean();
    }

    /** The largest element. */
    @Benchmark
    public Tensor max() {
        return x.amax(Axes.all());
    }
}
