package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part of a model: parameters and other layers, under names.
 *
 * <p>One extends it, registers parameters and children in field initialisers, and writes a {@code forward} method with
 * whatever arguments and results the layer has:
 *
 * <pre>{@code
 * final class Classifier extends Layer {
 *     private final Linear hidden = child("hidden", new Linear(784, 128));
 *     private final Linear output = child("output", new Linear(128, 10));
 *
 *     Variable forward(Variable images) {                       // (batch, 784)
 *         return output.forward(hidden.forward(images).gelu()); // (batch, 10)
 *     }
 * }
 * }</pre>
 *
 * <p>The names, joined by points, are the keys of the state: {@code hidden.weight}. Parameters are described at
 * construction and get values by {@link #init} or {@link #load}.
 *
 * <p>A layer is not changed by {@code forward}; several threads may use one at once, as long as none trains it.
 */
public abstract class Layer {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final Map<String, Layer> children = new LinkedHashMap<>();
    private @Nullable Layer parent;
    private String name = "";

    /** A layer without parameters and children yet. */
    protected Layer() {}

    /**
     * Registers a parameter.
     *
     * @param name unique within this layer, without points
     * @param initializer how {@link #init} draws the values
     */
    protected final Parameter parameter(String name, Shape shape, Initializer initializer) {
        checkName(name);
        Parameter parameter = new Parameter(this, name, shape, initializer);
        parameters.put(name, parameter);
        return parameter;
    }

    /**
     * Registers a tensor that is part of the state but not trained.
     *
     * @param name unique within this layer, without points
     * @param initial what {@link #init} sets all elements to
     */
    protected final Buffer buffer(String name, Shape shape, double initial) {
        return register(name, new Buffer(this, name, shape, initial, false));
    }

    /** Registers a count, from 0; a state that lacks it sets it to 0. */
    final Buffer count(String name) {
        return register(name, new Buffer(this, name, Shape.scalar(), 0, true));
    }

    private Buffer register(String name, Buffer buffer) {
        checkName(name);
        buffers.put(name, buffer);
        return buffer;
    }

    /**
     * Registers a layer as a part of this one.
     *
     * @param name unique within this layer; points are allowed, and make deeper keys
     * @return the child
     * @throws IllegalArgumentException if the name is taken or the layer already belongs to another one
     */
    protected final <L extends Layer> L child(String name, L child) {
        checkName(name);
        Layer other = child;
        if (other.parent != null) {
            throw new IllegalArgumentException(
                    "%s: the layer registered as '%s' is already part of %s as '%s'; share it by a field, register it once"
                            .formatted(describeSelf(), name, other.parent.describeSelf(), other.name));
        }
        other.parent = this;
        other.name = name;
        children.put(name, child);
        return child;
    }

    private void checkName(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("%s: a parameter or layer needs a name".formatted(describeSelf()));
        }
        if (parameters.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
            throw new IllegalArgumentException("%s: the name '%s' is taken".formatted(describeSelf(), name));
        }
    }

    /** The names from the model down to this layer, joined by points; empty for the model itself. */
    public final String path() {
        if (parent == null) {
            return "";
        }
        String above = parent.path();
        return above.isEmpty() ? name : above + "." + name;
    }

    /** What messages call this layer: its path, or its kind if it is the model itself. */
    protected final String describeSelf() {
        String path = path();
        return path.isEmpty() ? getClass().getSimpleName() : path;
    }

    /** What messages about missing values add where this layer is part of no other one, as if it had been forgotten. */
    final String registrationHint() {
        return parent == null
                ? "; if that was done, the %s is not registered in the model: child(name, layer) does it"
                        .formatted(getClass().getSimpleName())
                : "";
    }

    /**
     * Refuses an input whose type is not that of this layer's weights.
     *
     * @throws IllegalArgumentException naming this layer and both types
     */
    protected final void checkType(Variable x, Parameter weight) {
        DType own = weight.value().dtype();
        if (x.dtype() != own) {
            throw new IllegalArgumentException(
                    "%s: the input is of type %s, the weights are of %s; convert one of them, as by to(%s)"
                            .formatted(describeSelf(), x.dtype(), own, own));
        }
    }

    /** What an operation gives; its error message, if it refuses its operands, is preceded by this layer's path. */
    final Variable naming(Supplier<Variable> operation) {
        try {
            return operation.get();
        } catch (IndexOutOfBoundsException e) {
            throw (IndexOutOfBoundsException)
                    new IndexOutOfBoundsException(describeSelf() + ": " + e.getMessage()).initCause(e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(describeSelf() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Runs this layer's forward pass so that {@link Variable#detectingAnomalies} names this layer; where nobody detects
     * any, it just runs. Layers with parameters are found by those, and need it not.
     */
    protected final <R> R within(Supplier<R> forward) {
        return Variable.within(this::describeSelf, forward);
    }

    /**
     * All parameters of this layer and of those below it, this layer's own before its children's, each in the order in
     * which they were registered.
     */
    public final List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        visit((layer, depth) -> all.addAll(layer.parameters.values()));
        return all;
    }

    /**
     * {@linkplain Parameter#setFrozen Freezes} all parameters of this layer and of those below it, or trains them
     * again. Buffers, as running statistics, follow a training pass as before.
     */
    public final void setFrozen(boolean on) {
        parameters().forEach(parameter -> parameter.setFrozen(on));
    }

    /** All buffers of this layer and of those below it. */
    public final List<Buffer> buffers() {
        List<Buffer> all = new ArrayList<>();
        visit((layer, depth) -> all.addAll(layer.buffers.values()));
        return all;
    }

    /** The layers registered with this one, by name, in order. */
    public final Map<String, Layer> children() {
        return new LinkedHashMap<>(children);
    }

    /** The number of weights, whether there are values yet or not. */
    public final long parameterCount() {
        long count = 0;
        for (Parameter parameter : parameters()) {
            count += parameter.shape().count();
        }
        return count;
    }

    /** Draws the values of all parameters in FLOAT32, each from its own stream of the generator, named by its path. */
    public final void init(Rng rng) {
        init(rng, DType.FLOAT32);
    }

    /** Draws the values of all parameters in the given type. */
    public final void init(Rng rng, DType dtype) {
        for (Parameter parameter : parameters()) {
            parameter.init(rng, dtype);
        }
        for (Buffer buffer : buffers()) {
            buffer.init(dtype);
        }
    }

    /**
     * The values of all parameters and buffers by their names, copied.
     *
     * @throws IllegalStateException if there are no values yet
     */
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Parameter parameter : parameters()) {
            state.put(key(parameter.path()), parameter.storage().snapshot());
        }
        for (Buffer buffer : buffers()) {
            state.put(key(buffer.path()), buffer.value());
        }
        return state;
    }

    /**
     * Takes over the values of all parameters and buffers. Nothing is changed unless everything fits.
     *
     * @throws IllegalArgumentException naming every one that is missing, left over or of another shape
     */
    public final void load(Map<String, Tensor> state) {
        List<String> problems = new ArrayList<>();
        Set<String> expected = new HashSet<>();
        List<Runnable> assignments = new ArrayList<>();
        for (Parameter parameter : parameters()) {
            Tensor tensor = fitting(state, key(parameter.path()), parameter.shape(), expected, problems);
            assignments.add(() -> parameter.assign(tensor));
        }
        for (Buffer buffer : buffers()) {
            String key = key(buffer.path());
            Tensor tensor = buffer.isOptional() && !state.containsKey(key)
                    ? buffer.initialValue()
                    : fitting(state, key, buffer.shape(), expected, problems);
            assignments.add(() -> buffer.assign(tensor));
        }
        state.forEach((key, tensor) -> {
            if (!expected.contains(key)) {
                problems.add("unknown " + key + " " + tensor.shape());
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "load: the state does not fit %s: %s".formatted(describeSelf(), String.join("; ", problems)));
        }
        assignments.forEach(Runnable::run);
    }

    /** The tensor of a name; whatever is wrong with it is added to the problems. */
    private static Tensor fitting(
            Map<String, Tensor> state, String key, Shape shape, Set<String> expected, List<String> problems) {
        expected.add(key);
        Tensor tensor = state.get(key);
        if (tensor == null) {
            problems.add("missing " + key + " " + shape);
            return Tensor.scalar(0);
        }
        if (!tensor.shape().equals(shape)) {
            problems.add("%s has shape %s, expected %s".formatted(key, tensor.shape(), shape));
        }
        return tensor;
    }

    /** A path from this layer down. */
    private String key(String whole) {
        String path = path();
        return path.isEmpty() ? whole : whole.substring(path.length() + 1);
    }

    /** A table of all layers with their parameters' shapes and counts. */
    public final String describe() {
        List<String[]> lines = new ArrayList<>();
        visit((layer, depth) -> {
            String indent = "  ".repeat(depth);
            lines.add(new String[] {
                indent + (depth == 0 ? "" : layer.name + ": ") + layer,
                "",
                String.format(Locale.ROOT, "%,d", layer.parameterCount())
            });
            for (Parameter parameter : layer.parameters.values()) {
                lines.add(new String[] {
                    indent + "  " + parameter.name(),
                    parameter.shape().toString(),
                    String.format(Locale.ROOT, "%,d", parameter.shape().count())
                });
            }
        });
        int[] widths = new int[3];
        for (String[] line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line[column].length());
            }
        }
        String format = "%-" + widths[0] + "s  %-" + Math.max(1, widths[1]) + "s  %" + widths[2] + "s%n";
        StringBuilder table = new StringBuilder();
        for (String[] line : lines) {
            table.append(String.format(Locale.ROOT, format, (Object[]) line));
        }
        return table.toString();
    }

    private void visit(BiConsumer<Layer, Integer> visitor) {
        visit(visitor, 0);
    }

    private void visit(BiConsumer<Layer, Integer> visitor, int depth) {
        visitor.accept(this, depth);
        for (Layer child : children.values()) {
            child.visit(visitor, depth + 1);
        }
    }

    /** The layer's kind, with its sizes where it has some. */
    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
