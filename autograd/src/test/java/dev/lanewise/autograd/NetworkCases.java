package dev.lanewise.autograd;

import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Results;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Cases for products, softmax, normalisation, attention, cross-entropy, and for a user's own operation. */
final class NetworkCases {
    private final List<OpCase> cases = new ArrayList<>();

    static List<OpCase> all() {
        var all = new NetworkCases();
        all.products();
        all.singleOutputs();
        all.einsums();
        all.softmaxes();
        all.crossEntropies();
        all.linearCrossEntropies();
        all.attentions();
        all.recurrences();
        all.custom();
        return all.cases;
    }

    private OpCase add(OpCase one) {
        cases.add(one);
        return one;
    }

    // ------------------------------------------------------------------ recurrent layers

    /** The next states of a unit, of its gates, of the input's and the hidden state's, and of its states. */
    private interface Cell {
        double[] next(double[] input, double[] own, double[] states);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private void recurrences() {
        Formula tanh = Formula.of("tanhCell", (gate, h) -> gate.add(h.mul(0.5)).tanh());
        Cell plain = (x, u, s) -> new double[] {Math.tanh(x[0] + u[0] + 0.5 * s[0])};
        Formula memory = Formula.of("memory", (i, f, h, c) -> {
            Expr cell = f.sigmoid().mul(c).add(i.tanh());
            return Results.results(cell.tanh(), cell);
        });
        Cell longMemory = (x, u, s) -> {
            double cell = sigmoid(x[1] + u[1]) * s[1] + Math.tanh(x[0] + u[0]);
            return new double[] {Math.tanh(cell), cell};
        };
        Formula gated = Formula.of("gated", (x, n, r, u, h) -> {
            Expr fresh = n.add(x.add(r).sigmoid().mul(u)).tanh();
            return fresh.add(h.sub(fresh).mul(0.25));
        });
        Cell separate = (x, u, s) -> {
            double fresh = Math.tanh(x[1] + sigmoid(x[0] + u[0]) * u[1]);
            return new double[] {fresh + (s[0] - fresh) * 0.25};
        };
        recurrence(tanh, plain, 1, 1, true, false, 2, 3, 2, 3);
        recurrence(tanh, plain, 1, 1, false, true, 1, 2, 3, 2);
        recurrence(memory, longMemory, 2, 2, true, true, 2, 3, 2, 3);
        recurrence(gated, separate, 2, 1, true, false, 3, 2, 1, 2);
        recurrence(gated, separate, 2, 1, false, true, 2, 1, 2, 2);
    }

    private void recurrence(
            Formula formula,
            Cell cell,
            int gates,
            int states,
            boolean biased,
            boolean reversed,
            int batch,
            int time,
            int in,
            int hidden) {
        List<Tensor> operands = new ArrayList<>();
        operands.add(values(1, batch, time, in));
        operands.add(values(2, gates * hidden, in));
        operands.add(values(3, gates * hidden, hidden));
        for (int i = 0; i < states; i++) {
            operands.add(values(4 + i, batch, hidden));
        }
        if (biased) {
            operands.add(values(7, gates * hidden));
            operands.add(values(8, gates * hidden));
        }
        add(OpCase.of(
                "recurrent",
                "Recurrence",
                o -> {
                    List<Variable> results = o.getFirst()
                            .recurrent(
                                    formula,
                                    o.get(1),
                                    o.get(2),
                                    biased ? o.get(3 + states) : null,
                                    biased ? o.get(4 + states) : null,
                                    o.subList(3, 3 + states),
                                    reversed);
                    List<Variable> all = new ArrayList<>(List.of(results.getFirst()));
                    results.subList(1, results.size()).forEach(state -> all.add(state.unsqueeze(1)));
                    return TensorOps.concat(1, all);
                },
                o -> unrolled(o, cell, gates, states, biased, reversed),
                operands.toArray(new Tensor[0])));
    }

