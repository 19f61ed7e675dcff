package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Sums and extremes over any axes of operands that lie in memory in any way are those of plain loops in double
 * precision.
 */
class ReductionsTest {
    private static Tensor values(DType dtype, int... sizes) {
        return Tensor.fill(dtype, Shape.of(sizes), i -> (float) ((i * 0.6180339887498949) % 1 - 0.3));
    }

    /**
     * Ways to come by a tensor whose elements do not lie in row-major order; the third axis of those that have one gets
     * long or short.
     */
    private static List<Tensor> operands(DType dtype) {
        return List.of(
                values(dtype, 3, 4, 5),
                values(dtype, 5, 4, 3).transpose(0, 2),
                values(dtype, 4, 5, 3).permute(2, 0, 1),
                values(dtype, 3, 9, 10).slice(1, 1, 9, 2).slice(2, 0, 10, 2),
                values(dtype, 3, 4, 5).flip(0, 2),
                values(dtype, 3, 4, 5).flip(1),
                values(dtype, 3, 1, 5).expand(Shape.of(3, 4, 5)),
                values(dtype, 4, 1).expand(Shape.of(3, 4, 5)),
                values(dtype, 5).expand(Shape.of(3, 4, 5)),
                Tensor.scalar(dtype, 0.5).expand(Shape.of(3, 4, 5)),
                values(dtype, 1, 4, 1),
                values(dtype, 3, 1, 5),
                values(dtype, 2, 3, 0),
                values(dtype, 2, 0, 3),
                values(dtype, 7),
                values(dtype));
    }

