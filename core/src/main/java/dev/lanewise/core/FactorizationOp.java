package dev.lanewise.core;

import dev.lanewise.core.kernel.CholeskyFactor;
import dev.lanewise.core.kernel.HouseholderFactors;
import java.util.List;

/** Factorisations of the matrices along the last two axes, computed in double precision, each matrix by one thread. */
sealed interface FactorizationOp extends PrimitiveOp {
    /** {@code A = Q·R} for [.., m, n], with k = min(m, n) columns of Q and rows of R. */
    record Qr() implements FactorizationOp {
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
            return r.apply(new SolveOp.SolveTriangular(true, false), sum.transpose())
                    .transpose();
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
    record Cholesky() implements FactorizationOp {
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
                Op solve = new SolveOp.SolveTriangular(false, true);
                return l.apply(solve, l.apply(solve, symmetric).transpose());
            });
        }
    }
}
