package dev.lanewise.core;

import dev.lanewise.core.kernel.CofactorMatrix;
import dev.lanewise.core.kernel.LowerUpperFactors;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * Determinants of the matrices along the last two axes, and their cofactors, computed in double precision, each matrix
 * by one thread.
 */
sealed interface DeterminantOp extends PrimitiveOp {
    /** The determinant, [.., n, n] → [..]. Its gradient is the cofactors. */
    record Determinant() implements DeterminantOp {
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
            return Computed.of(ofEach(a, EliminatedMatrices.factored(a), LowerUpperFactors::determinant));
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
    record Cofactors() implements DeterminantOp {
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
                return saved.operand(0).apply(new SolveOp.Solve(false), right).transpose();
            });
        }
    }

    /** The determinant's sign and the logarithm of its size, [.., n, n] → [..] twice. */
    record LogDeterminant() implements DeterminantOp {
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
            LowerUpperFactors[] factors = EliminatedMatrices.factored(a);
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
