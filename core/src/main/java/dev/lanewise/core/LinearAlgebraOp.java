package dev.lanewise.core;

import dev.lanewise.core.kernel.CholeskyFactor;
import dev.lanewise.core.kernel.CofactorMatrix;
import dev.lanewise.core.kernel.HouseholderFactors;
import dev.lanewise.core.kernel.LeastSquaresSystem;
import dev.lanewise.core.kernel.LowerUpperFactors;
import dev.lanewise.core.kernel.TriangularSolve;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * Factorisations of the matrices along the last two axes, and what follows from them. All are computed in double
 * precision, each matrix by one thread.
 */
sealed interface LinearAlgebraOp extends PrimitiveOp {
    /** {@code A = Q·R} for [.., m, n], with k = min(m, n) columns of Q and rows of R. */
    record Qr() implements LinearAlgebraOp {
        @Override
        public String name() {
            return "qr";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            Shape shape = operands.getFirst();
            return 4L * shape.count() * Math.min(shape.size(-2), shape.size(-1)); // half of it for Q
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.getFirst();
            int m = a.shape().size(-2);
            int n = a.shape().size(-1);
            int k = Math.min(m, n);
            double[][][] matrices = Matrices.of(a);
            double[][][] q = new double[matrices.length][][];
            double[][][] r = new double[matrices.length][][];
            Matrices.forEach(matrices.length, 2L * m * n * k, i -> {
                var factors = new HouseholderFactors(matrices[i], n);
                q[i] = factors.q();
                r[i] = factors.r();
            });
            return Computed.of(List.of(
                    Matrices.tensor(a.dtype(), a.shape().withSize(-1, k), q),
                    Matrices.tensor(a.dtype(), a.shape().withSize(-2, k), r)));
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> {
                T q = saved.result(0); // (.., m, k)
                T r = saved.result(1); // (.., k, n)
                T ofQ = saved.gradient(0);
                T ofR = saved.gradient(1);
                int k = q.shape().size(-1);
                int n = r.shape().size(-1);
                checkColumns(r.value(), saved.operandShape(0));
                if (n == k) {
                    return ofIndependentColumns(q, r, ofQ, ofR);
                }
                // A = [B C] with B = Q·S and R = [S Qᵀ·C]: Q and S are those of B, and C only comes in by Qᵀ·C.
                T further = r.slice(-1, k, n);
                T ofFurther = ofR.slice(-1, k, n);
                T first = ofIndependentColumns(
                        q,
                        r.slice(-1, 0, k),
                        ofQ.add(q.matmul(further.matmul(ofFurther.transpose()))),
                        ofR.slice(-1, 0, k));
                return TensorOps.concat(saved.operandShape(0).axis(-1), List.of(first, q.matmul(ofFurther)));
            });
        }

        /**
         * (Q' + Q·sym(R'·Rᵀ − Qᵀ·Q'))·R⁻ᵀ, where sym mirrors the upper triangle to the lower one (Walter and Lehmann
         * 2010, arXiv:1001.1654; as PyTorch does it).
         */
        private static <T extends TensorOps<T>> T ofIndependentColumns(T q, T r, T ofQ, T ofR) {
            T difference = ofR.matmul(r.transpose()).sub(q.transpose().matmul(ofQ)); // (.., k, k)
            T mirrored = difference.triu(0).add(difference.triu(1).transpose()); // (.., k, k), symmetric
            T sum = ofQ.add(q.matmul(mirrored)); // (.., m, k)
            return r.apply(new SolveTriangular(true, false), sum.transpose()).transpose();
        }

