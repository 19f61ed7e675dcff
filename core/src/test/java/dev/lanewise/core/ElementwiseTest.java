package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/**
 * Elementwise operations on broadcast and strided operands of any size give what Java's arithmetic gives, to the last
 * bit.
 */
class ElementwiseTest {
    /** As IEEE 754 and PyTorch have it. */
    @Test
    void signsOfZerosTellTheAngleAtTheOrigin() {
        Tensor y = Tensor.of(new float[] {0, -0f, 0, -0f, -0f, 1});
        Tensor x = Tensor.of(new float[] {0, 0, -0f, -0f, -1, -0f});
        float pi = (float) Math.PI;
        assertThat(y.atan2(x).toFloats()).containsExactly(0, -0f, pi, -pi, -pi, pi / 2);
    }

    @Test
    void valuesAtNotANumberAndBeyondTheDomain() {
        Tensor x = Tensor.of(new float[] {Float.NaN, -1e4f, 0.5f, -1, Float.NEGATIVE_INFINITY});
        assertThat(x.sign().toFloats()).containsExactly(0, -1, 1, -1, -1);
        assertThat(x.acosh().toFloats()).containsExactly(Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN);
        assertThat(x.hardSwish().toFloats()).containsExactly(Float.NaN, -0f, 0.5f * 3.5f / 6, -1 / 3f, Float.NaN);
    }

    @Test
    void softplusIsALineAboveItsThreshold() {
        Tensor x = Tensor.of(new double[] {0.5, 1, 1.25});
        double[] expected = {Math.log1p(Math.exp(1)) / 2, Math.log1p(Math.exp(2)) / 2, 1.25};
        assertThat(x.softplus(2, 2)
                        .sub(Tensor.of(expected))
                        .abs()
                        .amax(Axes.all())
                        .item())
                .isLessThan(1e-15);
    }

    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    /** A loop's float arithmetic on one element. */
    private interface FloatOperator {
        float apply(float x, float y);
    }

    private static void check(Tensor x, Tensor y, BinaryOperator<Tensor> operation, FloatOperator expected) {
        Tensor result = operation.apply(x, y);
        Shape shape = x.shape().broadcast(y.shape());
        assertThat(result.shape()).isEqualTo(shape);
        float[] left = x.expand(shape).toFloats();
        float[] right = y.expand(shape).toFloats();
        float[] values = result.toFloats();
        for (int i = 0; i < values.length; i++) {
            if (Float.floatToIntBits(values[i]) != Float.floatToIntBits(expected.apply(left[i], right[i]))) {
                throw new AssertionError("element %d of %s: %s and %s give %s, expected %s"
                        .formatted(i, shape, left[i], right[i], values[i], expected.apply(left[i], right[i])));
            }
        }
    }

    private static void checkAll(Tensor x, Tensor y) {
        check(x, y, Tensor::add, (a, b) -> a + b);
        check(x, y, Tensor::sub, (a, b) -> a - b);
        check(x, y, Tensor::mul, (a, b) -> a * b);
        check(x, y, Tensor::div, (a, b) -> a / b);
        check(x, y, Tensor::maximum, Math::max);
        check(x, y, Tensor::minimum, Math::min);
        check(x, y, Tensor::lt, (a, b) -> a < b ? 1 : 0);
        check(x, y, Tensor::eq, (a, b) -> a == b ? 1 : 0);
        check(x, y, (a, b) -> a.lt(b).where(a, b), (a, b) -> a < b ? a : b);
    }

    @RepeatedTest(60)
    void randomShapesThatBroadcast(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int[] sizes = new int[1 + random.nextInt(4)];
        Arrays.setAll(sizes, i -> 1 + random.nextInt(9));
        checkAll(operand(sizes, random), operand(sizes, random));
    }

