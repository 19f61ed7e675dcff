package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.AverageTimes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Elementwise functions, microseconds a call; results are new tensors. GELU is DJL's alone: of ND4J's two, one is
 * another function (x·sigmoid(1.702·x)), and the other, by its name precise, is not close enough to either of
 * Lanewise's.
 */
public class PeersPointwiseBenchmark extends AverageTimes {
    /** The work of one library. */
    @State(Scope.Thread)
    public abstract static class Measured {
        /** The number of elements. */
        @Param({"1", "1000", "1048576", "16777216"})
        public int count;

        private Work work;

        void prepare(String function, String system) {
            work = switch (system) {
                case "lanewise" -> LanewiseWork.pointwise(function, count);
                case "djl" -> DjlWork.pointwise(function, count);
                case "nd4j" -> Nd4jWork.pointwise(function, count);
                default -> throw new IllegalArgumentException("system " + system);
            };
            work.agreeingWith(LanewiseWork.pointwise(function, count).result());
        }

        Object run() {
            return work.run();
        }

        /** Frees the operands. */
        @TearDown
        public void close() {
            work.close();
        }
    }

    /** What every library has. */
    public static class Common extends Measured {
        /** The function. */
        @Param({"add", "mul", "exp", "tanh"})
        public String function;

        /** Whose. */
        @Param({"lanewise", "djl", "nd4j"})
        public String system;

        /** Makes the operands, and checks the result against Lanewise's. */
        @Setup
        public void prepare() {
            prepare(function, system);
        }
    }

    /** The exact GELU. */
    public static class Gelu extends Measured {
        /** Whose. */
        @Param({"lanewise", "djl"})
        public String system;

        /** Makes the operands, and checks the result against Lanewise's. */
        @Setup
        public void prepare() {
            prepare("gelu", system);
        }
    }

    /** A function that every library has. */
    @Benchmark
    public Object pointwise(Common measured) {
        return measured.run();
    }

    /** The exact GELU. */
    @Benchmark
    public Object gelu(Gelu measured) {
        return measured.run();
    }
}