    /** All outputs, and behind them the last states, unit by unit. */
    private static Tensor unrolled(List<Tensor> o, Cell cell, int gates, int states, boolean biased, boolean reversed) {
        Tensor x = o.getFirst();
        int time = x.shape().size(1);
        int hidden = o.get(2).shape().size(1);
        double[][][] all = new double[x.shape().size(0)][time + states][hidden];
        for (int b = 0; b < all.length; b++) {
            double[][] state = new double[hidden][states];
            for (int unit = 0; unit < hidden; unit++) {
                for (int s = 0; s < states; s++) {
                    state[unit][s] = o.get(3 + s).at(b, unit);
                }
            }
            for (int step = 0; step < time; step++) {
                int element = reversed ? time - 1 - step : step;
                double[][] next = new double[hidden][];
                for (int unit = 0; unit < hidden; unit++) {
                    double[] input = new double[gates];
                    double[] own = new double[gates];
                    for (int gate = 0; gate < gates; gate++) {
                        int row = gate * hidden + unit;
                        for (int i = 0; i < x.shape().size(2); i++) {
                            input[gate] += o.get(1).at(row, i) * x.at(b, element, i);
                        }
                        for (int i = 0; i < hidden; i++) {
                            own[gate] += o.get(2).at(row, i) * state[i][0];
                        }
                        input[gate] += biased ? o.get(3 + states).at(row) : 0;
                        own[gate] += biased ? o.get(4 + states).at(row) : 0;
                    }
                    next[unit] = cell.next(input, own, state[unit]);
                    all[b][element][unit] = next[unit][0];
                }
                state = next;
            }
            for (int unit = 0; unit < hidden; unit++) {
                for (int s = 0; s < states; s++) {
                    all[b][time + s][unit] = state[unit][s];
                }
            }
        }
        return Naive.tensor(Shape.of(all.length, time + states, hidden), i -> all[i[0]][i[1]][i[2]]);
    }

    private static Tensor values(int seed, int... sizes) {
        return Naive.values(seed, -1, 1, sizes);
    }

    private void matmul(Tensor x, Tensor y) {
        add(OpCase.of("matmul", "MatMul", o -> o.get(0).matmul(o.get(1)), o -> Naive.matmul(o.get(0), o.get(1)), x, y));
    }

    private void products() {
        matmul(values(1, 3, 4), values(2, 4, 5));
        matmul(values(1, 2, 3, 4), values(2, 2, 4, 5));
        matmul(values(1, 2, 3, 4), values(2, 4, 5)); // one matrix for the whole batch
        matmul(values(1, 3, 4), values(2, 2, 4, 5));
        matmul(values(1, 2, 1, 2, 3), values(2, 3, 3, 2)); // both broadcast
        matmul(values(1, 1, 4), values(2, 4, 1));
        add(OpCase.of(
                "matmul",
                "MatMul",
                o -> o.get(0).matmul(o.get(1)),
                o -> Naive.reshape(Naive.matmul(Naive.reshape(o.get(0), 1, 4), o.get(1)), 2, 5),
                values(1, 4),
                values(2, 2, 4, 5)));
        add(OpCase.of(
                "matmul",
                "MatMul",
                o -> o.get(0).matmul(o.get(1)),
                o -> Naive.reshape(Naive.matmul(o.get(0), Naive.reshape(o.get(1), 4, 1)), 2, 3),
                values(1, 2, 3, 4),
                values(2, 4)));
        // Empty: no rows, and no inner numbers to add up.
        cases.set(0, cases.getFirst().withEmpty(values(1, 0, 4), values(2, 4, 5)));
        cases.set(1, cases.get(1).withEmpty(values(1, 2, 3, 0), values(2, 2, 0, 5)));
        add(OpCase.of(
                        "linear",
                        "Linear",
                        o -> o.get(0).linear(o.get(1), o.get(2)),
                        o -> Naive.map(Double::sum, Naive.matmul(o.get(0), Naive.transpose(o.get(1))), o.get(2)),
                        values(1, 2, 3, 4),
                        values(2, 5, 4),
                        values(3, 5))
                .withEmpty(values(1, 0, 4), values(2, 5, 4), values(3, 5)));
        add(OpCase.of(
                "linear",
                "Linear",
                o -> o.get(0).linear(o.get(1), o.get(2)),
                o -> Naive.reshape(
                        Naive.map(
                                Double::sum,
                                Naive.matmul(Naive.reshape(o.get(0), 1, 4), Naive.transpose(o.get(1))),
                                o.get(2)),
                        5),
                values(1, 4),
                values(2, 5, 4),
                values(3, 5)));
        add(OpCase.of(
                "linear",
                "MatMul",
                o -> o.get(0).linear(o.get(1), null),
                o -> Naive.reshape(Naive.matmul(Naive.reshape(o.get(0), 1, 4), Naive.transpose(o.get(1))), 5),
                values(1, 4),
                values(2, 5, 4)));
        Formula squared = Formula.of("squaredAndMore", x -> x.square().add(x));
        add(OpCase.of(
                        "linear",
                        "ActivatedLinear",
                        o -> o.get(0).linear(o.get(1), o.get(2), squared),
                        o -> Naive.map(
                                (a, b) -> (a + b) * (a + b) + a + b,
                                Naive.matmul(o.get(0), Naive.transpose(o.get(1))),
                                o.get(2)),
                        values(1, 2, 3, 4),
                        values(2, 5, 4),
                        values(3, 5))
                .withEmpty(values(1, 0, 4), values(2, 5, 4), values(3, 5)));
        add(OpCase.of(
                        "linear",
                        "ActivatedLinear",
                        o -> o.get(0).linear(o.get(1), null, squared),
                        o -> {
                            Tensor product = Naive.matmul(o.get(0), Naive.transpose(o.get(1)));
                            return Naive.map((a, b) -> a * b + a, product, product);
                        },
                        values(1, 3, 4),
                        values(2, 5, 4))
                .withEmpty(values(1, 3, 0), values(2, 5, 0)));
        add(OpCase.of(
                "dot",
                "",
                o -> o.get(0).dot(o.get(1)),
                o -> Tensor.scalar(
                        o.getFirst().dtype(),
                        Naive.sum(Naive.map((a, b) -> a * b, o.get(0), o.get(1)).toDoubles())),
                values(1, 6),
                values(2, 6)));
        add(OpCase.of(
                "outer",
                "",
                o -> o.get(0).outer(o.get(1)),
                o -> Naive.tensor(
                        Shape.of(3, 4), i -> o.get(0).at(i[0]) * o.get(1).at(i[1])),
                values(1, 3),
                values(2, 4)));
    }

