package dev.lanewise.autograd;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Cases for the methods that rearrange, pick or reduce elements. */
final class StructureCases extends CaseList {
    static List<OpCase> all() {
        var all = new StructureCases();
        all.views();
        all.joins();
        all.picks();
        all.scatters();
        all.diagonals();
        return all.cases;
    }

    private void views() {
        Tensor column = Naive.values(1, -1, 1, 3, 1);
        one(
                "expand",
                "Expand",
                x -> x.expand(Shape.of(2, 3, 4)),
                x -> moved(x, Shape.of(2, 3, 4), i -> new int[] {i[1], 0}),
                column);
        one(
                "sumTo",
                "Sum",
                x -> x.sumTo(Shape.of(3, 1)),
                x -> Naive.reshape(Naive.reduce(Naive::sum, x, 0, 2), 3, 1),
                X);
        oneWithEmpty(
                "reshape",
                "Reshape",
                x -> x.reshape(4, -1),
                x -> Naive.reshape(x, 4, x.shape().count() / 4),
                X);
        oneWithEmpty(
                "flatten",
                "Reshape",
                x -> x.flatten(0, 1),
                x -> Naive.reshape(x, x.shape().count() / 4, 4),
                X);
        oneWithEmpty(
                "permute",
                "Permute",
                x -> x.permute(2, 0, -2),
                x -> moved(x, Shape.of(4, 2, x.shape().size(1)), i -> new int[] {i[1], i[2], i[0]}),
                X);
        oneWithEmpty("transpose", "Permute", x -> x.transpose(), Naive::transpose, X);
        one(
                "transpose",
                "Permute",
                x -> x.transpose(0, -1),
                x -> moved(x, Shape.of(4, 3, 2), i -> new int[] {i[2], i[1], i[0]}),
                X);
        one("unsqueeze", "Reshape", x -> x.unsqueeze(-1), x -> Naive.reshape(x, 2, 3, 4, 1), X);
        one("squeeze", "Reshape", x -> x.squeeze(1), x -> Naive.reshape(x, 3), column);
        one("slice", "Slice", x -> x.slice(1, 1, 3), x -> moved(x, Shape.of(2, 2, 4), i -> along(i, 1, k -> k + 1)), X);
        one(
                "slice",
                "Slice",
                x -> x.slice(-1, 1, -1, 2),
                x -> moved(x, Shape.of(2, 3, 1), i -> along(i, 2, k -> 1)),
                X);
        one(
                "slice",
                "Slice",
                x -> x.slice(2, 0, 4, 3),
                x -> moved(x, Shape.of(2, 3, 2), i -> along(i, 2, k -> 3 * k)),
                X);
        one("slice", "Slice", x -> x.slice(1, 2, 2), x -> Naive.values(0, 0, 1, 2, 0, 4), X);
        one("select", "Slice", x -> x.select(1, -1), x -> moved(x, Shape.of(2, 4), i -> new int[] {i[0], 2, i[1]}), X);
        one(
                "flip",
                "Slice",
                x -> x.flip(0, 2),
                x -> moved(x, Shape.of(2, 3, 4), i -> along(along(i, 0, k -> 1 - k), 2, k -> 3 - k)),
                X);
        oneWithEmpty("roll", "", x -> x.roll(1, 1), x -> moved(x, x.shape(), i -> along(i, 1, k -> (k + 2) % 3)), X);
        one("roll", "Concat", x -> x.roll(2, -5), x -> moved(x, x.shape(), i -> along(i, 2, k -> (k + 5) % 4)), X);
        one(
                "split",
                "Split",
                x -> {
                    List<Variable> parts = x.split(2, 1, 3);
                    return parts.get(1).mul(parts.get(0));
                },
                x -> Naive.tensor(Shape.of(2, 3, 3), i -> x.at(i[0], i[1], i[2] + 1) * x.at(i[0], i[1], 0)),
                X);
        one(
                "split",
                "Split",
                x -> x.split(2, 1, 3).get(0),
                x -> moved(x, Shape.of(2, 3, 1), i -> i),
                X); // the other unused
        one(
                "chunk",
                "Split",
                x -> x.chunk(-1, 2).get(1),
                x -> moved(x, Shape.of(2, 3, 2), i -> along(i, 2, k -> k + 2)),
                X);
        // The adjoint of a slice is the gradient of one: of the sum of cubes, 3 x² at its place.
        one(
                "slice",
                "PlaceSlice",
                x -> gradient(x, y -> y.slice(1, 0, 3, 2)),
                x -> Naive.tensor(X.shape(), i -> i[1] % 2 == 0 ? 3 * x.at(i) * x.at(i) : 0),
                X);
    }

