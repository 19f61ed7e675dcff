package dev.lanewise.nn;

import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Activations as layers, against what PyTorch 2.13 gives in double precision. */
class ActivationTest {
    private static Tensor apply(Transform layer, Tensor x) {
        return layer.forward(Variable.constantOf(x), Pass.inference()).value();
    }

    private static void check(Activation layer, double... expected) {
        Tensor x = Tensor.of(new double[] {-3.5, -0.7, 0.2, 1.3}, 4);
        for (DType dtype : DType.values()) {
            Tensor result = apply(layer, x.to(dtype));
            for (int i = 0; i < expected.length; i++) {
                assertThat(result.at(i))
                        .as(layer.toString())
                        .isCloseTo(expected[i], within(dtype == DType.FLOAT32 ? 1e-6 : 1e-12));
            }
        }
    }

    private static void checkFirst(Tensor actual, double... expected) {
        double[] values = actual.toDoubles();
        for (int i = 0; i < expected.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], within(1e-11));
        }
    }

    @Test
    void thoseOfEachElementAreTorchs() {
        check(Activation.relu(), 0, 0, 0.2, 1.3);
        check(Activation.relu6(), 0, 0, 0.2, 1.3);
        check(Activation.elu(1), -0.9698026165776815, -0.5034146962085905, 0.2, 1.3);
        check(Activation.celu(1), -0.9698026165776815, -0.5034146962085905, 0.2, 1.3);
        check(Activation.selu(), -1.705009340957283, -0.8850530455772052, 0.2101401974710961, 1.3659112835621245);
        check(Activation.gelu(), -0.0008142017766243903, -0.1693745565561511, 0.11585194188782061, 1.1741593700387067);
        check(Activation.silu(), -0.10259280762974712, -0.2322685594822837, 0.1099667994624956, 1.0215854779553264);
        check(Activation.mish(), -0.10409575448637122, -0.2678702347955009, 0.13259900186215923, 1.185976571527536);
        check(Activation.sigmoid(), 0.02931223075135632, 0.3318122278318339, 0.549833997312478, 0.7858349830425586);
        check(
                Activation.logSigmoid(),
                -3.5297504182726205,
                -1.103186048885458,
                -0.5981388693815918,
                -0.2410084538329922);
        check(Activation.tanh(), -0.9981778976111987, -0.6043677771171635, 0.197375320224904, 0.8617231593133063);
        check(
                Activation.tanhShrink(),
                -2.501822102388801,
                -0.09563222288283646,
                0.002624679775096006,
                0.4382768406866937);
        check(Activation.softplus(), 0.029750418272620566, 0.4031860488854579, 0.7981388693815918, 1.5410084538329922);
        check(Activation.softsign(), -0.7777777777777778, -0.4117647058823529, 0.16666666666666669, 0.5652173913043479);
        check(Activation.softShrink(0.5), -3, -0.2, 0, 0.8);
        check(Activation.hardShrink(0.5), -3.5, -0.7, 0, 1.3);
        check(Activation.hardSigmoid(), 0, 0.3833333333333333, 0.5333333333333333, 0.7166666666666667);
        check(Activation.hardSwish(), 0, -0.2683333333333333, 0.10666666666666669, 0.9316666666666666);
        check(Activation.hardTanh(-1, 1), -1, -0.7, 0.2, 1);
        check(Activation.leakyRelu(0.01), -0.035, -0.007, 0.2, 1.3);
    }

    @Test
    void theRestIsItsDefinition() {
        check(Activation.threshold(0.5, -20), -20, -20, -20, 1.3);
        check(Activation.softplus(2), Math.log1p(Math.exp(-7)) / 2);
        double inner = Math.sqrt(2 / Math.PI) * (-3.5 + 0.044715 * -3.5 * 12.25);
        check(Activation.geluTanh(), -1.75 * (1 + Math.tanh(inner)));
        check(new Activation(Formula.of("cube", x -> x.square().mul(x))), -42.875, -0.343, 0.008, 2.197);
    }

    @Test
    void someRunAlongAnAxis() {
        checkFirst(
                apply(Activation.glu(1), wave(0.3, 2, 4, 5, 6)),
                0.0798389472532,
                0.255192855918,
                0.427215356069,
                0.405309806065);
        double[] powers = {Math.exp(1), Math.exp(2), Math.exp(4)};
        double sum = powers[0] + powers[1] + powers[2];
        Tensor x = Tensor.of(new double[] {1, 2, 4}, 1, 3);
        checkFirst(apply(Activation.softmax(-1), x), powers[0] / sum, powers[1] / sum, powers[2] / sum);
        checkFirst(apply(Activation.softmin(1), x.neg()), powers[0] / sum, powers[1] / sum, powers[2] / sum);
        checkFirst(apply(Activation.logSoftmax(1), x), 1 - Math.log(sum), 2 - Math.log(sum), 4 - Math.log(sum));
        assertThat(Activation.softmax(-3)).hasToString("Activation(softmax, axis -3)");
    }

    @Test
    void whatDoesNotFitIsNamedWithItsPath() {
        Tensor x = Tensor.ones(1, 3);
        assertThatThrownBy(() -> apply(new Sequential(Activation.relu(), Activation.softmax(2)), x))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("1: axis 2 is out of range for shape [1, 3]");
        assertThatThrownBy(() -> apply(new Sequential(Activation.glu(1)), x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0: glu: axis 1 of shape [1, 3] has 3 elements, expected an even number");
        assertThatThrownBy(() -> new Activation(Formula.of("two", (a, b) -> a.add(b))))
                .hasMessageContaining("two has 2 operands");
    }

    @Test
    void preluLearnsOneSlopeOrOneForEachChannel() {
        PRelu one = new PRelu();
        one.init(Rng.of(1), DType.FLOAT64);
        checkFirst(apply(one, Tensor.of(new double[] {-2, 3}, 2)), -0.5, 3);
        PRelu each = new PRelu(4);
        double[] slopes = {0, 1, -1, 0.5};
        each.load(Map.of("weight", Tensor.of(slopes, 4)));
        Tensor images = wave(0.3, 2, 4, 3, 5);
        Tensor result = apply(each, images);
        for (int channel = 0; channel < 4; channel++) {
            Tensor x = images.select(1, channel);
            Tensor expected = x.maximum(0).add(x.minimum(0).mul(slopes[channel]));
            Tensor difference = result.select(1, channel).sub(expected);
            assertThat(difference.normInf(Axes.all()).item()).isZero();
        }
        assertThatThrownBy(() -> apply(new Sequential(each), wave(1, 2, 3)))
                .hasMessage("0: input has shape [2, 3], expected [batch, 4, ..]");
        assertThatThrownBy(() -> new PRelu(0)).hasMessageContaining("0 channels");
    }

    @Test
    void slopesDrawnInTrainingAreTheirMeanAfterwards() {
        var layer = new RandomizedRelu(0.1, 0.3);
        Tensor x = Tensor.full(DType.FLOAT64, Shape.of(5000), -1);
        assertThat(apply(layer, x).at(0)).isCloseTo(-0.2, within(1e-15));
        Variable constant = Variable.constantOf(x);
        Tensor drawn = layer.forward(constant, Pass.training(Rng.of(1), 0)).value();
        assertThat(layer.forward(constant, Pass.training(Rng.of(1), 0)).value()).isEqualTo(drawn);
        for (double value : drawn.toDoubles()) {
            assertThat(value).isBetween(-0.3, -0.1);
        }
        // Five deviations of the mean of even numbers.
        assertThat(drawn.mean().item()).isCloseTo(-0.2, within(5 * 0.2 / Math.sqrt(12 * 5000)));
        assertThat(apply(layer, x.neg())).isEqualTo(x.neg());
        assertThatThrownBy(() -> new RandomizedRelu(1, 0)).hasMessageContaining("slopes from 1.0 to 0.0");
    }
}
