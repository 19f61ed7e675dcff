package dev.lanewise.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.data.Batch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against figures worked out by hand, and scikit-learn's documented ones. */
class MetricsTest {
    private static final float NAN = Float.NaN;

    // ------------------------------------------------------------------ accuracy

    @Test
    void accuracyCountsTheHighestScoreOverAllBatches() {
        var accuracy = new Accuracy();
        accuracy.add(Tensor.of(new float[] {1, 3, 2, 5, 4, 0}, 2, 3), IntTensor.of(1, 1)); // right, wrong
        accuracy.add(Tensor.of(new float[] {-1, -2, -3}, 1, 3), IntTensor.of(0)); // right
        assertThat(accuracy.value()).isEqualTo(2 / 3.0);
        assertThat(accuracy.count()).isEqualTo(3);
        assertThat(accuracy.values()).isEqualTo(Map.of("accuracy", 2 / 3.0));
    }

    @Test
    void topKCountsTheKHighest() {
        // scikit-learn's example of top_k_accuracy_score: 0.75 for k = 2
        Tensor scores =
                Tensor.of(new float[] {0.5f, 0.2f, 0.2f, 0.3f, 0.4f, 0.2f, 0.2f, 0.4f, 0.3f, 0.7f, 0.2f, 0.1f}, 4, 3);
        IntTensor labels = IntTensor.of(0, 1, 2, 2);
        var two = new Accuracy(2);
        two.add(scores, labels);
        assertThat(two.value()).isEqualTo(0.75);
        assertThat(two.values()).containsOnlyKeys("top-2 accuracy");
        var one = new Accuracy(1);
        one.add(scores, labels);
        assertThat(one.value()).isEqualTo(0.5);
        var more = new Accuracy(7); // than there are classes: always right
        more.add(scores, labels);
        assertThat(more.value()).isEqualTo(1);
    }

    /** As argmax and topK order them. */
    @Test
    void ofEqualScoresTheFirstIsBestAndNanIsTheHighest() {
        Tensor scores = Tensor.of(new float[] {2, 2, 2, 1, NAN, 9, NAN, 3, NAN}, 3, 3);
        for (int k = 1; k <= 3; k++) {
            IntTensor best = scores.argTopK(-1, k, true);
            for (int row = 0; row < 3; row++) {
                for (int label = 0; label < 3; label++) {
                    var accuracy = new Accuracy(k);
                    accuracy.add(scores.slice(0, row, row + 1), IntTensor.of(label));
                    boolean among = false;
                    for (int i = 0; i < k; i++) {
                        among |= best.at(row, i) == label;
                    }
                    assertThat(accuracy.value())
                            .as("row %d label %d top %d", row, label, k)
                            .isEqualTo(among ? 1 : 0);
                }
            }
        }
    }

    @Test
    void accuracyOfNothingIsNan() {
        var accuracy = new Accuracy();
        assertThat(accuracy.value()).isNaN();
        accuracy.add(Tensor.zeros(0, 3), IntTensor.of());
        accuracy.add(Tensor.zeros(1, 3), IntTensor.of(Losses.IGNORED));
        assertThat(accuracy.value()).isNaN();
    }

    @Test
    void tokensOfWindowsAreCountedOneByOne() {
        var accuracy = new Accuracy();
        accuracy.add(
                Tensor.of(new float[] {1, 0, 0, 1, 1, 0, 1, 0}, 2, 2, 2), // takes them for 0 1 0 0
                IntTensor.of(Shape.of(2, 2), 0, 1, Losses.IGNORED, 1));
        assertThat(accuracy.value()).isEqualTo(2 / 3.0);
    }

