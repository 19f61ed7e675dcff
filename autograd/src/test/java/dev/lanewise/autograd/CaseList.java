package dev.lanewise.autograd;

import dev.lanewise.core.Axes;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** Cases of one kind, and the means to write them. */
abstract class CaseList {
    static final Tensor X = Naive.awayFromZero(1, 2, 2, 3, 4);
    static final Tensor NONE = Naive.values(1, 1, 2, 2, 0, 4);

    final List<OpCase> cases = new ArrayList<>();

    OpCase add(OpCase one) {
        cases.add(one);
        return one;
    }

    void one(String method, String op, UnaryOperator<Variable> function, UnaryOperator<Tensor> reference, Tensor x) {
        add(OpCase.of(method, op, o -> function.apply(o.getFirst()), o -> reference.apply(o.getFirst()), x));
    }

    void oneWithEmpty(
            String method, String op, UnaryOperator<Variable> function, UnaryOperator<Tensor> reference, Tensor x) {
        cases.add(OpCase.of(method, op, o -> function.apply(o.getFirst()), o -> reference.apply(o.getFirst()), x)
                .withEmpty(NONE));
    }

    /** What stands at an index of the result stands at another one of the operand. */
    static Tensor moved(Tensor x, Shape shape, UnaryOperator<int[]> from) {
        return Naive.tensor(shape, index -> x.at(from.apply(index.clone())));
    }

    static int[] along(int[] index, int axis, IntUnaryOperator change) {
        index[axis] = change.applyAsInt(index[axis]);
        return index;
    }

    static int[] with(int[] index, int axis, int at) {
        int[] changed = index.clone();
        changed[axis] = at;
        return changed;
    }

    /** A method that reduces any axes. */
    void reduction(
            String method,
            String op,
            Function<Variable, Function<Axes, Variable>> function,
            ToDoubleFunction<double[]> reference) {
        int[][] choices = {{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}};
        for (int[] axes : choices) {
            one(
                    method,
                    op,
                    x -> function.apply(x).apply(Axes.of(axes).kept()),
                    x -> Naive.reduce(reference, x, axes),
                    X);
        }
    }

    /** A method that keeps an axis' size: its reference is given a line and a place in it. */
    void running(
            String method,
            String op,
            Function<Variable, Function<Integer, Variable>> function,
            ToDoubleFunction<double[]> reference) {
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            oneWithEmpty(method, op, x -> function.apply(x).apply(along), x -> running(reference, x, along), X);
        }
    }

    /** A function of each element and those before it along an axis. */
    static Tensor running(ToDoubleFunction<double[]> function, Tensor x, int axis) {
        return Naive.tensor(x.shape(), i -> {
            double[] line = new double[i[axis] + 1];
            for (int k = 0; k < line.length; k++) {
                line[k] = x.at(with(i, axis, k));
            }
            return function.applyAsDouble(line);
        });
    }
}
