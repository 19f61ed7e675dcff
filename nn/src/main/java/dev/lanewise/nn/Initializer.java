package dev.lanewise.nn;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;

/**
 * How a parameter's first values are drawn: what {@code torch.nn.init} offers, and any other function of generator,
 * type and shape.
 *
 * <p>Weights are [outputs, inputs, size of each axis that a window slides along..]. What goes into an output is
 * <i>fan-in</i> = inputs · size · .. numbers; what an input goes into is <i>fan-out</i> = outputs · size · ... Some
 * initialisers keep the variance of what passes through a layer, either way; the activation behind it changes the
 * variance too, which a {@link Gain} makes up for.
 */
@FunctionalInterface
public interface Initializer {
    /**
     * Draws the values of a parameter.
     *
     * @throws IllegalArgumentException if this initialiser is not for such a shape
     */
    Tensor draw(Rng rng, DType dtype, Shape shape);

    /** Which of its neighbours a layer of weights keeps the variance towards. */
    enum Fan {
        /** Inputs: the variance of values on the way forward. */
        IN,
        /** Outputs: the variance of gradients on the way backward. */
        OUT;

        /** How many numbers that is for weights of a shape. */
        private double count(String initializer, Shape weight) {
            if (weight.rank() < 2) {
                throw new IllegalArgumentException(
                        "%s: shape %s has no inputs and outputs to count; expected [outputs, inputs, ..]"
                                .formatted(initializer, weight));
            }
            double count = weight.size(this == IN ? 1 : 0);
            for (int axis = 2; axis < weight.rank(); axis++) {
                count *= weight.size(axis);
            }
            if (count == 0) {
                throw new IllegalArgumentException(
                        "%s: shape %s is empty, there is nothing to draw for".formatted(initializer, weight));
            }
            return count;
        }
    }

