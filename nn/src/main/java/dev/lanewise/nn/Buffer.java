package dev.lanewise.nn;

import dev.lanewise.core.DType;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that belongs to a layer's state but is not trained, as the running statistics of a batch normalisation. Like
 * a {@link Parameter} it has values from {@link Layer#init} or loading on.
 */
public final class Buffer {
    private final Layer layer;
    private final String name;
    private final Shape shape;
    private final double initial;
    private final boolean counting;
    private @Nullable MutableTensor values;

    /**
     * A buffer.
     *
     * @param counting whether this is a count: always FLOAT64, where it stays exact; and a state may lack it
     */
    Buffer(Layer layer, String name, Shape shape, double initial, boolean counting) {
        this.layer = layer;
        this.name = name;
        this.shape = shape;
        this.initial = initial;
        this.counting = counting;
    }

    /** The name from the model down, as in {@code blocks.3.norm.running_mean}. */
    public String path() {
        String path = layer.path();
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /**
     * The values, copied.
     *
     * @throws IllegalStateException if there are none yet
     */
    public Tensor value() {
        if (values == null) {
            throw new IllegalStateException(
                    "%s has no values yet: call init(rng) on the model, or load its state, before using it%s"
                            .formatted(path(), layer.registrationHint()));
        }
        return values.snapshot();
    }

    /** Replaces the values; the first call decides the type, unless this is a count, which is FLOAT64. */
    public void assign(Tensor given) {
        if (!given.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "%s: cannot take values of shape %s, it has shape %s".formatted(path(), given.shape(), shape));
        }
        Tensor tensor = counting ? given.to(DType.FLOAT64) : given;
        if (values == null || values.value().dtype() != tensor.dtype()) {
            values = new MutableTensor(path(), tensor);
        } else {
            values.assign(tensor);
        }
    }

    /** Whether a state may be without it. */
    boolean isOptional() {
        return counting;
    }

    /** What it is where a state is without it. */
    Tensor initialValue() {
        return Tensor.full(DType.FLOAT64, shape, initial);
    }

    void init(DType dtype) {
        assign(Tensor.full(dtype, shape, initial));
    }
}