    /** One output: a single column, which is computed as a row. */
    private void singleOutputs() {
        Formula cubic = Formula.of("cubic", x -> x.mul(x).mul(x));
        for (boolean activated : new boolean[] {false, true}) {
            add(OpCase.of(
                    "linear",
                    activated ? "ActivatedLinear" : "Linear",
                    o -> activated
                            ? o.get(0).linear(o.get(1), o.get(2), cubic)
                            : o.get(0).linear(o.get(1), o.get(2)),
                    o -> Naive.map(
                            (product, bias) -> activated ? Math.pow(product + bias, 3) : product + bias,
                            Naive.matmul(o.get(0), Naive.transpose(o.get(1))),
                            o.get(2)),
                    values(1, 21, 4),
                    values(2, 1, 4),
                    values(3, 1)));
        }
        add(OpCase.of(
                "linear",
                "ActivatedLinear",
                o -> o.get(0).linear(o.get(1), null, cubic),
                o -> Naive.map(v -> v * v * v, Naive.matmul(o.get(0), Naive.transpose(o.get(1)))),
                values(1, 5, 4),
                values(2, 1, 4)));
    }

    private void einsum(String equation, Tensor... operands) {
        add(OpCase.of("einsum", "", o -> TensorOps.einsum(equation, o), o -> einsumByIndex(equation, o), operands));
    }

    /** The sum over all letters that the result does not have, one index after the other. */
    private static Tensor einsumByIndex(String equation, List<Tensor> operands) {
        String[] sides = equation.split("->");
        String result = sides.length > 1 ? sides[1] : "";
        String[] parts = sides[0].split(",");
        StringBuilder letters = new StringBuilder(result);
        for (char letter : sides[0].replace(",", "").toCharArray()) {
            if (letters.indexOf(String.valueOf(letter)) < 0) {
                letters.append(letter);
            }
        }
        int[] sizes = new int[letters.length()];
        for (int i = 0; i < parts.length; i++) {
            for (int axis = 0; axis < parts[i].length(); axis++) {
                int letter = letters.indexOf(parts[i].substring(axis, axis + 1));
                sizes[letter] = Math.max(sizes[letter], operands.get(i).shape().size(axis));
            }
        }
        Tensor products = Naive.tensor(Shape.of(sizes), at -> {
            double product = 1;
            for (int i = 0; i < parts.length; i++) {
                int[] own = new int[parts[i].length()];
                for (int axis = 0; axis < own.length; axis++) {
                    int index = at[letters.indexOf(parts[i].substring(axis, axis + 1))];
                    own[axis] = Math.min(index, operands.get(i).shape().size(axis) - 1);
                }
                product *= operands.get(i).at(own);
            }
            return product;
        });
        int[] summed = IntStream.range(result.length(), sizes.length).toArray();
        return Naive.reshape(Naive.reduce(Naive::sum, products, summed), Arrays.copyOf(sizes, result.length()));
    }

