package dev.lanewise.nn;

/**
 * What an activation makes of a standard normal variable's deviation, turned round: the factor for the weights before
 * it that keeps the variance, as {@code torch.nn.init.calculate_gain} gives it.
 */
public final class Gain {
    /** Nothing, or a linear layer or convolution. */
    public static final double LINEAR = 1;

    /** {@code sigmoid}; by convention, it does not keep the variance. */
    public static final double SIGMOID = 1;

    /** {@code tanh}. PyTorch's convention. */
    public static final double TANH = 5.0 / 3;

    /** {@code relu}, which halves the mean of squares (He et al. 2015, arXiv:1502.01852). */
    public static final double RELU = Math.sqrt(2);

    /** {@code selu}. PyTorch's convention; Klambauer et al. (2017, arXiv:1706.02515) draw with {@link #LINEAR}. */
    public static final double SELU = 3.0 / 4;

    private Gain() {}

    /**
     * {@code leakyRelu} and {@code prelu}: √(2 / (1 + slope²)).
     *
     * @param slope where the activation's operand is negative; PyTorch's leaky relu has 0.01
     */
    public static double leakyRelu(double slope) {
        if (!Double.isFinite(slope)) {
            throw new IllegalArgumentException("leakyRelu: slope %s is not a finite number".formatted(slope));
        }
        return Math.sqrt(2 / (1 + slope * slope));
    }
}
