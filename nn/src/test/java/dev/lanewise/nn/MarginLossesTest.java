package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Losses that ask for a margin. */
class MarginLossesTest {
    private final Tensor x = Rng.of(1).normal(DType.FLOAT64, Shape.of(4, 3), 0, 1);
    private final Tensor y = Rng.of(2).normal(DType.FLOAT64, Shape.of(4, 3), 0, 1);
    private final Tensor z = Rng.of(3).normal(DType.FLOAT64, Shape.of(4, 3), 0, 1);
    private final Tensor signs = Tensor.of(new double[] {1, -1, -1, 1, 1, -1, 1, 1, -1, -1, 1, -1}, 4, 3);
    private final Tensor rowSigns = Tensor.of(new double[] {1, -1, 1, -1});

    /** Of each of four examples its classes, −1 behind them. */
    private static final IntTensor SEVERAL = IntTensor.of(Shape.of(4, 3), 2, -1, 0, 0, 1, -1, -1, -1, -1, 0, 1, 2);

    private static Variable cityBlock(Variable x, Variable y) {
        return x.sub(y).abs().sum(-1);
    }

    private static void holds(Function<List<Variable>, Variable> loss, Tensor... operands) {
        GradCheck.check(loss, List.of(operands));
        GradCheck.checkSecondOrder(loss, List.of(operands));
    }

    @Test
    void gradientsAreTheDifferences() {
        for (Reduction reduction : Reduction.values()) {
            holds(o -> MarginLosses.marginRanking(o.get(0), o.get(1), signs, 0.3, reduction), x, y);
            holds(o -> MarginLosses.hingeEmbedding(o.get(0), signs, 1, reduction), x);
            holds(o -> MarginLosses.cosineEmbedding(o.get(0), o.get(1), rowSigns, 0.1, reduction), x, y);
            holds(o -> MarginLosses.tripletMargin(o.get(0), o.get(1), o.get(2), 1, 2, 1e-6, reduction), x, y, z);
            holds(
                    o -> MarginLosses.tripletMargin(
                            o.get(0), o.get(1), o.get(2), 1, MarginLossesTest::cityBlock, true, reduction),
                    x,
                    y,
                    z);
            holds(o -> MarginLosses.multilabelMargin(o.get(0), SEVERAL, reduction), x);
            holds(o -> MarginLosses.softMargin(o.get(0), signs, reduction), x);
            holds(o -> MarginLosses.multiMargin(o.get(0), IntTensor.of(2, 0, 1, 1), 1, 1, reduction), x);
            holds(o -> MarginLosses.multiMargin(o.get(0), IntTensor.of(2, 0, 1, 1), 1, 2, reduction), x);
            holds(o -> MarginLosses.multilabelSoftMargin(o.get(0), signs.gt(0), reduction), x);
        }
    }

    /** PyTorch's convention: where an example keeps its margin and no more, it still pulls. */
    @Test
    void aMarginThatIsJustKeptHasAGradient() {
        Variable score = Variable.of(Tensor.of(new double[] {1}));
        Variable other = Variable.constantOf(Tensor.of(new double[] {0}));
        Tensor one = Tensor.ones(DType.FLOAT64, Shape.of(1));
        assertThat(slope(MarginLosses.marginRanking(score, other, one, 1, Reduction.SUM), score))
                .isEqualTo(-1);
        assertThat(slope(MarginLosses.hingeEmbedding(score, one.neg(), 1, Reduction.SUM), score))
                .isEqualTo(-1);
        assertThat(slope(MarginLosses.tripletMargin(score, score, other, 1, 1, 0, Reduction.SUM), score))
                .isEqualTo(-1);
    }

    private static double slope(Variable loss, Variable of) {
        return loss.backward().of(of).item();
    }

    @Test
    void aMarginThatIsKeptCostsNothing() {
        Variable near = Variable.constantOf(Tensor.of(new double[] {0.5, 2}));
        Variable far = Variable.constantOf(Tensor.of(new double[] {2, 0.5}));
        Tensor signsOfTwo = Tensor.of(new double[] {-1, -1});
        Variable each = MarginLosses.marginRanking(near, far, signsOfTwo, 1, Reduction.NONE);
        assertThat(each.value()).isEqualTo(Tensor.of(new double[] {0, 2.5}));
        assertThat(MarginLosses.marginRanking(near, far, signsOfTwo, 1, Reduction.SUM)
                        .item())
                .isEqualTo(2.5);
        assertThat(MarginLosses.hingeEmbedding(near, signsOfTwo, 1, Reduction.MEAN)
                        .item())
                .isCloseTo(0.25, within(1e-12));
    }

