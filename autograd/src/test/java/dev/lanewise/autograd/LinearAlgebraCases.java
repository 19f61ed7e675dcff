package dev.lanewise.autograd;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Cases for factorisations, systems of equations and determinants. Operands have a batch axis in front, since one of
 * the layouts repeats the first slice of the first axis: two rows of a matrix must not be the same.
 */
final class LinearAlgebraCases extends CaseList {
    private static final Tensor SQUARE = diagonal(1, 2, 3, 3);
    private static final Tensor TALL = diagonal(2, 2, 4, 3);
    private static final Tensor WIDE = diagonal(3, 2, 2, 4);
    private static final Tensor NO_ROWS = Naive.values(1, -1, 1, 2, 0, 0);
    private static final Tensor NO_MATRIX = Naive.values(1, -1, 1, 0, 3, 3);

    static List<OpCase> all() {
        var all = new LinearAlgebraCases();
        all.factorisations();
        all.systems();
        all.leastSquares();
        all.determinants();
        return all.cases;
    }

    /** Numbers up to 1, and on the diagonal some 2 more, but of both signs: far from singular. */
    private static Tensor diagonal(int seed, int... sizes) {
        Tensor values = Naive.values(seed, -1, 1, sizes);
        int last = sizes.length - 1;
        return Naive.tensor(values.shape(), i ->
                (float) (values.at(i) + (i[last - 1] != i[last] ? 0 : i[last] == 1 ? -1.75 : 2.25)));
    }

    private void add(
            String method,
            String op,
            UnaryOperator<Variable> function,
            UnaryOperator<Tensor> reference,
            Tensor x,
            Tensor empty) {
        cases.add(OpCase.of(method, op, o -> function.apply(o.getFirst()), o -> reference.apply(o.getFirst()), x)
                .withEmpty(empty));
    }

    private static <T extends TensorOps<T>> T flat(List<T> parts) {
        return TensorOps.concat(
                0, List.of(parts.get(0).reshape(-1), parts.get(1).reshape(-1)));
    }

    private void factorisations() {
        Tensor many = diagonal(4, 2, 1, 3, 2);
        for (Tensor x : List.of(TALL, SQUARE, WIDE, many)) {
            add("qr", "Qr", a -> a.qr().get(0), a -> NaiveAlgebra.qr(a).get(0), x, Naive.values(1, -1, 1, 2, 4, 0));
            add("qr", "Qr", a -> a.qr().get(1), a -> NaiveAlgebra.qr(a).get(1), x, Naive.values(1, -1, 1, 2, 0, 3));
            add("qr", "Qr", a -> flat(a.qr()), a -> flat(NaiveAlgebra.qr(a)), x, NO_MATRIX);
        }
        one(
                "qr",
                "Qr",
                a -> flat(a.select(0, 0).qr()),
                a -> flat(NaiveAlgebra.qr(a.select(0, 0))),
                diagonal(5, 1, 3, 2));
        UnaryOperator<Tensor> positive = a -> Naive.map(
                Double::sum,
                Naive.matmul(a, Naive.transpose(a)),
                identity(a.shape().size(-1)));
        for (Tensor empty : List.of(NO_ROWS, NO_MATRIX)) {
            add(
                    "cholesky",
                    "Cholesky",
                    a -> a.matmul(a.transpose())
                            .add(a.constant(identity(a.shape().size(-1)).to(a.dtype())))
                            .cholesky(),
                    a -> NaiveAlgebra.cholesky(positive.apply(a)),
                    SQUARE,
                    empty);
        }
        one(
                "cholesky",
                "Cholesky",
                a -> {
                    Variable x = a.select(0, 0);
                    return x.mul(x).add(x.mul(x).transpose()).cholesky();
                },
                a -> {
                    Tensor x = a.select(0, 0);
                    Tensor squares = Naive.map((p, q) -> p * q, x, x);
                    return NaiveAlgebra.cholesky(Naive.map(Double::sum, squares, Naive.transpose(squares)));
                },
                Naive.tensor(Shape.of(1, 4, 4), i -> i[1] == i[2] ? 1.5 : 0.25 + 0.125 * i[1] - 0.0625 * i[2]));
    }

    private static Tensor identity(int size) {
        return Tensor.eye(size).to(DType.FLOAT64);
    }