        private void checkColumns(Tensor r, Shape shape) {
            double[][][] matrices = Matrices.of(r);
            double share = Matrices.rounding(r.dtype(), shape);
            for (int i = 0; i < matrices.length; i++) {
                int column = HouseholderFactors.dependentColumn(matrices[i], matrices[i].length, share);
                if (column >= 0) {
                    throw new IllegalArgumentException(
                            ("qr: %s has no gradient: column %d is a combination of those before it;"
                                            + " the first %d columns have to be independent")
                                    .formatted(Matrices.describe(shape, i), column, matrices[i].length));
                }
            }
        }
    }

    /** {@code A = L·Lᵀ}, of which the lower triangle of A is read. */
    record Cholesky() implements LinearAlgebraOp {
        @Override
        public String name() {
            return "cholesky";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            Shape shape = operands.getFirst();
            return (long) shape.count() * shape.size(-1) / 3;
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.getFirst();
            double[][][] matrices = Matrices.of(a);
            int[] failed = new int[matrices.length];
            int n = a.shape().size(-1);
            Matrices.forEach(
                    matrices.length, (long) n * n * n / 6, i -> failed[i] = CholeskyFactor.factor(matrices[i]));
            for (int i = 0; i < failed.length; i++) {
                if (failed[i] > 0) {
                    throw new IllegalArgumentException(
                            ("cholesky: %s is not positive definite: its leading minor of order %d is not positive;"
                                            + " add to the diagonal if it is only just not, or take qr or solve")
                                    .formatted(Matrices.describe(a.shape(), i), failed[i]));
                }
            }
            return Computed.of(Matrices.tensor(a.dtype(), a.shape(), matrices));
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        /**
         * L⁻ᵀ·S·L⁻¹, where S is the symmetric part of the lower triangle of Lᵀ·L' with half its diagonal (Murray 2016,
         * arXiv:1602.07527).
         */
        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> {
                T l = saved.result(0);
                T lower = l.transpose().matmul(saved.gradient()).tril(0);
                T halved = lower.sub(lower.diagonal().mul(0.5).diagEmbed());
                T symmetric = halved.add(halved.transpose()).mul(0.5);
                Op solve = new SolveTriangular(false, true);
                return l.apply(solve, l.apply(solve, symmetric).transpose());
            });
        }
    }

    /** X with {@code A·X = B}, or {@code Aᵀ·X = B}; the matrices of A broadcast to those of B. */
    record Solve(boolean transposed) implements LinearAlgebraOp {
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
            LowerUpperFactors[] factors = invertible(name(), a);
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
    record SolveTriangular(boolean upper, boolean transposed) implements LinearAlgebraOp {
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
    record LeastSquares(boolean wide) implements LinearAlgebraOp {
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
    record Inverse() implements LinearAlgebraOp {
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
            LowerUpperFactors[] factors = invertible(name(), a);
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

    /** The determinant, [.., n, n] → [..]. Its gradient is the cofactors. */
    record Determinant() implements LinearAlgebraOp {
        @Override
        public String name() {
            return "det";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            return 2L * operands.getFirst().count() * operands.getFirst().size(-1) / 3;
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.getFirst();
            return Computed.of(ofEach(a, factored(a), LowerUpperFactors::determinant));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(
                    0, () -> ofMatrices(saved.gradient()).mul(saved.operand(0).apply(new Cofactors())));
        }
    }

    /**
     * The cofactors C = det(A)·A⁻ᵀ, also where A has no inverse. Their gradient, A' with A·A'ᵀ = ⟨C', C⟩·I − C'·Cᵀ,
     * needs one.
     */
    record Cofactors() implements LinearAlgebraOp {
        @Override
        public String name() {
            return "cofactors";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            return 2L * operands.getFirst().count() * operands.getFirst().size(-1);
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.getFirst();
            double[][][] matrices = Matrices.of(a);
            int n = a.shape().size(-1);
            Matrices.forEach(matrices.length, (long) n * n * n, i -> matrices[i] = CofactorMatrix.of(matrices[i]));
            return Computed.of(Matrices.tensor(a.dtype(), a.shape(), matrices));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return true;
        }

        @Override
        public boolean keepsResult(int result) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(0, () -> {
                T c = saved.result(0);
                T ofC = saved.gradient();
                int n = c.shape().size(-1);
                T product = ofMatrices(ofC.mul(c).sum(Axes.of(-2, -1)));
                T onDiagonal = product.mul(c.constant(Tensor.eye(n).to(c.dtype()))); // (.., n, n)
                T right = onDiagonal.sub(ofC.matmul(c.transpose()));
                return saved.operand(0).apply(new Solve(false), right).transpose();
            });
        }
    }

    /** The determinant's sign and the logarithm of its size, [.., n, n] → [..] twice. */
    record LogDeterminant() implements LinearAlgebraOp {
        @Override
        public String name() {
            return "slogDet";
        }

        @Override
        public long flops(List<Shape> operands, List<Shape> results) {
            return 2L * operands.getFirst().count() * operands.getFirst().size(-1) / 3;
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor a = operands.getFirst();
            LowerUpperFactors[] factors = factored(a);
            return Computed.of(List.of(
                    ofEach(a, factors, LowerUpperFactors::determinantSign),
                    ofEach(a, factors, LowerUpperFactors::logDeterminant)));
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            saved.give(
                    0,
                    () -> ofMatrices(saved.gradient(1))
                            .mul(saved.operand(0).inverse().transpose()));
        }
    }

    // ------------------------------------------------------------------ means

    private static LowerUpperFactors[] factored(Tensor a) {
        double[][][] matrices = Matrices.of(a);
        int n = a.shape().size(-1);
        var factors = new LowerUpperFactors[matrices.length];
        Matrices.forEach(matrices.length, (long) n * n * n / 3, i -> factors[i] = new LowerUpperFactors(matrices[i]));
        return factors;
    }

    private static LowerUpperFactors[] invertible(String operation, Tensor a) {
        LowerUpperFactors[] factors = factored(a);
        for (int i = 0; i < factors.length; i++) {
            int pivot = factors[i].zeroPivot();
            if (pivot >= 0) {
                throw new IllegalArgumentException(
                        "%s: %s is singular: pivot %d of the elimination is 0, column %d is a combination of those before it"
                                .formatted(operation, Matrices.describe(a.shape(), i), pivot, pivot));
            }
        }
        return factors;
    }

    /** A number for each matrix. */
    private static Tensor ofEach(Tensor a, LowerUpperFactors[] factors, Function<LowerUpperFactors, Double> number) {
        double[] numbers = new double[factors.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number.apply(factors[i]);
        }
        return Tensor.contiguous(DType.FLOAT64, Matrices.batch(a.shape()), numbers)
                .to(a.dtype());
    }

    /** A number for each matrix, so that it broadcasts along the matrices: [..] → [.., 1, 1]. */
    private static <T extends TensorOps<T>> T ofMatrices(T numbers) {
        return numbers.unsqueeze(-1).unsqueeze(-1);
    }
}
