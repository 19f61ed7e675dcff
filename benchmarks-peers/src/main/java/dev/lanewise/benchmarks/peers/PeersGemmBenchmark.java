package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.AverageTimes;
import dev.lanewise.benchmarks.Product;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Matrix products in float32, microseconds a call; the works are {@code GemmBenchmark}'s. */
public class PeersGemmBenchmark extends AverageTimes {
    /** MxNxK, or BxMxNxK for a batch. */
    @Param({"1024x1024x1024", "768x384x128", "768x512x128", "768x128x512", "768x65x128", "48x64x64x32"})
    public String shape;

    /** How the operands lie in memory: N as they are, T transposed. */
    @Param({"NN", "NT", "TN"})
    public String layout;

    /**
     * Whose product: {@code lanewise}, {@code djl} and {@code nd4j} make a new tensor; {@code lanewise-into},
     * {@code openblas} and {@code mkl} write into memory that is there already.
     */
    @Param({"lanewise", "lanewise-into", "openblas", "mkl", "djl", "nd4j"})
    public String system;

    private Work work;

    /** Makes the operands, and checks the result against Lanewise's. */
    @Setup
    public void prepare() {
        Product product = Product.of(shape, layout);
        work = switch (system) {
            case "lanewise" -> LanewiseWork.product(product);
            case "lanewise-into" -> LanewiseWork.productIntoExisting(product);
            case "openblas" -> BlasWork.openBlas(product);
            case "mkl" -> BlasWork.mkl(product);
            case "djl" -> DjlWork.product(product);
            case "nd4j" -> Nd4jWork.product(product);
            default -> throw new IllegalArgumentException("system " + system);
        };
        work.agreeingWith(LanewiseWork.product(product).result());
    }

    /** Frees them. */
    @TearDown
    public void close() {
        work.close();
    }

    /** One product, or one batch. */
    @Benchmark
    public Object product() {
        return work.run();
    }
}
