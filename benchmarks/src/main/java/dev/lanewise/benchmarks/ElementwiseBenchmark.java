package dev.lanewise.benchmarks;

import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.optim.AdamW;
import java.util.Arrays;
import java.util.List;
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
 * Formulas' kernels against the same loops written by hand on the Vector API, both into existing storage. The setup
 * checks that both give the same bits.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC", "-Dlanewise.threads=1"})
public class ElementwiseBenchmark {
    private static final Formula EXP =
            Formula.of("expTimesPlusOne", (x, z) -> x.exp().mul(z).add(1));
    private static final Formula GELU = Formula.of("gelu", x -> x.gelu());
    /** Forty exponentials: too much code for one method that HotSpot would compile. */
    private static final Formula FORTY = Formula.of("fortyExponentials", x -> {
        var sum = x;
        for (int i = 1; i <= 40; i++) {
            sum = sum.add(x.mul(1.0 / i).exp());
        }
        return sum;
    });

    /** The number of elements, a multiple of 16. */
    @Param({"16384", "1048576"})
    public int count;

    private final float[] scalars = {0.5f, 0.9f, 1 - 0.9f, 0.99f, 1 - 0.99f, 1.5f, 1e-8f, 0.9999f, 1e-3f};
    private MutableTensor out;
    private MutableTensor parameter;
    private MutableTensor mean;
    private MutableTensor variance;
    private Tensor x;
    private Tensor z;
    private List<Tensor> adamW;
    private float[] xs;
    private float[] zs;
    private float[] result;
    private float[] parameters;
    private float[] means;
    private float[] variances;

    /** Makes the operands, and checks the loops against each other. */
    @Setup
    public void prepare() {
        x = Rng.of(1).normal(count);
        z = Rng.of(2).normal(count);
        out = new MutableTensor("out", x);
        parameter = new MutableTensor("parameter", x);
        mean = new MutableTensor("mean", z);
        variance = new MutableTensor("variance", z.square());
        xs = x.toFloats();
        zs = z.toFloats();
        result = new float[count];
        parameters = x.toFloats();
        means = z.toFloats();
        variances = z.square().toFloats();
        adamW = List.of(
                parameter.value(),
                z,
                Tensor.scalar(scalars[0]),
                mean.value(),
                Tensor.scalar(scalars[1]),
                Tensor.scalar(scalars[2]),
                variance.value(),
                Tensor.scalar(scalars[3]),
                Tensor.scalar(scalars[4]),
                Tensor.scalar(scalars[5]),
                Tensor.scalar(scalars[6]),
                Tensor.scalar(scalars[7]),
                Tensor.scalar(scalars[8]));
        check("exp", expTimesPlusOneByFormula(), expTimesPlusOneByHand());
        check("gelu", geluByFormula(), geluByHand());
        check("adamW", adamWByFormula(), adamWByHand());
    }

    private static void check(String what, MutableTensor byFormula, float[] byHand) {
        if (!Arrays.equals(byFormula.value().toFloats(), byHand)) {
            throw new IllegalStateException(what + ": the formula and the loop written by hand differ");
        }
    }

    /** exp(x) · z + 1 by the formula's kernel. */
    @Benchmark
    public MutableTensor expTimesPlusOneByFormula() {
        MutableTensor.update(EXP, List.of(out), List.of(x, z));
        return out;
    }

    /** The same by hand. */
    @Benchmark
    public float[] expTimesPlusOneByHand() {
        HandWritten.expTimesPlusOne(xs, zs, result);
        return result;
    }

    /** The exact GELU by the formula's kernel. */
    @Benchmark
    public MutableTensor geluByFormula() {
        MutableTensor.update(GELU, List.of(out), List.of(x));
        return out;
    }

    /** The same by hand. */
    @Benchmark
    public float[] geluByHand() {
        HandWritten.gelu(xs, result);
        return result;
    }

    /** AdamW's update by the formula's kernel. */
    @Benchmark
    public MutableTensor adamWByFormula() {
        MutableTensor.update(AdamW.UPDATE, List.of(parameter, mean, variance), adamW);
        return parameter;
    }

    /** The same by hand. */
    @Benchmark
    public float[] adamWByHand() {
        HandWritten.adamW(parameters, zs, means, variances, scalars);
        return parameters;
    }

    /** Forty exponentials an element. */
    @Benchmark
    public MutableTensor fortyExponentialsByFormula() {
        MutableTensor.update(FORTY, List.of(out), List.of(x));
        return out;
    }
}
