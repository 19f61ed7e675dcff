package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of weights that training adjusts.
 *
 * <p>At first it is only described: a name, a shape, how its values are to be drawn. Values, and the memory for them,
 * come with {@link Layer#init} or with loading; so a model of any size can be built and counted.
 */
public final class Parameter {
    private final Layer layer;
    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private @Nullable MutableTensor values;
    private @Nullable Variable variable;
    private boolean frozen;

    Parameter(Layer layer, String name, Shape shape, Initializer initializer) {
        this.layer = layer;
        this.name = name;
        this.shape = shape;
        this.initializer = initializer;
    }

    /** The name within its layer, as in {@code weight}. */
    public String name() {
        return name;
    }

    /** The name from the model down, as in {@code blocks.3.attention.query.weight}. */
    public String path() {
        String path = layer.path();
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** Whether there are values yet. */
    public boolean hasValues() {
        return values != null;
    }

    /**
     * Leaves the values as they are in the training to come, or trains them again: PyTorch's {@code requires_grad}.
     *
     * <p>A frozen parameter is a constant to what is computed from then on: no gradient by it is computed, none counts
     * for the norm of {@link dev.lanewise.autograd.Gradients#clipByNorm}, and an optimizer that is given it leaves it
     * alone, weight decay and momentum included. It is not part of the state.
     */
    public void setFrozen(boolean on) {
        frozen = on;
    }

    /** Whether the values are left as they are by training. */
    public boolean isFrozen() {
        return frozen;
    }

    /**
     * The values as a variable, to compute with; its gradient is wanted, unless the parameter is {@linkplain #setFrozen
     * frozen}.
     *
     * @throws IllegalStateException if there are no values yet
     */
    public Variable value() {
        if (variable == null || values == null) {
            throw new IllegalStateException(
                    "%s has no values yet: call init(rng) on the model, or load its state, before using it%s"
                            .formatted(path(), layer.registrationHint()));
        }
        return frozen ? Variable.constantOf(values.value()) : variable;
    }

    /**
     * The storage of the values, for optimizers.
     *
     * @throws IllegalStateException if there are no values yet
     */
    public MutableTensor storage() {
        value();
        if (values == null) {
            throw new AssertionError();
        }
        return values;
    }

    /** Replaces the values; the first call decides the type. */
    public void assign(Tensor tensor) {
        if (!tensor.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "%s: cannot take values of shape %s, it has shape %s".formatted(path(), tensor.shape(), shape));
        }
        if (values == null || values.value().dtype() != tensor.dtype()) {
            values = new MutableTensor(path(), tensor);
            variable = Variable.of(values.value());
        } else {
            values.assign(tensor);
        }
    }

    void init(Rng rng, DType dtype) {
        assign(initializer.draw(rng.stream(path()), dtype, shape));
    }

    /** Name and shape. */
    @Override
    public String toString() {
        return path() + " " + shape;
    }
}
