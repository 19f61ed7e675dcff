package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** PyTorch's gradients, and those of matrices without an inverse. */
class LinearAlgebraGradientsTest {
    private static Variable matrix(int columns, double... values) {
        return Variable.of(Tensor.of(DType.FLOAT64, Shape.of(values.length / columns, columns), values));
    }

    private static Tensor counting(int rows, int columns) {
        return Tensor.fill(DType.FLOAT64, Shape.of(rows, columns), i -> i + 1);
    }

    private static Variable weighted(Variable x) {
        return x.mul(Variable.constantOf(counting(x.shape().size(0), x.shape().size(1))))
                .sum();
    }

    private static void check(Tensor gradient, double... expected) {
        double[] actual = gradient.toDoubles();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("element %d of %s", i, Arrays.toString(actual))
                    .isLessThan(1e-12 * (1 + Math.abs(expected[i])));
        }
    }

    @Test
    void qrOfAWideMatrixIsAsTorchs() {
        Variable a = matrix(4, 1, 2, 3, 4, 2, -1, 0.5, 1);
        List<Variable> factors = a.qr();

        Gradients gradients =
                weighted(factors.get(0)).add(weighted(factors.get(1))).backward();

        check(
                gradients.of(a),
                5.366563145999494,
                -6.260990336999410,
                -7.602631123499284,
                -8.944271909999157,
                -3.801315561749643,
                0.8944271909999171,
                0.4472135954999592,
                0);
    }

    /** The gradient is symmetric, though only one triangle is read. */
    @Test
    void choleskyIsAsTorchs() {
        Variable a = matrix(3, 4, 2, 1, 2, 5, 3, 1, 3, 6);

        check(
                weighted(a.cholesky()).backward().of(a),
                -0.178909960943697,
                0.414099609436973,
                0.887440624900843,
                0.414099609436973,
                0.859003905630271,
                0.625593750991566,
                0.887440624900843,
                0.625593750991566,
                2.199049998413494);
    }

    @Test
    void leastSquaresAreAsTorchs() {
        Variable tall = matrix(2, 1, 2, 3, 4, 5, 7);
        Variable b = matrix(1, 1, 0, 2);
        Gradients gradients = weighted(tall.lstsq(b)).backward();
        // In 49ths and 14ths, by hand; PyTorch has them to 12 digits.
        check(gradients.of(tall), 103 / 49.0, -84 / 49.0, 46.5 / 49, -31.5 / 49, -31 / 49.0, 21 / 49.0);
        check(gradients.of(b), 13 / 14.0, -3 / 14.0, 2 / 14.0);

        Variable wide = matrix(3, 1, 2, 3, 4, 5, 7);
        Variable c = matrix(1, 1, 2);
        Variable weights = Variable.constantOf(Tensor.of(DType.FLOAT64, Shape.of(3, 1), 1, 2, 4));
        Gradients ofWide = wide.lstsq(c).mul(weights).sum().backward();
        check(
                ofWide.of(wide),
                0.440816326530612,
                -0.489795918367347,
                -0.391836734693878,
                -0.062857142857143,
                0.114285714285714,
                0.011428571428571);
        check(ofWide.of(c), 12 / 7.0, -0.2);
    }

    @Test
    void theDeterminantOfASingularMatrixHasAGradient() {
        Variable a = matrix(2, 1, 2, 2, 4);
        check(a.det().backward().of(a), 4, -2, -2, 1);

        GradCheck.check(o -> o.getFirst().det(), List.of(singular(4, 3)));
        Variable twice = Variable.of(singular(4, 2)); // two columns are combinations: every cofactor is 0
        double[] cofactors = twice.det().backward().of(twice).toDoubles();
        assertThat(Arrays.stream(cofactors).map(Math::abs).max().orElseThrow()).isLessThan(1e-14);
        Variable zeros = Variable.of(Tensor.zeros(DType.FLOAT64, Shape.of(3, 3)));
        check(zeros.det().backward().of(zeros), new double[9]);
        Variable one = matrix(1, 0);
        check(one.det().backward().of(one), 1);
    }

    /** A matrix of a size, and of a lower rank: products of small whole numbers. */
    private static Tensor singular(int size, int rank) {
        Tensor left = Tensor.fill(DType.FLOAT64, Shape.of(size, rank), i -> (7 * i + 3) % 5 - 2);
        Tensor right = Tensor.fill(DType.FLOAT64, Shape.of(rank, size), i -> (5 * i + 1) % 7 - 3);
        return left.matmul(right);
    }

    @Test
    void whatHasNoGradientIsNamed() {
        Variable dependent = matrix(2, 1, 2, 2, 4, 3, 6);
        refused(
                "qr: the matrix of shape [3, 2] has no gradient: column 1 is a combination of those before it",
                () -> weighted(dependent.qr().get(1)).backward());
        Variable wide = matrix(3, 1, 2, 1, 2, 4, 1); // the first two columns are dependent, the matrix has full rank
        refused(
                "the first 2 columns have to be independent",
                () -> weighted(wide.qr().get(0)).backward());
        Variable singular = matrix(2, 1, 2, 2, 4);
        refused("singular: pivot 1", () -> singular.slogDet().get(1).backward());
        refused(
                "singular: pivot 1",
                () -> Autograd.grad(
                        Autograd.grad(singular.det(), List.of(singular))
                                .getFirst()
                                .sum(),
                        List.of(singular)));
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void qrOfExtremeNumbersHasAGradient() {
        for (double scale : new double[] {1e-200, 1e200}) {
            Variable a = matrix(2, 1, 2, 3, 4, 5, 7);
            Variable scaled = Variable.of(a.value().mul(scale));
            Tensor expected = weighted(a.qr().get(1)).backward().of(a);
            check(weighted(scaled.qr().get(1)).backward().of(scaled), expected.toDoubles());
        }
    }

    /** Nobody pays for a gradient of a right-hand side that is a constant. */
    @Test
    void aConstantMatrixOrRightSideGetsNone() {
        Variable a = matrix(2, 3, 1, 1, 2);
        Variable b = Variable.constantOf(Tensor.of(new double[] {1, 2}));
        assertThat(a.solve(b).sum().backward().of(a).shape()).isEqualTo(a.shape());
        Variable c = Variable.of(Tensor.of(new double[] {1, 2}));
        Variable constant = a.detach();
        check(constant.solve(c).sum().backward().of(c), 0.2, 0.4);
        check(constant.lstsq(c).sum().backward().of(c), 0.2, 0.4);
    }
}
