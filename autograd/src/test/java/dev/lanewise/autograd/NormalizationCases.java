package dev.lanewise.autograd;

import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;

/** Cases for normalisations, and for lengths and angles of vectors. */
final class NormalizationCases extends CaseList {
    static List<OpCase> all() {
        var all = new NormalizationCases();
        all.layerNorms();
        all.layerNormsOverAxes();
        all.otherLengths();
        all.channelNorms();
        all.vectors();
        return all.cases;
    }

    private static Tensor values(int seed, int... sizes) {
        return Naive.values(seed, -1, 1, sizes);
    }

    private static Tensor normalized(Tensor x) {
        int last = x.shape().rank() - 1;
        Tensor mean = Naive.reduce(e -> Naive.sum(e) / e.length, x, last);
        Tensor centered = Naive.map((a, b) -> a - b, x, mean);
        Tensor variance = Naive.reduce(e -> Naive.sum(e) / e.length, Naive.map(v -> v * v, centered), last);
        return Naive.map((a, v) -> a / Math.sqrt(v + 1e-3), centered, variance);
    }

    private void layerNorms() {
        Tensor x = values(1, 2, 3, 4);
        Tensor weight = values(2, 4);
        Tensor bias = values(3, 4);
        Tensor none = values(1, 2, 0, 4);
        add(OpCase.of("layerNorm", "LayerNorm", o -> o.get(0).layerNorm(null, null, 1e-3), o -> normalized(o.get(0)), x)
                .withEmpty(none));
        add(OpCase.of(
                        "layerNorm",
                        "LayerNorm",
                        o -> o.get(0).layerNorm(o.get(1), null, 1e-3),
                        o -> Naive.map((a, b) -> a * b, normalized(o.get(0)), o.get(1)),
                        x,
                        weight)
                .withEmpty(none, weight));
        add(OpCase.of(
                        "layerNorm",
                        "LayerNorm",
                        o -> o.get(0).layerNorm(o.get(1), o.get(2), 1e-3),
                        o -> Naive.map(
                                Double::sum, Naive.map((a, b) -> a * b, normalized(o.get(0)), o.get(1)), o.get(2)),
                        x,
                        weight,
                        bias)
                .withEmpty(none, weight, bias));
        // The same tensor in two places: its gradients are added.
        add(OpCase.of(
                "layerNorm",
                "LayerNorm",
                o -> o.get(0).layerNorm(o.get(0).select(0, 1), o.get(0).select(0, 2), 1e-3),
                o -> Naive.tensor(
                        o.get(0).shape(),
                        i -> normalized(o.get(0)).at(i) * o.get(0).at(1, i[1])
                                + o.get(0).at(2, i[1])),
                values(4, 3, 4)));
    }

    private void layerNormsOverAxes() {
        Tensor x = values(1, 2, 3, 4);
        add(OpCase.of(
                "layerNorm",
                "LayerNorm",
                o -> o.get(0).layerNorm(2, o.get(1), o.get(2), 1e-3),
                o -> {
                    Tensor rows = normalized(Naive.reshape(o.get(0), 2, 12));
                    return Naive.tensor(
                            o.get(0).shape(),
                            i -> rows.at(i[0], i[1] * 4 + i[2]) * o.get(1).at(i[1], i[2])
                                    + o.get(2).at(i[1], i[2]));
                },
                x,
                values(2, 3, 4),
                values(3, 3, 4)));
        add(OpCase.of(
                        "rmsNorm",
                        "",
                        o -> o.get(0).rmsNorm(o.get(1), 1e-3),
                        o -> Naive.tensor(o.get(0).shape(), i -> {
                            double squares = 0;
                            for (int k = 0; k < 4; k++) {
                                squares += Math.pow(o.get(0).at(i[0], i[1], k), 2);
                            }
                            return o.get(0).at(i)
                                    / Math.sqrt(squares / 4 + 1e-3)
                                    * o.get(1).at(i[2]);
                        }),
                        x,
                        values(2, 4))
                .withEmpty(values(1, 2, 0, 4), values(2, 4)));
    }

    private void otherLengths() {
        Tensor x = values(1, 2, 3, 4);
        add(OpCase.of(
                "rmsNorm",
                "",
                o -> o.get(0).rmsNorm(2, o.get(1), 1e-3),
                o -> Naive.tensor(o.get(0).shape(), i -> {
                    Tensor squares = Naive.reduce(Naive::sum, Naive.map(v -> v * v, o.get(0)), 1, 2);
                    return o.get(0).at(i)
                            / Math.sqrt(squares.at(i[0], 0, 0) / 12 + 1e-3)
                            * o.get(1).at(i[1], i[2]);
                }),
                x,
                values(2, 3, 4)));
        for (double p : new double[] {1, 3}) {
            add(OpCase.of(
                    "normalize",
                    "",
                    o -> o.get(0).normalize(p, 1, 1e-6),
                    o -> Naive.tensor(o.get(0).shape(), i -> {
                        double sum = 0;
                        for (int k = 0; k < 3; k++) {
                            sum += Math.pow(Math.abs(o.get(0).at(i[0], k, i[2])), p);
                        }
                        return o.get(0).at(i) / Math.pow(sum, 1 / p);
                    }),
                    x));
        }
    }

