package dev.lanewise.core;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The part of {@link TensorOps} that is linear algebra: factorisations of matrices, which are the last two axes, and
 * systems of equations. Axes in front of them are a batch.
 *
 * <p>All are computed in double precision, FLOAT32 operands too, whose results are rounded once. A gradient has the
 * formula that PyTorch has; gradients of gradients come of themselves.
 *
 * @param <T> the implementing type itself
 */
interface LinearAlgebraMethods<T extends TensorOps<T>> extends Operand<T> {
    /**
     * The factorisation A = Q·R, reduced: [.., m, n] → Q of shape [.., m, k] and R of shape [.., k, n] with k = min(m,
     * n). The columns of Q are orthonormal, R is upper triangular. By Householder's reflections, with LAPACK's signs:
     * they need not be positive on R's diagonal.
     *
     * <p>The gradient is A' = (Q' + Q·sym(R'·Rᵀ − Qᵀ·Q'))·R⁻ᵀ, where sym mirrors the upper triangle to the lower one;
     * of a wide matrix that of its first m columns, and those behind them get Q·R'. There is one only if the first k
     * columns are independent; if not, the backward pass throws IllegalArgumentException.
     *
     * @return Q and R
     * @throws IllegalArgumentException if there are fewer than two axes
     */
    default List<T> qr() {
        requireMatrices("qr");
        return applyAll(new FactorizationOp.Qr(), List.of(self()));
    }

    /**
     * The lower triangular L with A = L·Lᵀ of a symmetric positive definite matrix, [.., n, n]. Only the lower triangle
     * of A is read.
     *
     * <p>The gradient is A' = L⁻ᵀ·S·L⁻¹ with S the symmetric part of Φ(Lᵀ·L'), where Φ takes the lower triangle with
     * half its diagonal. It is symmetric, as A is: what is read from below the diagonal is shared with its mirror image
     * above.
     *
     * @throws IllegalArgumentException if the matrix is not square, or not positive definite; the message tells the
     *     first leading minor that is not positive
     */
    default T cholesky() {
        requireSquare("cholesky");
        return apply(new FactorizationOp.Cholesky());
    }

    /**
     * The solution X of A·X = B for a square matrix A, [.., n, n]: by elimination with partial pivoting. The batches of
     * A and B broadcast.
     *
     * <p>The gradients are B' = A⁻ᵀ·X' and A' = −B'·Xᵀ.
     *
     * @param right B, of shape [.., n, k]; or a vector [n], or as many vectors as A has matrices, [.., n] as A but for
     *     its last axis: then so is the result
     * @throws IllegalArgumentException if A is not square, or is singular, or the shapes do not fit; the message tells
     *     the pivot that is 0
     */
    default T solve(T right) {
        requireSquare("solve");
        return onColumns("solve", right, columns -> apply(new SolveOp.Solve(false), columns));
    }

    /**
     * The solution X of A·X = B for a triangular matrix A, [.., n, n]; what stands on the other side of its diagonal is
     * not read. The batches of A and B broadcast. For Aᵀ transpose it, and exchange upper for lower.
     *
     * <p>The gradients are B' = A⁻ᵀ·X' and A' = −B'·Xᵀ, of which only the triangle counts.
     *
     * @param right B: see {@link #solve}
     * @param upper whether A is the upper triangle, not the lower one
     * @throws IllegalArgumentException if A is not square, or has a zero on its diagonal, or the shapes do not fit
     */
    default T solveTriangular(T right, boolean upper) {
        requireSquare("solveTriangular");
        return onColumns(
                "solveTriangular", right, columns -> apply(new SolveOp.SolveTriangular(upper, false), columns));
    }

