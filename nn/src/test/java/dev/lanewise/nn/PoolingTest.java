package dev.lanewise.nn;

import static dev.lanewise.nn.LayerCheck.apply;
import static dev.lanewise.nn.LayerCheck.checkFirst;
import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.Interpolation;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers that change the sizes of images, against what PyTorch 2.13 gives in double precision. */
class PoolingTest {
    private static final Tensor IMAGES = wave(0.3, 2, 4, 5, 6);
    private static final Tensor SEQUENCES = IMAGES.select(0, 0); // (4, 5, 6)

    @Test
    void windowsAreTorchs() {
        Sliding padded = Sliding.DENSE.withPadding(1);
        var max3d = new MaxPool3d(new int[] {2, 3, 2}, List.of(padded, padded.withStride(2), Sliding.by(3)));
        checkFirst(
                apply(max3d, IMAGES),
                0.841470984808,
                0.850436620629,
                0.859161814856,
                0.850436620629,
                0.859161814856,
                0.867644100642,
                0.875881079811,
                0.850436620629);
        checkFirst(
                apply(new MaxPool1d(2, Sliding.DENSE.withDilation(2)), SEQUENCES),
                0.991664810452,
                0.841470984808,
                0.991664810452,
                0.675463180551,
                -0.37387666483,
                0.311541363513);
        checkFirst(
                apply(new AvgPool1d(new int[] {3}, List.of(padded.withStride(2)), false), SEQUENCES),
                0.568495595735,
                0.836199658604,
                0.0350619840139,
                -0.930492386693,
                -0.315263319012,
                0.717112076922);
        var average3d = new AvgPool3d(
                new int[] {2, 2, 3}, List.of(padded.withStride(2), Sliding.DENSE, padded.withStride(2)), true);
        checkFirst(
                apply(average3d, IMAGES),
                -0.060332798493,
                0.130234084898,
                0.188043515234,
                -0.0977700098208,
                -0.210585117545,
                -0.00527345468554);
    }

    @Test
    void anySizeBecomesTheOneAskedFor() {
        checkFirst(
                apply(new AdaptiveAvgPool(3, 4), IMAGES),
                -0.180998395479,
                0.143951118677,
                0.469755456782,
                0.317379409686,
                0.00223268935741,
                -0.00194879414313);
        checkFirst(
                apply(new AdaptiveMaxPool(2, 4), IMAGES),
                0.841470984808,
                0.991664810452,
                0.850436620629,
                0.989358246623,
                0.859161814856,
                0.986771964275);
        assertThat(apply(new AdaptiveAvgPool(1), SEQUENCES).shape()).isEqualTo(Shape.of(4, 5, 1));
        assertThat(new AdaptiveAvgPool(3, 4)).hasToString("AdaptiveAvgPool([3, 4])");
    }

    @Test
    void shapesFollowTheWindows() {
        assertThat(apply(new MaxPool3d(2), IMAGES).shape()).isEqualTo(Shape.of(2, 2, 2, 3));
        assertThat(apply(new AvgPool3d(2), IMAGES).shape()).isEqualTo(Shape.of(2, 2, 2, 3));
        assertThat(apply(new AvgPool1d(2), IMAGES).shape()).isEqualTo(Shape.of(2, 4, 5, 3));
        assertThat(apply(new MaxPool2d(2), IMAGES).shape()).isEqualTo(Shape.of(2, 4, 2, 3));
        assertThat(apply(new MaxPool2d(2, Sliding.by(2).withPartial(true)), IMAGES)
                        .shape())
                .isEqualTo(Shape.of(2, 4, 3, 3));
        assertThat(new MaxPool2d(3, Sliding.by(2))).hasToString("MaxPool2d([3, 3] by [2, 2])");
        assertThat(apply(new Flatten(), IMAGES).shape()).isEqualTo(Shape.of(2, 120));
        assertThat(apply(new Flatten(0, -2), IMAGES).shape()).isEqualTo(Shape.of(40, 6));
    }

    @Test
    void upsamplingRepeatsOrInterpolates() {
        Tensor x = Tensor.of(new double[] {1, 3, 5, 7}, 1, 1, 2, 2);
        assertThat(apply(new Upsample(1, 2), x))
                .isEqualTo(Tensor.of(new double[] {1, 1, 3, 3, 5, 5, 7, 7}, 1, 1, 2, 4));
        Tensor between = apply(Upsample.interpolating(new int[] {1, 2}, Interpolation.LINEAR, false), x);
        checkFirst(between, 1, 1.5, 2.5, 3, 5, 5.5, 6.5, 7);
        Tensor corners = apply(Upsample.interpolating(new int[] {2}, Interpolation.LINEAR, true), x);
        checkFirst(corners, 1, 5.0 / 3, 7.0 / 3, 3);
        assertThat(Upsample.interpolating(new int[] {2}, Interpolation.CUBIC, true))
                .hasToString("Upsample([2], cubic)");
    }

    @Test
    void whatDoesNotFitIsNamedWithItsPath() {
        assertThatThrownBy(() -> apply(new Sequential(new MaxPool2d(9)), IMAGES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("0: maxPool: no window of size 9 fits axis 2 of shape [2, 4, 5, 6]");
        assertThatThrownBy(() -> apply(new Sequential(new AdaptiveAvgPool(2, 2)), Tensor.ones(3)))
                .hasMessageStartingWith("0: adaptiveAvgPool: ");
        assertThatThrownBy(() -> apply(new Sequential(new Upsample(2, 2)), Tensor.ones(3)))
                .hasMessage("0: input has shape [3], expected 2 axes or more");
        assertThatThrownBy(() -> apply(new Sequential(new Flatten()), Tensor.ones(3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("0: ");
        assertThatThrownBy(() -> new AvgPool2d(0))
                .hasMessage("AvgPool2d: sizes [0, 0] and 2 ways of sliding, expected 2 positive ones and 2");
        assertThatThrownBy(() -> new MaxPool3d(new int[] {2}, List.of(Sliding.DENSE)))
                .hasMessage("MaxPool3d: sizes [2] and 1 ways of sliding, expected 3 positive ones and 3");
        assertThatThrownBy(() -> new AdaptiveMaxPool()).hasMessageContaining("sizes [], expected one or more");
        assertThatThrownBy(() -> new Upsample(0)).hasMessageContaining("factors [0]");
    }
}
