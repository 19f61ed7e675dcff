package dev.lanewise.benchmarks;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.kernel.Gemm;
import dev.lanewise.core.kernel.Matrix;
import java.util.Arrays;

/**
 * A matrix product, or a batch of them, as the benchmarks' parameters name it: C (m x n) = A (m x k) · B (k x n), with
 * its operands, random, as they lie in memory.
 *
 * @param batch the number of products; 0 for one product of plain matrices
 * @param m rows of C
 * @param n columns of C
 * @param k length of the sums
 * @param leftTransposed whether A lies in memory as (k x m)
 * @param rightTransposed whether B lies in memory as (n x k)
 * @param left A's numbers
 * @param right B's numbers
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares products
public record Product(
        int batch, int m, int n, int k, boolean leftTransposed, boolean rightTransposed, float[] left, float[] right) {

    /**
     * The product of a shape and a layout.
     *
     * @param shape MxNxK, or BxMxNxK for a batch
     * @param layout NN, NT or TN: how A and B lie in memory, N as they are, T transposed
     */
    public static Product of(String shape, String layout) {
        if (!shape.matches("(\\d+x){2,3}\\d+") || !layout.matches("NN|NT|TN")) {
            throw new IllegalArgumentException(
                    "shape %s, layout %s: expected MxNxK or BxMxNxK, and NN, NT or TN".formatted(shape, layout));
        }
        int[] sizes =
                Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        int first = sizes.length - 3;
        int batch = first == 0 ? 0 : sizes[0];
        int m = sizes[first];
        int n = sizes[first + 1];
        int k = sizes[first + 2];
        int count = Math.max(1, batch);
        Rng rng = Rng.of(1);
        return new Product(
                batch,
                m,
                n,
                k,
                layout.startsWith("T"),
                layout.endsWith("T"),
                rng.stream("left").normal(count * m * k).toFloats(),
                rng.stream("right").normal(count * k * n).toFloats());
    }

    /** The number of products, at least 1. */
    public int count() {
        return Math.max(1, batch);
    }

    /** The shape in which A lies in memory: two sizes, or three with the batch. */
    public int[] leftShape() {
        return leftTransposed ? withBatch(k, m) : withBatch(m, k);
    }

    /** The shape in which B lies in memory: two sizes, or three with the batch. */
    public int[] rightShape() {
        return rightTransposed ? withBatch(n, k) : withBatch(k, n);
    }

    private int[] withBatch(int rows, int columns) {
        return batch == 0 ? new int[] {rows, columns} : new int[] {batch, rows, columns};
    }

    /** A: a tensor, a transposed view where it lies transposed. */
    public Tensor leftTensor() {
        Tensor stored = Tensor.of(left, leftShape());
        return leftTransposed ? stored.transpose(-2, -1) : stored; // (.., m, k)
    }

    /** B: a tensor, a transposed view where it lies transposed. */
    public Tensor rightTensor() {
        Tensor stored = Tensor.of(right, rightShape());
        return rightTransposed ? stored.transpose(-2, -1) : stored; // (.., k, n)
    }

    /** The kernel's product into existing memory, as a BLAS does it. */
    public Runnable into(float[] result) {
        int leftRowStride = leftTransposed ? 1 : k;
        int leftColumnStride = leftTransposed ? m : 1;
        int rightRowStride = rightTransposed ? 1 : n;
        int rightColumnStride = rightTransposed ? k : 1;
        if (batch == 0) {
            var a = new Matrix(left, 0, leftRowStride, leftColumnStride);
            var b = new Matrix(right, 0, rightRowStride, rightColumnStride);
            var c = new Matrix(result, 0, n, 1);
            return () -> Gemm.sgemm(m, n, k, a, b, c, false);
        }
        int[] leftOffsets = offsets(m * k);
        int[] rightOffsets = offsets(k * n);
        int[] resultOffsets = offsets(m * n);
        return () -> Gemm.sgemmBatch(
                batch,
                m,
                n,
                k,
                left,
                leftOffsets,
                leftRowStride,
                leftColumnStride,
                right,
                rightOffsets,
                rightRowStride,
                rightColumnStride,
                result,
                resultOffsets,
                n,
                false);
    }

    private int[] offsets(int size) {
        int[] offsets = new int[batch];
        Arrays.setAll(offsets, i -> i * size);
        return offsets;
    }
}
