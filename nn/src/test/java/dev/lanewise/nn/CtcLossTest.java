package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Autograd;
import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CtcLossTest {
    private static final IntTensor TIMES = IntTensor.of(6, 4, 5);
    private static final IntTensor LABELS = IntTensor.of(Shape.of(3, 3), 1, 2, 2, 3, 1, 0, 2, 0, 0);
    private static final IntTensor COUNTS = IntTensor.of(3, 2, 0);

    /** (3, 6, 4), ((7 n + 3 t + 5 c) mod 11) / 4. */
    private static Tensor logits(DType type) {
        double[] values = new double[3 * 6 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = (7 * (i / 24) + 3 * (i / 4 % 6) + 5 * (i % 4)) % 11 / 4.0;
        }
        return Tensor.of(type, Shape.of(3, 6, 4), values);
    }

    private static Variable loss(Variable logits, Reduction reduction) {
        return Losses.ctc(logits.logSoftmax(-1), TIMES, LABELS, COUNTS, 0, reduction);
    }

    /** PyTorch 2.13's figures. */
    @Test
    void itIsAsPyTorchs() {
        Variable x = Variable.of(logits(DType.FLOAT64));
        assertThat(loss(x, Reduction.NONE).value().toDoubles())
                .containsExactly(new double[] {7.2506, 2.7499, 8.5628}, within(5e-5));
        assertThat(loss(x, Reduction.MEAN).item()).isCloseTo(4.1182, within(5e-5));
        Tensor gradient = loss(x, Reduction.SUM).backward().of(x);
        assertThat(gradient.select(0, 0).select(0, 4).toDoubles())
                .containsExactly(
                        new double[] {-0.45404370379790615, 0.4369797160942049, -0.32325615737678565, 0.3403201450804869
                        },
                        within(1e-12));
        assertThat(gradient.abs().sum().item()).isCloseTo(18.0302, within(5e-5));
    }

    /** Over all ways to say something at each time, those whose labels are the example's. */
    @Test
    void itIsTheSumOverAllPaths() {
        int time = 4;
        int classes = 3;
        Tensor logProbabilities = Rng.of(1)
                .normal(DType.FLOAT64, Shape.of(1, time, classes), 0, 1)
                .logSoftmax(-1);
        int[][] wanted = {{}, {1}, {1, 1}, {1, 2}, {2, 1, 2}, {1, 2, 1, 2}};
        double[] sums = new double[wanted.length];
        int paths = 81; // 3^4
        for (int path = 0; path < paths; path++) {
            List<Integer> labels = new ArrayList<>();
            double log = 0;
            int before = 0;
            for (int t = 0, rest = path; t < time; t++, rest /= classes) {
                int said = rest % classes;
                log += logProbabilities.toDoubles()[t * classes + said];
                if (said != 0 && said != before) {
                    labels.add(said);
                }
                before = said;
            }
            for (int w = 0; w < wanted.length; w++) {
                if (labels.equals(boxed(wanted[w]))) {
                    sums[w] += Math.exp(log);
                }
            }
        }
        for (int w = 0; w < wanted.length; w++) {
            Variable loss = Losses.ctc(
                    Variable.constantOf(logProbabilities),
                    IntTensor.of(time),
                    IntTensor.of(Shape.of(1, wanted[w].length), wanted[w]),
                    IntTensor.of(wanted[w].length),
                    0,
                    Reduction.SUM);
            assertThat(loss.item()).isCloseTo(-Math.log(sums[w]), within(1e-12));
        }
    }

    private static List<Integer> boxed(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    @Test
    void itsGradientsAreTheDifferences() {
        for (Reduction reduction : Reduction.values()) {
            GradCheck.check(o -> loss(o.getFirst(), reduction), List.of(logits(DType.FLOAT64)));
            GradCheck.checkSecondOrder(o -> loss(o.getFirst(), reduction), List.of(logits(DType.FLOAT64)));
        }
        // of log-probabilities that are none, too: nothing is taken for granted about their sums
        GradCheck.check(
                o -> Losses.ctc(o.getFirst(), TIMES, LABELS, IntTensor.of(3, 0, 0), 3, Reduction.SUM),
                List.of(logits(DType.FLOAT64)));
    }

    /** The backward pass reads what the forward pass made; where gradients remember, it is made again. */
    @Test
    void itsGradientsHaveTheSameBitsIfTheyRemember() {
        for (DType type : DType.values()) {
            Variable x = Variable.of(logits(type).logSoftmax(-1));
            Variable loss = Losses.ctc(x, TIMES, LABELS, COUNTS, 0, Reduction.SUM);
            Tensor plain = loss.backwardRetainingGraph().of(x);
            assertThat(Autograd.grad(loss, List.of(x)).getFirst().value()).isEqualTo(plain);
            Variable again = Variable.checkpoint(() -> Losses.ctc(x, TIMES, LABELS, COUNTS, 0, Reduction.SUM));
            assertThat(again.backward().of(x)).isEqualTo(plain);
        }
    }

    @Test
    void itIsAccurateInFloats() {
        Variable x = Variable.of(logits(DType.FLOAT32));
        Variable exact = Variable.of(logits(DType.FLOAT64));
        assertThat(loss(x, Reduction.SUM).item())
                .isCloseTo(loss(exact, Reduction.SUM).item(), within(1e-5));
        Tensor gradient = loss(x, Reduction.SUM).backward().of(x);
        Tensor wanted = loss(exact, Reduction.SUM).backward().of(exact);
        assertThat(gradient.to(DType.FLOAT64).sub(wanted).abs().max().item()).isLessThan(1e-5);
    }

    @Test
    void labelsThatDoNotFitCostInfinitelyMuchAndTeachNothing() {
        Variable x = Variable.of(logits(DType.FLOAT32));
        // 2 2 needs a blank between, so three times; 3 1 needs two
        Variable losses = Losses.ctc(
                x.logSoftmax(-1),
                IntTensor.of(2, 2, 2),
                IntTensor.of(Shape.of(3, 2), 2, 2, 3, 1, 2, 1),
                IntTensor.of(2, 2, 1),
                0,
                Reduction.NONE);
        assertThat(losses.value().toDoubles()[0]).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(losses.value().toDoubles()[1]).isFinite();
        Tensor gradient = losses.sum().backward().of(x);
        assertThat(gradient.select(0, 0).abs()).isEqualTo(Tensor.zeros(6, 4));
        assertThat(gradient.select(0, 1).abs().sum().item()).isPositive().isFinite();
    }

    @Test
    void aClassThatIsNeverSaidMayHaveNoProbability() {
        double never = Double.NEGATIVE_INFINITY;
        Variable x = Variable.of(Tensor.of(new double[] {-1, -2, never, -3, -0.5, never}, 1, 2, 3));
        Variable loss =
                Losses.ctc(x, IntTensor.of(2), IntTensor.of(Shape.of(1, 1), 1), IntTensor.of(1), 0, Reduction.SUM);
        // 0 1, 1 0, 1 1
        assertThat(loss.item()).isCloseTo(-Math.log(Math.exp(-1.5) + Math.exp(-5) + Math.exp(-2.5)), within(1e-12));
        Tensor gradient = loss.backward().of(x);
        assertThat(gradient.sum().item()).isCloseTo(-2, within(1e-12)); // each time says something
    }

    @Test
    void whatDoesNotFitIsSaid() {
        Variable x = Variable.constantOf(logits(DType.FLOAT32));
        assertThatThrownBy(() -> Losses.ctc(x, IntTensor.of(6), LABELS, COUNTS, 0, Reduction.MEAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ctc: times [1], labels [3, 3] and their counts [3] do not fit [3, 6, 4], expected [3],"
                        + " [3, longest] and [3]");
        assertThatThrownBy(() -> Losses.ctc(x, IntTensor.of(6, 7, 5), LABELS, COUNTS, 0, Reduction.MEAN))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("ctc: the times of example 1 is 7, expected 1 to 6");
        assertThatThrownBy(() -> Losses.ctc(x, TIMES, LABELS, IntTensor.of(3, 3, 0), 0, Reduction.MEAN))
                .hasMessage("ctc: label 2 of example 1 is the blank, 0; leave it out");
        assertThatThrownBy(() -> Losses.ctc(x, TIMES, LABELS, COUNTS, 4, Reduction.MEAN))
                .hasMessage("ctc: the blank is 4, expected 0 to 3");
        assertThatThrownBy(() -> Losses.ctc(x.select(0, 0), TIMES, LABELS, COUNTS, 0, Reduction.MEAN))
                .hasMessage("ctc: log-probabilities have shape [6, 4], expected [batch, time, classes] with a time");
    }
}