    /** The gradient of the sum of the cubes of what is picked from x. */
    private static Variable gradient(Variable x, UnaryOperator<Variable> pick) {
        Variable picked = pick.apply(x);
        return Autograd.grad(picked.mul(picked).mul(picked).sum(), List.of(x)).getFirst();
    }

    private void diagonals() {
        Tensor square = Naive.values(3, -1, 1, 2, 3, 3);
        one(
                "diagonal",
                "Diagonal",
                x -> x.diagonal(),
                x -> moved(x, Shape.of(2, 3), i -> new int[] {i[0], i[1], i[1]}),
                X);
        for (int offset : new int[] {-5, -2, -1, 0, 1, 2, 3, 4}) {
            int row = Math.max(-offset, 0);
            int column = Math.max(offset, 0);
            int count = Math.max(0, Math.min(3 - row, 4 - column));
            one(
                    "diagonal",
                    "Diagonal",
                    x -> x.diagonal(offset, 1, 2),
                    x -> moved(x, Shape.of(2, count), i -> new int[] {i[0], i[1] + row, i[1] + column}),
                    X);
            // The same the other way round: rows are the last axis.
            one(
                    "diagonal",
                    "Diagonal",
                    x -> x.diagonal(-offset, -1, 1),
                    x -> moved(x, Shape.of(2, count), i -> new int[] {i[0], i[1] + row, i[1] + column}),
                    X);
        }
        one(
                "diagonal",
                "Diagonal",
                x -> x.diagonal(1, 0, 2),
                x -> moved(x, Shape.of(3, 2), i -> new int[] {i[1], i[0], i[1] + 1}),
                X);
        oneWithEmpty("diagEmbed", "PlaceDiagonal", x -> x.diagEmbed(), x -> embedded(x, 0), X);
        one("diagEmbed", "PlaceDiagonal", x -> x.diagEmbed(2), x -> embedded(x, 2), X);
        one("diagEmbed", "PlaceDiagonal", x -> x.diagEmbed(-1), x -> embedded(x, -1), X);
        one(
                "diagonal",
                "PlaceDiagonal",
                x -> gradient(x, y -> y.diagonal(1, 0, 2)),
                x -> Naive.tensor(X.shape(), i -> i[2] == i[0] + 1 ? 3 * x.at(i) * x.at(i) : 0),
                X);
        for (int diagonal : new int[] {-3, -1, 0, 2, 5}) {
            one(
                    "tril",
                    "Elementwise:where",
                    x -> x.tril(diagonal),
                    x -> Naive.tensor(x.shape(), i -> i[2] - i[1] <= diagonal ? x.at(i) : 0),
                    X);
            one(
                    "triu",
                    "Elementwise:where",
                    x -> x.triu(diagonal),
                    x -> Naive.tensor(x.shape(), i -> i[2] - i[1] >= diagonal ? x.at(i) : 0),
                    square);
        }
    }

    private static Tensor embedded(Tensor x, int offset) {
        int size = x.shape().size(-1) + Math.abs(offset);
        return Naive.tensor(Shape.of(x.shape().size(0), x.shape().size(1), size, size), i -> {
            int at = Math.min(i[2], i[3]);
            return i[3] - i[2] == offset ? x.at(i[0], i[1], at) : 0;
        });
    }

    private void joins() {
        Tensor y = Naive.values(2, -1, 1, 2, 2, 4);
        cases.add(OpCase.of(
                        "meshGrid",
                        "Expand",
                        o -> {
                            List<Variable> grid = TensorOps.meshGrid(o);
                            return grid.get(0).mul(grid.get(1)).add(grid.get(2));
                        },
                        o -> Naive.tensor(
                                Shape.of(
                                        o.get(0).shape().count(),
                                        1,
                                        o.get(2).shape().count()),
                                i -> o.get(0).at(i[0]) * o.get(1).item()
                                        + o.get(2).at(i[2])),
                        Naive.values(3, -1, 1, 3),
                        Naive.values(4, 1, 2),
                        Naive.values(5, -1, 1, 4))
                .withEmpty(Naive.values(3, -1, 1, 3), Naive.values(4, 1, 2), Naive.values(5, -1, 1, 0)));
        cases.add(OpCase.of(
                "meshGrid",
                "Expand",
                o -> {
                    List<Variable> grid = TensorOps.meshGrid(o, true);
                    return grid.get(0).mul(grid.get(1));
                },
                o -> Naive.tensor(
                        Shape.of(4, 3), i -> o.get(0).at(i[1]) * o.get(1).at(i[0])),
                Naive.values(3, -1, 1, 3),
                Naive.values(4, -1, 1, 4)));
        add(OpCase.of(
                "concat",
                "Concat",
                o -> TensorOps.concat(1, o),
                o -> Naive.tensor(
                        Shape.of(2, 5, 4),
                        i -> i[1] < 3 ? o.get(0).at(i) : o.get(1).at(along(i, 1, k -> k - 3))),
                X,
                y));
        cases.add(OpCase.of(
                        "stack",
                        "Concat",
                        o -> TensorOps.stack(-1, o),
                        o -> Naive.tensor(
                                o.get(0).shape().with(3, 2), i -> o.get(i[3]).at(Arrays.copyOf(i, 3))),
                        X,
                        Naive.values(2, -1, 1, 2, 3, 4))
                .withEmpty(NONE, NONE));
        one(
                "repeatInterleave",
                "Expand",
                x -> x.repeatInterleave(-2, 3),
                x -> moved(x, Shape.of(2, 9, 4), i -> along(i, 1, k -> k / 3)),
                X);
        one("repeat", "Concat", x -> x.repeat(1, 2), x -> moved(x, Shape.of(2, 6, 4), i -> along(i, 1, k -> k % 3)), X);
    }

