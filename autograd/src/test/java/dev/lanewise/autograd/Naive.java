package dev.lanewise.autograd;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * Operations written as one would on a blackboard: one index after the other, in double precision. What is tested is
 * held to them.
 */
final class Naive {
    private Naive() {}

    /** A tensor of what the function gives for each index. */
    static Tensor tensor(Shape shape, ToDoubleFunction<int[]> element) {
        return Tensor.fill(DType.FLOAT64, shape, position -> element.applyAsDouble(index(shape, position)));
    }

    /** The index of a row-major position. */
    static int[] index(Shape shape, int position) {
        int[] index = new int[shape.rank()];
        int rest = position;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = rest % shape.size(axis);
            rest /= shape.size(axis);
        }
        return index;
    }

    /** Numbers spread over a range, no two alike, each exact in single precision. */
    static Tensor values(int seed, double low, double high, int... sizes) {
        return Tensor.fill(DType.FLOAT64, Shape.of(sizes), i -> {
            double fraction = ((i + 1) * 0.6180339887498949 + seed * 0.4142135623730951) % 1;
            return (float) (low + (high - low) * fraction);
        });
    }

    /** As {@link #values}, over ±size, but none near 0. */
    static Tensor awayFromZero(int seed, double size, int... sizes) {
        return map(x -> (float) (x < 0 ? x - 0.2 : x + 0.2), values(seed, -size, size, sizes));
    }

    static Tensor map(DoubleUnaryOperator function, Tensor x) {
        return tensor(x.shape(), index -> function.applyAsDouble(x.at(index)));
    }

    static Tensor map(DoubleBinaryOperator function, Tensor x, Tensor y) {
        Shape shape = x.shape().broadcast(y.shape());
        return tensor(shape, index -> function.applyAsDouble(broadcastAt(x, index), broadcastAt(y, index)));
    }

    /** The element that a broadcast operand has at an index of the result. */
    static double broadcastAt(Tensor x, int[] index) {
        int added = index.length - x.shape().rank();
        int[] own = new int[x.shape().rank()];
        for (int axis = 0; axis < own.length; axis++) {
            own[axis] = x.shape().size(axis) == 1 ? 0 : index[added + axis];
        }
        return x.at(own);
    }

    /** What a function makes of all elements along the given axes, which are kept with size 1. */
    static Tensor reduce(ToDoubleFunction<double[]> function, Tensor x, int... axes) {
        int[] kept = x.shape().toArray();
        int[] inner = new int[kept.length];
        Arrays.fill(inner, 1);
        for (int axis : axes) {
            inner[axis] = kept[axis];
            kept[axis] = 1;
        }
        Shape along = Shape.of(inner);
        return tensor(Shape.of(kept), outer -> {
            double[] elements = new double[along.count()];
            for (int i = 0; i < elements.length; i++) {
                int[] at = index(along, i);
                for (int axis = 0; axis < at.length; axis++) {
                    at[axis] += outer[axis];
                }
                elements[i] = x.at(at);
            }
            return function.applyAsDouble(elements);
        });
    }

    static double largest(double[] elements) {
        return Arrays.stream(elements).max().orElseThrow();
    }

    static double sum(double[] elements) {
        return Arrays.stream(elements).sum();
    }

    /** The same elements in row-major order under another shape. */
    static Tensor reshape(Tensor x, int... sizes) {
        return Tensor.of(DType.FLOAT64, Shape.of(sizes), x.toDoubles());
    }

    /** The matrix product over the last two axes; leading axes broadcast. */
    static Tensor matmul(Tensor x, Tensor y) {
        int rank = Math.max(x.shape().rank(), y.shape().rank());
        int[] sizes = new int[rank];
        for (int axis = 0; axis < rank - 2; axis++) {
            int size = sizeFromEnd(x, rank - axis);
            sizes[axis] = size == 1 ? sizeFromEnd(y, rank - axis) : size;
        }
        sizes[rank - 2] = x.shape().size(-2);
        sizes[rank - 1] = y.shape().size(-1);
        return tensor(Shape.of(sizes), index -> {
            double sum = 0;
            for (int k = 0; k < x.shape().size(-1); k++) {
                int[] left = index.clone();
                left[rank - 1] = k;
                int[] right = index.clone();
                right[rank - 2] = k;
                sum += matrixAt(x, left) * matrixAt(y, right);
            }
            return sum;
        });
    }

    private static int sizeFromEnd(Tensor x, int back) {
        return back > x.shape().rank() ? 1 : x.shape().size(-back);
    }

    /** As {@link #broadcastAt}, but the last two axes are taken as they are. */
    private static double matrixAt(Tensor x, int[] index) {
        int rank = x.shape().rank();
        int added = index.length - rank;
        int[] own = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            boolean repeated = axis < rank - 2 && x.shape().size(axis) == 1;
            own[axis] = repeated ? 0 : index[added + axis];
        }
        return x.at(own);
    }

    static Tensor transpose(Tensor x) {
        int[] sizes = x.shape().toArray();
        int last = sizes.length - 1;
        sizes[last] = x.shape().size(-2);
        sizes[last - 1] = x.shape().size(-1);
        return tensor(Shape.of(sizes), index -> {
            int[] at = index.clone();
            at[last] = index[last - 1];
            at[last - 1] = index[last];
            return x.at(at);
        });
    }

    static Tensor softmax(Tensor x, int axis) {
        Tensor largest = reduce(elements -> Arrays.stream(elements).max().orElse(0), x, axis);
        Tensor exp = map((a, b) -> Math.exp(a - b), x, largest);
        return map((a, b) -> a / b, exp, reduce(Naive::sum, exp, axis));
    }

    /** The error function by its Taylor series, for arguments up to 3 or so. */
    static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 80; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
