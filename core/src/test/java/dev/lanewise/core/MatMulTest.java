package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Products of matrices, whatever their sizes and however they lie in memory, are those of three plain loops in double
 * precision.
 */
class MatMulTest {
    private static Tensor values(int seed, int... sizes) {
        return Rng.of(seed).normal(sizes);
    }

    private static Tensor transposed(Tensor x) {
        return Tensor.of(x.transpose().toFloats(), x.transpose().shape().toArray())
                .transpose();
    }

    /** Every second row and column of a larger matrix of not-a-numbers. */
    private static Tensor sliced(Tensor x) {
        int rows = x.shape().size(0);
        int columns = x.shape().size(1);
        return Tensor.fill(
                        x.dtype(),
                        Shape.of(2 * rows, 2 * columns),
                        i -> i / (2 * columns) % 2 == 1 && i % 2 == 1
                                ? x.at(i / (2 * columns) / 2, i % (2 * columns) / 2)
                                : Double.NaN)
                .slice(0, 1, 2 * rows, 2)
                .slice(1, 1, 2 * columns, 2);
    }

    private static Tensor flipped(Tensor x) {
        return Tensor.of(x.flip(0, 1).toFloats(), x.shape().toArray()).flip(0, 1);
    }

    private static List<Tensor> layouts(Tensor x) {
        return List.of(x, transposed(x), sliced(x), flipped(x));
    }

    private static void check(Tensor x, Tensor y) {
        Tensor result = x.matmul(y);
        int m = x.shape().size(0);
        int k = x.shape().size(1);
        int n = y.shape().size(1);
        assertThat(result.shape()).isEqualTo(Shape.of(m, n));
        double[] a = x.toDoubles();
        double[] b = y.toDoubles();
        double[] c = result.toDoubles();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double size = 0;
                for (int l = 0; l < k; l++) {
                    double product = a[i * k + l] * b[l * n + j];
                    sum += product;
                    size += Math.abs(product);
                }
                double allowed = (x.dtype() == DType.FLOAT32 ? 6e-8 : 1.2e-16) * (3 + Math.sqrt(k)) * size;
                if (!(Math.abs(c[i * n + j] - sum) <= allowed)) {
                    throw new AssertionError("%s x %s at %d, %d: %s, expected %s"
                            .formatted(x.shape(), y.shape(), i, j, c[i * n + j], sum));
                }
            }
        }
    }

    @TestFactory
    List<DynamicTest> sizesAroundTheTilesInEveryLayout() {
        int[][] sizes = {
            {1, 1, 1},
            {1, 7, 1},
            {2, 3, 4},
            {5, 1, 6},
            {6, 16, 32},
            {7, 17, 33},
            {12, 5, 31},
            {13, 64, 64},
            {1, 300, 70},
            {3, 200, 65},
            {64, 64, 64},
            {65, 63, 66},
            {33, 1, 129},
            {100, 50, 1},
            {1, 1, 200},
            {130, 70, 97}
        };
        List<DynamicTest> tests = new ArrayList<>();
        for (int[] size : sizes) {
            tests.add(dynamicTest(Arrays.toString(size), () -> {
                for (Tensor x : layouts(values(1, size[0], size[1]))) {
                    for (Tensor y : layouts(values(2, size[1], size[2]))) {
                        check(x, y);
                        check(x.to(DType.FLOAT64), y.to(DType.FLOAT64));
                    }
                }
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> largeSizes() {
        int[][] sizes = {{300, 400, 500}, {20, 5000, 30}, {2, 3000, 700}, {1, 20_000, 9}, {1000, 3, 800}, {520, 513, 17}
        };
        List<DynamicTest> tests = new ArrayList<>();
        for (int[] size : sizes) {
            tests.add(dynamicTest(Arrays.toString(size), () -> {
                Tensor x = values(1, size[0], size[1]);
                Tensor y = values(2, size[1], size[2]);
                check(x, y);
                check(transposed(x), y);
                check(x, transposed(y));
            }));
        }
        return tests;
    }

    @Test
    void anEmptySumIsZero() {
        assertThat(Tensor.zeros(2, 0).matmul(Tensor.zeros(0, 3))).isEqualTo(Tensor.zeros(2, 3));
        assertThat(Tensor.zeros(0, 4).matmul(Tensor.ones(4, 3)).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(Tensor.zeros(5, 2, 0).matmul(Tensor.zeros(0, 3))).isEqualTo(Tensor.zeros(5, 2, 3));
        assertThat(Tensor.zeros(0, 2, 4).matmul(Tensor.zeros(1, 4, 3)).shape()).isEqualTo(Shape.of(0, 2, 3));
    }

    @Test
    void batchesAreProductsOfEachPair() {
        Tensor x = values(1, 6, 1, 9, 11);
        Tensor y = values(2, 5, 7, 11);
        Tensor product = x.matmul(y.transpose());
        assertThat(product.shape()).isEqualTo(Shape.of(6, 5, 9, 7));
        Tensor transposedRows = x.transpose(2, 3).reshape(6, 1, 11, 9).transpose(2, 3);
        assertThat(transposedRows.matmul(y.transpose()).shape()).isEqualTo(product.shape());
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 5; j++) {
                Tensor single =
                        x.select(0, i).select(0, 0).matmul(y.select(0, j).transpose());
                double[] each =
                        product.select(0, i).select(0, j).sub(single).abs().toDoubles();
                assertThat(Arrays.stream(each).max().orElseThrow()).isLessThan(1e-5);
            }
        }
    }

    @Test
    void vectorsAreRowsOnTheLeftAndColumnsOnTheRight() {
        Tensor x = values(1, 4);
        Tensor y = values(2, 4, 3);
        assertThat(x.matmul(y)).isEqualTo(x.reshape(1, 4).matmul(y).reshape(3));
        assertThat(y.transpose().matmul(x))
                .isEqualTo(y.transpose().matmul(x.reshape(4, 1)).reshape(3));
        assertThat(x.matmul(x).shape()).isEqualTo(Shape.scalar());
        assertThat(values(3, 2, 5, 4).matmul(x).shape()).isEqualTo(Shape.of(2, 5));
        assertThat(x.matmul(values(3, 2, 4, 5)).shape()).isEqualTo(Shape.of(2, 5));
    }

    @Test
    void infinitiesAndNotANumberComeThrough() {
        Tensor x = Tensor.of(new float[] {1, Float.POSITIVE_INFINITY, 0, Float.NaN}, 2, 2);
        Tensor product = x.matmul(Tensor.eye(2));
        assertThat(product.at(0, 0)).isNaN(); // ∞ · 0
        assertThat(product.at(0, 1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(product.at(1, 1)).isNaN();
    }

    @Test
    void linearIsTheProductWithTheTransposeAndTheBias() {
        Tensor x = values(1, 3, 5, 8);
        Tensor weight = values(2, 6, 8);
        Tensor bias = values(3, 6);
        Tensor expected = x.matmul(weight.transpose()).add(bias);
        assertThat(x.linear(weight, bias)).isEqualTo(expected);
        assertThat(x.slice(1, 0, 0).linear(weight, bias).shape().count()).isZero();
        assertThat(Tensor.zeros(3, 0).linear(Tensor.zeros(6, 0), bias)).isEqualTo(bias.expand(Shape.of(3, 6)));
        assertThat(x.select(0, 0).select(0, 0).linear(weight, null).shape()).isEqualTo(Shape.of(6));
    }
}