    /** PyTorch 2.13's figures. */
    @Test
    void theyAreAsPyTorchs() {
        Variable scores = Variable.constantOf(Tensor.of(new double[] {0.1, 0.2, 0.4, 0.8, 0.5, -0.3, 1.2, 0.9}, 2, 4));
        IntTensor labels = IntTensor.of(Shape.of(2, 4), 3, 0, -1, 1, 1, -1, 0, 0);
        near(MarginLosses.multilabelMargin(scores, labels, Reduction.NONE), 0.85, 1.625);
        Tensor weights = Tensor.of(new double[] {1, 2, 0.5, 3});
        near(MarginLosses.multiMargin(scores, IntTensor.of(3, 1), 0.7, 2, weights, Reduction.NONE), 0.075, 5.35);
        Variable anchor = Variable.constantOf(Tensor.of(new double[] {0, 1, 2, 3, 1, 0}, 2, 3));
        Variable positive = Variable.constantOf(Tensor.of(new double[] {1, 1, 0, 2, 2, 0}, 2, 3));
        Variable negative = Variable.constantOf(Tensor.of(new double[] {1, 0, 0.5, 0, 1, 1}, 2, 3));
        near(
                MarginLosses.tripletMargin(
                        anchor,
                        positive,
                        negative,
                        1.5,
                        (a, b) -> a.pairwiseDistance(b, 2, 1e-6),
                        true,
                        Reduction.NONE),
                2.6180,
                0.4647);
    }

    /** PyTorch 2.13's figures: one's own score is in no difference with itself, which of infinite ones is NaN. */
    @Test
    void scoresMayBeInfinite() {
        float infinite = Float.POSITIVE_INFINITY;
        IntTensor first = IntTensor.of(Shape.of(1), 0);
        for (int p = 1; p <= 2; p++) {
            int power = p;
            Function<Variable, Variable> loss = x -> MarginLosses.multiMargin(x, first, 1, power, Reduction.SUM);
            ofScores(loss, new float[] {infinite, 0, 1}, 0, 0, 0, 0);
            ofScores(loss, new float[] {1e30f, -1e30f, 2}, 0, 0, 0, 0);
            ofScores(loss, new float[] {3e38f, -3e38f, 1}, 0, 0, 0, 0);
            float slope = p == 1 ? 1 / 3f : 4 / 3f;
            ofScores(loss, new float[] {0, -infinite, 1}, 2 * p / 3f, -slope, 0, slope);
        }
        float third = 1 / 3f;
        Function<Variable, Variable> one = x -> MarginLosses.multiMargin(x, first, 1, 1, Reduction.SUM);
        ofScores(one, new float[] {-infinite, 0, 1}, infinite, -2 * third, third, third);
        ofScores(one, new float[] {0, infinite, 1}, infinite, -2 * third, third, third);
        ofScores(one, new float[] {-1e30f, 1e30f, 0}, 1.00000009060533e30f, -2 * third, third, third);
        Function<Variable, Variable> square = x -> MarginLosses.multiMargin(x, first, 1, 2, Reduction.SUM);
        ofScores(
                square,
                new float[] {-1e30f, 1e30f, 0},
                infinite,
                -2.0000000300949324e30f,
                1.3333333533966216e30f,
                6.666666766983108e29f);

        IntTensor two = IntTensor.of(Shape.of(1, 3), 0, 1, -1);
        Function<Variable, Variable> several = x -> MarginLosses.multilabelMargin(x, two, Reduction.SUM);
        ofScores(several, new float[] {infinite, 0, 1}, 2 * third, 0, -third, third);
        ofScores(several, new float[] {0, -infinite, 1}, infinite, -third, -third, 2 * third);
        ofScores(several, new float[] {3e38f, -3e38f, 1}, 9.999999680285692e37f, 0, -third, third);
    }

