package dev.lanewise.benchmarks;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.Pass;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A convolution and a recurrent layer, forward and, where the name says so, backward; microseconds a call. */
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx4g"})
public class LayerBenchmark extends AverageTimes {
    /** 32 images of 64 channels, 28 x 28, and 64 windows of 3 x 3. */
    @State(Scope.Thread)
    public static class Images {
        private final Tensor x = Rng.of(1).normal(32, 64, 28, 28);
        private final Tensor gradient = Rng.of(2).normal(32, 64, 28, 28);
        private final Conv2d layer = new Conv2d(64, 64, 3, Sliding.DENSE.withPadding(1));

        /** Draws weights. */
        public Images() {
            layer.init(Rng.of(3));
        }
    }

    /** The same images, and a window of 3 x 3 for each channel alone. */
    @State(Scope.Thread)
    public static class Channels {
        private final Tensor x = Rng.of(1).normal(32, 64, 28, 28);
        private final Tensor gradient = Rng.of(2).normal(32, 64, 28, 28);
        private final Tensor weight = Rng.of(3).normal(64, 1, 3, 3);
        private final Tensor bias = Rng.of(4).normal(64);
        private final List<Sliding> axes = List.of(Sliding.DENSE.withPadding(1), Sliding.DENSE.withPadding(1));
    }

    /** 32 sequences of 128 steps, 256 wide. */
    @State(Scope.Thread)
    public static class Sequences {
        private final Tensor x = Rng.of(1).normal(32, 128, 256);
        private final Tensor gradient = Rng.of(2).normal(32, 128, 256);
        private final Lstm layer = new Lstm(256, 256);

        /** Draws weights. */
        public Sequences() {
            layer.init(Rng.of(3));
        }
    }

    /** y = conv2d(x). */
    @Benchmark
    public Tensor conv2d(Images i) {
        return i.layer.forward(Variable.constantOf(i.x), Pass.inference()).value();
    }

    /** And the gradients of x, weight and bias. */
    @Benchmark
    public Object conv2dGradient(Images i) {
        return i.layer.forward(Variable.of(i.x), Pass.inference()).backward(i.gradient);
    }

    /** y = conv(x), depthwise. */
    @Benchmark
    public Tensor depthwise(Channels c) {
        return c.x.conv(c.weight, c.bias, 64, c.axes);
    }

    /** And the gradients of x, weight and bias. */
    @Benchmark
    public Object depthwiseGradient(Channels c) {
        return Variable.of(c.x)
                .conv(Variable.of(c.weight), Variable.of(c.bias), 64, c.axes)
                .backward(c.gradient);
    }

    /** y = lstm(x). */
    @Benchmark
    public Tensor lstm(Sequences s) {
        return s.layer
                .forward(Variable.constantOf(s.x), Pass.inference())
                .outputs()
                .value();
    }

    /** And the gradients of x, weights and biases. */
    @Benchmark
    public Object lstmGradient(Sequences s) {
        return s.layer.forward(Variable.of(s.x), Pass.inference()).outputs().backward(s.gradient);
    }
}
