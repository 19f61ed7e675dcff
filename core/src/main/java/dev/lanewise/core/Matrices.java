package dev.lanewise.core;

import dev.lanewise.core.kernel.Parallel;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The matrices along the last two axes of a tensor, as arrays of rows in double precision: what the kernels of linear
 * algebra work on. FLOAT32 is widened, and results are rounded once.
 */
final class Matrices {
    /** Multiply-adds that make a task, some 20 microseconds of work. */
    private static final long TASK = 50_000;

    private Matrices() {}

    /** The axes in front of the last two. */
    static Shape batch(Shape shape) {
        return Shape.owning(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
    }

    /** A shape of matrices of the given size. */
    static Shape shape(Shape batch, int rows, int columns) {
        return Shape.owning(Views.joined(batch.toArray(), new int[] {rows, columns}));
    }

    /** Copies of a tensor's matrices: [number][row][column]. */
    static double[][][] of(Tensor x) {
        int rows = x.shape().size(-2);
        int columns = x.shape().size(-1);
        double[] values = x.toDoubles();
        double[][][] matrices = new double[batch(x.shape()).count()][rows][];
        int at = 0;
        for (double[][] matrix : matrices) {
            for (int row = 0; row < rows; row++, at += columns) {
                matrix[row] = Arrays.copyOfRange(values, at, at + columns);
            }
        }
        return matrices;
    }

    /** Matrices of zeros. */
    static double[][][] zeros(Shape shape) {
        return new double[batch(shape).count()][shape.size(-2)][shape.size(-1)];
    }

    /** The matrices as a tensor. */
    static Tensor tensor(DType dtype, Shape shape, double[][][] matrices) {
        double[] values = new double[shape.count()];
        int at = 0;
        for (double[][] matrix : matrices) {
            for (double[] row : matrix) {
                System.arraycopy(row, 0, values, at, row.length);
                at += row.length;
            }
        }
        return Tensor.contiguous(DType.FLOAT64, shape, values).to(dtype);
    }

    /** Of each matrix of a batch, the number of the one that broadcasts to it. */
    static int[] broadcast(Shape batch, Shape to) {
        double[] numbers = Tensor.fill(DType.FLOAT64, batch, i -> i).expand(to).toDoubles();
        int[] result = new int[numbers.length];
        Arrays.setAll(result, i -> (int) numbers[i]);
        return result;
    }

    /** Calls the body for each of a number of matrices, each of which takes so many multiply-adds. */
    static void forEach(int count, long work, IntConsumer body) {
        int grain = Math.clamp(TASK / Math.max(1, work), 1, Integer.MAX_VALUE);
        Parallel.forRange(count, grain, (from, to) -> {
            for (int i = from; i < to; i++) {
                body.accept(i);
            }
        });
    }

    /** Which of a tensor's matrices is meant, for messages: the matrix itself if it is the only one. */
    static String describe(Shape shape, int number) {
        Shape batch = batch(shape);
        if (batch.rank() == 0) {
            return "the matrix of shape " + shape;
        }
        int[] index = new int[batch.rank()];
        int rest = number;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            index[axis] = rest % batch.size(axis);
            rest /= batch.size(axis);
        }
        return "matrix %s of shape %s".formatted(Arrays.toString(index), shape);
    }

    /**
     * Below this share of its length, what a column has beside a combination of others is rounding: that of the
     * elements themselves, and that of a double precision factorisation, which grows with the size (LAPACK's rule for
     * ranks).
     */
    static double rounding(DType dtype, Shape shape) {
        double ofElements = dtype == DType.FLOAT32 ? 0x1p-23 : 0;
        return ofElements + Math.max(shape.size(-2), shape.size(-1)) * 0x1p-52;
    }
}