    private void channelNorms() {
        Tensor x = values(1, 3, 4, 2, 2);
        Tensor mean = values(2, 4);
        Tensor variance = Naive.values(3, 0.5, 2, 4);
        Tensor weight = values(4, 4);
        Tensor bias = values(5, 4);
        add(OpCase.of(
                "batchNorm",
                "",
                o -> o.get(0).batchNorm(o.get(1), o.get(2), o.get(3), o.get(4), 1e-3),
                o -> Naive.tensor(o.get(0).shape(), i -> {
                    int c = i[1];
                    double scale = 1 / Math.sqrt(o.get(2).at(c) + 1e-3);
                    return (o.get(0).at(i) - o.get(1).at(c)) * scale * o.get(3).at(c)
                            + o.get(4).at(c);
                }),
                x,
                mean,
                variance,
                weight,
                bias));
        // In training: with the batch's own statistics, through which gradients flow too.
        add(OpCase.of(
                "channelStatistics",
                "Sum",
                o -> {
                    List<Variable> statistics = o.get(0).channelStatistics();
                    return o.get(0).batchNorm(statistics.get(0), statistics.get(1), null, null, 1e-3);
                },
                o -> {
                    int[] order = {1, 0, 2, 3}; // a row for each channel
                    Tensor rows = normalized(Naive.reshape(permuted(o.get(0), order), 4, 12));
                    return permuted(Naive.reshape(rows, 4, 3, 2, 2), order);
                },
                x));
        for (int groups : new int[] {1, 2, 4}) {
            add(OpCase.of(
                            "groupNorm",
                            "LayerNorm",
                            o -> o.get(0).groupNorm(groups, o.get(1), o.get(2), 1e-3),
                            o -> {
                                int size = 16 / groups;
                                int batch = o.get(0).shape().size(0);
                                Tensor rows = normalized(Naive.reshape(o.get(0), batch, groups, size));
                                return Naive.tensor(o.get(0).shape(), i -> {
                                    int at = i[1] * 4 + i[2] * 2 + i[3];
                                    return rows.at(i[0], at / size, at % size)
                                                    * o.get(1).at(i[1])
                                            + o.get(2).at(i[1]);
                                });
                            },
                            x,
                            weight,
                            bias)
                    .withEmpty(values(1, 0, 4, 2, 2), weight, bias));
        }
    }

    private static Tensor permuted(Tensor x, int[] order) {
        int[] sizes = new int[order.length];
        Arrays.setAll(sizes, axis -> x.shape().size(order[axis]));
        return Naive.tensor(Shape.of(sizes), i -> {
            int[] at = new int[order.length];
            for (int axis = 0; axis < at.length; axis++) {
                at[order[axis]] = i[axis];
            }
            return x.at(at);
        });
    }

    private void vectors() {
        Tensor x = values(1, 2, 3, 4);
        Tensor y = values(2, 2, 3, 4);
        one(
                "normalize",
                "",
                v -> v.normalize(1, 1e-12),
                v -> {
                    Tensor lengths = Naive.reduce(e -> Math.sqrt(dot(e, e)), v, 1); // (2, 1, 4)
                    return Naive.tensor(v.shape(), i -> v.at(i) / lengths.at(i[0], 0, i[2]));
                },
                x);
        add(OpCase.of(
                "cosineSimilarity",
                "",
                o -> o.get(0).cosineSimilarity(o.get(1), 2, 1e-8),
                o -> Naive.tensor(Shape.of(2, 3), i -> {
                    double[] a = line(o.get(0), i);
                    double[] b = line(o.get(1), i);
                    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
                }),
                x,
                y));
        for (double p : new double[] {1, 2, 3}) {
            add(OpCase.of(
                    "pairwiseDistance",
                    "",
                    o -> o.get(0).pairwiseDistance(o.get(1), p, 1e-3),
                    o -> Naive.tensor(Shape.of(2, 3), i -> {
                        double[] a = line(o.get(0), i);
                        double[] b = line(o.get(1), i);
                        double sum = 0;
                        for (int k = 0; k < 4; k++) {
                            sum += Math.pow(Math.abs(a[k] - b[k] + 1e-3), p);
                        }
                        return Math.pow(sum, 1 / p);
                    }),
                    x,
                    y));
        }
    }

    private static double[] line(Tensor x, int[] i) {
        double[] line = new double[4];
        Arrays.setAll(line, k -> x.at(i[0], i[1], k));
        return line;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