    private void einsums() {
        einsum("ij,jk->ik", values(1, 2, 3), values(2, 3, 4));
        einsum("bij,bjk->bki", values(1, 2, 3, 2), values(2, 2, 2, 4));
        einsum("ii->i", values(1, 3, 3));
        einsum("iji->j", values(1, 3, 2, 3));
        einsum("ijk->ki", values(1, 2, 3, 4));
        einsum("i,j,k->kij", values(1, 2), values(2, 3), values(3, 2));
        einsum("bi,ij,bj->b", values(1, 3, 4), values(2, 4, 2), values(3, 3, 2));
        einsum("ab,bc,cd,da->", values(1, 2, 3), values(2, 3, 2), values(3, 2, 4), values(4, 4, 2));
        einsum("ij,ij->ij", values(1, 2, 3), values(2, 1, 3)); // one of them broadcasts
        einsum("ij,kl->il", values(1, 2, 3), values(2, 4, 2));
        add(OpCase.of(
                "einsum",
                "MatMul",
                o -> TensorOps.einsum("...ij,...jk", o), // the result implied: ...ik
                o -> Naive.matmul(o.get(0), o.get(1)),
                values(1, 2, 1, 2, 3),
                values(2, 3, 3, 2)));
        OpCase last = cases.removeLast();
        cases.add(last.withEmpty(values(1, 0, 3), values(2, 3, 2)));
    }

    private void softmaxes() {
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            add(OpCase.of(
                            "softmax",
                            "Softmax",
                            o -> o.getFirst().softmax(along),
                            o -> Naive.softmax(o.getFirst(), along),
                            Naive.values(1, -3, 3, 2, 3, 4))
                    .withEmpty(along == 0 ? values(1, 3, 0, 2) : values(1, 0, 3, 2)));
            add(OpCase.of(
                            "logSoftmax",
                            "LogSoftmax",
                            o -> o.getFirst().logSoftmax(along),
                            o -> Naive.map(Math::log, Naive.softmax(o.getFirst(), along)),
                            Naive.values(1, -3, 3, 2, 3, 4))
                    .withEmpty(along == 0 ? values(1, 3, 0, 2) : values(1, 0, 3, 2)));
        }
    }

    private void crossEntropies() {
        IntTensor targets = IntTensor.of(Shape.of(2, 3), 0, 3, -1, 2, 2, -1);
        add(OpCase.of(
                "crossEntropy",
                "CrossEntropy",
                o -> o.getFirst().crossEntropy(targets, -1),
                o -> {
                    Tensor softmax = Naive.softmax(o.getFirst(), 2);
                    return Naive.tensor(
                            targets.shape(),
                            i -> targets.at(i) == -1 ? 0 : -Math.log(softmax.at(i[0], i[1], targets.at(i))));
                },
                Naive.values(1, -3, 3, 2, 3, 4)));
        IntTensor none = IntTensor.of(Shape.of(0, 2));
        add(OpCase.of(
                        "crossEntropy",
                        "",
                        o -> o.getFirst()
                                .crossEntropy(
                                        o.getFirst().shape().isEmpty()
                                                ? none
                                                : IntTensor.of(Shape.of(2, 2), 1, 0, 1, 2),
                                        -100),
                        o -> {
                            Tensor softmax =
                                    o.getFirst().shape().isEmpty() ? o.getFirst() : Naive.softmax(o.getFirst(), 2);
                            return Naive.tensor(
                                    o.getFirst().shape().without(-1),
                                    i -> -Math.log(softmax.at(i[0], i[1], new int[] {1, 0, 1, 2}[2 * i[0] + i[1]])));
                        },
                        Naive.values(2, -3, 3, 2, 2, 3))
                .withEmpty(values(1, 0, 2, 3)));
    }

