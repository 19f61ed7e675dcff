package dev.lanewise.nn;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/**
 * Vectors at right angles: normally distributed ones, each freed of its parts along those before it (Gram and Schmidt)
 * and brought to the length {@code gain}. As normal vectors have no preferred direction, neither has the result; it is
 * the Q of the QR decomposition whose R has a positive diagonal.
 */
record Orthogonal(double gain) implements Initializer {
    @Override
    public Tensor draw(Rng rng, DType dtype, Shape shape) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "orthogonal: shape %s, expected two axes or more: [outputs, inputs, ..]".formatted(shape));
        }
        int rows = shape.size(0);
        int columns = rows == 0 ? 0 : shape.count() / rows;
        int count = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        double[] drawn =
                rng.normal(DType.FLOAT64, Shape.of(count, length), 0, 1).toDoubles(); // vector by vector
        double[][] vectors = new double[count][length];
        for (int i = 0; i < count; i++) {
            double[] vector = vectors[i];
            System.arraycopy(drawn, i * length, vector, 0, length);
            // Twice: what rounding left of the others the first time is gone after the second (Giraud et al. 2005).
            for (int time = 0; time < 2; time++) {
                for (int j = 0; j < i; j++) {
                    addMultiple(vector, -dot(vector, vectors[j]), vectors[j]);
                }
            }
            double scale = 1 / Math.sqrt(dot(vector, vector));
            for (int k = 0; k < length; k++) {
                vector[k] *= scale;
            }
        }
        boolean wide = rows <= columns;
        return Tensor.fill(dtype, shape, i -> {
            int row = i / columns;
            int column = i % columns;
            return gain * (wide ? vectors[row][column] : vectors[column][row]);
        });
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static void addMultiple(double[] x, double factor, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += factor * y[i];
        }
    }
}
