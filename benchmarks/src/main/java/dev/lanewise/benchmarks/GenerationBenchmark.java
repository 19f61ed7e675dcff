package dev.lanewise.benchmarks;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.nn.transformer.Gpt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Text written by a GPT, milliseconds for 100 tokens. */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class GenerationBenchmark extends AverageTimes {
    private static final int TOKENS = 100;
    private static final double TEMPERATURE = 0.8;

    /** Which one: {@code nano}, tiny-gpt's sizes, {@code baby} or {@code gpt2}. */
    @Param({"nano", "baby"})
    public String model = "nano";

    /** How many tokens the text begins with. */
    @Param("1")
    public int prompt = 1;

    private Gpt gpt;
    private long text;

    /** Draws the weights. */
    @Setup
    public void prepare() {
        gpt = new Gpt(TrainingStepBenchmark.config(model));
        gpt.init(Rng.of(1));
    }

    /** 100 tokens after the prompt, each time others. */
    @Benchmark
    public IntTensor hundredTokens() {
        Rng rng = Rng.of(2).stream(text++);
        return gpt.generate(IntTensor.arange(prompt), TOKENS, TEMPERATURE, rng, token -> {});
    }
}