    private static Tensor linearCrossEntropy(List<Tensor> o, IntTensor targets) {
        Tensor x = o.get(0).reshape(targets.shape().count(), o.get(0).shape().size(-1));
        Tensor product = Naive.matmul(x, Naive.transpose(o.get(1)));
        Tensor logits = o.size() == 2 ? product : Naive.map(Double::sum, product, o.get(2));
        double sum = 0;
        int counted = 0;
        if (!logits.shape().isEmpty()) {
            Tensor softmax = Naive.softmax(logits, 1);
            for (int row = 0; row < targets.shape().count(); row++) {
                int target = targets.reshape(-1).at(row);
                sum -= target == -1 ? 0 : Math.log(softmax.at(row, target));
                counted += target == -1 ? 0 : 1;
            }
        }
        double mean = sum / Math.max(1, counted);
        return Naive.tensor(Shape.of(), i -> mean);
    }

    private void linearCrossEntropies() {
        IntTensor targets = IntTensor.of(Shape.of(2, 3), 0, 3, -1, 2, 2, -1);
        Tensor x = Naive.values(4, -2, 2, 2, 3, 5);
        Tensor weight = Naive.values(5, -1, 1, 4, 5);
        add(OpCase.of(
                "linearCrossEntropy",
                "LinearCrossEntropy",
                o -> o.get(0).linearCrossEntropy(o.get(1), null, targets, -1),
                o -> linearCrossEntropy(o, targets),
                x,
                weight));
        add(OpCase.of(
                "linearCrossEntropy",
                "LinearCrossEntropy",
                o -> o.get(0).linearCrossEntropy(o.get(1), o.get(2), targets, -1),
                o -> linearCrossEntropy(o, targets),
                x,
                weight,
                values(6, 4)));
        // The same tensor as input and as weight: its gradients are added.
        IntTensor each = IntTensor.of(3, 0, 2, 1);
        add(OpCase.of(
                "linearCrossEntropy",
                "LinearCrossEntropy",
                o -> o.get(0).linearCrossEntropy(o.get(0), null, each, -1),
                o -> linearCrossEntropy(List.of(o.get(0), o.get(0)), each),
                Naive.values(7, -1, 1, 4, 5)));
    }

    private static Tensor attention(List<Tensor> o, boolean causal, double scale) {
        Tensor scores = Naive.matmul(o.get(0), Naive.transpose(o.get(1)));
        int last = scores.shape().rank() - 1;
        int shift = scores.shape().size(-1) - scores.shape().size(-2);
        Tensor hidden = Naive.tensor(
                scores.shape(),
                i -> causal && i[last] > i[last - 1] + shift ? Double.NEGATIVE_INFINITY : scores.at(i) * scale);
        return Naive.matmul(Naive.softmax(hidden, last), o.get(2));
    }

