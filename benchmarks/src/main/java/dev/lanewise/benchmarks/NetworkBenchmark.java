package dev.lanewise.benchmarks;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Pass;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What networks are made of, at the sizes of GPT-2's smallest model unless said otherwise, microseconds a call; matrix
 * products have {@link GemmBenchmark} to themselves. Results are new tensors. Where gradients are taken, the time is
 * that of the way forward and the way back.
 */
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx6g"})
public class NetworkBenchmark extends AverageTimes {
    private static final int ROWS = 1024;
    private static final int WIDTH = 768;
    private static final int VOCABULARY = 50257;

    /** A layer's inputs. */
    @State(Scope.Thread)
    public static class Activations {
        private final Tensor square = Rng.of(1).normal(ROWS, ROWS);
        private final Tensor x = Rng.of(2).normal(ROWS, WIDTH);
        private final Tensor weight = Rng.of(3).normal(WIDTH);
        private final Tensor bias = Rng.of(4).normal(WIDTH);
        private final Dropout dropout = new Dropout(0.1);
        private long step;
    }

    /** What a language model's head puts out, and the right answers. */
    @State(Scope.Thread)
    public static class Logits {
        private final Variable constant = Variable.constantOf(Rng.of(1).normal(ROWS, VOCABULARY));
        private final Variable leaf = Variable.of(constant.value());
        private final IntTensor targets = Rng.of(2).integers(Shape.of(ROWS), VOCABULARY);
    }

    /** Vectors of tokens, and the tokens of a text. */
    @State(Scope.Thread)
    public static class Table {
        private final Tensor rows = Rng.of(1).normal(VOCABULARY, WIDTH);
        private final Variable leaf = Variable.of(rows);
        private final IntTensor tokens = Rng.of(2).integers(Shape.of(ROWS), VOCABULARY);
        private final Tensor gradient = Rng.of(3).normal(ROWS, WIDTH);
    }

    /** Queries, keys and values. */
    @State(Scope.Thread)
    public static class Heads {
        /**
         * Batch x heads x time x head size: {@code nano} is 12 x 4 x 64 x 32, {@code baby} 8 x 6 x 256 x 64, as in
         * {@link TrainingStepBenchmark}.
         */
        @Param({"nano", "baby"})
        public String model;

        private Tensor queries;
        private Tensor keys;
        private Tensor values;
        private Tensor gradient;
        private double scale;

        /** Makes them. */
        @Setup
        public void prepare() {
            int[] shape = switch (model) {
                case "nano" -> new int[] {12, 4, 64, 32};
                case "baby" -> new int[] {8, 6, 256, 64};
                default -> throw new IllegalArgumentException("model %s: expected nano or baby".formatted(model));
            };
            queries = Rng.of(1).normal(shape);
            keys = Rng.of(2).normal(shape);
            values = Rng.of(3).normal(shape);
            gradient = Rng.of(4).normal(shape);
            scale = 1 / Math.sqrt(shape[3]);
        }
    }

    /** The softmax of each row, 1024 x 1024. */
    @Benchmark
    public Tensor softmax(Activations a) {
        return a.square.softmax(-1);
    }

    /** Layer normalisation with weight and bias, 1024 x 768. */
    @Benchmark
    public Tensor layerNorm(Activations a) {
        return a.x.layerNorm(a.weight, a.bias, 1e-5);
    }

    /** {@link #softmax} as within a model, where the result's memory is used again. */
    @Benchmark
    public Variable softmaxWithin(Activations a) {
        return within(() -> Variable.constantOf(a.square).softmax(-1));
    }

    /** {@link #layerNorm} as within a model. */
    @Benchmark
    public Variable layerNormWithin(Activations a) {
        return within(() ->
                Variable.constantOf(a.x).layerNorm(Variable.constantOf(a.weight), Variable.constantOf(a.bias), 1e-5));
    }

    /** The first row of a result, computed for itself, so that the result is on the way only. */
    private static Variable within(Supplier<Variable> code) {
        return Variable.reusingMemory(() -> code.get().slice(0, 0, 1).mul(1));
    }

    /** Dropout of a tenth, 1024 x 768: random numbers, a comparison, a product. */
    @Benchmark
    public Tensor dropout(Activations a) {
        Pass pass = Pass.training(Rng.of(1), a.step++);
        return a.dropout.forward(Variable.constantOf(a.x), pass).value();
    }

    /** The mean cross-entropy of 1024 x 50257 logits. */
    @Benchmark
    public Tensor crossEntropy(Logits l) {
        return Losses.crossEntropy(l.constant, l.targets).value();
    }

    /** The same and its gradient by the logits. */
    @Benchmark
    public Tensor crossEntropyGradient(Logits l) {
        return Losses.crossEntropy(l.leaf, l.targets).backward().of(l.leaf);
    }

    /** 1024 rows of a table of 50257 x 768. */
    @Benchmark
    public Tensor embedding(Table t) {
        return t.rows.embedding(t.tokens);
    }

    /** The same and its gradient by the whole table. */
    @Benchmark
    public Tensor embeddingGradient(Table t) {
        return t.leaf.embedding(t.tokens).backward(t.gradient).of(t.leaf);
    }

    /** Causal attention. */
    @Benchmark
    public Tensor attention(Heads h) {
        return h.queries.attention(h.keys, h.values, true, h.scale);
    }

    /** The same and its gradients by queries, keys and values. */
    @Benchmark
    public Object attentionGradient(Heads h) {
        Variable queries = Variable.of(h.queries);
        return queries.attention(Variable.of(h.keys), Variable.of(h.values), true, h.scale)
                .backward(h.gradient);
    }
}
