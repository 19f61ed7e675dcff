package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * Elements of a source put to, or joined with, those at their places in another tensor. Sources of one place come one
 * after the other, in row-major order: the n-th of each place all at once in round n, as an elementwise function.
 */
final class Scatter {
    private Scatter() {}

    /** Sources put to their places, of several of one place the last. */
    static <T extends TensorOps<T>> T put(String operation, T x, int axis, IntTensor indices, T source) {
        Shape shape = x.shape();
        indices.checkRange(operation, "index", shape.sizeAlong(axis));
        int[] places = IndexOp.positions(indices, axis, shape);
        int[] last = none(shape);
        for (int from = 0; from < places.length; from++) {
            last[places[from]] = from;
        }
        return places.length == 0 ? x : round(x, last, source.reshape(-1), (there, given) -> given);
    }

    private static int[] none(Shape shape) {
        int[] none = new int[shape.count()];
        Arrays.fill(none, -1);
        return none;
    }

    /** Sources joined with what is at their places. */
    static <T extends TensorOps<T>> T join(
            String operation, T x, int axis, IntTensor indices, T source, BinaryOperator<T> join) {
        Shape shape = x.shape();
        indices.checkRange(operation, "index", shape.sizeAlong(axis));
        int[] places = IndexOp.positions(indices, axis, shape);
        int[] seen = new int[shape.count()];
        List<int[]> rounds = new ArrayList<>();
        for (int from = 0; from < places.length; from++) {
            int round = seen[places[from]]++;
            if (round == rounds.size()) {
                rounds.add(none(shape));
            }
            rounds.get(round)[places[from]] = from;
        }
        T sources = source.reshape(-1);
        T result = x;
        for (int[] round : rounds) {
            result = round(result, round, sources, join);
        }
        return result;
    }

    /** One round: of each place the number of its source, −1 for none. */
    private static <T extends TensorOps<T>> T round(T x, int[] from, T sources, BinaryOperator<T> join) {
        Tensor given = Tensor.fill(x.dtype(), x.shape(), i -> from[i] < 0 ? 0 : 1);
        int[] numbers = Arrays.stream(from).map(number -> Math.max(number, 0)).toArray();
        T picked =
                sources.indexSelect(0, IntTensor.of(numbers)).reshape(x.shape().toArray());
        return x.constant(given).where(join.apply(x, picked), x);
    }
}
