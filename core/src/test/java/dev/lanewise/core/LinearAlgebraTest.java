package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Factorisations and systems of larger, badly conditioned, singular, extreme and empty matrices. */
class LinearAlgebraTest {
    private static Tensor random(int seed, int... sizes) {
        return Rng.of(seed).normal(DType.FLOAT64, Shape.of(sizes), 0, 1);
    }

    private static Tensor matrix(int columns, double... values) {
        return Tensor.of(DType.FLOAT64, Shape.of(values.length / columns, columns), values);
    }

    private static Tensor vector(double... values) {
        return Tensor.of(values);
    }

    private static Tensor identity(int size) {
        return Tensor.eye(size).to(DType.FLOAT64);
    }

    private static double largest(Tensor x) {
        return x.abs().amax(Axes.all()).item();
    }

    // ------------------------------------------------------------------ factors

    @ParameterizedTest
    @CsvSource({"40, 25", "25, 40", "33, 33", "1, 7", "7, 1", "200, 3"})
    void qrIsOrthonormalTimesTriangular(int rows, int columns) {
        Tensor a = random(1, 2, rows, columns);
        int k = Math.min(rows, columns);

        List<Tensor> factors = a.qr();

        Tensor q = factors.get(0);
        Tensor r = factors.get(1);
        assertThat(q.shape()).isEqualTo(Shape.of(2, rows, k));
        assertThat(r.shape()).isEqualTo(Shape.of(2, k, columns));
        assertThat(largest(q.matmul(r).sub(a))).isLessThan(1e-13);
        assertThat(largest(q.transpose().matmul(q).sub(identity(k)))).isLessThan(1e-14);
        assertThat(r).isEqualTo(r.triu(0));
    }

    /** PyTorch 2's numbers, which are LAPACK's. */
    @Test
    void qrHasLapacksSigns() {
        List<Tensor> wikipedias =
                matrix(3, 12, -51, 4, 6, 167, -68, -4, 24, -41).qr();
        assertThat(largest(wikipedias.get(1).sub(matrix(3, -14, -21, 14, 0, -175, 70, 0, 0, -35))))
                .isLessThan(1e-13);

        List<Tensor> zeros = matrix(3, 0, 2, 1, 0, 0, 3, 0, 4, -1, 0, 1, 1).qr();
        assertThat(largest(zeros.get(1)
                        .sub(matrix(3, 0, 2, 1, 0, -4.123105625617661, 0.727606875108999, 0, 0, 3.235828832817663))))
                .isLessThan(1e-14);
        assertThat(zeros.get(0).at(1, 2)).isCloseTo(0.927119497043263, within(1e-14));

        // What is triangular already is left alone, whatever its signs; a zero above others counts as positive.
        assertThat(matrix(2, -3, 1, 0, -2).qr().get(1)).isEqualTo(matrix(2, -3, 1, 0, -2));
        assertThat(largest(matrix(2, 0, -2, 3, 1).qr().get(1).sub(matrix(2, -3, -1, 0, 2))))
                .isLessThan(1e-15);
    }

    @ParameterizedTest
    @CsvSource({"1e-200", "1e-310", "1e200"})
    void qrOfExtremeNumbersNeitherOverflowsNorVanishes(double scale) {
        Tensor a = random(2, 6, 4);

        List<Tensor> factors = a.mul(scale).qr();

        double relative = scale < 1e-307 ? 1e-12 : 1e-14; // subnormal numbers have fewer digits
        assertThat(largest(factors.get(0).sub(a.qr().get(0)))).isLessThan(relative * 100);
        assertThat(largest(factors.get(1).div(scale).sub(a.qr().get(1)))).isLessThan(relative * 1000);
    }

    @Test
    void choleskyIsTheRootOfLargeMatrices() {
        Tensor x = random(3, 3, 60, 80);
        Tensor a = x.matmul(x.transpose());

        Tensor factor = a.cholesky();

        assertThat(largest(factor.matmul(factor.transpose()).sub(a))).isLessThan(1e-12);
        assertThat(factor).isEqualTo(factor.tril(0));
        assertThat(factor.diagonal().amin(Axes.all()).item()).isPositive();
    }

