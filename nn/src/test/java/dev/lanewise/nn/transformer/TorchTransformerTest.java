package dev.lanewise.nn.transformer;

import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Numbers that PyTorch 2.13 gave in double precision, where parameter number k in the order of names is sin(0.7 i + k)
 * / 2, norms' weights 1 more, and inputs are waves too.
 */
class TorchTransformerTest {
    private final Variable x = Variable.of(wave(1, 2, 3, 4));
    private final Variable memory = Variable.of(wave(2, 2, 5, 4));

    /** Of the second sequence of five, the third and the last stand for nothing. */
    private final IntTensor padding = IntTensor.of(Shape.of(2, 5), 0, 0, 0, 0, 0, 0, 0, 1, 0, 1);

    private static List<Parameter> sorted(Layer layer) {
        return layer.parameters().stream()
                .sorted(Comparator.comparing(Parameter::path))
                .toList();
    }

    private static void load(Layer layer) {
        int k = 0;
        for (Parameter parameter : sorted(layer)) {
            Tensor values = wave(k++, parameter.shape().toArray()).mul(0.5);
            boolean isNorm =
                    parameter.path().contains("norm") && parameter.name().equals("weight");
            parameter.assign(isNorm ? values.add(1) : values);
        }
    }

    /**
     * Checks the first elements, the sum of squares, and of the gradients of Σ output · sin(0.7 i + 3) the sum of
     * products with sin(0.7 i + k + 5).
     */
    private static void check(Layer layer, Variable output, double squares, double along, double... first) {
        assertThat(output.shape()).isEqualTo(Shape.of(2, 3, 4));
        double[] values = output.value().toDoubles();
        for (int i = 0; i < first.length; i++) {
            assertThat(values[i]).isCloseTo(first[i], within(1e-11));
        }
        assertThat(output.value().sumOfSquares()).isCloseTo(squares, within(1e-9));
        Gradients gradients = output.backward(wave(3, 2, 3, 4));
        double sum = 0;
        int k = 0;
        for (Parameter parameter : sorted(layer)) {
            Tensor direction = wave(5 + k++, parameter.shape().toArray());
            sum += gradients.of(parameter.value()).mul(direction).sum().item();
        }
        assertThat(sum).isCloseTo(along, within(1e-9));
    }

    private static void check(Tensor actual, double... expected) {
        double[] values = actual.toDoubles();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], within(1e-11));
        }
    }

    @Test
    void crossAttentionOfOtherWidthsWithPaddingAndAddedScores() {
        var layer = new MultiHeadAttention(AttentionConfig.of(4, 2).withKeyAndValueWidth(6, 2));
        load(layer);
        double[] added = wave(0.5, 3, 5).toDoubles();
        added[5 + 3] = Double.NEGATIVE_INFINITY;
        AttentionMask mask = AttentionMask.NONE.withPadding(padding).withAdded(Tensor.of(added, 3, 5));
        Variable keys = Variable.of(wave(2, 2, 5, 6));
        Variable values = Variable.of(wave(4, 2, 5, 2));
        Variable output = layer.forward(x, keys, values, mask, Pass.inference());
        check(
                layer,
                output,
                3.75573145234,
                -2.97225618249,
                0.0233242309219,
                0.718276196601,
                -0.64731095583,
                0.0653203405797,
                0.123553053728,
                0.549800570419);
        var weighted = layer.forwardWithWeights(x, keys, values, mask, Pass.inference());
        assertThat(weighted.outputs().value()).isEqualTo(output.value());
        check(
                weighted.averagedWeights().value(),
                0.121263991835,
                0.223407980903,
                0.458013052597,
                0.121190528859,
                0.076124445806,
                0.368201575835,
                0.057669978245,
                0.305564818768,
                0,
                0.268563627152,
                0.195394465607,
                0.283610725866,
                0.407932295225,
                0.0606762255632,
                0.0523862877389,
                0.229218823391,
                0.540531924442,
                0,
                0.230249252167,
                0,
                0.51109701749,
                0.48890298251,
                0,
                0,
                0,
                0.478648034495,
                0.366359142629,
                0,
                0.154992822876,
                0);
    }

    @Test
    void selfAttentionWithAMaskForEachHead() {
        var layer = new MultiHeadAttention(AttentionConfig.of(4, 2));
        load(layer);
        int[] hidden = new int[2 * 2 * 3 * 3];
        hidden[9 + 2] = 1;
        hidden[2 * 9 + 2 * 3] = 1;
        hidden[3 * 9 + 3 + 1] = 1;
        AttentionMask mask = AttentionMask.NONE.withHidden(IntTensor.of(Shape.of(2, 2, 3, 3), hidden));
        check(
                layer,
                layer.forward(x, mask, Pass.inference()),
                4.89604322194,
                -0.677174383931,
                -0.163623012599,
                0.801793556226,
                -0.617747556452,
                -0.0739076097637,
                0.1712995527,
                0.633739350442);
        Tensor weights = layer.forwardWithWeights(x, x, x, mask, Pass.inference())
                .weights()
                .value();
        check(
                weights.select(2, 2),
                0.29635924919,
                0.145121128648,
                0.558519622162,
                0.155624875684,
                0.470537449173,
                0.373837675144,
                0,
                0.336342603199,
                0.663657396801,
                0.309727805191,
                0.197063048096,
                0.493209146713);
    }

    @Test
    void decoderLayersWithBothOrdersOfNorms() {
        TransformerConfig config = TransformerConfig.decoder(4, 2).withHidden(6);
        AttentionMask memoryMask = AttentionMask.NONE.withPadding(padding);
        var last = new TransformerDecoderLayer(config);
        load(last);
        check(
                last,
                last.forward(x, memory, AttentionMask.NONE, memoryMask, Pass.inference()),
                47.5011080275,
                12.7832136815,
                -0.65032871837,
                2.53150725008,
                -0.929258196216,
                -0.148797099449,
                -0.863068086647,
                2.08812768002);
        var first = new TransformerDecoderLayer(
                config.withNormFirst(true).withActivation(Formula.of("gelu", y -> y.gelu())));
        load(first);
        check(
                first,
                first.forward(x, memory, AttentionMask.NONE, memoryMask, Pass.inference()),
                32.1594166627,
                1.51444172464,
                -0.190639530461,
                2.16064730178,
                -0.333230727223,
                0.468495863897,
                -1.66883771326,
                0.0246083104165);
    }

    @Test
    void encoderAndDecoderTogether() {
        TransformerConfig config = TransformerConfig.encoder(4, 2).withHidden(6);
        AttentionMask sourceMask = AttentionMask.NONE.withPadding(padding);
        var last = new Transformer(config, 2, 2);
        load(last);
        check(
                last,
                last.forward(memory, x, sourceMask, AttentionMask.NONE, Pass.inference()),
                21.6790083631,
                4.40273050012,
                -0.966808787518,
                1.30149169744,
                -0.669848058087,
                -0.748000380386,
                -1.01992055321,
                1.29350876542);
        var first = new Transformer(config.withNormFirst(true), 2, 2);
        load(first);
        check(
                first,
                first.forward(memory, x, sourceMask, AttentionMask.NONE, Pass.inference()),
                25.6748487004,
                5.64953523892,
                -1.14491827574,
                1.14493513343,
                -1.17731479866,
                0.450462465689,
                -1.24023717104,
                1.00139547748);
    }
}
