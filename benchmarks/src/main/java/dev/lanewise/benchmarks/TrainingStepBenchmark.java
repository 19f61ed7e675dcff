package dev.lanewise.benchmarks;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
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

/** A whole training step of a GPT: forward, loss, backward, clipping by norm, AdamW. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 10)
@Measurement(iterations = 3, time = 5)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx6g"})
public class TrainingStepBenchmark {
    /**
     * The model: {@code nano} is tiny-gpt's recipe, {@code baby} nanoGPT's for one GPU (6 layers, 6 heads, 384, context
     * 256; batch 8), {@code deep} 12 layers of 4 heads and width 256 (context 256, batch 8), {@code gpt2} the smallest
     * GPT-2 (batch 2, context 256).
     */
    @Param({"nano", "baby"})
    public String model;

    /** Whether blocks are computed again in the backward pass, see {@link GptConfig#withCheckpointing}. */
    @Param("false")
    public boolean checkpointing;

    private Gpt gpt;
    private AdamW optimizer;
    private int batch;
    private long step;

    /** Builds the model. */
    @Setup
    public void prepare() {
        batch = switch (model) {
            case "nano" -> 12;
            case "baby", "deep" -> 8;
            default -> 2;
        };
        gpt = new Gpt(config(model).withCheckpointing(checkpointing));
        gpt.init(Rng.of(1));
        optimizer = new AdamW(
                gpt.parameters(),
                AdamW.Config.defaults()
                        .withLearningRate(1e-3)
                        .withBetas(0.9, 0.95)
                        .withWeightDecay(0.1, Gpt::decays));
    }

    /** The sizes of a model, see {@link #model}; without biases, with the exact GELU. */
    static GptConfig config(String model) {
        GptConfig config = switch (model) {
            case "nano" -> GptConfig.of(65, 64, 4, 4, 128);
            case "baby" -> GptConfig.of(65, 256, 6, 6, 384);
            case "deep" -> GptConfig.of(65, 256, 12, 4, 256);
            case "gpt2" -> GptConfig.of(50257, 256, 12, 12, 768);
            default ->
                throw new IllegalArgumentException("model %s: expected nano, baby, deep or gpt2".formatted(model));
        };
        return config.withBias(false).withGelu(GptConfig.Gelu.ERF);
    }

    /** One step on new random tokens, whose successors are to be learnt. */
    @Benchmark
    public double step() {
        GptConfig config = gpt.config();
        IntTensor tokens = Rng.of(2).stream(step++).integers(Shape.of(batch, config.context()), config.vocabulary());
        int[] next = tokens.toArray();
        for (int i = 0; i < next.length; i++) {
            next[i] = (next[i] + 1) % config.vocabulary();
        }
        Variable loss = gpt.loss(tokens, IntTensor.of(tokens.shape(), next), Pass.inference());
        optimizer.step(loss.backward().clipByNorm(1));
        return loss.item();
    }
}