    @Test
    void largeSystemsAreSolved() {
        Tensor a = random(4, 2, 90, 90);
        Tensor x = random(5, 2, 90, 3);

        assertThat(largest(a.solve(a.matmul(x)).sub(x))).isLessThan(1e-10);
        assertThat(largest(a.inverse().matmul(a).sub(identity(90)))).isLessThan(1e-10);
        Tensor far = a.add(identity(90).mul(50)); // triangles of chance alone are as good as singular
        for (boolean upper : new boolean[] {false, true}) {
            Tensor triangle = upper ? far.triu(0) : far.tril(0);
            assertThat(largest(far.solveTriangular(triangle.matmul(x), upper).sub(x)))
                    .isLessThan(1e-12);
        }
    }

    /** Rows of fractions 1/(i + j + 1) times what makes them whole: condition number 1e13. */
    @Test
    void leastSquaresKeepNearlyAllDigitsOfBadlyConditionedProblems() {
        int whole = 232_792_560; // divisible by 1 … 21
        Tensor a = Tensor.fill(DType.FLOAT64, Shape.of(12, 10), i -> (double) whole / (i / 10 + i % 10 + 1));
        Tensor ones = Tensor.ones(DType.FLOAT64, Shape.of(10));
        Tensor b = a.sum(1); // exact: whole numbers below 2^53

        assertThat(largest(a.lstsq(b).sub(ones))).isLessThan(1e-14);
        // Whatever the columns are measured in.
        Tensor units = vector(1e-8, 1, 1e12, 3, 1e-150, 1e5, 1e100, 7, 1, 1e-3);
        assertThat(largest(a.mul(units).lstsq(b).mul(units).sub(ones))).isLessThan(1e-2);
        Tensor powers = vector(0x1p-30, 1, 0x1p40, 2, 0x1p-500, 0x1p15, 0x1p300, 8, 1, 0x1p-10);
        assertThat(a.mul(powers).lstsq(b).mul(powers)).isEqualTo(a.lstsq(b));
    }

    @Test
    void theShortestSolutionLiesInTheSpaceOfTheRows() {
        Tensor a = random(6, 5, 12);
        Tensor b = random(7, 5, 2);

        Tensor x = a.lstsq(b);

        assertThat(largest(a.matmul(x).sub(b))).isLessThan(1e-14);
        Tensor combination = a.transpose().lstsq(x); // x = Aᵀ·y
        assertThat(largest(a.transpose().matmul(combination).sub(x))).isLessThan(1e-14);
    }

    // ------------------------------------------------------------------ the same bits

    @Test
    void whatStandsBesideAMatrixOrAColumnMakesNoDifference() {
        Tensor a = random(8, 300, 6, 4);
        Tensor b = random(9, 300, 6, 3);
        Tensor x = a.lstsq(b);
        Tensor r = a.qr().get(1);
        Tensor square = a.slice(1, 0, 4);
        Tensor inverse = square.inverse();
        for (int i : new int[] {0, 7, 299}) {
            Tensor alone = a.select(0, i);
            assertThat(alone.lstsq(b.select(0, i))).isEqualTo(x.select(0, i));
            assertThat(alone.lstsq(b.select(0, i).select(1, 2)))
                    .isEqualTo(x.select(0, i).select(1, 2));
            assertThat(alone.qr().get(1)).isEqualTo(r.select(0, i));
            assertThat(square.select(0, i).inverse()).isEqualTo(inverse.select(0, i));
        }
    }

    @Test
    void singlePrecisionIsDoublePrecisionRoundedOnce() {
        Tensor a = random(10, 3, 5, 5).to(DType.FLOAT32);
        Tensor b = random(11, 3, 5, 2).to(DType.FLOAT32);
        Tensor wide = a.to(DType.FLOAT64);
        Tensor wideB = b.to(DType.FLOAT64);

        assertThat(a.solve(b)).isEqualTo(wide.solve(wideB).to(DType.FLOAT32));
        assertThat(a.lstsq(b)).isEqualTo(wide.lstsq(wideB).to(DType.FLOAT32));
        assertThat(a.qr().get(0)).isEqualTo(wide.qr().get(0).to(DType.FLOAT32));
        assertThat(a.det()).isEqualTo(wide.det().to(DType.FLOAT32));
    }

