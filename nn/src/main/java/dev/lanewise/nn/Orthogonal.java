package dev.lanewise.nn;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;

/**
 * Vectors of length {@code gain} at right angles: the Q of normally distributed ones' QR decomposition, with the signs
 * that make R's diagonal positive. As normal vectors have no preferred direction, neither has the result (Mezzadri
 * 2007, "How to generate random matrices from the classical compact groups").
 */
record Orthogonal(double gain) implements Initializer {
    @Override
    public Tensor draw(Rng rng, DType dtype, Shape shape) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "orthogonal: shape %s, expected two axes or more: [outputs, inputs, ..]".formatted(shape));
        }
        if (shape.isEmpty()) {
            return Tensor.zeros(dtype, shape);
        }
        int rows = shape.size(0);
        int columns = shape.count() / rows;
        Shape tall = Shape.of(Math.max(rows, columns), Math.min(rows, columns)); // vectors are columns
        List<Tensor> factors = rng.normal(DType.FLOAT64, tall, 0, 1).qr();
        Tensor isNegative = factors.get(1).diagonal().lt(0); // (count)
        Tensor signs = isNegative.mul(-2).add(1);
        Tensor vectors = factors.get(0).mul(signs.mul(gain));
        Tensor matrix = rows < columns ? vectors.transpose() : vectors;
        return matrix.reshape(shape.toArray()).to(dtype);
    }
}
