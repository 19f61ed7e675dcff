package dev.lanewise.benchmarks;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matrix products C = A·B in float32, the result a new tensor. A product of M x N x K takes 2·M·N·K operations: GFLOP/s
 * = 2·M·N·K / (microseconds · 1000).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC"})
public class GemmBenchmark {
    /** Rows of the result x columns of the result x length of the sums. */
    @Param({"1024x1024x1024", "768x384x128", "768x512x128", "768x128x512", "768x65x128"})
    public String shape;

    /** How the operands lie in memory: N as they are, T transposed; NT is a linear layer, TN its weights' gradient. */
    @Param({"NN", "NT", "TN"})
    public String layout;

    private Tensor left;
    private Tensor right;

    /** Makes the operands. */
    @Setup
    public void prepare() {
        int[] sizes =
                Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        if (sizes.length != 3 || !layout.matches("NN|NT|TN")) {
            throw new IllegalArgumentException(
                    "shape %s, layout %s: expected MxNxK and NN, NT or TN".formatted(shape, layout));
        }
        int m = sizes[0];
        int n = sizes[1];
        int k = sizes[2];
        Rng rng = Rng.of(1);
        left = layout.startsWith("T")
                ? rng.stream("left").normal(k, m).transpose()
                : rng.stream("left").normal(m, k);
        right = layout.endsWith("T")
                ? rng.stream("right").normal(n, k).transpose()
                : rng.stream("right").normal(k, n);
    }

    /** One product. */
    @Benchmark
    public Tensor product() {
        return left.matmul(right);
    }
}