    /** Large enough for several threads and for what is compiled once a formula is warm. */
    @Test
    void largeOnes() {
        Random random = new Random(1);
        for (int[] sizes : new int[][] {{200_003}, {300, 301}, {20, 30, 100}, {3, 50_001}, {50_001, 3}}) {
            for (int i = 0; i < 4; i++) {
                checkAll(operand(sizes, random), operand(sizes, random));
            }
        }
    }

    /** Numbers, some of them special, in a tensor that broadcasts to the sizes and lies in memory in any way. */
    private static Tensor operand(int[] sizes, Random random) {
        int drop = random.nextInt(4) == 0 ? random.nextInt(sizes.length) : 0;
        int[] own = Arrays.copyOfRange(sizes, drop, sizes.length);
        for (int axis = 0; axis < own.length; axis++) {
            own[axis] = random.nextInt(4) == 0 ? 1 : own[axis];
        }
        float[] special = {0, -0f, 1, INF, -INF, NAN, Float.MIN_VALUE, Float.MAX_VALUE, 1.5e-39f};
        int layout = random.nextInt(4);
        UnaryOperator<Tensor> view = UnaryOperator.identity();
        int[] stored = own.clone();
        if (layout == 1) {
            stored[stored.length - 1] *= 2;
            view = x -> x.slice(-1, 1, x.shape().size(-1), 2);
        } else if (layout == 2) {
            view = x -> x.flip(-1);
        } else if (layout == 3 && own.length > 1) {
            stored[own.length - 1] = own[own.length - 2];
            stored[own.length - 2] = own[own.length - 1];
            view = x -> x.transpose();
        }
        Tensor base = Tensor.fill(
                DType.FLOAT32,
                Shape.of(stored),
                i -> random.nextInt(10) == 0 ? special[random.nextInt(special.length)] : random.nextFloat() * 4 - 2);
        return view.apply(base);
    }

