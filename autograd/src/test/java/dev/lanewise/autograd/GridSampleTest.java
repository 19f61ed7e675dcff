package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.DType;
import dev.lanewise.core.GridSampling;
import dev.lanewise.core.GridSampling.Kind;
import dev.lanewise.core.GridSampling.Outside;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GridSampleTest {
    /** One channel of 2 by 3 pixels. */
    private final Tensor image = Tensor.of(new double[] {1, 2, 4, 7, 11, 16}, 1, 1, 2, 3);

    /** Points between pixels and outside, x and y of each. */
    private final Tensor grid = Tensor.of(new double[] {0.3, -0.4, -0.7, 0.2, 1.3, 0.45, -1.7, -1.2}, 1, 2, 2, 2);

    @ParameterizedTest
    @EnumSource(Outside.class)
    void gradientsOfPixelsAndPointsAreTheDifferences(Outside outside) {
        for (boolean alignCorners : new boolean[] {false, true}) {
            for (Kind kind : new Kind[] {Kind.LINEAR, Kind.CUBIC}) {
                var how = new GridSampling(kind, outside, alignCorners);
                GradCheck.check(o -> o.getFirst().gridSample(o.getLast(), how).square(), List.of(image, grid));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Outside.class, names = "ZEROS", mode = EnumSource.Mode.EXCLUDE)
    void noGradientComesFromPointsOnTheOutermostPixels(Outside outside) {
        var how = new GridSampling(Kind.LINEAR, outside, true);
        for (DType type : DType.values()) {
            // On the left end, on the right end, between, and beyond.
            Variable points = Variable.of(Tensor.of(new double[] {-1, 0.5, 1, 0.5, 0.5, -1, 0.5, 1}, 1, 2, 2, 2)
                    .to(type));
            Variable pixels = Variable.constantOf(image.to(type));
            Variable sampled = pixels.gridSample(points, how);
            assertThat(sampled.value().toDoubles()).containsExactly(5.5, 13, 3, 13.5);
            double[] gradient = sampled.sum().backward().of(points).toDoubles();
            // By x, one pixel; by y, half of one: the differences of pixels, where the point is not on that end.
            assertThat(gradient).containsExactly(0, 3, 0, 6, 2, 0, 5, 0);
        }
    }
}