    private static void ofScores(Function<Variable, Variable> loss, float[] scores, float expected, float... gradient) {
        Variable x = Variable.of(Tensor.of(new float[][] {scores}));
        Variable value = loss.apply(x);
        assertThat((float) value.item()).isEqualTo(expected);
        float[] actual = value.backward().of(x).toFloats();
        for (int i = 0; i < gradient.length; i++) {
            assertThat(actual[i]).isCloseTo(gradient[i], withinPercentage(1e-5));
        }
    }

    /** PyTorch 2.13's figures. */
    @Test
    void classesOfMultilabelSoftMarginHaveWeights() {
        Variable logits = Variable.of(Tensor.of(new double[] {1, 2, 0.5, -1, 0, 3}, 2, 3));
        Tensor targets = Tensor.of(new double[] {1, 0, 1, 0, 0, 1}, 2, 3);
        Tensor weights = Tensor.of(new double[] {1, 2, 3});
        Variable loss = MarginLosses.multilabelSoftMargin(logits, targets, weights, Reduction.MEAN);
        assertThat(loss.item()).isCloseTo(1.3057777942506381, within(1e-12));
        assertThat(loss.backward().of(logits).toDoubles())
                .containsExactly(
                        new double[] {
                            -0.04482357022833251,
                            0.29359902599262744,
                            -0.18877033439907273,
                            0.04482357022833251,
                            0.16666666666666666,
                            -0.023712936588783394
                        },
                        within(1e-12));
        assertThatThrownBy(() -> MarginLosses.multilabelSoftMargin(
                        logits, targets, Tensor.of(new double[] {1, 2}), Reduction.MEAN))
                .hasMessageContaining("multilabelSoftMargin, weights of classes")
                .hasMessageContaining("[3]");
    }

    /** Without an axis of examples; PyTorch 2.13's figures. */
    @Test
    void oneExampleMayComeAlone() {
        Variable scores = Variable.constantOf(Tensor.of(new double[] {1, 2, 0.5}));
        Tensor weights = Tensor.of(new double[] {1, 2, 3});
        for (Reduction reduction : Reduction.values()) {
            IntTensor target = IntTensor.of(2).reshape();
            single(MarginLosses.multiMargin(scores, target, 1, 1, reduction), 1.333333);
            single(MarginLosses.multiMargin(scores, target, 1, 1, weights, reduction), 4);
            single(MarginLosses.multilabelMargin(scores, IntTensor.of(2, -1, 0), reduction), 1.333333);
            single(MarginLosses.multilabelSoftMargin(scores, Tensor.of(new double[] {1, 0, 1}), reduction), 0.971422);
            single(
                    MarginLosses.cosineEmbedding(
                            scores, Variable.constantOf(weights), Tensor.scalar(DType.FLOAT64, 1), 0, reduction),
                    0.241825);
        }
        assertThat(MarginLosses.multiMargin(scores, IntTensor.of(2), 1, 1, Reduction.NONE)
                        .shape())
                .isEqualTo(Shape.of(1));
    }

    private static void single(Variable loss, double expected) {
        assertThat(loss.shape()).isEqualTo(Shape.scalar());
        assertThat(loss.item()).isCloseTo(expected, within(5e-5));
    }

    private static void near(Variable losses, double... expected) {
        assertThat(losses.value().toDoubles()).containsExactly(expected, within(5e-5));
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        Variable some = Variable.constantOf(x);
        assertThatThrownBy(() -> MarginLosses.softMargin(some, rowSigns, Reduction.MEAN))
                .hasMessage("softMargin: shapes [4, 3] and [4] do not fit, expected the same");
        assertThatThrownBy(() -> MarginLosses.multiMargin(some, IntTensor.of(1), 1, 1, Reduction.MEAN))
                .hasMessage("multiMargin: shapes [4] and [1] do not fit, expected the same");
        assertThatThrownBy(() -> MarginLosses.multilabelMargin(
                        some, IntTensor.of(Shape.of(4, 3), 0, 1, -1, 0, 3, -1, 0, 1, -1, 0, 1, -1), Reduction.MEAN))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "multilabelMargin: target 3 of example 1 is out of range: expected 0 to 2, or -1 after the last");
        assertThatThrownBy(() -> MarginLosses.multiMargin(
                        some, IntTensor.of(0, 1, 2, 0), 1, 1, Tensor.of(new double[] {1, 2}), Reduction.MEAN))
                .hasMessage("multiMargin, weights of classes: shapes [3] and [2] do not fit, expected the same");
    }
}
