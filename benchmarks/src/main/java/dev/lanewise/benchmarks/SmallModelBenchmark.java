package dev.lanewise.benchmarks;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.optim.Sgd;
import org.openjdk.jmh.annotations.Benchmark;

/** Training steps of models so small that the cost of each call shows, microseconds a step. */
public class SmallModelBenchmark extends AverageTimes {
    private static final int EXAMPLES = 256;
    private static final int FEATURES = 16;

    private final Mlp mlp = new Mlp();
    private final Linear line = new Linear(FEATURES, 1);
    private final Sgd optimizer;
    private final Tensor features = Rng.of(2).normal(EXAMPLES, FEATURES);
    private final Tensor answers = Rng.of(3).normal(EXAMPLES, 1);
    private final Variable x = Variable.of(Rng.of(4).normal(16));
    private final Variable y = Variable.of(Rng.of(5).normal(16));

    /** Makes the models. */
    public SmallModelBenchmark() {
        line.init(Rng.of(1));
        optimizer = new Sgd(line.parameters(), Sgd.Config.of(0.01));
    }

    /** A classifier 784-128-10 with ReLU on a batch of 64: forward, cross-entropy, backward, SGD. */
    @Benchmark
    public double mlp() {
        return mlp.step();
    }

    /** Linear regression on 256 x 16 with a bias: forward, mean squared error, backward, SGD. */
    @Benchmark
    public double linearRegression() {
        Variable loss = Losses.mse(line.forward(Variable.constantOf(features)), answers);
        optimizer.step(loss.backward());
        return loss.item();
    }

    /** The sum of x·y over 16 elements, and its gradients: hardly any arithmetic, nearly all the graph. */
    @Benchmark
    public Gradients mulSumBackward() {
        return x.mul(y).sum().backward();
    }
}
