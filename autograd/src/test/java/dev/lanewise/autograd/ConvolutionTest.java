package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels of convolutions, float32, against their definition by windows and products, float64. */
class ConvolutionTest {
    record Sizes(int[] x, int[] weight, int groups, List<Sliding> axes, int[] more) {
        @Override
        public String toString() {
            return "%s by %s, %d groups, %s, more %s"
                    .formatted(Shape.of(x), Shape.of(weight), groups, axes, Arrays.toString(more));
        }
    }

    static List<Sizes> convolutions() {
        List<Sizes> all = new ArrayList<>();
        all.add(image(2, 5, 6, 3, new Sliding(1, 3, 3, 1))); // more padding than a window covers
        all.add(image(1, 4, 40, 1, Sliding.DENSE));
        all.add(image(7, 17, 5, 5, Sliding.DENSE.withPadding(2)));
        all.add(image(3, 8, 9, 3, Sliding.by(2).withPadding(1)));
        all.add(image(2, 6, 11, 2, Sliding.by(3))); // elements that no window reaches
        var random = new Random(1);
        for (int i = 0; i < 60; i++) {
            all.add(some(random, false));
        }
        for (int i = 0; i < 60; i++) {
            all.add(narrow(random, false));
        }
        return all;
    }

    static List<Sizes> transposedConvolutions() {
        List<Sizes> all = new ArrayList<>();
        var random = new Random(2);
        while (all.size() < 40) {
            all.add(some(random, true));
        }
        while (all.size() < 80) {
            all.add(narrow(random, true));
        }
        return all;
    }

    private static Sizes image(int batch, int in, int n, int size, Sliding sliding) {
        int[] x = {batch, in, n, n + 1};
        return new Sizes(x, new int[] {9, in, size, size}, 1, List.of(sliding, sliding), new int[2]);
    }

    private static Sizes some(Random random, boolean transposed) {
        return some(random, 1 + random.nextInt(2), 4 + random.nextInt(12), 4 + random.nextInt(20), transposed);
    }

    /** With few channels in each group on one side or on both, down to depthwise. */
    private static Sizes narrow(Random random, boolean transposed) {
        int groups = 1 + random.nextInt(7);
        int few = 1 + random.nextInt(3);
        int more = 1 + random.nextInt(random.nextBoolean() ? 3 : 20);
        return random.nextBoolean()
                ? some(random, groups, few, more, transposed)
                : some(random, groups, more, few, transposed);
    }

    private static Sizes some(Random random, int groups, int in, int out, boolean transposed) {
        int count = 1 + random.nextInt(3);
        int[] x = new int[count + 2];
        int[] weight = new int[count + 2];
        int[] more = new int[count];
        x[0] = 1 + random.nextInt(5);
        x[1] = groups * in;
        weight[0] = groups * out;
        weight[1] = in;
        if (transposed) {
            weight[0] = groups * in;
            weight[1] = out;
        }
        List<Sliding> axes = new ArrayList<>();
        for (int axis = 0; axis < count; axis++) {
            int size = 1 + random.nextInt(3);
            weight[axis + 2] = size;
            Sliding sliding =
                    new Sliding(1 + random.nextInt(3), random.nextInt(3), random.nextInt(3), 1 + random.nextInt(2));
            axes.add(sliding);
            int span = sliding.dilation() * (size - 1) + 1;
            int least = transposed ? 1 + (sliding.before() + sliding.after()) / sliding.stride() : span;
            x[axis + 2] = least + random.nextInt(count == 1 ? 600 : count == 2 ? 20 : 5);
            more[axis] = transposed ? random.nextInt(3) : 0;
        }
        return new Sizes(x, weight, groups, axes, more);
    }

    @ParameterizedTest
    @MethodSource("convolutions")
    void valuesAndGradientsAreThoseOfTheDefinition(Sizes sizes) {
        compare(sizes, false);
    }

    @ParameterizedTest
    @MethodSource("transposedConvolutions")
    void valuesAndGradientsOfTransposedOnesAreThoseOfTheDefinition(Sizes sizes) {
        compare(sizes, true);
    }

    @Test
    void operandsThatAreViewsGiveTheSameBits() {
        for (int groups : new int[] {1, 6}) {
            Tensor x = values(1, 9, 3, 6, 7).permute(1, 2, 3, 0); // (3, 6, 7, 9)
            Tensor weight = values(2, 3, 3, 6, 6 / groups).permute(2, 3, 0, 1);
            List<Sliding> axes = List.of(Sliding.by(2).withPadding(1), Sliding.DENSE);
            Tensor gradient = values(3, 7, 3, 6, 4).permute(1, 2, 3, 0);
            List<Tensor> views = resultAndGradients(x, weight, groups, axes, gradient);
            List<Tensor> copies = resultAndGradients(copy(x), copy(weight), groups, axes, copy(gradient));
            for (int i = 0; i < views.size(); i++) {
                assertThat(views.get(i).toFloats()).isEqualTo(copies.get(i).toFloats());
            }
        }
    }

