package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LossesTest {
    private final Tensor x = Tensor.of(new double[] {0.3, -2, 1.5, 0.1, 4, -0.7}, 2, 3);
    private final Tensor target = Tensor.of(new double[] {0, 0.25, 1, 0.5, 1, 0}, 2, 3);

    private static Variable constant(Tensor tensor) {
        return Variable.constantOf(tensor);
    }

    @Test
    void eachIsTheMeanOverAllElements() {
        double squares = 0;
        double distances = 0;
        double hubers = 0;
        double entropies = 0;
        for (int i = 0; i < 6; i++) {
            double logit = x.toDoubles()[i];
            double wanted = target.toDoubles()[i];
            double d = Math.abs(logit - wanted);
            squares += d * d / 6;
            distances += d / 6;
            hubers += (d <= 0.8 ? d * d / 2 : 0.8 * (d - 0.4)) / 6;
            double p = 1 / (1 + Math.exp(-logit));
            entropies -= (wanted * Math.log(p) + (1 - wanted) * Math.log(1 - p)) / 6;
        }
        assertThat(Losses.mse(constant(x), target).item()).isCloseTo(squares, within(1e-12));
        assertThat(Losses.l1(constant(x), target).item()).isCloseTo(distances, within(1e-12));
        assertThat(Losses.huber(constant(x), target, 0.8).item()).isCloseTo(hubers, within(1e-12));
        assertThat(Losses.binaryCrossEntropyWithLogits(constant(x), target).item())
                .isCloseTo(entropies, within(1e-12));
    }

    @Test
    void theirGradientsAreTheDifferences() {
        GradCheck.checkSecondOrder(o -> Losses.mse(o.getFirst(), target), List.of(x));
        GradCheck.check(o -> Losses.l1(o.getFirst(), target), List.of(x));
        GradCheck.check(o -> Losses.huber(o.getFirst(), target, 0.8), List.of(x));
        GradCheck.checkSecondOrder(o -> Losses.binaryCrossEntropyWithLogits(o.getFirst(), target), List.of(x));
        GradCheck.checkSecondOrder(o -> Losses.crossEntropy(o.getFirst(), IntTensor.of(2, 0)), List.of(x));
    }

    @Test
    void atAnInfiniteDistanceTheHuberLossHasTheSlopeOfItsLine() {
        double infinity = Double.POSITIVE_INFINITY;
        Tensor predictions = Tensor.of(new double[] {infinity, -infinity, 0.5, 3});
        Tensor targets = Tensor.of(new double[] {0, 1, 0.25, -infinity});
        for (DType type : DType.values()) {
            Variable given = Variable.of(predictions.to(type));
            Variable loss = Losses.huber(given, targets.to(type), 2, Reduction.SUM);
            assertThat(loss.item()).isInfinite();
            assertThat(loss.backward().of(given).toDoubles()).containsExactly(2, -2, 0.25, 2);
            Variable smooth = Losses.smoothL1(given, targets.to(type), 2, Reduction.SUM);
            assertThat(smooth.backward().of(given).toDoubles()).containsExactly(1, -1, 0.125, 1);
        }
    }

    @Test
    void whateverTheReduction() {
        Tensor probabilities = Tensor.of(new double[] {0.2, 0.5, 0.3, 0.1, 0.1, 0.8}, 2, 3);
        IntTensor classes = IntTensor.of(2, 0);
        var config = Losses.CrossEntropyConfig.DEFAULTS
                .withWeights(Tensor.of(new double[] {1, 2, 0.5}))
                .withSmoothing(0.2);
        for (Reduction reduction : Reduction.values()) {
            holds(o -> Losses.mse(o, target, reduction), x);
            holds(o -> Losses.l1(o, target, reduction), x);
            holds(o -> Losses.smoothL1(o, target, 0.8, reduction), x);
            holds(o -> Losses.smoothL1(o, target, 0, reduction), x);
            holds(o -> Losses.binaryCrossEntropyWithLogits(o, target, target.add(0.5), reduction), x);
            assertThat(Losses.binaryCrossEntropyWithLogits(constant(x), target, reduction)
                            .value())
                    .isEqualTo(Losses.binaryCrossEntropyWithLogits(constant(x), target, null, reduction)
                            .value());
            holds(o -> Losses.binaryCrossEntropy(o, target, reduction), probabilities);
            holds(o -> Losses.klDivergence(o, probabilities, reduction), x);
            holds(o -> Losses.poissonNll(o, target, reduction), x);
            holds(o -> Losses.gaussianNll(o, o.square().add(0.5), target, 1e-6, reduction), x);
            holds(o -> Losses.poissonNllOfRates(o, target, 1e-8, reduction), probabilities);
            holds(o -> Losses.crossEntropy(o, probabilities, reduction), x);
            holds(o -> Losses.crossEntropy(o, probabilities, config.withReduction(reduction)), x);
            holds(o -> Losses.crossEntropy(o, classes, config.withReduction(reduction)), x);
            holds(o -> Losses.negativeLogLikelihood(o.log(), classes, config.withReduction(reduction)), probabilities);
        }
    }

    private static void holds(UnaryOperator<Variable> loss, Tensor operand) {
        GradCheck.check(o -> loss.apply(o.getFirst()), List.of(operand));
        GradCheck.checkSecondOrder(o -> loss.apply(o.getFirst()), List.of(operand));
    }

    @Test
    void whatIsIgnoredCountsNeitherInSumNorMean() {
        var config = Losses.CrossEntropyConfig.DEFAULTS.withSmoothing(0.1).withIgnored(1);
        Variable all = Losses.crossEntropy(constant(x), IntTensor.of(2, 1), config);
        Variable one = Losses.crossEntropy(constant(x.slice(0, 0, 1)), IntTensor.of(2), config);
        assertThat(all.item()).isEqualTo(one.item());
        Variable none = Losses.crossEntropy(constant(x), IntTensor.of(1, 1), config);
        assertThat(none.item()).isNaN();
        assertThat(Losses.crossEntropy(constant(x), IntTensor.of(1, 1), config.withReduction(Reduction.NONE))
                        .value())
                .isEqualTo(Tensor.of(new double[2]));
        assertThatThrownBy(() -> Losses.crossEntropy(
                        constant(x), IntTensor.of(2, 0), config.withWeights(Tensor.of(new double[] {1, 2}))))
                .hasMessage("crossEntropy: weights have shape [2], expected one for each of 3 classes");
        assertThatThrownBy(() -> config.withSmoothing(1.5)).hasMessageContaining("smoothing 1.5");
    }

    /** PyTorch 2.13's figures. */
    @Test
    void theyAreAsPyTorchs() {
        Variable scores = constant(Tensor.of(new double[] {0.1, 0.2, 0.4, 0.8, 0.5, -0.3, 1.2, 0.9}, 2, 4));
        Tensor probabilities = Tensor.of(new double[] {0.1, 0.2, 0.3, 0.4, 0.7, 0.1, 0.1, 0.1}, 2, 4);
        var config = Losses.CrossEntropyConfig.DEFAULTS
                .withWeights(Tensor.of(new double[] {1, 2, 0.5, 3}))
                .withSmoothing(0.2)
                .withReduction(Reduction.NONE);
        assertThat(Losses.crossEntropy(scores, probabilities, config).value().toDoubles())
                .containsExactly(new double[] {2.2043, 2.1270}, within(5e-5));
        Variable rates = constant(Tensor.of(new double[] {0.5, 2}));
        assertThat(Losses.poissonNllOfRates(rates, Tensor.of(new double[] {1, 3}), 1e-8, Reduction.NONE)
                        .value()
                        .toDoubles())
                .containsExactly(new double[] {1.1931, -0.0794}, within(5e-5));
    }

    /** PyTorch 2.13's figures, with full=True. */
    @Test
    void likelihoodsMayBeWhole() {
        Tensor counts = Tensor.of(new double[] {0, 1, 1.5, 2, 5, -1});
        double[] expected = {1, 1, 1.2298687, 1.6518065, 5.7708471, 1};
        assertThat(Losses.poissonNll(constant(Tensor.of(new double[6])), counts, true, Reduction.NONE)
                        .value()
                        .toDoubles())
                .containsExactly(expected, within(1e-6));
        Variable ones = constant(Tensor.ones(DType.FLOAT64, Shape.of(6)));
        assertThat(Losses.poissonNllOfRates(ones, counts, 1e-8, true, Reduction.NONE)
                        .value()
                        .toDoubles())
                .containsExactly(expected, within(1e-6));
        Tensor means = Tensor.of(new double[] {1, 2, 0.5});
        Tensor targets = Tensor.of(new double[] {1, 2, 3});
        assertThat(Losses.gaussianNll(constant(means), constant(targets), targets, 1e-6, true, Reduction.NONE)
                        .value()
                        .toDoubles())
                .containsExactly(new double[] {0.9189385, 1.2655121, 2.5099113}, within(1e-6));
    }

    @Test
    void variancesMayBeThoseOfRows() {
        Variable means = constant(Tensor.of(new double[] {1, 2, 3, 4}, 2, 2));
        Tensor targets = Tensor.of(new double[] {0, 2, 3, 4}, 2, 2);
        for (int[] sizes : new int[][] {{2}, {2, 1}}) {
            Variable variances = constant(Tensor.of(new double[] {1, 2}, sizes));
            assertThat(Losses.gaussianNll(means, variances, targets, 1e-6, Reduction.NONE)
                            .value()
                            .toDoubles())
                    .containsExactly(new double[] {0.5, 0, Math.log(2) / 2, Math.log(2) / 2}, within(1e-12));
        }
        Variable three = constant(Tensor.ones(DType.FLOAT64, Shape.of(3)));
        assertThatThrownBy(() -> Losses.gaussianNll(means, three, targets, 1e-6, Reduction.NONE))
                .hasMessage(
                        "gaussianNll: variances have shape [3], means [2, 2]; expected the same, or one variance for each row");
    }

    /** Without an axis of examples; PyTorch 2.13's figures. */
    @Test
    void oneExampleMayComeAlone() {
        Variable scores = constant(Tensor.of(new double[] {1, 2, 0.5}));
        Tensor weights = Tensor.of(new double[] {1, 2, 3});
        IntTensor target = IntTensor.of(2).reshape();
        var config = Losses.CrossEntropyConfig.DEFAULTS.withWeights(weights);
        for (Reduction reduction : Reduction.values()) {
            var reduced = config.withReduction(reduction);
            double weight = reduction == Reduction.MEAN ? 1 : 3;
            single(
                    Losses.crossEntropy(scores, target, Losses.CrossEntropyConfig.DEFAULTS.withReduction(reduction)),
                    1.964368784);
            single(Losses.crossEntropy(scores, target, reduced.withSmoothing(0.1)), 5.580002807 * weight / 3);
            single(Losses.crossEntropy(scores, weights, reduction), 8.286212705);
            single(Losses.negativeLogLikelihood(scores, target, reduced), -0.5 * weight);
            Variable times = constant(Tensor.full(DType.FLOAT64, Shape.of(4, 3), Math.log(0.3)));
            IntTensor four = IntTensor.of(4).reshape();
            single(
                    Losses.ctc(times, four, IntTensor.of(1, 2), target, 0, reduction),
                    reduction == Reduction.MEAN ? 1.053920507 : 2.107841015);
        }
    }

    private static void single(Variable loss, double expected) {
        assertThat(loss.shape()).isEqualTo(Shape.scalar());
        assertThat(loss.item()).isCloseTo(expected, within(1e-6));
    }

    @Test
    void aProbabilityOfZeroOrOneIsNoInfinity() {
        Variable certain = Variable.of(Tensor.of(new double[] {0, 1}));
        Variable wrong = Losses.binaryCrossEntropy(certain, Tensor.of(new double[] {1, 0}), Reduction.NONE);
        assertThat(wrong.value()).isEqualTo(Tensor.of(new double[] {100, 100}));
        double steep = 1 / (double) 1e-12f;
        assertThat(wrong.backward(Tensor.ones(DType.FLOAT64, Shape.of(2))).of(certain))
                .isEqualTo(Tensor.of(new double[] {-steep, steep}));
        Variable right = Losses.binaryCrossEntropy(certain, certain.value(), Reduction.SUM);
        assertThat(right.item()).isZero();
        assertThat(right.backward().of(certain)).isEqualTo(Tensor.of(new double[2]));
    }

    @Test
    void aVarianceThatEpsilonTakesThePlaceOfKeepsItsGradient() {
        Variable variances = Variable.of(Tensor.of(new double[] {0.25}));
        Variable means = constant(Tensor.of(new double[] {1}));
        Variable loss = Losses.gaussianNll(means, variances, Tensor.of(new double[] {3}), 0.5, Reduction.SUM);
        assertThat(loss.item()).isCloseTo((Math.log(0.5) + 4 / 0.5) / 2, within(1e-12));
        assertThat(loss.backward().of(variances).item()).isCloseTo((1 / 0.5 - 4 / 0.25) / 2, within(1e-12));
    }

    @Test
    void largeLogitsThatTieDoNotRoundTheLossAway() {
        Variable rows = Variable.of(Tensor.of(new float[] {1e5f, 1e5f, -1e5f}, 1, 3));
        Variable loss = Losses.crossEntropy(rows, IntTensor.of(1));
        assertThat(loss.item()).isCloseTo(Math.log(2), within(1e-7));
        assertThat(loss.backward().of(rows)).isEqualTo(Tensor.of(new float[] {0.5f, -0.5f, 0}, 1, 3));
    }

    @Test
    void largeLogitsDoNotOverflow() {
        Variable logits = Variable.of(Tensor.of(new float[] {1000, -1000, 1000, -1000}));
        Variable loss = Losses.binaryCrossEntropyWithLogits(logits, Tensor.of(new float[] {1, 0, 0, 1}));
        assertThat(loss.item()).isEqualTo(500);
        assertThat(loss.backward().of(logits)).isEqualTo(Tensor.of(new float[] {0, 0, 0.25f, -0.25f}));
        Variable rows = Variable.of(Tensor.of(new float[] {1e4f, 0, -1e4f}, 1, 3));
        assertThat(Losses.crossEntropy(rows, IntTensor.of(2)).item()).isEqualTo(2e4);
        assertThat(Losses.crossEntropy(rows, IntTensor.of(2)).backward().of(rows))
                .isEqualTo(Tensor.of(new float[] {1, 0, -1}, 1, 3));
    }

    @Test
    void ignoredRowsDoNotCount() {
        Variable logits = Variable.of(x);
        double alone =
                Losses.crossEntropy(constant(x.slice(0, 1, 2)), IntTensor.of(0)).item();
        Variable loss = Losses.crossEntropy(logits, IntTensor.of(Losses.IGNORED, 0));
        assertThat(loss.item()).isCloseTo(alone, within(1e-12));
        assertThat(loss.backward().of(logits).select(0, 0)).isEqualTo(Tensor.of(new double[3]));
        assertThat(Losses.crossEntropy(logits, IntTensor.of(-1, -1), -1).item()).isNaN();
    }

    @Test
    void ofALastLayerItIsTheLossOfItsOutputs() {
        Variable inputs = Variable.of(Rng.of(1).normal(2, 4, 3));
        IntTensor targets = IntTensor.of(Shape.of(2, 4), 0, 6, Losses.IGNORED, 3, 2, Losses.IGNORED, 6, 1);
        for (boolean bias : new boolean[] {true, false}) {
            Linear last = new Linear(3, 7, bias);
            last.init(Rng.of(2));
            Variable fused = Losses.linearCrossEntropy(inputs, last, targets);
            Variable parts = Losses.crossEntropy(last.forward(inputs), targets);
            assertThat(fused.value()).isEqualTo(parts.value());
            assertThat(fused.backward().of(inputs)).isEqualTo(parts.backward().of(inputs));
            assertThatThrownBy(() -> Losses.linearCrossEntropy(inputs.transpose(), last, targets))
                    .hasMessage("Linear: input has shape [2, 3, 4], expected [.., 3]");
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor wrong = Tensor.of(new double[3]);
        assertThatThrownBy(() -> Losses.mse(constant(x), wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mse: predictions have shape [2, 3], targets [3]; expected the same");
        assertThatThrownBy(() -> Losses.l1(constant(x), wrong)).hasMessageContaining("l1: predictions have shape");
        assertThatThrownBy(() -> Losses.huber(constant(x), target, 0)).hasMessage("huber: delta 0.0 is not positive");
        assertThatThrownBy(
                        () -> Losses.mse(Variable.constantOf(Tensor.zeros(2)), Tensor.ones(DType.FLOAT64, Shape.of(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "mse: predictions are of type FLOAT32, targets of FLOAT64; convert one of them, as by to(FLOAT32)");
        assertThatThrownBy(() -> Losses.binaryCrossEntropyWithLogits(constant(x), wrong))
                .hasMessageContaining("binaryCrossEntropyWithLogits: ");
        assertThatThrownBy(() -> Losses.crossEntropy(constant(x), IntTensor.of(0, 3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "crossEntropy: target 3 at row 1 is out of range: expected 0 to 2, or -100 for rows to ignore");
        assertThatThrownBy(() -> Losses.crossEntropy(constant(x), IntTensor.of(Shape.of(2, 1), 0, 1)))
                .hasMessageContaining("crossEntropy: targets of shape [2, 1] do not fit logits [2, 3]");
    }
}
