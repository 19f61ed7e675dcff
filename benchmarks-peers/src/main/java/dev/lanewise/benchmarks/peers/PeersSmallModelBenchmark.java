package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.AverageTimes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A training step of the small classifier 784-128-10, ReLU, batch 64, cross-entropy, SGD; microseconds a step. */
public class PeersSmallModelBenchmark extends AverageTimes {
    /** Steps whose losses must agree: those of the same weights before the first, and after. */
    private static final int CHECKED_STEPS = 5;

    /** Whose step. */
    @Param({"lanewise", "djl"})
    public String system;

    private Work work;

    /** Makes the model, and checks the losses of the first steps against Lanewise's. */
    @Setup
    public void prepare() {
        work = switch (system) {
            case "lanewise" -> LanewiseWork.trainingStep();
            case "djl" -> DjlWork.trainingStep();
            default -> throw new IllegalArgumentException("system " + system);
        };
        Work expected = LanewiseWork.trainingStep();
        for (int step = 0; step < CHECKED_STEPS; step++) {
            work.agreeingWith(expected.result());
        }
    }

    /** Frees the model. */
    @TearDown
    public void close() {
        work.close();
    }

    /** One step. */
    @Benchmark
    public Object mlp() {
        return work.run();
    }
}