    /** Systems with matrices and right-hand sides of all kinds of batches. */
    private void systems() {
        Tensor[][] operands = {
            {SQUARE, Naive.values(2, -1, 1, 2, 3, 2)},
            {SQUARE, Naive.values(3, -1, 1, 3, 2)}, // one right-hand side for all matrices
            {SQUARE, Naive.values(4, -1, 1, 2, 3)}, // a vector for each matrix
            {SQUARE, Naive.values(5, -1, 1, 3)}, // one vector for all
            {diagonal(6, 1, 3, 3), Naive.values(6, -1, 1, 2, 3, 1)},
            {diagonal(7, 2, 1, 2, 2), Naive.values(7, -1, 1, 3, 2, 2)}
        };
        for (Tensor[] pair : operands) {
            boolean vector = pair[1].shape().rank() == 1 || pair[1].shape().equals(Shape.of(2, 3));
            UnaryOperator<Tensor> columns = b -> vector ? b.unsqueeze(-1) : b;
            UnaryOperator<Tensor> dropped = x -> vector ? x.squeeze(-1) : x;
            Tensor[] empty = {NO_ROWS, Naive.values(1, -1, 1, 2, 0, 3)};
            cases.add(OpCase.of(
                            "solve",
                            "Solve",
                            o -> o.get(0).solve(o.get(1)),
                            o -> isEmpty(o)
                                    ? o.get(1)
                                    : dropped.apply(
                                            Naive.matmul(NaiveAlgebra.inverse(o.get(0)), columns.apply(o.get(1)))),
                            pair)
                    .withEmpty(empty));
            for (boolean upper : new boolean[] {false, true}) {
                cases.add(OpCase.of(
                                "solveTriangular",
                                "SolveTriangular",
                                o -> o.get(0).solveTriangular(o.get(1), upper),
                                o -> isEmpty(o)
                                        ? o.get(1)
                                        : dropped.apply(Naive.matmul(
                                                NaiveAlgebra.inverse(NaiveAlgebra.triangle(o.get(0), upper)),
                                                columns.apply(o.get(1)))),
                                pair)
                        .withEmpty(empty));
            }
        }
        add(OpCase.of(
                "solve",
                "Solve",
                o -> o.get(0).select(0, 0).solve(o.get(1)),
                o -> Naive.matmul(NaiveAlgebra.inverse(o.get(0).select(0, 0)), o.get(1)),
                diagonal(8, 1, 3, 3),
                Naive.values(8, -1, 1, 3, 2)));
        add("inverse", "Inverse", a -> a.inverse(), NaiveAlgebra::inverse, SQUARE, NO_ROWS);
        add("inverse", "Inverse", a -> a.inverse(), NaiveAlgebra::inverse, diagonal(9, 1, 2, 4, 4), NO_MATRIX);
    }

    private static boolean isEmpty(List<Tensor> operands) {
        return operands.getFirst().shape().isEmpty();
    }

    private void leastSquares() {
        Tensor[][] operands = {
            {TALL, Naive.values(2, -1, 1, 2, 4, 2)},
            {TALL, Naive.values(3, -1, 1, 4, 2)},
            {WIDE, Naive.values(4, -1, 1, 2, 2, 3)},
            {SQUARE, Naive.values(5, -1, 1, 2, 3, 1)},
            {diagonal(6, 1, 4, 2), Naive.values(6, -1, 1, 3, 4, 1)},
            {diagonal(7, 2, 1, 1, 3), Naive.values(7, -1, 1, 3, 1, 2)}
        };
        for (Tensor[] pair : operands) {
            cases.add(OpCase.of(
                            "lstsq",
                            "LeastSquares",
                            o -> o.get(0).lstsq(o.get(1)),
                            o -> isEmpty(o)
                                    ? Tensor.zeros(DType.FLOAT64, Shape.of(2, 3, 2))
                                    : NaiveAlgebra.lstsq(o.get(0), o.get(1)),
                            pair)
                    .withEmpty(Naive.values(1, -1, 1, 2, 0, 3), Naive.values(1, -1, 1, 2, 0, 2)));
        }
        for (Tensor a : List.of(TALL, WIDE)) {
            int rows = a.shape().size(-2);
            for (Tensor b : List.of(Naive.values(8, -1, 1, 2, rows), Naive.values(9, -1, 1, rows))) {
                add(OpCase.of(
                        "lstsq",
                        "LeastSquares",
                        o -> o.get(0).lstsq(o.get(1)),
                        o -> NaiveAlgebra.lstsq(o.get(0), o.get(1).unsqueeze(-1))
                                .squeeze(-1),
                        a,
                        b));
            }
        }
        add(OpCase.of(
                "lstsq",
                "LeastSquares",
                o -> o.get(0).select(0, 0).lstsq(o.get(1)),
                o -> NaiveAlgebra.lstsq(o.get(0).select(0, 0), o.get(1)),
                diagonal(8, 1, 5, 2),
                Naive.values(8, -1, 1, 5, 3)));
    }

    private void determinants() {
        Tensor positive = Naive.map(Math::abs, diagonal(5, 2, 1, 3, 3));
        for (Tensor empty : List.of(NO_ROWS, NO_MATRIX)) {
            add("det", "Determinant", a -> a.det(), NaiveAlgebra::det, SQUARE, empty);
            add(
                    "slogDet",
                    "LogDeterminant",
                    a -> a.slogDet().get(0),
                    a -> Naive.map(Math::signum, NaiveAlgebra.det(a)),
                    SQUARE,
                    empty);
            add(
                    "slogDet",
                    "LogDeterminant",
                    a -> a.slogDet().get(1),
                    a -> Naive.map(d -> Math.log(Math.abs(d)), NaiveAlgebra.det(a)),
                    SQUARE,
                    empty);
            add(
                    "logDet",
                    "LogDeterminant",
                    a -> a.logDet(),
                    a -> Naive.map(Math::log, NaiveAlgebra.det(a)),
                    positive,
                    empty);
        }
        one(
                "det",
                "Determinant",
                a -> a.select(0, 0).det(),
                a -> NaiveAlgebra.det(a.select(0, 0)),
                diagonal(6, 1, 4, 4));
        // The gradient of a determinant is the cofactors.
        one(
                "det",
                "Cofactors",
                a -> Autograd.grad(a.det().sum(), List.of(a)).getFirst(),
                NaiveAlgebra::cofactors,
                diagonal(7, 2, 4, 4));
    }
}
