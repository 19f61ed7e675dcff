package dev.lanewise.benchmarks;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.nn.transformer.Gpt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;

/** Text written by a GPT of tiny-gpt's sizes, milliseconds for 100 tokens. */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class GenerationBenchmark extends AverageTimes {
    private static final int TOKENS = 100;
    private static final double TEMPERATURE = 0.8;

    private final Gpt gpt = new Gpt(TrainingStepBenchmark.config("nano"));
    private long text;

    /** Draws the weights. */
    @Setup
    public void prepare() {
        gpt.init(Rng.of(1));
    }

    /** 100 tokens after a prompt of one, each time others. */
    @Benchmark
    public IntTensor hundredTokens() {
        Rng rng = Rng.of(2).stream(text++);
        return gpt.generate(IntTensor.of(0), TOKENS, TEMPERATURE, rng, token -> {});
    }
}