    private void attentions() {
        for (boolean causal : new boolean[] {false, true}) {
            add(OpCase.of(
                            "attention",
                            "Attention",
                            o -> o.get(0).attention(o.get(1), o.get(2), causal, 0.6),
                            o -> attention(o, causal, 0.6),
                            values(1, 2, 3, 4),
                            values(2, 2, 3, 4),
                            values(3, 2, 3, 4))
                    .withEmpty(values(1, 0, 3, 4), values(2, 0, 3, 4), values(3, 0, 3, 2)));
            // More keys than queries, values of another length.
            add(OpCase.of(
                            "attention",
                            "Attention",
                            o -> o.get(0).attention(o.get(1), o.get(2), causal, 2),
                            o -> attention(o, causal, 2),
                            values(1, 2, 3),
                            values(2, 4, 3),
                            values(3, 4, 2))
                    .withEmpty(values(1, 0, 3), values(2, 4, 3), values(3, 4, 2)));
            add(OpCase.of(
                    "attention",
                    "",
                    o -> o.get(0).attention(o.get(1), o.get(2), causal, -0.5),
                    o -> attention(o, causal, -0.5),
                    values(1, 2, 3),
                    values(2, 2, 3),
                    values(3, 2, 2)));
        }
        // With a mask that is learned, one for all of the batch, and keys that a query does not see.
        add(OpCase.of(
                        "attention",
                        "Softmax",
                        o -> o.get(0).attention(o.get(1), o.get(2), hiding(o.get(3)), 0.6),
                        o -> {
                            Tensor scores = Naive.matmul(o.get(0), Naive.transpose(o.get(1)));
                            Tensor masked = Naive.tensor(
                                    scores.shape(),
                                    i -> i[1] == 2 && i[2] < 2
                                            ? Double.NEGATIVE_INFINITY
                                            : scores.at(i) * 0.6 + o.get(3).at(i[1], i[2]));
                            return Naive.matmul(Naive.softmax(masked, 2), o.get(2));
                        },
                        values(1, 2, 3, 4),
                        values(2, 2, 4, 4),
                        values(3, 2, 4, 2),
                        values(4, 3, 4))
                .withEmpty(values(1, 0, 3, 4), values(2, 0, 4, 4), values(3, 0, 4, 2), values(4, 3, 4)));
        // A query that sees nothing: zeros, and no gradient but of the others.
        add(OpCase.of(
                "attention",
                "Softmax",
                o -> o.get(0)
                        .attention(
                                o.get(1),
                                o.get(2),
                                Variable.constantOf(Tensor.fill(
                                        o.get(0).dtype(), Shape.of(3, 1), i -> i == 1 ? Double.NEGATIVE_INFINITY : 0)),
                                0.6),
                o -> {
                    Tensor all = attention(o, false, 0.6);
                    return Naive.tensor(all.shape(), i -> i[0] == 1 ? 0 : all.at(i));
                },
                values(1, 3, 4),
                values(2, 2, 4),
                values(3, 2, 2)));
        // Batches that broadcast, of other numbers of axes, too; with a mask, which has most of them, and without.
        for (boolean causal : new boolean[] {false, true}) {
            add(OpCase.of(
                            "attention",
                            "Attention",
                            o -> o.get(0).attention(o.get(1), o.get(2), causal, 0.5),
                            o -> attention(o, causal, 0.5),
                            values(1, 2, 1, 3, 2),
                            values(2, 3, 4, 2),
                            values(3, 1, 3, 4, 3))
                    .withEmpty(values(1, 2, 1, 3, 2), values(2, 0, 4, 2), values(3, 1, 0, 4, 3)));
        }
        add(OpCase.of(
                "attention",
                "Softmax",
                o -> o.get(0).attention(o.get(1), o.get(2), o.get(3), 0.5),
                o -> {
                    Tensor scores = Naive.matmul(o.get(0), Naive.transpose(o.get(1)));
                    Tensor masked = Naive.map((score, mask) -> score * 0.5 + mask, scores, o.get(3));
                    return Naive.matmul(Naive.softmax(masked, 3), o.get(2));
                },
                values(1, 3, 2),
                values(2, 2, 4, 2),
                values(3, 4, 3),
                values(4, 3, 1, 3, 1)));
        // The same tensor thrice.
        add(OpCase.of(
                "attention",
                "Attention",
                o -> o.get(0).attention(o.get(0), o.get(0), true, 0.7),
                o -> attention(List.of(o.get(0), o.get(0), o.get(0)), true, 0.7),
                values(5, 2, 3, 4)));
    }

    /** A mask of three queries and four keys, with the first two keys hidden from the last query. */
    private static Variable hiding(Variable mask) {
        Tensor hidden = Tensor.fill(mask.dtype(), Shape.of(3, 4), i -> i == 8 || i == 9 ? 1 : 0);
        return Variable.constantOf(hidden).where(mask.constant(Double.NEGATIVE_INFINITY), mask);
    }

    /** A user's operation with two operands and two results, x·y and x². */
    private record ProductAndSquare() implements CustomOp {
        @Override
        public String name() {
            return "productAndSquare";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            return Computed.of(List.of(
                    operands.get(0).mul(operands.get(1)), operands.get(0).square()));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(
                    0,
                    () -> saved.gradient(0)
                            .mul(saved.operand(1))
                            .add(saved.gradient(1).mul(saved.operand(0)).mul(2)));
            saved.give(1, () -> saved.gradient(0).mul(saved.operand(0)));
        }
    }

    private void custom() {
        add(OpCase.of(
                "applyAll",
                "ProductAndSquare",
                o -> {
                    List<Variable> both = o.get(0).applyAll(new ProductAndSquare(), o);
                    return both.get(0).mul(both.get(1));
                },
                o -> Naive.map((x, y) -> x * x * x * y, o.get(0), o.get(1)),
                values(1, 2, 3),
                values(2, 2, 3)));
        add(OpCase.of(
                "applyAll",
                "ProductAndSquare",
                o -> o.get(0).applyAll(new ProductAndSquare(), o).get(1),
                o -> Naive.map(x -> x * x, o.get(0)),
                values(1, 2, 3),
                values(2, 2, 3)));
    }
}
