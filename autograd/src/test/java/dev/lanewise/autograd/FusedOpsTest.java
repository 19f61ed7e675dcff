package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.core.DType;
import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Results;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The kernels of fused operations, forward and backward, are held to their definitions in primitives, at sizes that
 * cross the blocks, chunks and lanes in which kernels work. In FLOAT64 the definition is what runs.
 */
class FusedOpsTest {
    private final Rng rng = Rng.of(5);

    private Tensor normal(String name, int... sizes) {
        return rng.stream(name).normal(sizes);
    }

    private static void check(List<Tensor> operands, Function<List<Variable>, Variable> function) {
        List<Variable> single = operands.stream().map(Variable::of).toList();
        List<Variable> exact =
                operands.stream().map(x -> Variable.of(x.to(DType.FLOAT64))).toList();
        Variable result = function.apply(single);
        Variable expected = function.apply(exact);
        compare("result", result.value(), expected.value());
        Tensor upstream = Rng.of(7).normal(result.shape().toArray());
        Gradients gradients = result.backwardRetainingGraph(upstream);
        Gradients expectedGradients = expected.backwardRetainingGraph(upstream.to(DType.FLOAT64));
        for (int i = 0; i < single.size(); i++) {
            compare("gradient of operand " + i, gradients.of(single.get(i)), expectedGradients.of(exact.get(i)));
        }
        // Each operand's gradient alone, too: kernels may leave out the others.
        for (int wanted = 0; wanted < single.size(); wanted++) {
            List<Variable> some = new ArrayList<>();
            for (int i = 0; i < single.size(); i++) {
                some.add(i == wanted ? single.get(i) : single.get(i).detach());
            }
            compare(
                    "gradient of operand " + wanted + " alone",
                    function.apply(some).backward(upstream).of(single.get(wanted)),
                    expectedGradients.of(exact.get(wanted)));
        }
    }