    /**
     * Least squares: the X with the least sum of squared residuals A·X − B, for A of shape [.., m, n] with m ≥ n and
     * independent columns; or, for m &lt; n and independent rows, the X of A·X = B with the least sum of squares. The
     * batches of A and B broadcast.
     *
     * <p>By Householder's reflections after scaling the columns, and refined with residuals of twice the digits, so
     * that nearly all digits of the solution are right wherever the columns are independent at all. The columns that A
     * has in FLOAT32 have to be independent in that precision: convert to FLOAT64 what is badly conditioned.
     *
     * <p>With the residuals R = B − A·X the gradients for m ≥ n are B' = A·Y with Y = (Aᵀ·A)⁻¹·X', and A' = R·Yᵀ −
     * B'·Xᵀ; for m &lt; n they are B' = (A·Aᵀ)⁻¹·A·X' and A' = (A·Aᵀ)⁻¹·B·(X' − Aᵀ·B')ᵀ − B'·Xᵀ.
     *
     * @param right B, of shape [.., m, k]; or a vector [m], or as many vectors as A has matrices, [.., m] as A but for
     *     its last axis: then so is the result
     * @return X, of shape [.., n, k]
     * @throws IllegalArgumentException if the shapes do not fit, or a column (a row for m &lt; n) is a combination of
     *     those before it, which the message names
     */
    default T lstsq(T right) {
        requireMatrices("lstsq");
        int unknowns = shape().size(-1);
        boolean wide = shape().size(-2) < unknowns;
        Op op = new SolveOp.LeastSquares(wide);
        return onColumns("lstsq", right, columns -> {
            T zeros = constant(Tensor.zeros(dtype(), columns.shape().withSize(-2, unknowns)));
            return wide
                    ? applyAll(op, List.of(self().transpose(), zeros, columns)).getFirst()
                    : applyAll(op, List.of(self(), columns, zeros)).getLast();
        });
    }

    /**
     * The inverse of a square matrix, [.., n, n]. To solve a system take {@link #solve}, which is faster and more
     * exact. With X = A⁻¹ the gradient is A' = −Xᵀ·X'·Xᵀ.
     *
     * @throws IllegalArgumentException if the matrix is not square, or is singular; the message tells the pivot that is
     *     0
     */
    default T inverse() {
        requireSquare("inverse");
        return apply(new SolveOp.Inverse());
    }

    /**
     * The determinant, [.., n, n] → [..]; 1 of a matrix without elements. The gradient is the cofactors, det(A)·A⁻ᵀ,
     * which a singular matrix has too; gradients of gradients need an inverse.
     *
     * @throws IllegalArgumentException if the matrix is not square
     */
    default T det() {
        requireSquare("det");
        return apply(new DeterminantOp.Determinant());
    }

    /**
     * The determinant's sign (−1, 0 or 1) and ln |det(A)|, each [.., n, n] → [..]: where a determinant would overflow.
     * Those of a singular matrix are 0 and −∞. The gradient is that of the logarithm, A⁻ᵀ; a singular matrix has none,
     * and the backward pass throws IllegalArgumentException.
     *
     * @return the sign and the logarithm
     * @throws IllegalArgumentException if the matrix is not square
     */
    default List<T> slogDet() {
        requireSquare("slogDet");
        return applyAll(new DeterminantOp.LogDeterminant(), List.of(self()));
    }

    /**
     * ln det(A), [.., n, n] → [..]; NaN if the determinant is negative, −∞ if it is 0. The gradient is A⁻ᵀ; see
     * {@link #slogDet}.
     *
     * @throws IllegalArgumentException if the matrix is not square
     */
    default T logDet() {
        requireSquare("logDet");
        List<T> parts = slogDet();
        return parts.get(0).log().add(parts.get(1)); // ln 1 = 0, ln −1 is NaN
    }

    private void requireMatrices(String operation) {
        if (shape().rank() < 2) {
            throw new IllegalArgumentException(
                    "%s: shape %s has no matrices, expected [.., m, n]".formatted(operation, shape()));
        }
    }

    private void requireSquare(String operation) {
        if (shape().rank() < 2 || shape().size(-2) != shape().size(-1)) {
            throw new IllegalArgumentException(
                    "%s: shape %s has no square matrices, expected [.., n, n]".formatted(operation, shape()));
        }
    }

    /** Calls a function with the right-hand sides as columns, [.., m, k] with the axes in front that come out. */
    private T onColumns(String operation, T right, UnaryOperator<T> function) {
        boolean vectors = right.shape().rank() == 1 || right.shape().equals(shape().without(-1));
        T columns = vectors ? right.unsqueeze(-1) : right.self(); // (.., m, k)
        int rows = shape().size(-2);
        if (columns.shape().rank() < 2 || columns.shape().size(-2) != rows) {
            throw new IllegalArgumentException("%s: %s does not fit matrices of shape %s, expected [.., %d, k] or [%d]"
                    .formatted(operation, right.shape(), shape(), rows, rows));
        }
        Shape batch;
        try {
            batch = Matrices.batch(shape()).broadcast(Matrices.batch(columns.shape()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: the leading axes of %s and %s do not fit: %s"
                            .formatted(operation, shape(), right.shape(), e.getMessage()),
                    e);
        }
        T whole = columns.expand(Matrices.shape(batch, rows, columns.shape().size(-1)));
        T result = function.apply(whole);
        return vectors ? result.squeeze(-1) : result;
    }
}