    @TestFactory
    List<DynamicTest> everySubsetOfAxes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (DType dtype : DType.values()) {
            for (Tensor x : operands(dtype)) {
                for (int subset = 0; subset < 1 << x.shape().rank(); subset++) {
                    int[] axes = axes(subset);
                    tests.add(dynamicTest(
                            "%s %s over %s".formatted(dtype, x.shape(), Arrays.toString(axes)), () -> check(x, axes)));
                }
            }
        }
        return tests;
    }

    /** Sizes at and around those where a new chunk begins, along rows and across them. */
    @TestFactory
    List<DynamicTest> chunksAreCrossed() {
        List<DynamicTest> tests = new ArrayList<>();
        int chunk = Reductions.CHUNK;
        int rows = Reductions.ROW_CHUNK;
        int[][] shapes = {
            {1},
            {15},
            {16},
            {17},
            {31},
            {32},
            {33},
            {chunk - 1},
            {chunk},
            {chunk + 1},
            {2 * chunk},
            {3 * chunk + 17},
            {chunk * 20 + 5},
            {2, chunk},
            {3, chunk + 1},
            {2, 3, 2 * chunk + 1},
            {rows - 1, 3},
            {rows, 3},
            {rows + 1, 3},
            {2 * rows, 5},
            {2, 3 * rows + 7, 4},
            {rows * 300, 1},
            {700, 70},
            {70, 700},
            {2, 300, 100},
            {3, 2, 257, 65},
            {300, 2, 300},
            {40, 41, 42}
        };
        for (DType dtype : DType.values()) {
            for (int[] shape : shapes) {
                Tensor x = values(dtype, shape);
                for (int subset = 1; subset < 1 << shape.length; subset++) {
                    int[] axes = axes(subset);
                    tests.add(dynamicTest("%s %s over %s".formatted(dtype, x.shape(), Arrays.toString(axes)), () -> {
                        check(x, axes);
                        if (shape.length > 1) {
                            check(x.transpose(), axes);
                            check(x.flip(-1), axes);
                        }
                    }));
                }
            }
        }
        return tests;
    }

    private static int[] axes(int subset) {
        int[] axes = new int[Integer.bitCount(subset)];
        for (int axis = 0, next = 0; next < axes.length; axis++) {
            if ((subset >> axis & 1) == 1) {
                axes[next++] = axis;
            }
        }
        return axes;
    }

    private static void check(Tensor x, int... axes) {
        compare(x, x.sum(Axes.of(axes)), naive(x, 0, Double::sum, axes), axes);
        assertThat(x.sum(Axes.of(axes).kept()).toDoubles())
                .isEqualTo(x.sum(Axes.of(axes)).toDoubles());
        assertThat(x.sum(Axes.of(axes).kept()).shape()).isEqualTo(Axes.of(axes).keptShape(x.shape()));
        if (Axes.of(axes).count(x.shape()) > 0) {
            exact(x.amax(Axes.of(axes)), naive(x, Double.NEGATIVE_INFINITY, Math::max, axes));
            exact(x.amin(Axes.of(axes)), naive(x, Double.POSITIVE_INFINITY, Math::min, axes));
        }
    }

    private static void exact(Tensor actual, double[] expected) {
        assertThat(actual.toDoubles()).isEqualTo(expected);
    }

    private static void compare(Tensor x, Tensor actual, double[] expected, int... axes) {
        assertThat(actual.shape()).isEqualTo(Axes.of(axes).result(x.shape()));
        double[] values = actual.toDoubles();
        assertThat(values).hasSameSizeAs(expected);
        int count = Axes.of(axes).count(x.shape());
        // Roundings are as often up as down, so errors grow as the root of their number; chunks make it fewer.
        double relative = (x.dtype() == DType.FLOAT32 ? 6e-8 : 2e-16) * (4 + Math.sqrt(count));
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[i] - expected[i]) <= relative * (1 + Math.abs(expected[i])))) {
                throw new AssertionError("element %d is %s, expected %s".formatted(i, values[i], expected[i]));
            }
        }
    }

    /** Goes through the operand's indices, one after the other. */
    private static double[] naive(Tensor x, double start, DoubleBinaryOperator combine, int... axes) {
        Shape kept = Axes.of(axes).keptShape(x.shape());
        double[] results = new double[kept.count()];
        Arrays.fill(results, start);
        double[] elements = x.toDoubles();
        int[] index = new int[x.shape().rank()];
        for (double element : elements) {
            int position = 0;
            for (int axis = 0; axis < index.length; axis++) {
                position = position * kept.size(axis) + (kept.size(axis) == 1 ? 0 : index[axis]);
            }
            results[position] = combine.applyAsDouble(results[position], element);
            for (int last = index.length - 1;
                    last >= 0 && ++index[last] == x.shape().size(last);
                    last--) {
                index[last] = 0;
            }
        }
        return results;
    }

    @Test
    void aLongSumOfSingleNumbersKeepsItsDigits() {
        Tensor x = Tensor.full(DType.FLOAT32, Shape.of(10_000_000), 0.1);
        // One after the other would give 1087937.
        assertThat(x.sum().item()).isCloseTo(1_000_000, within(5.0));
    }

    /** Of all elements without a word, along one axis by its number. */
    @Test
    void allHaveTheSameForms() {
        Tensor x = Rng.of(1).normal(3, 4);
        Axes all = Axes.all();
        Axes last = Axes.of(-1);
        assertThat(List.of(x.sum(), x.mean(), x.prod(), x.var(), x.std(), x.amax(), x.amin(), x.max(), x.min()))
                .containsExactly(
                        x.sum(all),
                        x.mean(all),
                        x.prod(all),
                        x.var(all, 1),
                        x.std(all, 1),
                        x.amax(all),
                        x.amin(all),
                        x.amax(all),
                        x.amin(all));
        assertThat(List.of(x.logSumExp(), x.norm1(), x.norm2(), x.normInf()))
                .containsExactly(x.logSumExp(all), x.norm1(all), x.norm2(all), x.normInf(all));
        assertThat(List.of(x.sum(-1), x.mean(-1), x.prod(-1), x.var(-1), x.std(-1), x.amax(-1), x.amin(-1)))
                .containsExactly(
                        x.sum(last),
                        x.mean(last),
                        x.prod(last),
                        x.var(last, 1),
                        x.std(last, 1),
                        x.amax(last),
                        x.amin(last));
        assertThat(List.of(x.max(-1), x.min(-1), x.logSumExp(-1), x.norm1(-1), x.norm2(-1), x.normInf(-1)))
                .containsExactly(
                        x.amax(last), x.amin(last), x.logSumExp(last), x.norm1(last), x.norm2(last), x.normInf(last));
    }

    @Test
    void theSumOfNothingIsZeroAndItsMeanNotANumber() {
        assertThat(Tensor.zeros(0).sum().item()).isZero();
        assertThat(Tensor.zeros(0).mean().item()).isNaN();
        assertThat(Tensor.zeros(2, 0).mean(1).toDoubles()).containsExactly(Double.NaN, Double.NaN);
        assertThat(Tensor.zeros(0).logSumExp(Axes.all()).item()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void theLargestOfNothingIsAnError() {
        assertThatThrownBy(() -> Tensor.zeros(2, 0).amax(Axes.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("amax: axes [1] of shape [2, 0] hold no element to choose from");
        assertThatThrownBy(() -> Tensor.zeros(0).amin(Axes.all())).hasMessageContaining("amin: axes all of shape [0]");
        assertThat(Tensor.zeros(2, 0).amax(Axes.of(0)).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void notANumberIsBothLargestAndSmallest() {
        for (int at : new int[] {0, 5, 16, 4099}) {
            float[] values = new float[5000];
            values[at] = Float.NaN;
            assertThat(Tensor.of(values).amax(Axes.all()).item()).isNaN();
            assertThat(Tensor.of(values).amin(Axes.all()).item()).isNaN();
            assertThat(Tensor.of(values, 2, 2500).amax(Axes.of(0)).sum().item()).isNaN();
        }
    }

    @Test
    void infinitiesAndZerosKeepTheirSigns() {
        Tensor x = Tensor.of(new float[] {Float.NEGATIVE_INFINITY, -1, -2});
        assertThat(x.amax(Axes.all()).item()).isEqualTo(-1);
        assertThat(x.amin(Axes.all()).item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Tensor.of(new float[] {-3, -3}).amax(Axes.all()).item()).isEqualTo(-3);
        assertThat(Tensor.of(new float[] {3, 3}).amin(Axes.all()).item()).isEqualTo(3);
        assertThat(x.logSumExp(Axes.all()).item()).isCloseTo(Math.log(Math.exp(-1) + Math.exp(-2)), within(1e-6));
        Tensor infinite = Tensor.of(new float[] {Float.POSITIVE_INFINITY, 1});
        assertThat(infinite.logSumExp(Axes.all()).item()).isEqualTo(Double.POSITIVE_INFINITY);
        Tensor nothing = Tensor.of(new float[] {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY});
        assertThat(nothing.logSumExp(Axes.all()).item()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void varianceOfTooFewElementsIsNotANumber() {
        assertThat(Tensor.of(new float[] {3}).var(0).item()).isNaN();
        assertThat(Tensor.of(new float[] {3}).var(Axes.all(), 0).item()).isZero();
        assertThat(Tensor.zeros(0).var(0).item()).isNaN();
    }
}