    @Test
    void classesChosenOtherwiseAreCountedToo() {
        var accuracy = new Accuracy();
        accuracy.add(IntTensor.of(1, 0, 1), IntTensor.of(1, 1, 1));
        assertThat(accuracy.value()).isEqualTo(2 / 3.0);
        assertThatThrownBy(() -> new Accuracy(2).add(IntTensor.of(1), IntTensor.of(1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> accuracy.add(IntTensor.of(1), IntTensor.of(1, 2)))
                .hasMessageContaining("[1]")
                .hasMessageContaining("[2]");
    }

    @Test
    void labelsAndScoresMustFit() {
        for (List<Object> wrong : List.<List<Object>>of(
                List.of(Tensor.zeros(2, 3), IntTensor.of(1)),
                List.of(Tensor.zeros(2), IntTensor.of(1, 1)),
                List.of(Tensor.scalar(1), IntTensor.of(1)),
                List.of(Tensor.zeros(2, 0), IntTensor.of(0, 0)))) {
            Tensor scores = (Tensor) wrong.get(0);
            IntTensor labels = (IntTensor) wrong.get(1);
            assertThatThrownBy(() -> new Accuracy().add(scores, labels))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(scores.shape().toString());
            assertThatThrownBy(() -> new Perplexity().add(scores, labels)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new ConfusionMatrix(3).add(scores, labels))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (int label : new int[] {3, -1}) {
            assertThatThrownBy(() -> new Accuracy().add(Tensor.zeros(2, 3), IntTensor.of(0, label)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("label " + label + " at position 1");
        }
        assertThatThrownBy(() -> new Accuracy(0)).isInstanceOf(IllegalArgumentException.class);
    }

    // ------------------------------------------------------------------ confusion

    /**
     * scikit-learn's example of precision_recall_fscore_support and precision_score: y_true = 0 1 2 0 1 2, y_pred = 0 2
     * 1 0 0 1; macro precision 0.22, recall 0.33, F1 0.26; class 0 has 2/3, 1, 0.8.
     */
    @Test
    void confusionOfThreeClasses() {
        var matrix = new ConfusionMatrix(3);
        matrix.add(IntTensor.of(0, 2, 1), IntTensor.of(0, 1, 2));
        matrix.add(IntTensor.of(0, 0, 1), IntTensor.of(0, 1, 2));
        long[][] counts = {{2, 0, 0}, {1, 0, 1}, {0, 2, 0}};
        for (int label = 0; label < 3; label++) {
            for (int predicted = 0; predicted < 3; predicted++) {
                assertThat(matrix.count(label, predicted)).isEqualTo(counts[label][predicted]);
            }
        }
        assertThat(matrix.count()).isEqualTo(6);
        assertThat(matrix.accuracy()).isEqualTo(2 / 6.0);
        assertThat(matrix.precision(0)).isEqualTo(2 / 3.0);
        assertThat(matrix.recall(0)).isEqualTo(1);
        assertThat(matrix.f1(0)).isEqualTo(0.8);
        for (int c = 1; c < 3; c++) {
            assertThat(matrix.precision(c)).isZero();
            assertThat(matrix.recall(c)).isZero();
            assertThat(matrix.f1(c)).isZero();
        }
        assertThat(matrix.macroPrecision()).isEqualTo(2 / 9.0);
        assertThat(matrix.macroRecall()).isEqualTo(1 / 3.0);
        assertThat(matrix.macroF1()).isCloseTo(0.8 / 3, within(1e-15));
        assertThat(matrix.micro()).isEqualTo(new ConfusionMatrix.Summary(2 / 6.0, 2 / 6.0, 2 / 6.0));
        // Without class 0: nothing right of three taken for 1 or 2, and of four that are.
        assertThat(matrix.micro(1, 2)).isEqualTo(new ConfusionMatrix.Summary(0, 0, 0));
        // Classes 0 and 1: two right, of five taken for them, of four that are.
        assertThat(matrix.micro(0, 1)).isEqualTo(new ConfusionMatrix.Summary(2 / 5.0, 2 / 4.0, 4 / 9.0));
        assertThat(matrix.micro(1, 1, 0)).isEqualTo(matrix.micro(0, 1));
        assertThat(matrix.values())
                .containsExactly(
                        Map.entry("precision", matrix.macroPrecision()),
                        Map.entry("recall", matrix.macroRecall()),
                        Map.entry("f1", matrix.macroF1()));
    }

    @Test
    void aClassThatNeverOccursIsNotInTheMeans() {
        var matrix = new ConfusionMatrix(4); // 3 is never seen, 2 never predicted, 1 never a label
        matrix.add(IntTensor.of(0, 0, 1), IntTensor.of(0, 2, 0));
        assertThat(matrix.precision(2)).isZero();
        assertThat(matrix.recall(1)).isZero();
        assertThat(matrix.f1(3)).isZero();
        assertThat(matrix.macroPrecision()).isEqualTo((1 / 2.0 + 0 + 0) / 3);
        assertThat(matrix.macroRecall()).isEqualTo((1 / 2.0 + 0 + 0) / 3);
    }

    @Test
    void confusionOfNothing() {
        var matrix = new ConfusionMatrix(2);
        matrix.add(Tensor.zeros(1, 2), IntTensor.of(Losses.IGNORED));
        assertThat(matrix.count()).isZero();
        assertThat(matrix.accuracy()).isNaN();
        assertThat(matrix.macroF1()).isNaN();
        assertThat(matrix.precision(0)).isZero();
        assertThat(matrix.micro()).isEqualTo(new ConfusionMatrix.Summary(0, 0, 0));
    }

    @Test
    void confusionFromScoresIsPrintedAsATable() {
        var matrix = new ConfusionMatrix(List.of("cat", "dog"));
        matrix.add(Tensor.of(new float[] {1, 0, 0, 1, 0, 1, 1, 0}, 4, 2), IntTensor.of(0, 1, 0, 0));
        assertThat(matrix).hasToString("""
                is \\ taken for  cat  dog  precision  recall     f1
                cat               2    1     1.0000  0.6667  0.8000
                dog               0    1     0.5000  1.0000  0.6667
                """);
    }

    @Test
    void confusionRefusesWhatIsNoClass() {
        var matrix = new ConfusionMatrix(2);
        assertThatThrownBy(() -> matrix.add(Tensor.zeros(1, 3), IntTensor.of(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of 3 classes, expected 2");
        assertThatThrownBy(() -> matrix.add(IntTensor.of(0, 2), IntTensor.of(0, 1)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("prediction 2 at position 1");
        assertThatThrownBy(() -> matrix.add(IntTensor.of(0, 1), IntTensor.of(0, 5)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(matrix.count()).isZero(); // nothing of what was refused
        assertThatThrownBy(() -> matrix.count(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> matrix.f1(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new ConfusionMatrix(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ConfusionMatrix(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    // ------------------------------------------------------------------ perplexity

    @Test
    void perplexityOfEvenChancesIsTheirNumber() {
        var perplexity = new Perplexity();
        perplexity.add(Tensor.zeros(DType.FLOAT64, Shape.of(3, 8)), IntTensor.of(0, 7, Losses.IGNORED));
        assertThat(perplexity.value()).isCloseTo(8, within(1e-12));
    }

    /** p(label) = 1/2, then 1/8 twice: the geometric mean of 2, 8 and 8. */
    @Test
    void perplexityIsAGeometricMeanOverAllTokens() {
        var perplexity = new Perplexity();
        double[] logits = {Math.log(7), 0, 0, 0, 0, 0, 0, 0}; // e^x: 7, 1 … 1; p = 1/2, 1/14 …
        perplexity.add(Tensor.of(logits, 1, 8), IntTensor.of(0));
        perplexity.add(Tensor.zeros(DType.FLOAT64, Shape.of(2, 8)), IntTensor.of(3, 4));
        assertThat(perplexity.value()).isCloseTo(StrictMath.cbrt(2 * 8 * 8), within(1e-12));

        var fromLosses = new Perplexity();
        fromLosses.add(StrictMath.log(2), 1);
        fromLosses.add(Double.NaN, 0); // the mean of none
        fromLosses.add(StrictMath.log(8), 2);
        assertThat(fromLosses.value()).isCloseTo(perplexity.value(), within(1e-12));
        assertThat(fromLosses.values()).containsOnlyKeys("perplexity");
        assertThat(new Perplexity().value()).isNaN();
        assertThatThrownBy(() -> fromLosses.add(1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    // ------------------------------------------------------------------ errors of numbers

    private static Batch targets(double... targets) {
        return Batch.of(Tensor.zeros(targets.length), Tensor.of(targets, targets.length));
    }

    /** scikit-learn's examples: y_true = 3 −0.5 2 7, y_pred = 2.5 0 2 8. */
    @Test
    void errorsOfScikitLearnsExample() {
        var absolute = new MeanAbsoluteError();
        var squared = new MeanSquaredError();
        var determination = new RSquared();
        for (Metric metric : List.of(absolute, squared, determination)) {
            metric.add(Tensor.of(new double[] {2.5, 0}), targets(3, -0.5));
            metric.add(Tensor.of(new double[] {2, 8}), targets(2, 7));
        }
        assertThat(absolute.value()).isEqualTo(0.5);
        assertThat(squared.value()).isEqualTo(0.375);
        assertThat(squared.root()).isCloseTo(0.6123724356957945, within(1e-15));
        assertThat(determination.value()).isCloseTo(0.9486081370449679, within(1e-15));
        assertThat(absolute.values()).isEqualTo(Map.of("mean absolute error", 0.5));
        assertThat(squared.values()).isEqualTo(Map.of("mean squared error", 0.375));
        assertThat(determination.values()).containsOnlyKeys("r2");
    }

    /** scikit-learn's example of several outputs: R² 0.965… and 0.908…. */
    @Test
    void severalTargetsCountAlike() {
        Tensor predicted = Tensor.of(new double[] {0, 2, -1, 2, 8, -5}, 3, 2);
        Tensor targets = Tensor.of(new double[] {0.5, 1, -1, 1, 7, -6}, 3, 2);
        var determination = new RSquared();
        determination.add(predicted, targets);
        assertThat(determination.value()).isCloseTo((0.9654377880184332 + 0.9081632653061225) / 2, within(1e-12));
        var squared = new MeanSquaredError();
        squared.add(predicted, targets);
        assertThat(squared.value()).isEqualTo(4.25 / 6);
    }

    @Test
    void rSquaredOfTheMeanIsZeroAndOfWorseNegative() {
        var mean = new RSquared();
        mean.add(Tensor.of(new double[] {2, 2, 2}), Tensor.of(new double[] {1, 2, 3}));
        assertThat(mean.value()).isZero();
        var worse = new RSquared();
        worse.add(Tensor.of(new double[] {3, 2, 1}), Tensor.of(new double[] {1, 2, 3}));
        assertThat(worse.value()).isEqualTo(-3);
    }

    @Test
    void rSquaredWhereTheTargetsDoNotVary() {
        var met = new RSquared();
        met.add(Tensor.of(new double[] {0.1, 0.1, 0.1}), Tensor.of(new double[] {0.1, 0.1, 0.1}));
        assertThat(met.value()).isEqualTo(1);
        var missed = new RSquared();
        missed.add(Tensor.of(new double[] {0.1, 0.2, 0.1}), Tensor.of(new double[] {0.1, 0.1, 0.1}));
        assertThat(missed.value()).isZero();
        var single = new RSquared();
        single.add(Tensor.of(new double[] {1}), Tensor.of(new double[] {1}));
        assertThat(single.value()).isNaN();
    }

    /** A large offset, where the plain sum of squares would lose all digits. */
    @Test
    void rSquaredFarFromZero() {
        var determination = new RSquared();
        double offset = 1e9;
        determination.add(
                Tensor.of(new double[] {offset + 2.5, offset, offset + 2, offset + 8}),
                Tensor.of(new double[] {offset + 3, offset - 0.5, offset + 2, offset + 7}));
        assertThat(determination.value()).isCloseTo(0.9486081370449679, within(1e-6));
    }

    @Test
    void errorsOfNothingAreNan() {
        assertThat(new MeanAbsoluteError().value()).isNaN();
        assertThat(new MeanSquaredError().value()).isNaN();
        assertThat(new RSquared().value()).isNaN();
    }

    /** Broadcasting (n) against (n, 1) is the classical silent mistake. */
    @Test
    void predictionsAndTargetsMustBeOfOneShape() {
        Tensor column = Tensor.zeros(3, 1);
        Tensor row = Tensor.zeros(3);
        assertThatThrownBy(() -> new MeanAbsoluteError().add(column, row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3, 1]")
                .hasMessageContaining("[3], expected the same");
        assertThatThrownBy(() -> new MeanSquaredError().add(column, row)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RSquared().add(column, row)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RSquared().add(Tensor.scalar(1), Tensor.scalar(1)))
                .isInstanceOf(IllegalArgumentException.class);
        var determination = new RSquared();
        determination.add(column, column);
        assertThatThrownBy(() -> determination.add(row, row)).isInstanceOf(IllegalArgumentException.class);
    }
}
