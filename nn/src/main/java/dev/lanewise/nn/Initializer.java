package dev.lanewise.nn;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/** How a parameter's first values are drawn. */
@FunctionalInterface
public interface Initializer {
    /** Draws the values of a parameter. */
    Tensor draw(Rng rng, DType dtype, Shape shape);

    /** The same number everywhere. */
    static Initializer constant(double value) {
        return (rng, dtype, shape) -> Tensor.full(dtype, shape, value);
    }

    /** Zeros. */
    static Initializer zeros() {
        return constant(0);
    }

    /** Ones. */
    static Initializer ones() {
        return constant(1);
    }

    /** Normally distributed numbers. GPT-2 draws its weights with mean 0 and deviation 0.02. */
    static Initializer normal(double mean, double deviation) {
        return (rng, dtype, shape) -> rng.normal(dtype, shape, mean, deviation);
    }

    /** Numbers evenly spread over [low, high). */
    static Initializer uniform(double low, double high) {
        return (rng, dtype, shape) -> rng.uniform(dtype, shape, low, high);
    }

    /** Evenly spread over ±√(6 / (inputs + outputs)), for weights [outputs, inputs] (Glorot and Bengio 2010). */
    static Initializer xavierUniform() {
        return (rng, dtype, shape) -> {
            double bound = Math.sqrt(6.0 / (inputs(shape) + shape.size(0)));
            return rng.uniform(dtype, shape, -bound, bound);
        };
    }

    /**
     * Normal with deviation √(2 / inputs), for weights [outputs, inputs] before a relu (He et al. 2015,
     * arXiv:1502.01852).
     */
    static Initializer kaimingNormal() {
        return (rng, dtype, shape) -> rng.normal(dtype, shape, 0, Math.sqrt(2.0 / inputs(shape)));
    }

    /**
     * Evenly spread over ±1/√inputs: what PyTorch's Linear draws for its weight [outputs, inputs] and, given the same
     * inputs, its bias.
     */
    static Initializer uniformByInputs(int inputs) {
        double bound = 1 / Math.sqrt(inputs);
        return uniform(-bound, bound);
    }

    private static double inputs(Shape shape) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "initialiser: shape %s has no inputs to count; expected [outputs, inputs, ..]".formatted(shape));
        }
        return (double) shape.count() / shape.size(0);
    }
}
