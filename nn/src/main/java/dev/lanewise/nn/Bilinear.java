package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import dev.lanewise.core.TensorOps;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Weighted sums of products: yₒ = Σᵢⱼ xᵢ·Wₒᵢⱼ·zⱼ + bₒ, of [.., first] and [.., second] → [.., outputs].
 *
 * <p>Parameters: {@code weight} [outputs, first, second] and, unless left out, {@code bias} [outputs], both drawn
 * evenly from ±1/√first, as PyTorch does.
 */
public final class Bilinear extends Layer {
    private final int first;
    private final int second;
    private final int outputs;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A layer with a bias. */
    public Bilinear(int first, int second, int outputs) {
        this(first, second, outputs, true);
    }

    /** A layer with or without a bias. */
    public Bilinear(int first, int second, int outputs, boolean bias) {
        if (first < 1 || second < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "Bilinear: %d and %d inputs and %d outputs, expected at least one of each"
                            .formatted(first, second, outputs));
        }
        this.first = first;
        this.second = second;
        this.outputs = outputs;
        Initializer initializer = Initializer.uniformByInputs(first);
        this.weight = parameter("weight", Shape.of(outputs, first, second), initializer);
        this.bias = bias ? parameter("bias", Shape.of(outputs), initializer) : null;
    }

    /**
     * Applies the layer to the last axes.
     *
     * @param x [.., first]
     * @param z [.., second], the other axes of the same sizes
     * @throws IllegalArgumentException naming this layer, if shapes do not fit
     */
    public Variable forward(Variable x, Variable z) {
        boolean fits = x.shape().rank() > 0
                && x.shape().rank() == z.shape().rank()
                && x.shape().size(-1) == first
                && z.shape().equals(x.shape().withSize(x.shape().rank() - 1, second));
        if (!fits) {
            throw new IllegalArgumentException("%s: inputs have shapes %s and %s, expected [.., %d] and [.., %d]"
                    .formatted(describeSelf(), x.shape(), z.shape(), first, second));
        }
        checkType(x, weight);
        checkType(z, weight);
        Variable sums = TensorOps.einsum("...i,oij,...j->...o", List.of(x, weight.value(), z));
        return bias == null ? sums : sums.add(bias.value());
    }

    @Override
    public String toString() {
        return "Bilinear(%d x %d → %d%s)".formatted(first, second, outputs, bias == null ? ", no bias" : "");
    }
}
