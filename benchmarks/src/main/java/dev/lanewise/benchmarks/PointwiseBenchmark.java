package dev.lanewise.benchmarks;

import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Elementwise functions, microseconds a call: at 1 element the cost of a call, at 16,777,216 that of memory. Bytes read
 * and written are 12 an element for {@code add} and {@code mul}, 8 for the others: GB/s = bytes / (microseconds ·
 * 1000).
 */
public class PointwiseBenchmark extends AverageTimes {
    /** The function. */
    @Param({"add", "mul", "exp", "tanh", "gelu", "geluTanh"})
    public String function;

    /** The number of elements. */
    @Param({"1", "1000", "1048576", "16777216"})
    public int count;

    private Pointwise pointwise;

    /** Makes the operands. */
    @Setup
    public void prepare() {
        pointwise = new Pointwise(function, count);
    }

    /** The result is a new tensor. */
    @Benchmark
    public Tensor allocating() {
        return pointwise.allocating();
    }

    /** The result goes into a tensor that is there already. */
    @Benchmark
    public MutableTensor intoExisting() {
        return pointwise.intoExisting();
    }
}