    @Test
    void specialNumbers() {
        Tensor x = Tensor.of(new float[] {-INF, -2.5f, -1.5f, -0.5f, -0f, 0, 0.5f, 1.5f, 2.5f, INF, NAN});
        for (Tensor each : List.of(x, x.repeat(0, 400))) { // one long enough for vectors
            first(each.abs(), INF, 2.5f, 1.5f, 0.5f, 0, 0, 0.5f, 1.5f, 2.5f, INF, NAN);
            first(each.neg(), INF, 2.5f, 1.5f, 0.5f, 0, -0f, -0.5f, -1.5f, -2.5f, -INF, NAN);
            first(each.sign(), -1, -1, -1, -1, 0, 0, 1, 1, 1, 1, 0);
            first(each.floor(), -INF, -3, -2, -1, -0f, 0, 0, 1, 2, INF, NAN);
            first(each.ceil(), -INF, -2, -1, -0f, -0f, 0, 1, 2, 3, INF, NAN);
            first(each.round(), -INF, -2, -2, -0f, -0f, 0, 0, 2, 2, INF, NAN);
            first(each.trunc(), -INF, -2, -1, -0f, -0f, 0, 0, 1, 2, INF, NAN);
            first(each.relu(), 0, 0, 0, 0, 0, 0, 0.5f, 1.5f, 2.5f, INF, NAN);
            first(each.square(), INF, 6.25f, 2.25f, 0.25f, 0, 0, 0.25f, 2.25f, 6.25f, INF, NAN);
            first(
                    each.sqrt(),
                    NAN,
                    NAN,
                    NAN,
                    NAN,
                    -0f,
                    0,
                    (float) Math.sqrt(0.5),
                    (float) Math.sqrt(1.5),
                    (float) Math.sqrt(2.5),
                    INF,
                    NAN);
            first(each.reciprocal(), -0f, -0.4f, -1 / 1.5f, -2, -INF, INF, 2, 1 / 1.5f, 0.4f, 0, NAN);
            first(each.clamp(-1, 1), -1, -1, -1, -0.5f, -0f, 0, 0.5f, 1, 1, 1, NAN);
            first(each.clamp(1, -1), -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, NAN); // crossed bounds: high, as PyTorch
            first(each.gt(0), 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0);
            first(each.ne(each), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        }
    }

    private static void first(Tensor actual, float... expected) {
        float[] start = actual.slice(0, 0, expected.length).toFloats();
        assertThat(start).containsExactly(expected);
        // Every repetition alike, wherever in a vector it falls.
        for (int at = 0; at < actual.shape().count(); at += expected.length) {
            assertThat(actual.slice(0, at, at + expected.length).toFloats()).isEqualTo(start);
        }
    }

    @Test
    void limitsOfTheElementaryFunctions() {
        Tensor x = Tensor.of(new float[] {-INF, -200, 0, 200, INF, NAN});
        assertThat(x.exp().toFloats()).containsExactly(0, 0, 1, INF, INF, NAN);
        assertThat(x.expm1().toFloats()).containsExactly(-1, -1, 0, INF, INF, NAN);
        assertThat(x.tanh().toFloats()).containsExactly(-1, -1, 0, 1, 1, NAN);
        assertThat(x.erf().toFloats()).containsExactly(-1, -1, 0, 1, 1, NAN);
        assertThat(x.sigmoid().toFloats()).containsExactly(0, 0, 0.5f, 1, 1, NAN);
        assertThat(x.softplus().toFloats()).containsExactly(0, 0, 0.6931472f, 200, INF, NAN);
        assertThat(x.atan().toFloats()).containsExactly(-1.5707964f, -1.5657964f, 0, 1.5657964f, 1.5707964f, NAN);
        assertThat(x.sin().toFloats()[0]).isNaN();
        assertThat(x.cos().toFloats()[4]).isNaN();
        Tensor y = Tensor.of(new float[] {-1, -0f, 0, 1, INF, NAN, Float.MIN_VALUE});
        assertThat(y.log().toFloats()).containsExactly(NAN, -INF, -INF, 0, INF, NAN, -103.27893f);
        assertThat(y.log1p().toFloats()).containsExactly(-INF, -0f, 0, 0.6931472f, INF, NAN, Float.MIN_VALUE);
        assertThat(y.rsqrt().toFloats())
                .containsExactly(NAN, -INF, INF, 1, 0, NAN, (float) (1 / Math.sqrt(Float.MIN_VALUE)));
    }

    /** C's special cases, which NumPy and PyTorch have too. */
    @Test
    void powersOfSpecialNumbers() {
        float[][] cases = {
            {-2, 2, 4},
            {-2, 3, -8},
            {-2, -1, -0.5f},
            {-2, 0.5f, NAN},
            {0, 0, 1},
            {-3, 0, 1},
            {NAN, 0, 1},
            {INF, 0, 1},
            {1, NAN, 1},
            {1, INF, 1},
            {0, 2, 0},
            {0, -1, INF},
            {-0f, -1, -INF},
            {-0f, 3, -0f},
            {-0f, 2, 0},
            {2, INF, INF},
            {2, -INF, 0},
            {0.5f, INF, 0},
            {0.5f, -INF, INF},
            {-1, INF, 1},
            {INF, 2, INF},
            {INF, -2, 0},
            {-INF, 3, -INF},
            {-INF, 2, INF},
            {-INF, -3, -0f},
            {NAN, 1, NAN},
            {2, NAN, NAN},
            {3, 2, 9},
            {2, 10, 1024},
            {9, 0.5f, 3},
            {-8, 1, -8},
            {10, -2, 0.01f}
        };
        for (float[] one : cases) {
            for (DType dtype : DType.values()) {
                double power = Tensor.scalar(dtype, one[0])
                        .pow(Tensor.scalar(dtype, one[1]))
                        .item();
                assertThat(Float.valueOf((float) power))
                        .as("%s to the power %s in %s", one[0], one[1], dtype)
                        .isEqualTo(Float.valueOf(one[2]));
            }
        }
    }
}