    /** The same number everywhere. */
    static Initializer constant(double value) {
        checkFinite("constant", value);
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

    /** Ones on the diagonal of a matrix, zeros elsewhere: as many inputs as possible are handed on. */
    static Initializer eye() {
        return (rng, dtype, shape) -> {
            checkRank("eye", shape, 2, 2);
            int columns = shape.size(1);
            return Tensor.fill(dtype, shape, i -> i / columns == i % columns ? 1 : 0);
        };
    }

    /** {@link #dirac(int)} of one group. */
    static Initializer dirac() {
        return dirac(1);
    }

    /**
     * Convolution weights [outputs, inputs / groups, size..] that hand on as many input channels as possible: a one in
     * the middle of the window, zeros elsewhere.
     *
     * @param groups how many groups the channels are divided into; each hands its own on
     */
    static Initializer dirac(int groups) {
        return (rng, dtype, shape) -> {
            checkRank("dirac", shape, 3, 5);
            if (groups < 1 || shape.size(0) % groups != 0) {
                throw new IllegalArgumentException("dirac: the %d outputs of shape %s do not divide into %d groups"
                        .formatted(shape.size(0), shape, groups));
            }
            int outputs = shape.size(0) / groups;
            int inputs = shape.size(1);
            int elements = 1;
            int middle = 0;
            for (int axis = 2; axis < shape.rank(); axis++) {
                elements *= shape.size(axis);
                middle = middle * shape.size(axis) + shape.size(axis) / 2;
            }
            int window = elements;
            int center = middle;
            return Tensor.fill(dtype, shape, i -> {
                int output = i / window / inputs % outputs;
                int input = i / window % inputs;
                return output == input && i % window == center ? 1 : 0;
            });
        };
    }

    /** Normally distributed numbers. GPT-2 draws its weights with mean 0 and deviation 0.02. */
    static Initializer normal(double mean, double deviation) {
        checkFinite("normal", mean);
        checkDeviation("normal", deviation);
        return (rng, dtype, shape) -> rng.normal(dtype, shape, mean, deviation);
    }

    /**
     * Normally distributed numbers of which those outside a range are drawn anew. The deviation is that before the cut.
     *
     * @throws IllegalArgumentException if the numbers are not finite, the deviation is not positive or the range is
     *     empty
     */
    static Initializer truncatedNormal(double mean, double deviation, double low, double high) {
        return new TruncatedNormal(mean, deviation, low, high);
    }

    /** Numbers evenly spread over [low, high). */
    static Initializer uniform(double low, double high) {
        checkFinite("uniform", low);
        checkFinite("uniform", high);
        if (low > high) {
            throw new IllegalArgumentException(
                    "uniform: from %s to %s, expected ascending numbers".formatted(low, high));
        }
        return (rng, dtype, shape) -> rng.uniform(dtype, shape, low, high);
    }

    /** {@link #xavierUniform(double)} with gain 1. */
    static Initializer xavierUniform() {
        return xavierUniform(Gain.LINEAR);
    }

    /**
     * Evenly spread over ±gain · √(6 / (fan-in + fan-out)) (Glorot and Bengio 2010, "Understanding the difficulty of
     * training deep feedforward neural networks").
     */
    static Initializer xavierUniform(double gain) {
        checkGain("xavierUniform", gain);
        return (rng, dtype, shape) -> {
            double fans = Fan.IN.count("xavierUniform", shape) + Fan.OUT.count("xavierUniform", shape);
            double bound = gain * Math.sqrt(6 / fans);
            return rng.uniform(dtype, shape, -bound, bound);
        };
    }

    /** {@link #xavierNormal(double)} with gain 1. */
    static Initializer xavierNormal() {
        return xavierNormal(Gain.LINEAR);
    }

    /** Normal with mean 0 and deviation gain · √(2 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
    static Initializer xavierNormal(double gain) {
        checkGain("xavierNormal", gain);
        return (rng, dtype, shape) -> {
            double fans = Fan.IN.count("xavierNormal", shape) + Fan.OUT.count("xavierNormal", shape);
            return rng.normal(dtype, shape, 0, gain * Math.sqrt(2 / fans));
        };
    }

    /** {@link #kaimingUniform(Fan, double)} by fan-in, for weights before a relu. */
    static Initializer kaimingUniform() {
        return kaimingUniform(Fan.IN, Gain.RELU);
    }

    /** Evenly spread over ±gain · √(3 / fan) (He et al. 2015, arXiv:1502.01852). */
    static Initializer kaimingUniform(Fan fan, double gain) {
        checkGain("kaimingUniform", gain);
        return (rng, dtype, shape) -> {
            double bound = gain * Math.sqrt(3 / fan.count("kaimingUniform", shape));
            return rng.uniform(dtype, shape, -bound, bound);
        };
    }

    /** {@link #kaimingNormal(Fan, double)} by fan-in, for weights before a relu: deviation √(2 / fan-in). */
    static Initializer kaimingNormal() {
        return kaimingNormal(Fan.IN, Gain.RELU);
    }

    /** Normal with mean 0 and deviation gain / √fan (He et al. 2015, arXiv:1502.01852). */
    static Initializer kaimingNormal(Fan fan, double gain) {
        checkGain("kaimingNormal", gain);
        return (rng, dtype, shape) -> rng.normal(dtype, shape, 0, gain / Math.sqrt(fan.count("kaimingNormal", shape)));
    }

    /** {@link #orthogonal(double)} with gain 1. */
    static Initializer orthogonal() {
        return orthogonal(Gain.LINEAR);
    }

    /**
     * A random matrix whose rows or columns, whichever are fewer, are of length {@code gain} and at right angles (Saxe
     * et al. 2013, arXiv:1312.6120); all such matrices are equally likely. Axes after the first count as one.
     */
    static Initializer orthogonal(double gain) {
        checkGain("orthogonal", gain);
        return new Orthogonal(gain);
    }

    /**
     * A matrix of which a share of each column's elements, rounded up, is zero, the others normal with mean 0 (Martens
     * 2010, "Deep learning via Hessian-free optimization").
     *
     * @param sparsity the share of zeros, from 0 to 1
     * @param deviation of the other elements
     */
    static Initializer sparse(double sparsity, double deviation) {
        if (!(sparsity >= 0 && sparsity <= 1)) {
            throw new IllegalArgumentException("sparse: sparsity %s, expected 0 to 1".formatted(sparsity));
        }
        checkDeviation("sparse", deviation);
        return (rng, dtype, shape) -> {
            checkRank("sparse", shape, 2, 2);
            int rows = shape.size(0);
            int columns = shape.size(1);
            double[] values =
                    rng.stream("values").normal(dtype, shape, 0, deviation).toDoubles();
            int zeros = (int) Math.ceil(sparsity * rows);
            for (int column = 0; column < columns; column++) {
                int[] order =
                        rng.stream("zeros").stream(column).permutation(rows).toArray();
                for (int i = 0; i < zeros; i++) {
                    values[order[i] * columns + column] = 0;
                }
            }
            return Tensor.of(dtype, shape, values);
        };
    }

    /**
     * Evenly spread over ±1/√inputs: what PyTorch's Linear draws for its weight [outputs, inputs] and, given the same
     * inputs, its bias.
     */
    static Initializer uniformByInputs(int inputs) {
        if (inputs < 1) {
            throw new IllegalArgumentException("uniformByInputs: %d inputs, expected 1 or more".formatted(inputs));
        }
        double bound = 1 / Math.sqrt(inputs);
        return uniform(-bound, bound);
    }

    private static void checkFinite(String initializer, double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("%s: %s, expected a finite number".formatted(initializer, number));
        }
    }

    private static void checkDeviation(String initializer, double deviation) {
        if (!Double.isFinite(deviation) || deviation < 0) {
            throw new IllegalArgumentException(
                    "%s: deviation %s, expected a finite number of at least 0".formatted(initializer, deviation));
        }
    }

    private static void checkRank(String initializer, Shape shape, int least, int most) {
        if (shape.rank() < least || shape.rank() > most) {
            throw new IllegalArgumentException("%s: shape %s has %d axes, expected %s"
                    .formatted(initializer, shape, shape.rank(), least == most ? least : least + " to " + most));
        }
    }

    private static void checkGain(String initializer, double gain) {
        if (!Double.isFinite(gain) || gain < 0) {
            throw new IllegalArgumentException(
                    "%s: gain %s, expected a finite number of at least 0".formatted(initializer, gain));
        }
    }
}