    private static void compare(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] values = actual.toDoubles();
        double[] wanted = expected.toDoubles();
        double scale = 0;
        for (double value : wanted) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[i] - wanted[i]) <= 1e-6 + 1e-5 * scale + 1e-4 * Math.abs(wanted[i]))) {
                throw new AssertionError("%s: element %d of %s is %s, expected %s"
                        .formatted(what, i, actual.shape(), values[i], wanted[i]));
            }
        }
    }

    @TestFactory
    List<DynamicTest> recurrentIsItsDefinition() {
        Formula memory = Formula.of("memory", (in, forget, fresh, out, h, c) -> {
            Expr cell = forget.sigmoid().mul(c).add(in.sigmoid().mul(fresh.tanh()));
            return Results.results(out.sigmoid().mul(cell.tanh()), cell);
        });
        Formula gated = Formula.of("gated", (r, n, u, v, h) -> {
            Expr fresh = n.add(r.add(u).sigmoid().mul(v)).tanh();
            return fresh.add(h.sub(fresh).mul(0.5));
        });
        int[][] sizes = {{1, 1, 1, 1}, {2, 3, 5, 4}, {32, 4, 20, 33}, {33, 3, 7, 64}, {7, 5, 100, 70}, {130, 2, 16, 90}
        };
        List<DynamicTest> tests = new ArrayList<>();
        for (int[] size : sizes) {
            for (boolean reversed : new boolean[] {false, true}) {
                for (boolean biased : new boolean[] {false, true}) {
                    String name = "%s, reversed %s, biased %s".formatted(Arrays.toString(size), reversed, biased);
                    tests.add(dynamicTest(
                            "memory of " + name, () -> checkRecurrent(memory, 4, 2, size, reversed, biased)));
                    tests.add(
                            dynamicTest("gated of " + name, () -> checkRecurrent(gated, 2, 1, size, reversed, biased)));
                }
            }
        }
        return tests;
    }

    private void checkRecurrent(Formula cell, int gates, int states, int[] size, boolean reversed, boolean biased) {
        int batch = size[0];
        int hidden = size[3];
        List<Tensor> operands = new ArrayList<>();
        operands.add(normal("x", batch, size[1], size[2]));
        operands.add(normal("weight", gates * hidden, size[2]).mul(0.3));
        operands.add(normal("recurrentWeight", gates * hidden, hidden).mul(0.2));
        for (int i = 0; i < states; i++) {
            operands.add(normal("state" + i, batch, hidden));
        }
        if (biased) {
            operands.add(normal("bias", gates * hidden));
            operands.add(normal("recurrentBias", gates * hidden));
        }
        check(operands, o -> {
            List<Variable> results = o.getFirst()
                    .recurrent(
                            cell,
                            o.get(1),
                            o.get(2),
                            biased ? o.get(3 + states) : null,
                            biased ? o.get(4 + states) : null,
                            o.subList(3, 3 + states),
                            reversed);
            List<Variable> all = new ArrayList<>(List.of(results.getFirst()));
            results.subList(1, results.size()).forEach(state -> all.add(state.unsqueeze(1)));
            return TensorOps.concat(1, all);
        });
    }

    @Test
    void recurrentNamesWhatDoesNotFit() {
        Formula tanh = Formula.of("tanhCell", (gate, h) -> gate.tanh());
        Variable x = Variable.of(normal("x", 2, 3, 4));
        Variable w = Variable.of(normal("w", 5, 4));
        Variable u = Variable.of(normal("u", 5, 5));
        Variable h = Variable.of(normal("h", 2, 5));
        Variable bias = Variable.of(normal("b", 5));
        assertThatThrownBy(() -> x.recurrent(tanh, u, u, null, null, List.of(h), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("recurrent tanhCell: input [2, 3, 4], weight [5, 5]");
        assertThatThrownBy(() -> x.recurrent(tanh, w, u, bias, null, List.of(h), false))
                .hasMessageContaining("expected both or neither of [5]");
        assertThatThrownBy(() -> x.recurrent(tanh, w, u, null, null, List.of(bias), false))
                .hasMessageContaining("states of shapes [[5]], expected one or more of [2, 5]");
        assertThatThrownBy(() -> x.recurrent(tanh, w, u, null, null, List.of(h, h), false))
                .hasMessageContaining("the cell takes 2 operands and gives 1 results; expected 1 gates")
                .hasMessageContaining("and 2 states");
        assertThatThrownBy(() -> x.slice(1, 0, 0).recurrent(tanh, w, u, null, null, List.of(h), false))
                .hasMessageContaining("expected one step or more");
    }

    @TestFactory
    List<DynamicTest> layerNormIsItsDefinition() {
        List<DynamicTest> tests = new ArrayList<>();
        int[][] sizes = {
            {1, 1},
            {3, 2},
            {5, 15},
            {4, 16},
            {7, 17},
            {2, 31},
            {3, 64},
            {9, 100},
            {2, 1000},
            {2, 4096},
            {2, 4097},
            {2, 9000},
            {255, 3},
            {256, 16},
            {257, 48},
            {513, 128},
            {1100, 33}
        };
        for (int[] size : sizes) {
            tests.add(dynamicTest(Shape.of(size).toString(), () -> {
                Tensor x = normal("x", size);
                Tensor w = normal("w", size[1]);
                Tensor b = normal("b", size[1]);
                // One or two numbers a row become 0 or ±1 whatever they are: gradients are rounding that a small ε
                // blows up.
                double epsilon = size[1] <= 2 ? 1 : 1e-5;
                check(List.of(x), o -> o.get(0).layerNorm(null, null, epsilon));
                check(List.of(x, w), o -> o.get(0).layerNorm(o.get(1), null, epsilon));
                check(List.of(x, w, b), o -> o.get(0).layerNorm(o.get(1), o.get(2), epsilon));
                check(
                        List.of(normal("t", size[1], size[0]), w, b),
                        o -> o.get(0).transpose().layerNorm(o.get(1), o.get(2), epsilon));
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> crossEntropyIsItsDefinition() {
        List<DynamicTest> tests = new ArrayList<>();
        int[][] sizes = {{1, 1}, {4, 2}, {3, 15}, {16, 16}, {5, 17}, {700, 65}, {3, 4096}, {2, 5000}, {300, 257}};
        for (int[] size : sizes) {
            tests.add(dynamicTest(Shape.of(size).toString(), () -> {
                int[] targets = rng.integers(Shape.of(size[0]), size[1]).toArray();
                for (int row = 1; row < targets.length; row += 3) {
                    targets[row] = -7;
                }
                Tensor logits = normal("logits", size).mul(4);
                check(List.of(logits), o -> o.getFirst().crossEntropy(IntTensor.of(targets), -7));
                check(
                        List.of(logits.transpose()),
                        o -> o.getFirst().transpose().crossEntropy(IntTensor.of(targets), -7));
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> linearWithActivationIsItsDefinition() {
        Formula gelu = Formula.of("gelu", x -> x.gelu());
        Formula negated = Formula.of("negated", x -> x.neg()); // whose gradient does not need z
        List<DynamicTest> tests = new ArrayList<>();
        // rows, in, out: few rows, single columns, several blocks either way
        int[][] sizes = {
            {1, 1, 1}, {2, 40, 90}, {5, 7, 17}, {64, 48, 33}, {100, 300, 65}, {70, 20, 1100}, {700, 64, 48}, {20, 0, 3}
        };
        for (int[] size : sizes) {
            tests.add(dynamicTest(Shape.of(size).toString(), () -> {
                Tensor x = normal("x", size[0], size[1]);
                Tensor weight = normal("w", size[2], size[1]).div(Math.sqrt(Math.max(1, size[1])));
                Tensor bias = normal("b", size[2]);
                for (Formula activation : List.of(gelu, negated)) {
                    check(List.of(x, weight), o -> o.get(0).linear(o.get(1), null, activation));
                    check(List.of(x, weight, bias), o -> o.get(0).linear(o.get(1), o.get(2), activation));
                    check(
                            List.of(x.transpose(), weight.transpose(), bias),
                            o -> o.get(0).transpose().linear(o.get(1).transpose(), o.get(2), activation));
                }
            }));
        }
        return tests;
    }

    @Test
    void linearWithActivationHasTheBitsOfItsParts() {
        Formula gelu = Formula.of("gelu", x -> x.gelu());
        Variable x = Variable.of(normal("x", 3, 70, 40));
        Variable weight = Variable.of(normal("w", 550, 40));
        Variable bias = Variable.of(normal("b", 550));
        Tensor upstream = normal("u", 3, 70, 550);
        for (int pass = 0; pass < 40; pass++) { // kernels change meanwhile
            Variable fused = x.linear(weight, bias, gelu);
            Variable parts = x.linear(weight, bias).map(gelu);
            assertThat(fused.value()).isEqualTo(parts.value());
            assertThat(x.value().linear(weight.value(), bias.value(), gelu)).isEqualTo(parts.value());
            Gradients gradients = fused.backward(upstream);
            Gradients expected = parts.backward(upstream);
            for (Variable leaf : List.of(x, weight, bias)) {
                assertThat(gradients.of(leaf)).isEqualTo(expected.of(leaf));
            }
        }
    }

    @Test
    void anActivationWithoutGradientHasNone() {
        Formula step = Formula.of("step", x -> x.sign());
        Variable x = Variable.of(normal("x", 4, 3));
        Variable weight = Variable.of(normal("w", 5, 3));
        Variable result = x.linear(weight, null, step);
        assertThat(result.value()).isEqualTo(x.linear(weight, null).sign().value());
        assertThatThrownBy(() -> x.linear(weight, null, Formula.of("sum", (a, b) -> a.add(b))))
                .hasMessage("linear: activation sum has 2 operands and 1 results, expected one of each");
    }

    @TestFactory
    List<DynamicTest> linearCrossEntropyIsItsDefinition() {
        List<DynamicTest> tests = new ArrayList<>();
        // rows, length, classes; the last ones take several blocks of rows
        int[][] sizes = {{1, 1, 1}, {4, 3, 2}, {16, 16, 16}, {5, 7, 17}, {100, 24, 65}, {1200, 4, 9001}, {1025, 3, 8200}
        };
        for (int[] size : sizes) {
            tests.add(dynamicTest(Shape.of(size).toString(), () -> {
                int[] targets = rng.integers(Shape.of(size[0]), size[2]).toArray();
                for (int row = 1; row < targets.length; row += 3) {
                    targets[row] = -7;
                }
                IntTensor all = IntTensor.of(targets);
                Tensor x = normal("x", size[0], size[1]);
                Tensor weight = normal("w", size[2], size[1]);
                Tensor bias = normal("b", size[2]);
                check(List.of(x, weight), o -> o.get(0).linearCrossEntropy(o.get(1), null, all, -7));
                check(
                        List.of(x.transpose(), weight.transpose(), bias),
                        o -> o.get(0).transpose().linearCrossEntropy(o.get(1).transpose(), o.get(2), all, -7));
            }));
        }
        return tests;
    }

    @Test
    void withoutRowsTheMeanIsNoNumberAndGradientsAreZero() {
        Variable x = Variable.of(Tensor.zeros(0, 3));
        Variable weight = Variable.of(normal("w", 5, 3));
        Variable bias = Variable.of(normal("b", 5));
        Variable loss = x.linearCrossEntropy(weight, bias, IntTensor.of(new int[0]), -1);
        assertThat(loss.item()).isNaN();
        Gradients gradients = loss.backward();
        assertThat(gradients.of(x).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(gradients.of(weight)).isEqualTo(Tensor.zeros(5, 3));
        assertThat(gradients.of(bias)).isEqualTo(Tensor.zeros(5));

        IntTensor ignored = IntTensor.of(-1, -1);
        Variable some = Variable.of(normal("x", 2, 3));
        Variable none = some.linearCrossEntropy(weight, bias, ignored, -1);
        assertThat(none.item()).isNaN();
        assertThat(none.backward().of(weight)).isEqualTo(Tensor.zeros(5, 3));
    }

    @Test
    void linearCrossEntropyHasTheBitsOfItsParts() {
        Variable x = Variable.of(normal("x", 40, 12));
        Variable weight = Variable.of(normal("w", 65, 12));
        IntTensor targets = rng.integers(Shape.of(40), 65);
        Variable fused = x.linearCrossEntropy(weight, null, targets, -1);
        Variable parts = x.linear(weight, null).crossEntropy(targets, -1).sum().div(40);
        assertThat(fused.value()).isEqualTo(parts.value());
        Gradients gradients = fused.backwardRetainingGraph();
        Gradients expected = parts.backward();
        assertThat(gradients.of(x)).isEqualTo(expected.of(x));
        assertThat(gradients.of(weight)).isEqualTo(expected.of(weight));
        Gradients twice = fused.backward(Tensor.scalar(2));
        assertThat(twice.of(weight)).isEqualTo(expected.of(weight).mul(2));
    }

    /** 1 − softmax(x)[target] is small there: what single precision has left of it must be right all the same. */
    @Test
    void theGradientOfANearlyCertainTargetKeepsItsDigits() {
        Tensor x = Tensor.of(new float[] {20, 3, 5, 1, 12, 0.5f}, 2, 3);
        IntTensor targets = IntTensor.of(0, 1);
        Variable single = Variable.of(x);
        Variable exact = Variable.of(x.to(DType.FLOAT64));
        Tensor gradient = single.crossEntropy(targets, -100).sum().backward().of(single);
        Tensor expected = exact.crossEntropy(targets, -100).sum().backward().of(exact);
        Tensor relative = gradient.to(DType.FLOAT64).div(expected).sub(1).abs();
        assertThat(relative.amax().item()).isLessThan(1e-5);
        Variable weight = Variable.of(Tensor.eye(3));
        Tensor fused = single.linearCrossEntropy(weight, null, targets, -100)
                .backward()
                .of(single);
        assertThat(fused).isEqualTo(gradient.mul(0.5));
    }

    @Test
    void linearCrossEntropyNamesWhatDoesNotFit() {
        Tensor x = normal("x", 4, 3);
        Tensor weight = normal("w", 5, 3);
        assertThatThrownBy(() -> x.linearCrossEntropy(weight.transpose(), null, IntTensor.of(0, 0, 0, 0), -1))
                .hasMessage(
                        "linearCrossEntropy: input [4, 3] does not fit weight [3, 5]; expected [.., in] and [out, in]");
        assertThatThrownBy(() -> x.linearCrossEntropy(weight, null, IntTensor.of(0, 0), -1))
                .hasMessageContaining("linearCrossEntropy: targets of shape [2] do not fit input [4, 3]");
        assertThatThrownBy(() -> x.linearCrossEntropy(weight, null, IntTensor.of(0, 5, 0, 0), -1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("linearCrossEntropy: target 5 at row 1 is out of range: expected 0 to 4");
    }

    @TestFactory
    List<DynamicTest> softmaxInSinglePrecisionIsThatInDouble() {
        List<DynamicTest> tests = new ArrayList<>();
        int[][] sizes = {{1, 1}, {4, 2}, {3, 15}, {5, 17}, {700, 65}, {2, 4097}, {2, 3, 9000}, {600, 1}};
        for (int[] size : sizes) {
            tests.add(dynamicTest(Shape.of(size).toString(), () -> {
                Tensor x = normal("x", size).mul(4);
                for (int axis = 0; axis < size.length; axis++) {
                    int along = axis;
                    check(List.of(x), o -> o.getFirst().softmax(along));
                    check(List.of(x), o -> o.getFirst().logSoftmax(along));
                }
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> attentionIsItsDefinition() {
        List<DynamicTest> tests = new ArrayList<>();
        // queries, keys, length of keys, length of values
        int[][] sizes = {
            {1, 1, 1, 1},
            {1, 5, 4, 3},
            {5, 5, 4, 4},
            {16, 16, 16, 16},
            {17, 17, 8, 8},
            {31, 33, 7, 5},
            {63, 63, 32, 32},
            {64, 64, 16, 16},
            {65, 65, 33, 31},
            {64, 130, 16, 16},
            {100, 300, 20, 24},
            {130, 257, 12, 12}
        };
        for (int[] size : sizes) {
            for (boolean causal : new boolean[] {false, true}) {
                tests.add(dynamicTest(Shape.of(size) + (causal ? " causal" : ""), () -> {
                    double scale = 1 / Math.sqrt(size[2]);
                    check(
                            List.of(
                                    normal("q", size[0], size[2]),
                                    normal("k", size[1], size[2]),
                                    normal("v", size[1], size[3])),
                            o -> o.get(0).attention(o.get(1), o.get(2), causal, scale));
                    // Heads split from (batch, time, heads, size), as a model does it.
                    check(
                            List.of(
                                    normal("q", 2, size[0], 3, size[2]),
                                    normal("k", 2, size[1], 3, size[2]),
                                    normal("v", 2, size[1], 3, size[3])),
                            o -> o.get(0)
                                    .transpose(1, 2)
                                    .attention(
                                            o.get(1).transpose(1, 2), o.get(2).transpose(1, 2), causal, scale)
                                    .transpose(1, 2));
                }));
            }
        }
        return tests;
    }

    /** Queries, keys and values that are pieces of one tensor, whose gradients come back as one. */
    @TestFactory
    List<DynamicTest> attentionOfPiecesIsThatOfCopies() {
        List<DynamicTest> tests = new ArrayList<>();
        // of queries and keys, heads, length of queries and keys, length of values
        int[][] sizes = {{1, 1, 1, 1}, {5, 2, 3, 3}, {5, 1, 4, 4}, {64, 3, 16, 16}, {150, 2, 8, 8}, {70, 3, 4, 9}};
        for (int[] size : sizes) {
            for (boolean causal : new boolean[] {false, true}) {
                tests.add(dynamicTest(Shape.of(size) + (causal ? " causal" : ""), () -> {
                    int width = size[1] * size[2];
                    int valueWidth = size[1] * size[3];
                    Tensor inLastAxis = normal("x", 2, size[0], 2 * width + valueWidth);
                    checkPieces(
                            inLastAxis,
                            causal,
                            x -> x.split(-1, width, width, valueWidth).stream()
                                    .map(piece -> piece.reshape(2, size[0], size[1], -1)
                                            .transpose(1, 2))
                                    .toList());
                    if (size[2] == size[3]) {
                        Tensor inFirstAxis = normal("y", 6, size[0], size[2]);
                        checkPieces(inFirstAxis, causal, x -> x.split(0, 2, 2, 2));
                        checkPieces(
                                inFirstAxis, causal, x -> x.split(0, 2, 2, 2).reversed());
                    }
                }));
            }
        }
        return tests;
    }

    private static void checkPieces(Tensor x, boolean causal, Function<Variable, List<Variable>> pieces) {
        check(List.of(x), o -> attention(pieces.apply(o.getFirst()), causal));
        List<Tensor> gradients = new ArrayList<>();
        for (boolean copies : new boolean[] {false, true}) {
            Variable all = Variable.of(x);
            List<Variable> some = pieces.apply(all);
            Variable result =
                    attention(copies ? some.stream().map(piece -> piece.mul(1)).toList() : some, causal);
            gradients.add(result.mul(result).sum().backward().of(all));
        }
        assertThat(gradients.get(0)).isEqualTo(gradients.get(1));
    }

    private static Variable attention(List<Variable> operands, boolean causal) {
        return operands.get(0).attention(operands.get(1), operands.get(2), causal, 0.4);
    }

    /** Scores of 20,000 that are whole numbers, and so exact: what rounding does is the operation's own. */
    @Test
    void attentionWithLargeScoresThatNearlyTieRoundsNoGradientAway() {
        Tensor q = Tensor.of(new double[] {1, 100, -1, 100, 2, 100}, 3, 2);
        Tensor k = Tensor.of(new double[] {1, 200, 0, 200, -1, 200, 2, 200}, 4, 2);
        Tensor v = Tensor.of(new double[] {1, 2, -3, 0.5, 4, 1, 0.25, -1}, 4, 2);
        List<List<Tensor>> gradients = new ArrayList<>();
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            List<Variable> operands =
                    Stream.of(q, k, v).map(x -> Variable.of(x.to(dtype))).toList();
            Variable result = operands.get(0).attention(operands.get(1), operands.get(2), false, 1);
            Gradients all = result.mul(result).sum().backward();
            gradients.add(
                    operands.stream().map(x -> all.of(x).to(DType.FLOAT64)).toList());
        }
        for (int i = 0; i < 3; i++) {
            Tensor expected = gradients.get(1).get(i);
            double error = gradients.get(0).get(i).sub(expected).abs().amax().item();
            assertThat(error / expected.abs().amax().item())
                    .as("operand %d", i)
                    .isLessThan(5e-5); // rounding of products with 200 alone
        }
    }

    @TestFactory
    List<DynamicTest> attentionWithLargeScoresDoesNotOverflow() {
        List<DynamicTest> tests = new ArrayList<>();
        for (boolean causal : new boolean[] {false, true}) {
            tests.add(dynamicTest(
                    causal ? "causal" : "not causal",
                    () -> check(
                            List.of(
                                    normal("q", 20, 8).mul(6),
                                    normal("k", 20, 8).mul(6),
                                    normal("v", 20, 8)),
                            o -> o.get(0).attention(o.get(1), o.get(2), causal, 1))));
        }
        return tests;
    }
}