    private static final IntTensor ROWS = IntTensor.of(Shape.of(2, 2), 1, 0, 1, 1);
    private static final IntTensor COLUMNS = IntTensor.of(Shape.of(2, 2), 2, 0, 2, 1);

    /** Elements joined one after the other with those at their places. */
    private static Tensor scattered(
            Tensor x, Tensor source, Function<int[], Integer> place, DoubleBinaryOperator join) {
        double[] values = x.toDoubles();
        for (int position = 0; position < source.shape().count(); position++) {
            int[] i = Naive.index(source.shape(), position);
            int at = place.apply(i);
            values[at] = join.applyAsDouble(values[at], source.at(i));
        }
        return Naive.reshape(Tensor.of(values), x.shape().toArray());
    }

    private void scatters() {
        IntTensor places = IntTensor.of(Shape.of(2, 2, 3), 0, 2, 2, 1, 1, 2, 0, 0, 0, 2, 1, 0);
        Function<int[], Integer> place = i -> (i[0] * 3 + places.at(i)) * 4 + i[2];
        Tensor source = Naive.values(3, -1, 1, 2, 2, 3);
        add(OpCase.of(
                "scatter",
                "IndexSelect",
                o -> o.get(0).scatter(1, places, o.get(1)),
                o -> scattered(o.get(0), o.get(1), place, (there, given) -> given),
                X,
                source));
        add(OpCase.of(
                "scatterReduce",
                "Elementwise:mul",
                o -> o.get(0).scatterReduce(-2, places, o.get(1), (a, b) -> a.mul(b)),
                o -> scattered(o.get(0), o.get(1), place, (a, b) -> a * b),
                X,
                source));
        add(OpCase.of(
                "scatterReduce",
                "Elementwise:maximum",
                o -> o.get(0).scatterReduce(1, places, o.get(1), (a, b) -> a.maximum(b)),
                o -> scattered(o.get(0), o.get(1), place, Math::max),
                X,
                source));
        add(OpCase.of(
                "scatter",
                "",
                o -> o.get(0)
                        .scatter(0, IntTensor.of(Shape.of(0, 3, 4)), o.get(1))
                        .add(o.get(0)),
                o -> Naive.map(v -> 2 * v, o.get(0)),
                X,
                Naive.values(1, 1, 2, 0, 3, 4)));
        Tensor slices = Naive.values(4, -1, 1, 2, 2, 4);
        Function<int[], Integer> slice = i -> (ROWS.at(i[0], i[1]) * 3 + COLUMNS.at(i[0], i[1])) * 4 + i[2];
        add(OpCase.of(
                "indexPut",
                "IndexSelect",
                o -> o.get(0).indexPut(o.get(1), ROWS, COLUMNS),
                o -> scattered(o.get(0), o.get(1), slice, (there, given) -> given),
                X,
                slices));
        add(OpCase.of(
                "indexReduce",
                "Elementwise:add",
                o -> o.get(0).indexReduce(o.get(1), (a, b) -> a.add(b), ROWS, COLUMNS),
                o -> scattered(o.get(0), o.get(1), slice, Double::sum),
                X,
                slices));
    }

