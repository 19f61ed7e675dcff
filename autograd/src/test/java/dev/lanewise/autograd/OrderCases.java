package dev.lanewise.autograd;

import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Cases for ranks among elements, distances of pairs, and what holds. */
final class OrderCases extends CaseList {
    private static final Tensor WITH_ZEROS = Naive.tensor(Shape.of(2, 3, 4), i -> i[1] < i[2] ? 0 : i[0] * 2 - 1.5);

    static List<OpCase> all() {
        var all = new OrderCases();
        all.ranks();
        all.truths();
        all.pairs();
        return all.cases;
    }

    private static double ranked(double[] line, double place) {
        double[] sorted = line.clone();
        Arrays.sort(sorted);
        int below = (int) place;
        double high = sorted[Math.min(below + 1, sorted.length - 1)];
        return sorted[below] + (place - below) * (high - sorted[below]);
    }

    private static Tensor alongOne(ToDoubleFunction<double[]> reference, Tensor x) {
        return Naive.reshape(Naive.reduce(reference, x, 1), 2, 4);
    }

    private static Tensor alongLast(ToDoubleFunction<double[]> reference, Tensor x) {
        return Naive.reshape(Naive.reduce(reference, x, 2), 2, 3);
    }

    private void ranks() {
        for (int k = 1; k <= 3; k++) {
            int place = k - 1;
            one("kthValue", "Gather", x -> x.kthValue(place + 1, 1), x -> alongOne(e -> ranked(e, place), x), X);
        }
        // As no two elements are alike, each occurs most often, and the smallest one counts.
        one("mode", "Gather", x -> x.mode(1), x -> alongOne(e -> ranked(e, 0), x), X);
        one("mode", "Gather", x -> x.mode(-1), x -> alongLast(e -> ranked(e, 0), x), X);
        one("median", "Gather", x -> x.median(1), x -> alongOne(e -> ranked(e, 1), x), X);
        one("median", "Gather", x -> x.median(-1), x -> alongLast(e -> ranked(e, 1), x), X);
        for (double q : new double[] {0, 0.3, 0.5, 1}) {
            one("quantile", "Gather", x -> x.quantile(q, -1), x -> alongLast(e -> ranked(e, 3 * q), x), X);
        }
    }

    private void truths() {
        ToDoubleFunction<double[]> any = e -> Arrays.stream(e).anyMatch(v -> v != 0) ? 1 : 0;
        ToDoubleFunction<double[]> all = e -> Arrays.stream(e).allMatch(v -> v != 0) ? 1 : 0;
        for (Tensor each : List.of(WITH_ZEROS, X)) {
            one("any", "Sum", x -> x.any(1), x -> alongOne(any, x), each);
            one("all", "Sum", x -> x.all(1), x -> alongOne(all, x), each);
            one("any", "Sum", x -> x.any(), x -> Tensor.scalar(X.dtype(), any.applyAsDouble(x.toDoubles())), each);
            one("all", "Sum", x -> x.all(), x -> Tensor.scalar(X.dtype(), all.applyAsDouble(x.toDoubles())), each);
        }
        Tensor near = X.mul(1.001);
        add(OpCase.of(
                "isClose",
                "",
                o -> o.get(0).isClose(o.get(1), 0.01, 0),
                o -> Naive.tensor(X.shape(), i -> 1),
                X,
                near));
        one("isClose", "", x -> x.isClose(x.mul(1.5), 0.1, 0.1), x -> isClose(x, x.mul(1.5), 0.1, 0.1), X);
        one("nanToNum", "Elementwise:where", x -> x.nanToNum(1, 2, 3), x -> x, X);
    }

    private static Tensor isClose(Tensor x, Tensor y, double relative, double absolute) {
        return Naive.tensor(
                x.shape(), i -> Math.abs(x.at(i) - y.at(i)) <= absolute + relative * Math.abs(y.at(i)) ? 1 : 0);
    }

    private void pairs() {
        Tensor y = Naive.awayFromZero(7, 2, 2, 5, 4);
        for (double p : new double[] {1, 2, 3, 0.5}) {
            add(OpCase.of(
                    "cdist",
                    "",
                    o -> o.get(0).cdist(o.get(1), p),
                    o -> Naive.tensor(Shape.of(2, 3, 5), i -> {
                        double sum = 0;
                        for (int k = 0; k < 4; k++) {
                            sum += Math.pow(
                                    Math.abs(o.get(0).at(i[0], i[1], k)
                                            - o.get(1).at(i[0], i[2], k)),
                                    p);
                        }
                        return Math.pow(sum, 1 / p);
                    }),
                    X,
                    y));
        }
        add(OpCase.of(
                "cross",
                "",
                o -> o.get(0).cross(o.get(1)),
                o -> Naive.tensor(Shape.of(2, 3), i -> {
                    int next = (i[1] + 1) % 3;
                    int after = (i[1] + 2) % 3;
                    return o.get(0).at(i[0], next) * o.get(1).at(after)
                            - o.get(0).at(i[0], after) * o.get(1).at(next);
                }),
                Naive.awayFromZero(3, 2, 2, 3),
                Naive.awayFromZero(4, 2, 3)));
        add(OpCase.of(
                "kron",
                "Elementwise:mul",
                o -> o.get(0).kron(o.get(1)),
                o -> Naive.tensor(
                        Shape.of(4, 15),
                        i -> o.get(0).at(i[0] / 2, i[1] / 5) * o.get(1).at(i[0] % 2, i[1] % 5)),
                Naive.awayFromZero(3, 2, 2, 3),
                Naive.awayFromZero(4, 2, 2, 5)));
        add(OpCase.of(
                "kron",
                "Elementwise:mul",
                o -> o.get(0).kron(o.get(1)),
                o -> Naive.tensor(
                        Shape.of(2, 6),
                        i -> o.get(0).at(i[0], i[1] / 2) * o.get(1).at(i[1] % 2)),
                Naive.awayFromZero(3, 2, 2, 3),
                Naive.awayFromZero(4, 2, 2)));
    }
}
