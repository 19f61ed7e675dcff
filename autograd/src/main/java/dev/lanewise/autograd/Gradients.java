package dev.lanewise.autograd;

import dev.lanewise.core.Axes;
import dev.lanewise.core.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of one number by its leaves: a value, immutable, to be handed to an optimizer.
 *
 * <p>There is nothing to reset between steps. Gradients of several backward passes are added by {@link #plus}. A
 * factor, as from clipping, is kept beside the tensors and applied where they are used, so that it costs no pass over
 * memory.
 */
public final class Gradients {
    private final Map<Node, Tensor> byNode; // in the order of the walk, which is the same in every run
    private final double factor;
    private double norm = Double.NaN; // of the tensors without the factor; NaN until asked for

    private Gradients(Map<Node, Tensor> byNode, double factor) {
        this.byNode = byNode;
        this.factor = factor;
    }

    static Gradients of(Map<Node, Tensor> byNode) {
        return new Gradients(byNode, 1);
    }

    /**
     * The gradient by a leaf; zeros if the differentiated number did not depend on it.
     *
     * @throws IllegalArgumentException if the variable is not a leaf made by {@link Variable#of}
     */
    public Tensor of(Variable leaf) {
        Tensor gradient = unscaled(leaf);
        if (gradient == null) {
            return Tensor.zeros(leaf.dtype(), leaf.shape());
        }
        return factor == 1 ? gradient : gradient.mul(factor);
    }

    /** Whether the differentiated number depended on the leaf. */
    public boolean has(Variable leaf) {
        return unscaled(leaf) != null;
    }

    /**
     * The gradient by a leaf before {@link #factor} is applied, or null if the differentiated number did not depend on
     * it: for optimizers, which apply the factor in their own formula.
     */
    public @Nullable Tensor unscaled(Variable leaf) {
        Node node = leaf.node();
        if (node == null || node.op() != null) {
            throw new IllegalArgumentException(
                    "gradients: the variable of shape %s is not a leaf; ask for a variable made by Variable.of or for a parameter, or use Autograd.grad"
                            .formatted(leaf.shape()));
        }
        return byNode.get(node);
    }

    /** What all tensors are to be multiplied by; 1 unless scaled or clipped. */
    public double factor() {
        return factor;
    }

    /** These gradients times a number. */
    public Gradients scale(double by) {
        Gradients scaled = new Gradients(byNode, factor * by);
        scaled.norm = norm;
        return scaled;
    }

    /** The Euclidean norm of all gradients together: √Σ g². */
    public double norm() {
        if (Double.isNaN(norm)) {
            double squares = 0;
            for (Tensor gradient : byNode.values()) {
                squares += gradient.sumOfSquares();
            }
            norm = Math.sqrt(squares);
        }
        return norm * Math.abs(factor);
    }

    /**
     * These gradients, scaled down if need be so that their norm is at most the given one: multiplied by limit / (norm
     * + 1e-6) if that is below 1, as PyTorch's clip_grad_norm_ does.
     *
     * @throws IllegalArgumentException if the limit is not positive
     */
    public Gradients clipByNorm(double limit) {
        return clipByNorm(limit, 2);
    }

    /**
     * The p-norm of all gradients together, (Σ|g|ᵖ)^(1/p); of the largest absolute value if p is ∞.
     *
     * @throws IllegalArgumentException if p is not above 0
     */
    public double norm(double p) {
        if (!(p > 0)) {
            throw new IllegalArgumentException("norm: p is %s, expected a number above 0".formatted(p));
        }
        if (p == 2) {
            return norm();
        }
        double largest = 0;
        double sum = 0;
        for (Tensor gradient : byNode.values()) {
            double own = gradient.norm(p, Axes.all()).item();
            largest = Math.max(largest, own);
            sum += StrictMath.pow(own, p);
        }
        return (p == Double.POSITIVE_INFINITY ? largest : StrictMath.pow(sum, 1 / p)) * Math.abs(factor);
    }

    /** {@link #clipByNorm(double)} by the {@linkplain #norm(double) p-norm}. */
    public Gradients clipByNorm(double limit, double p) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("clipByNorm: limit %s is not positive".formatted(limit));
        }
        double by = limit / (norm(p) + 1e-6);
        return by >= 1 ? this : scale(by); // a norm that is not a number makes all gradients such
    }

    /**
     * These gradients with each element limited to ±limit.
     *
     * @throws IllegalArgumentException if the limit is not positive
     */
    public Gradients clipByValue(double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("clipByValue: limit %s is not positive".formatted(limit));
        }
        Map<Node, Tensor> clipped = new LinkedHashMap<>();
        byNode.forEach(
                (node, gradient) -> clipped.put(node, gradient.mul(factor).clamp(-limit, limit)));
        return of(clipped);
    }

    /** The sums of these gradients and others: those of the sum of the two differentiated numbers. */
    public Gradients plus(Gradients other) {
        Map<Node, Tensor> sums = new LinkedHashMap<>();
        byNode.forEach((node, gradient) -> sums.put(node, factor == 1 ? gradient : gradient.mul(factor)));
        other.byNode.forEach((node, gradient) -> {
            Tensor scaled = other.factor == 1 ? gradient : gradient.mul(other.factor);
            sums.merge(node, scaled, Tensor::add);
        });
        return of(sums);
    }
}
