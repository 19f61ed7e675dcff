package dev.lanewise.core.kernel;

/**
 * Matrices in double precision whose rows are arrays of their own: what factorisations work on. Their loops come down
 * to adding a multiple of one row to another, which HotSpot turns into vectors, as both have the same index; and to
 * exchange two rows is to exchange two references.
 */
final class MatrixRows {
    private MatrixRows() {}

    /** {@code target += factor · row}, in columns {@code from} to {@code to} (exclusive). */
    static void add(double[] target, double factor, double[] row, int from, int to) {
        for (int column = from; column < to; column++) {
            target[column] = Math.fma(factor, row[column], target[column]);
        }
    }

    static double[][] identity(int rows, int columns) {
        double[][] matrix = new double[rows][columns];
        for (int i = 0; i < Math.min(rows, columns); i++) {
            matrix[i][i] = 1;
        }
        return matrix;
    }

    static double[][] copy(double[][] matrix) {
        double[][] copy = new double[matrix.length][];
        for (int i = 0; i < matrix.length; i++) {
            copy[i] = matrix[i].clone();
        }
        return copy;
    }

    /** The columns of a matrix; 0 if it has no rows. */
    static int columns(double[][] matrix) {
        return matrix.length == 0 ? 0 : matrix[0].length;
    }
}
