package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

/** Whole numbers: elementwise operations give what Java's do, and what moves elements moves them as a tensor's. */
class IntTensorTest {
    private static IntTensor random(long seed, int bound, int... sizes) {
        Random random = new Random(seed);
        Shape shape = Shape.of(sizes);
        return IntTensor.of(shape, random.ints(shape.count(), -bound, bound + 1).toArray());
    }

    private static void check(
            BinaryOperator<IntTensor> operation, IntBinaryOperator expected, IntTensor x, IntTensor y) {
        IntTensor result = operation.apply(x, y);
        assertThat(result.shape()).isEqualTo(Shape.of(2, 3, 4));
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 4; k++) {
                    assertThat(result.at(i, j, k)).isEqualTo(expected.applyAsInt(x.at(i, 0, k), y.at(j, k)));
                }
            }
        }
    }

    @Test
    void consecutiveNumbers() {
        assertThat(IntTensor.arange(3)).isEqualTo(IntTensor.of(0, 1, 2));
        assertThat(IntTensor.arange(-1, 3)).isEqualTo(IntTensor.of(-1, 0, 1, 2));
        assertThat(IntTensor.arange(5, 5)).isEqualTo(IntTensor.of());
        assertThatThrownBy(() -> IntTensor.arange(5, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 5 to 4");
    }

    @Test
    void partsAreJoinedAlongAnAxisOrANewOne() {
        IntTensor x = IntTensor.of(Shape.of(2, 2), 1, 2, 3, Integer.MAX_VALUE);
        IntTensor y = IntTensor.of(Shape.of(2, 1), 5, Integer.MIN_VALUE);
        IntTensor joined = IntTensor.concat(1, List.of(x, y));
        assertThat(joined.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(joined.toArray()).containsExactly(1, 2, 5, 3, Integer.MAX_VALUE, Integer.MIN_VALUE);
        IntTensor stacked = IntTensor.stack(-1, List.of(y, y.add(IntTensor.of(1))));
        assertThat(stacked.shape()).isEqualTo(Shape.of(2, 1, 2));
        assertThat(stacked.toArray()).containsExactly(5, 6, Integer.MIN_VALUE, Integer.MIN_VALUE + 1);
        assertThatThrownBy(() -> IntTensor.concat(0, List.of(x, y)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 2]")
                .hasMessageContaining("[2, 1]");
    }

    @Test
    void operationsBroadcast() {
        IntTensor x = random(1, 3, 2, 1, 4);
        IntTensor y = random(2, 3, 3, 4);
        check(IntTensor::add, (a, b) -> a + b, x, y);
        check(IntTensor::sub, (a, b) -> a - b, x, y);
        check(IntTensor::mul, (a, b) -> a * b, x, y);
        check(IntTensor::maximum, Math::max, x, y);
        check(IntTensor::minimum, Math::min, x, y);
        check(IntTensor::eq, (a, b) -> a == b ? 1 : 0, x, y);
        check(IntTensor::ne, (a, b) -> a == b ? 0 : 1, x, y);
        check(IntTensor::lt, (a, b) -> b - a > 0 ? 1 : 0, x, y);
        check(IntTensor::le, (a, b) -> a > b ? 0 : 1, x, y);
        check(IntTensor::gt, (a, b) -> a - b > 0 ? 1 : 0, x, y);
        check(IntTensor::ge, (a, b) -> a < b ? 0 : 1, x, y);
        check(IntTensor::logicalAnd, (a, b) -> a * b == 0 ? 0 : 1, x, y);
        check(IntTensor::logicalOr, (a, b) -> a * a + b * b == 0 ? 0 : 1, x, y);
        check(IntTensor::logicalXor, (a, b) -> a * b == 0 && a + b != 0 ? 1 : 0, x, y);
        check(IntTensor::bitwiseAnd, (a, b) -> a & b, x, y);
        check(IntTensor::bitwiseOr, (a, b) -> a | b, x, y);
        check(IntTensor::bitwiseXor, (a, b) -> a ^ b, x, y);
        IntTensor positive = y.map(i -> i * i + 1);
        check(IntTensor::floorDiv, (a, b) -> (int) Math.floor((double) a / b), x, positive);
        check(IntTensor::truncDiv, (a, b) -> (int) ((double) a / b), x, positive);
        check(IntTensor::remainder, (a, b) -> a - b * (int) Math.floor((double) a / b), x, positive);
        check(IntTensor::fmod, (a, b) -> a - b * (int) ((double) a / b), x, positive);
        assertThatThrownBy(() -> x.add(IntTensor.of(1, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 1, 4] and [3] do not broadcast");
    }

    @Test
    void signsOfQuotientsAndRests() {
        IntTensor x = IntTensor.of(-7, 7, -7, 7);
        IntTensor y = IntTensor.of(2, 2, -2, -2);
        assertThat(x.floorDiv(y).toArray()).containsExactly(-4, 3, 3, -4);
        assertThat(x.truncDiv(y).toArray()).containsExactly(-3, 3, 3, -3);
        assertThat(x.remainder(y).toArray()).containsExactly(1, 1, -1, -1);
        assertThat(x.fmod(y).toArray()).containsExactly(-1, 1, -1, 1);
        assertThatThrownBy(() -> x.fmod(IntTensor.of(0))).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void singleNumbers() {
        IntTensor x = IntTensor.of(-1, 0, 5);
        assertThat(x.eq(5).toArray()).containsExactly(0, 0, 1);
        assertThat(x.ne(5).toArray()).containsExactly(1, 1, 0);
        assertThat(x.logicalNot().toArray()).containsExactly(0, 1, 0);
        assertThat(x.bitwiseNot().toArray()).containsExactly(0, -1, -6);
    }

    @Test
    void rearrangesAsTensorsAre() {
        IntTensor x = IntTensor.of(Shape.of(2, 2), Integer.MAX_VALUE, Integer.MIN_VALUE, 123456789, -5);
        assertThat(x.rearranged(t -> t.transpose()))
                .isEqualTo(IntTensor.of(Shape.of(2, 2), Integer.MAX_VALUE, 123456789, Integer.MIN_VALUE, -5));
        assertThat(x.rearranged(t -> t.triu(1))).isEqualTo(IntTensor.of(Shape.of(2, 2), 0, Integer.MIN_VALUE, 0, 0));
        assertThatThrownBy(() -> x.rearranged(t -> t.mul(0.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("toInts: 1.0737418235E9 at position 0 of shape [2, 2] is not a whole number");
        assertThatThrownBy(() -> x.rearranged(t -> t.mul(2))).hasMessageContaining("of 32 bits");
        assertThatThrownBy(() -> Tensor.scalar(Double.NaN).toInts()).hasMessageContaining("toInts: NaN");
    }

    @Test
    void findsWhatIsNotZero() {
        Tensor x = Tensor.of(new float[] {0, 2, Float.NaN, 0, -0f, 1}, 3, 2);
        assertThat(x.nonZero()).isEqualTo(IntTensor.of(Shape.of(3, 2), 0, 1, 1, 0, 2, 1));
        assertThat(x.transpose().nonZero()).isEqualTo(IntTensor.of(Shape.of(3, 2), 0, 1, 1, 0, 1, 2));
        assertThat(IntTensor.of(0, 3, 0, -1).nonZero()).isEqualTo(IntTensor.of(Shape.of(2, 1), 1, 3));
        assertThat(IntTensor.of(Shape.scalar(), 4).nonZero().shape()).isEqualTo(Shape.of(1, 0));
        assertThat(Tensor.zeros(2, 0).nonZero().shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void differentElements() {
        Tensor x = Tensor.of(new float[] {2, 1, -0f, 1, 0, 3}, 2, 3);
        Unique sorted = x.unique(true);
        assertThat(sorted.values().toFloats()).containsExactly(-0f, 1, 2, 3); // the one that occurs first
        assertThat(sorted.first().toArray()).containsExactly(2, 1, 0, 5);
        assertThat(sorted.inverse()).isEqualTo(IntTensor.of(Shape.of(2, 3), 2, 1, 0, 1, 0, 3));
        assertThat(sorted.counts().toArray()).containsExactly(2, 2, 1, 1);
        Unique found = x.unique(false);
        assertThat(found.values().toFloats()).containsExactly(2, 1, -0f, 3);
        assertThat(found.inverse().toArray()).containsExactly(0, 1, 2, 1, 2, 3);
        Tensor none = Tensor.of(new float[] {Float.NaN, 1, Float.NaN});
        assertThat(none.unique(true).values().toFloats()).containsExactly(1, Float.NaN, Float.NaN);
        assertThat(Tensor.zeros(0, 3).unique(true).values().shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void differentSlices() {
        // Of two matrices the columns (1, 0 / 4, 4), (0, 2 / 4, 5), and the first again.
        Tensor x = Tensor.of(new float[] {1, 0, 1, 0, 2, 0, 4, 4, 4, 4, 5, 4}, 2, 2, 3);
        Unique columns = x.unique(-1, true);
        assertThat(columns.values()).isEqualTo(x.indexSelect(2, IntTensor.of(1, 0)));
        assertThat(columns.first().toArray()).containsExactly(1, 0);
        assertThat(columns.inverse().toArray()).containsExactly(1, 0, 1);
        assertThat(columns.counts().toArray()).containsExactly(1, 2);
        assertThat(columns.values().indexSelect(2, columns.inverse())).isEqualTo(x);
    }

    @Test
    void slicesAreComparedInRowMajorOrder() {
        // Along the last axis: (0, 1 / 1, 0) and (0, 1 / 0, 9). The second has less at its third place.
        Tensor x = Tensor.of(new float[] {0, 0, 1, 1, 1, 0, 0, 9}, 2, 2, 2);
        assertThat(x.unique(2, true).first().toArray()).containsExactly(1, 0);
        // (0, 1 / 5, 0) and (0, 2 / 0, 0): the second row of the first matrix comes before the second matrix.
        Tensor y = Tensor.of(new float[] {0, 0, 1, 2, 5, 0, 0, 0}, 2, 2, 2);
        assertThat(y.unique(2, true).first().toArray()).containsExactly(0, 1);
    }

    @Test
    void placesOfTheLargest() {
        Tensor x = Tensor.of(new float[] {1, 5, 2, 0, 3, 3, 9, 8, 7}, 1, 3, 3);
        List<Sliding> axes =
                List.of(Sliding.by(2).withPadding(1, 0), Sliding.by(2).withPartial(true));
        // Rows -1 and 0, then 1 and 2; columns 0 and 1, then 2 and one beyond.
        assertThat(x.argMaxPool(new int[] {2, 2}, axes)).isEqualTo(IntTensor.of(Shape.of(1, 2, 2), 1, 2, 6, 8));
        assertThat(x.maxPool(new int[] {2, 2}, axes).toFloats()).containsExactly(5, 2, 9, 7);
    }

    @Test
    void cosineWindows() {
        assertClose(Tensor.cosineWindow(4, true, 0.5, 0.5), 0, 0.5, 1, 0.5); // Hann
        assertClose(Tensor.cosineWindow(5, false, 0.42, 0.5, 0.08), 0, 0.34, 1, 0.34, 0); // Blackman
        assertClose(Tensor.cosineWindow(1, false, 0.5, 0.5), 1);
        assertThatThrownBy(() -> Tensor.cosineWindow(4, true)).hasMessageContaining("no coefficients");
    }

    private static void assertClose(Tensor actual, double... expected) {
        double[] values = actual.toDoubles();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(values[i] - expected[i])).isLessThan(1e-7);
        }
    }

    @Test
    void restsOfFloatsAreExact() {
        Random random = new Random(4);
        float[] x = new float[2000];
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) (random.nextGaussian() + 0.01);
            // Just below and at whole multiples: a quotient rounded there may be the next whole number.
            x[i] = i % 3 == 0 ? y[i] * random.nextInt(1000) : (float) (random.nextGaussian() * 1000);
            x[i] = i % 2 == 0 ? Math.nextDown(x[i]) : x[i];
        }
        float[] rest = Tensor.of(x).fmod(Tensor.of(y)).toFloats();
        float[] floored = Tensor.of(x).remainder(Tensor.of(y)).toFloats();
        for (int i = 0; i < x.length; i++) {
            if (Math.abs(x[i] / y[i]) >= 0x1p24f) {
                continue; // where it is not promised
            }
            float expected = x[i] % y[i]; // Java's is exact
            boolean otherSign = expected != 0 && (expected < 0) != (y[i] < 0);
            assertThat(rest[i] == expected)
                    .as("%s fmod %s: %s", x[i], y[i], rest[i])
                    .isTrue();
            assertThat(floored[i] == (otherSign ? expected + y[i] : expected))
                    .as("%s remainder %s: %s", x[i], y[i], floored[i])
                    .isTrue();
        }
        Tensor ends = Tensor.of(new float[] {5, -5, 5, Float.POSITIVE_INFINITY});
        Tensor by = Tensor.of(new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, 2});
        assertThat(ends.fmod(by).toFloats()).containsExactly(5, -5, Float.NaN, Float.NaN);
    }

    @Test
    void notNumbersAndInfinities() {
        Tensor x = Tensor.of(new float[] {1, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY});
        assertThat(x.isNaN().toFloats()).containsExactly(0, 1, 0, 0);
        assertThat(x.isInf().toFloats()).containsExactly(0, 0, 1, 1);
    }
}