    private static Tensor values(int seed, int... sizes) {
        return Naive.values(seed, -1, 1, sizes).to(DType.FLOAT32);
    }

    private static Tensor copy(Tensor view) {
        return Tensor.of(view.toFloats(), view.shape().toArray());
    }

    @Test
    void noImagesGiveNoResultsAndWeightsNoGradient() {
        for (int groups : new int[] {1, 6}) {
            List<Tensor> all = resultAndGradients(
                    Tensor.zeros(0, 6, 5),
                    values(2, 6, 6 / groups, 3),
                    groups,
                    List.of(Sliding.DENSE),
                    Tensor.zeros(0, 6, 3));
            assertThat(all.get(0).shape()).isEqualTo(Shape.of(0, 6, 3));
            assertThat(all.get(1).shape()).isEqualTo(Shape.of(0, 6, 5));
            assertThat(all.get(2).toFloats()).containsOnly(0);
        }
    }

    /** Where planes join rows, the gradient's zeros meet elements of images that the window's element never sees. */
    @ParameterizedTest
    @CsvSource({"1, 5, 5", "1, 3, 8", "6, 1, 1", "4, 2, 2", "3, 2, 9"})
    void anInfiniteElementCountsWhereAWindowSeesItAlone(int groups, int in, int out) {
        Tensor image = values(1, 2, groups * in, 6, 6);
        float[] values = image.toFloats();
        values[5] = Float.POSITIVE_INFINITY; // at the end of a row, which a window's left elements do not reach
        values[36 + 30] = Float.NaN;
        Tensor x = Tensor.of(values, 2, groups * in, 6, 6);
        Tensor weight = values(2, groups * out, in, 3, 3);
        List<Sliding> axes = List.of(Sliding.DENSE, Sliding.DENSE);
        Tensor gradient = values(3, 2, groups * out, 4, 4);
        List<Tensor> found = resultAndGradients(x, weight, groups, axes, gradient);
        List<Tensor> expected = resultAndGradients(
                x.to(DType.FLOAT64), weight.to(DType.FLOAT64), groups, axes, gradient.to(DType.FLOAT64));
        double[] exact = expected.get(2).toDoubles();
        assertThat(DoubleStream.of(exact).boxed())
                .anyMatch(value -> value.isNaN())
                .anyMatch(value -> value.isInfinite())
                .anyMatch(Double::isFinite);
        float[] approximate = found.get(2).toFloats();
        for (int i = 0; i < exact.length; i++) {
            if (Double.isFinite(exact[i])) {
                assertThat((double) approximate[i]).as("weight %d", i).isCloseTo(exact[i], offset(1e-4));
            } else {
                assertThat((double) approximate[i]).as("weight %d", i).isEqualTo(Double.valueOf(exact[i])); // NaN too
            }
        }
    }

    private static List<Tensor> resultAndGradients(
            Tensor x, Tensor weight, int groups, List<Sliding> axes, Tensor gradient) {
        Variable images = Variable.of(x);
        Variable weights = Variable.of(weight);
        Variable y = images.conv(weights, null, groups, axes);
        Gradients gradients = y.backward(gradient);
        return List.of(y.value(), gradients.of(images), gradients.of(weights));
    }

    private static void compare(Sizes sizes, boolean transposed) {
        for (boolean bias : new boolean[] {false, true}) {
            List<Tensor> expected = run(sizes, DType.FLOAT64, bias, transposed);
            List<Tensor> actual = run(sizes, DType.FLOAT32, bias, transposed);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
                double[] values = expected.get(i).toDoubles();
                float[] found = actual.get(i).toFloats();
                for (int j = 0; j < found.length; j++) {
                    assertThat((double) found[j])
                            .as("%s: element %d of %s".formatted(sizes, j, i == 0 ? "the result" : "gradient " + i))
                            .isCloseTo(values[j], offset(3e-5 * (10 + Math.abs(values[j]))));
                }
            }
        }
    }

    /** The result and the operands' gradients. */
    private static List<Tensor> run(Sizes sizes, DType dtype, boolean bias, boolean transposed) {
        Variable x = Variable.of(Naive.values(1, -1, 1, sizes.x).to(dtype));
        Variable weight = Variable.of(Naive.values(2, -1, 1, sizes.weight).to(dtype));
        int out = transposed ? sizes.groups * sizes.weight[1] : sizes.weight[0];
        @Nullable Variable b = bias ? Variable.of(Naive.values(3, -1, 1, out).to(dtype)) : null;
        Variable y = transposed
                ? x.convTranspose(weight, b, sizes.groups, sizes.axes, sizes.more)
                : x.conv(weight, b, sizes.groups, sizes.axes);
        Tensor factor = Naive.values(4, -1, 1, y.shape().toArray()).to(dtype);
        Gradients gradients = y.backward(factor);
        List<Tensor> all = new ArrayList<>(List.of(y.value(), gradients.of(x), gradients.of(weight)));
        if (b != null) {
            all.add(gradients.of(b));
        }
        return all;
    }
}
