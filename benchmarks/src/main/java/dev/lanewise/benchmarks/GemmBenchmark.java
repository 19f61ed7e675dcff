package dev.lanewise.benchmarks;

import dev.lanewise.core.Tensor;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Matrix products C = A·B in float32, microseconds a call. A product of M x N x K takes 2·M·N·K operations, a batch B
 * times that: GFLOP/s = operations / (microseconds · 1000).
 */
public class GemmBenchmark extends AverageTimes {
    /** MxNxK: rows of C x columns of C x length of the sums. BxMxNxK is a batch of B such products. */
    @Param({"1024x1024x1024", "768x384x128", "768x512x128", "768x128x512", "768x65x128", "48x64x64x32"})
    public String shape;

    /** How the operands lie in memory: N as they are, T transposed; NT is a linear layer, TN its weights' gradient. */
    @Param({"NN", "NT", "TN"})
    public String layout;

    private Tensor left;
    private Tensor right;
    private float[] result;
    private Runnable kernel;

    /** Makes the operands, and checks that both ways give the same bits. */
    @Setup
    public void prepare() {
        Product product = Product.of(shape, layout);
        left = product.leftTensor();
        right = product.rightTensor();
        result = new float[product.count() * product.m() * product.n()];
        kernel = product.into(result);
        if (!Arrays.equals(product().toFloats(), intoExisting())) {
            throw new IllegalStateException("the tensors' product and the kernel's differ");
        }
    }

    /** The product of two tensors, the result a new tensor. */
    @Benchmark
    public Tensor product() {
        return left.matmul(right);
    }

    /** The kernel's product into memory that is there already, as a BLAS does it. */
    @Benchmark
    public float[] intoExisting() {
        kernel.run();
        return result;
    }
}