    // ------------------------------------------------------------------ determinants

    @Test
    void aLogarithmDoesNotOverflowWhereADeterminantDoes() {
        Tensor a = identity(400).mul(-10).slice(0, 0, 399).slice(1, 0, 399); // an odd number of −10

        assertThat(a.det().item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(a.slogDet().get(0).item()).isEqualTo(-1);
        assertThat(a.slogDet().get(1).item()).isCloseTo(399 * StrictMath.log(10), within(1e-10));
        assertThat(a.logDet().item()).isNaN();
        assertThat(a.neg().logDet().item()).isCloseTo(399 * StrictMath.log(10), within(1e-10));
    }

    @Test
    void singularMatricesHaveADeterminant() {
        Tensor a = matrix(2, 1, 2, 2, 4);

        assertThat(a.det().item()).isZero();
        assertThat(a.slogDet().get(0).item()).isZero();
        assertThat(a.slogDet().get(1).item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(a.logDet().item()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    // ------------------------------------------------------------------ what is not read, and what spreads

    @Test
    void theOtherTriangleIsNotRead() {
        Tensor a = matrix(2, 4, Double.NaN, 2, 5);
        assertThat(a.cholesky()).isEqualTo(matrix(2, 2, 0, 1, 2));
        assertThat(a.solveTriangular(vector(4, 7), false)).isEqualTo(vector(1, 1));
        assertThat(matrix(2, 4, 2, Double.NaN, 5).solveTriangular(vector(6, 5), true))
                .isEqualTo(vector(1, 1));
    }

    @Test
    void notANumberSpreads() {
        Tensor a = matrix(2, 1, Double.NaN, 0, 1);
        assertThat(a.solve(vector(1, 1)).at(0)).isNaN();
        assertThat(matrix(2, 0, 1, Double.NaN, 1).solve(vector(1, 1)).at(1)).isNaN();
        assertThat(a.det().item()).isNaN();
        assertThat(a.lstsq(vector(1, 1)).at(0)).isNaN();
        assertThat(a.qr().get(1).at(0, 1)).isNaN();
        assertThat(matrix(1, 1, Double.POSITIVE_INFINITY).lstsq(vector(1, 1)).at(0))
                .isNaN();
    }

    // ------------------------------------------------------------------ empty

    /** As in PyTorch. */
    @Test
    void emptyMatrices() {
        assertThat(Tensor.zeros(0, 3).qr()).isEqualTo(List.of(Tensor.zeros(0, 0), Tensor.zeros(0, 3)));
        assertThat(Tensor.zeros(3, 0).qr()).isEqualTo(List.of(Tensor.zeros(3, 0), Tensor.zeros(0, 0)));
        assertThat(Tensor.zeros(0, 3).lstsq(Tensor.zeros(0, 2))).isEqualTo(Tensor.zeros(3, 2));
        assertThat(Tensor.zeros(3, 0).lstsq(Tensor.ones(DType.FLOAT32, Shape.of(3, 2))))
                .isEqualTo(Tensor.zeros(0, 2));
        assertThat(Tensor.eye(3).solve(Tensor.zeros(3, 0))).isEqualTo(Tensor.zeros(3, 0));
        assertThat(Tensor.zeros(0, 0).det().item()).isEqualTo(1);
        assertThat(Tensor.zeros(0, 0).logDet().item()).isZero();
        assertThat(Tensor.zeros(2, 0, 0).inverse()).isEqualTo(Tensor.zeros(2, 0, 0));
        assertThat(Tensor.zeros(0, 2, 2).cholesky()).isEqualTo(Tensor.zeros(0, 2, 2));
    }

    // ------------------------------------------------------------------ errors

    @Test
    void whatHasNoSolutionIsNamed() {
        Tensor batch = TensorOps.stack(0, List.of(identity(2), matrix(2, 1, 2, 2, 4)));
        refused("solve: matrix [1] of shape [2, 2, 2] is singular: pivot 1", () -> batch.solve(vector(1, 1)));
        refused(
                "inverse: the matrix of shape [2, 2] is singular: pivot 0",
                () -> matrix(2, 0, 1, 0, 1).inverse());
        refused(
                "solveTriangular: the matrix of shape [2, 2] is singular: element 1 of its diagonal",
                () -> matrix(2, 1, 1, 1, 0).solveTriangular(vector(1, 1), true));
        refused(
                "cholesky: the matrix of shape [3, 3] is not positive definite: its leading minor of order 2",
                () -> matrix(3, 1, 2, 0, 2, 1, 0, 0, 0, 1).cholesky());
        refused("leading minor of order 1", () -> matrix(1, 0).cholesky());
        refused("leading minor of order 2", () -> matrix(2, 1, 0, 0, Double.NaN).cholesky());
    }

    @Test
    void dependentColumnsAreNamed() {
        Tensor sum = matrix(3, 1, 2, 3, 2, 1, 3, 3, 5, 8, 4, 2, 6, 5, 2, 7);
        Tensor b = vector(1, 2, 2, 3, 1);
        refused("lstsq: the solution is not unique: in the matrix of shape [5, 3], column 2", () -> sum.lstsq(b));
        refused("in the matrix of shape [3, 5], row 2", () -> sum.transpose().lstsq(vector(1, 2, 3)));
        refused("column 0", () -> matrix(1, 0, 0).lstsq(vector(1, 1)));
        Tensor twice = TensorOps.stack(0, List.of(random(12, 5, 3), sum));
        refused("in matrix [1] of shape [2, 5, 3], column 2", () -> twice.lstsq(b));
        // However small: what counts is the share of the column that is its own.
        Tensor tiny = sum.mul(vector(1, 1e-9, 1e-200));
        refused("column 2", () -> tiny.lstsq(b));
        Tensor nearly = sum.add(matrix(3, 0, 0, 0, 0, 0, 1e-9, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(nearly.lstsq(b).isFinite()).isTrue();
        Tensor single = nearly.to(DType.FLOAT32); // in which the difference is lost
        refused("column 2", () -> single.lstsq(b.to(DType.FLOAT32)));
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        Tensor a = identity(3);
        refused("qr: shape [3] has no matrices", () -> vector(1, 2, 3).qr());
        refused(
                "cholesky: shape [2, 3] has no square matrices",
                () -> random(1, 2, 3).cholesky());
        refused("det: shape [3] has no square matrices", () -> vector(1, 2, 3).det());
        refused("slogDet: shape [2, 3]", () -> random(1, 2, 3).slogDet());
        refused("logDet: shape [2, 3]", () -> random(1, 2, 3).logDet());
        refused("inverse: shape [2, 3]", () -> random(1, 2, 3).inverse());
        refused("solve: shape [2, 3]", () -> random(1, 2, 3).solve(vector(1, 2)));
        refused(
                "solve: [2, 2] does not fit matrices of shape [3, 3], expected [.., 3, k] or [3]",
                () -> a.solve(identity(2)));
        refused("solve: [] does not fit", () -> a.solve(Tensor.scalar(DType.FLOAT64, 1)));
        refused("solveTriangular: [4] does not fit", () -> a.solveTriangular(vector(1, 2, 3, 4), true));
        refused(
                "lstsq: [2] does not fit matrices of shape [4, 2]",
                () -> random(1, 4, 2).lstsq(vector(1, 2)));
        refused(
                "solve: the leading axes of [2, 3, 3] and [4, 3, 1] do not fit",
                () -> random(1, 2, 3, 3).solve(random(2, 4, 3, 1)));
        refused(
                "solve: operands are of types FLOAT64 and FLOAT32",
                () -> a.solve(Tensor.ones(DType.FLOAT32, Shape.of(3))));
    }

    private static void refused(String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
