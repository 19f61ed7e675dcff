package dev.lanewise.benchmarks;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.Sgd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * One step of an optimizer on gradients that are there already, microseconds a step. AdamW reads and writes 28 bytes a
 * weight, plain SGD 12: GB/s = bytes / (microseconds · 1000).
 */
public class OptimizerBenchmark extends AverageTimes {
    /** The optimizer; {@code Sgd} is without momentum. */
    @Param({"AdamW", "Sgd"})
    public String optimizer;

    /** The number of weights, all in one parameter. */
    @Param({"1000000", "10000000"})
    public int count;

    private Optimizer running;
    private Gradients gradients;

    private static final class Weights extends Layer {
        private final Parameter weights;

        Weights(int count) {
            weights = parameter("weights", Shape.of(count), Initializer.normal(0, 1));
        }
    }

    /** Makes weights and gradients. */
    @Setup
    public void prepare() {
        Weights layer = new Weights(count);
        layer.init(Rng.of(1));
        Variable weights = layer.weights.value();
        gradients = weights.backward(Rng.of(2).normal(count));
        running = switch (optimizer) {
            case "AdamW" -> new AdamW(layer.parameters(), AdamW.Config.defaults());
            case "Sgd" -> new Sgd(layer.parameters(), Sgd.Config.of(1e-3));
            default -> throw new IllegalArgumentException("optimizer %s: expected AdamW or Sgd".formatted(optimizer));
        };
    }

    /** One step. */
    @Benchmark
    public Optimizer step() {
        running.step(gradients);
        return running;
    }
}
