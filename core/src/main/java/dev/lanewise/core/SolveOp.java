package dev.lanewise.core;

import dev.lanewise.core.kernel.LeastSquaresSystem;
import dev.lanewise.core.kernel.LowerUpperFactors;
import dev.lanewise.core.kernel.TriangularSolve;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Solutions of linear equations with the matrices along the last two axes, computed in double precision, each matrix by
 * one thread.
 */
sealed interface SolveOp extends PrimitiveOp {
    /** X with {@code A·X = B}, or {@code Aᵀ·X = B}; the matrices of A broadcast to those of B. */
    record Solve(boolean transposed) implements SolveOp {
        @Override
        public String name() {
            return "solve";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            Shape shape = operands.getFirst();
            int n = shape.size(-1);
            return 2L * shape.count() * n / 3 + 2L * operands.get(1).count() * n;
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Elementwise.checkTypes(name(), operands);
            Tensor a = operands.get(0);
            Tensor b = operands.get(1);
            LowerUpperFactors[] factors = EliminatedMatrices.invertible(name(), a);
            double[][][] right = Matrices.of(b);
            int[] left = Matrices.broadcast(Matrices.batch(a.shape()), Matrices.batch(b.shape()));
            Matrices.forEach(
                    right.length,
                    (long) a.shape().size(-1) * b.shape().size(-1) * a.shape().size(-2),
                    i -> right[i] = factors[left[i]].solve(right[i], transposed));
            return Computed.of(Matrices.tensor(b.dtype(), b.shape(), right));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return operand == 0;
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            T ofB = saved.operand(0).apply(new Solve(!transposed), saved.gradient());
            saved.give(1, () -> ofB);
            saved.give(0, () -> {
                T x = saved.result(0);
                T product = transposed ? x.matmul(ofB.transpose()) : ofB.matmul(x.transpose());
                return product.neg().sumTo(saved.operandShape(0));
            });
        }
    }

    /**
     * X with {@code T·X = B}, or {@code Tᵀ·X = B}, where T is the upper or the lower triangle of A; the matrices of A
     * broadcast to those of B.
     */
    record SolveTriangular(boolean upper, boolean transposed) implements SolveOp {
        @Override
        public String name() {
            return "solveTriangular";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            return (long) operands.get(1).count() * operands.getFirst().size(-1);
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Elementwise.checkTypes(name(), operands);
            Tensor a = operands.get(0);
            Tensor b = operands.get(1);
            double[][][] triangles = Matrices.of(a);
            for (int i = 0; i < triangles.length; i++) {
                int zero = TriangularSolve.zeroOnDiagonal(triangles[i]);
                if (zero >= 0) {
                    throw new IllegalArgumentException(
                            "solveTriangular: %s is singular: element %d of its diagonal is 0"
                                    .formatted(Matrices.describe(a.shape(), i), zero));
                }
            }
            double[][][] right = Matrices.of(b);
            int[] left = Matrices.broadcast(Matrices.batch(a.shape()), Matrices.batch(b.shape()));
            Matrices.forEach(
                    right.length,
                    (long) a.shape().size(-1) * b.shape().size(-1) * a.shape().size(-2) / 2,
                    i -> TriangularSolve.solve(triangles[left[i]], upper, transposed, false, right[i]));
            return Computed.of(Matrices.tensor(b.dtype(), b.shape(), right));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return operand == 0;
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            T ofB = saved.operand(0).apply(new SolveTriangular(upper, !transposed), saved.gradient());
            saved.give(1, () -> ofB);
            saved.give(0, () -> {
                T x = saved.result(0);
                T product = transposed ? x.matmul(ofB.transpose()) : ofB.matmul(x.transpose());
                T triangle = upper ? product.triu(0) : product.tril(0);
                return triangle.neg().sumTo(saved.operandShape(0));
            });
        }
    }

