package dev.lanewise.core;

import dev.lanewise.core.kernel.LowerUpperFactors;

/** The matrices along the last two axes, each factored by elimination with row exchanges. */
final class EliminatedMatrices {
    private EliminatedMatrices() {}

    /** The factors of each matrix, which may be singular. */
    static LowerUpperFactors[] factored(Tensor a) {
        double[][][] matrices = Matrices.of(a);
        int n = a.shape().size(-1);
        var factors = new LowerUpperFactors[matrices.length];
        Matrices.forEach(matrices.length, (long) n * n * n / 3, i -> factors[i] = new LowerUpperFactors(matrices[i]));
        return factors;
    }

    /**
     * The factors of each matrix.
     *
     * @throws IllegalArgumentException naming the operation and the first matrix that is singular
     */
    static LowerUpperFactors[] invertible(String operation, Tensor a) {
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
}