    private void picks() {
        IntTensor numbers = IntTensor.of(2, 0, 2, 1, 2);
        IntTensor some = IntTensor.of(Shape.of(3, 1), 1, 0, 1);
        one(
                "index",
                "IndexSelect",
                x -> x.index(some, numbers),
                x -> moved(x, Shape.of(3, 5, 4), i -> new int[] {some.get(i[0]), numbers.get(i[1]), i[2]}),
                X);
        one(
                "indexSelect",
                "IndexSelect",
                x -> x.indexSelect(1, IntTensor.of(Shape.of(), 2)),
                x -> moved(x, Shape.of(2, 1, 4), i -> with(i, 1, 2)),
                X);
        one(
                "indexSelect",
                "IndexSelect",
                x -> x.indexSelect(1, numbers),
                x -> moved(x, Shape.of(2, 5, 4), i -> along(i, 1, numbers::get)),
                X);
        one(
                "indexSelect",
                "IndexSelect",
                x -> x.indexSelect(-1, IntTensor.of()),
                x -> Naive.values(0, 0, 1, 2, 3, 0),
                X);
        one(
                "indexSelect",
                "IndexAdd",
                x -> gradient(x, y -> y.indexSelect(1, numbers)),
                x -> Naive.tensor(X.shape(), i -> new double[] {1, 1, 3}[i[1]] * 3 * x.at(i) * x.at(i)),
                X);
        IntTensor words = IntTensor.of(Shape.of(2, 2), 3, 1, 3, 0);
        one(
                "embedding",
                "IndexSelect",
                x -> x.embedding(words),
                x -> Naive.tensor(Shape.of(2, 2, 3), i -> x.at(words.at(i[0], i[1]), i[2])),
                Naive.values(1, -1, 1, 4, 3));
        IntTensor places = IntTensor.of(Shape.of(2, 2, 3), 0, 2, 2, 1, 1, 0, 0, 0, 0, 2, 1, 2);
        one(
                "gather",
                "Gather",
                x -> x.gather(1, places),
                x -> moved(x, places.shape(), i -> along(i, 1, k -> places.at(i))),
                X);
        add(OpCase.of(
                "scatterAdd",
                "ScatterAdd",
                o -> o.get(0).scatterAdd(1, places, o.get(1)),
                o -> {
                    double[] sums = o.get(0).toDoubles();
                    for (int position = 0; position < places.shape().count(); position++) {
                        int[] i = Naive.index(places.shape(), position);
                        sums[(i[0] * 3 + places.at(i)) * 4 + i[2]] += o.get(1).at(i);
                    }
                    return Naive.reshape(Tensor.of(sums), 2, 3, 4);
                },
                X,
                Naive.values(3, -1, 1, 2, 2, 3)));
        IntTensor rows = ROWS;
        IntTensor columns = COLUMNS;
        one(
                "index",
                "IndexSelect",
                x -> x.index(rows, columns),
                x -> Naive.tensor(Shape.of(2, 2, 4), i -> x.at(rows.at(i[0], i[1]), columns.at(i[0], i[1]), i[2])),
                X);
        one(
                "index",
                "IndexSelect",
                x -> x.index(rows),
                x -> Naive.tensor(Shape.of(2, 2, 3, 4), i -> x.at(rows.at(i[0], i[1]), i[2], i[3])),
                X);
        add(OpCase.of(
                "indexAdd",
                "IndexAdd",
                o -> o.get(0).indexAdd(1, numbers, o.get(1)),
                o -> {
                    double[] sums = o.get(0).toDoubles();
                    for (int position = 0; position < 2 * 5 * 4; position++) {
                        int[] i = Naive.index(Shape.of(2, 5, 4), position);
                        sums[(i[0] * 3 + numbers.get(i[1])) * 4 + i[2]] +=
                                o.get(1).at(i);
                    }
                    return Naive.reshape(Tensor.of(sums), 2, 3, 4);
                },
                X,
                Naive.values(3, -1, 1, 2, 5, 4)));
        IntTensor mask = IntTensor.of(Shape.of(3, 1), 1, 0, 1);
        one(
                "maskedSelect",
                "IndexSelect",
                x -> x.maskedSelect(mask),
                x -> Naive.tensor(Shape.of(16), i -> x.at(i[0] / 8, i[0] / 4 % 2 * 2, i[0] % 4)),
                X);
        one(
                "maskedFill",
                "Elementwise:where",
                x -> x.maskedFill(mask, 7),
                x -> Naive.tensor(x.shape(), i -> mask.at(i[1], 0) == 1 ? 7 : x.at(i)),
                X);
        for (boolean descending : new boolean[] {false, true}) {
            one(
                    "topK",
                    "Gather",
                    x -> x.topK(1, 2, descending),
                    x -> Naive.tensor(Shape.of(2, 2, 4), i -> {
                        double[] line = new double[3];
                        Arrays.setAll(line, k -> x.at(i[0], k, i[2]));
                        Arrays.sort(line);
                        return line[descending ? 2 - i[1] : i[1]];
                    }),
                    X);
            one(
                    "sort",
                    "Gather",
                    x -> x.sort(1, descending),
                    x -> Naive.tensor(x.shape(), i -> {
                        double[] line = new double[3];
                        Arrays.setAll(line, k -> x.at(i[0], k, i[2]));
                        Arrays.sort(line);
                        return line[descending ? 2 - i[1] : i[1]];
                    }),
                    X);
        }
    }
}