    /**
     * r and x with {@code r + A·x = f} and {@code Aᵀ·r = g}, for [.., m, n] with m ≥ n: see {@link LeastSquaresSystem}.
     * The matrices of A broadcast to those of f and g.
     *
     * <p>The matrix of the whole system, [I A; Aᵀ 0], is symmetric, so the gradients of f and g are the solution of the
     * same system with the gradients of r and x on the right; and A' = −(f'·xᵀ + r·g'ᵀ).
     *
     * @param wide whether A is the transpose of what the user gave, for messages
     */
    record LeastSquares(boolean wide) implements SolveOp {
        @Override
        public String name() {
            return "lstsq";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            Shape shape = operands.getFirst();
            long once = 8L * operands.get(1).count() * shape.size(-1);
            return 2L * shape.count() * shape.size(-1) + once; // and refinement, of which nobody knows how much
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Elementwise.checkTypes(name(), operands);
            Tensor a = operands.get(0);
            int m = a.shape().size(-2);
            int n = a.shape().size(-1);
            double[][][] matrices = Matrices.of(a);
            var systems = new LeastSquaresSystem[matrices.length];
            Matrices.forEach(
                    matrices.length, (long) m * n * n, i -> systems[i] = new LeastSquaresSystem(matrices[i], n));
            checkRank(systems, a);
            Shape ofF = operands.get(1).shape();
            Shape ofG = operands.get(2).shape();
            double[][][] f = Matrices.of(operands.get(1));
            double[][][] g = Matrices.of(operands.get(2));
            double[][][] r = Matrices.zeros(ofF);
            double[][][] x = Matrices.zeros(ofG);
            int[] left = Matrices.broadcast(Matrices.batch(a.shape()), Matrices.batch(ofF));
            Matrices.forEach(f.length, 12L * m * n * ofF.size(-1), i -> systems[left[i]].solve(f[i], g[i], r[i], x[i]));
            return Computed.of(List.of(Matrices.tensor(a.dtype(), ofF, r), Matrices.tensor(a.dtype(), ofG, x)));
        }

        private void checkRank(LeastSquaresSystem[] systems, Tensor a) {
            double share = Matrices.rounding(a.dtype(), a.shape());
            Shape given = wide ? a.transpose().shape() : a.shape();
            String line = wide ? "row" : "column";
            for (int i = 0; i < systems.length; i++) {
                int dependent = systems[i].dependentColumn(share);
                if (dependent >= 0) {
                    throw new IllegalArgumentException(
                            ("lstsq: the solution is not unique: in %s, %s %d is a combination of those before it, up to"
                                            + " rounding; leave it out")
                                    .formatted(Matrices.describe(given, i), line, dependent));
                }
            }
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return operand == 0;
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            T a = saved.operand(0);
            List<T> given = a.applyAll(this, List.of(a, saved.gradient(0), saved.gradient(1)));
            saved.give(1, () -> given.get(0));
            saved.give(2, () -> given.get(1));
            saved.give(0, () -> {
                T ofF = given.get(0);
                T ofG = given.get(1);
                T product = ofF.matmul(saved.result(1).transpose())
                        .add(saved.result(0).matmul(ofG.transpose()));
                return product.neg().sumTo(saved.operandShape(0));
            });
        }
    }

    /** A⁻¹. With X = A⁻¹ the gradient is A' = −Xᵀ·X'·Xᵀ. */
    record Inverse() implements SolveOp {
        @Override
        public String name() {
            return "inverse";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            return 2L * operands.getFirst().count() * operands.getFirst().size(-1);
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.getFirst();
            LowerUpperFactors[] factors = EliminatedMatrices.invertible(name(), a);
            double[][][] inverses = new double[factors.length][][];
            int n = a.shape().size(-1);
            Matrices.forEach(factors.length, (long) n * n * n, i -> inverses[i] = factors[i].inverse());
            return Computed.of(Matrices.tensor(a.dtype(), a.shape(), inverses));
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> {
                T transposed = saved.result(0).transpose();
                return transposed.matmul(saved.gradient()).matmul(transposed).neg();
            });
        }
    }
}
