package dev.lanewise.nn.data;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Some examples, one behind the other along the first axis: what a model is given, and what it should make of it.
 *
 * <p>Inputs are floating-point numbers ({@link #inputs()}) or whole ones ({@link #tokens()}), and so are targets
 * ({@link #targets()}, {@link #labels()}); who asks for the other kind is told so.
 */
public final class Batch {
    private final Rows inputs;
    private final Rows targets;

    private Batch(Rows inputs, Rows targets) {
        this.inputs = inputs;
        this.targets = targets;
    }

    /**
     * A batch of inputs [size, ..] and targets [size, ..].
     *
     * @throws IllegalArgumentException if there are not as many of both
     */
    public static Batch of(Tensor inputs, Tensor targets) {
        return of(new Rows.Floats(inputs), new Rows.Floats(targets));
    }

    /** A batch of inputs [size, ..] and labels [size, ..]. */
    public static Batch of(Tensor inputs, IntTensor labels) {
        return of(new Rows.Floats(inputs), new Rows.Ints(labels));
    }

    /** A batch of token numbers [size, ..] and labels [size, ..]. */
    public static Batch of(IntTensor tokens, IntTensor labels) {
        return of(new Rows.Ints(tokens), new Rows.Ints(labels));
    }

    /** A batch of token numbers [size, ..] and targets [size, ..]. */
    public static Batch of(IntTensor tokens, Tensor targets) {
        return of(new Rows.Ints(tokens), new Rows.Floats(targets));
    }

    /** A batch of one example: an input of any shape and a label. */
    public static Batch example(Tensor input, int label) {
        return of(input.unsqueeze(0), IntTensor.of(label)); // (..) -> (1, ..)
    }

    /** A batch of one example: an input and a target, each of any shape. */
    public static Batch example(Tensor input, Tensor target) {
        return of(input.unsqueeze(0), target.unsqueeze(0)); // (..) -> (1, ..)
    }

    static Batch of(Rows inputs, Rows targets) {
        if (inputs.shape().rank() == 0 || targets.shape().rank() == 0) {
            throw new IllegalArgumentException(
                    "Batch.of: inputs have shape %s and targets %s, expected a first axis for the examples in both"
                            .formatted(inputs.shape(), targets.shape()));
        }
        if (inputs.size() != targets.size()) {
            throw new IllegalArgumentException(
                    "Batch.of: inputs of shape %s are %d examples, targets of shape %s are %d; each example needs both"
                            .formatted(inputs.shape(), inputs.size(), targets.shape(), targets.size()));
        }
        return new Batch(inputs, targets);
    }

    /**
     * The examples of several batches, one batch behind the other.
     *
     * @throws IllegalArgumentException if there is no batch, or examples differ in shape or type
     */
    public static Batch join(List<Batch> batches) {
        return join("Batch.join", batches, i -> "batch " + i);
    }

    static Batch join(String operation, List<Batch> batches, IntFunction<String> name) {
        if (batches.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: nothing given; of no batch the shape is not known".formatted(operation));
        }
        List<Rows> inputs = new ArrayList<>();
        List<Rows> targets = new ArrayList<>();
        for (Batch batch : batches) {
            inputs.add(batch.inputs);
            targets.add(batch.targets);
        }
        return new Batch(
                Rows.join(operation + ": inputs", inputs, name), Rows.join(operation + ": targets", targets, name));
    }

    /** The number of examples. */
    public int size() {
        return inputs.size();
    }

    /** What the model is given, [size, ..]. */
    public Variable inputs() {
        return Variable.constantOf(
                switch (inputs) {
                    case Rows.Floats floats -> floats.values();
                    case Rows.Ints ints -> throw wrongKind("inputs", ints, "tokens()");
                });
    }

    /** What the model is given, where that is whole numbers, [size, ..]. */
    public IntTensor tokens() {
        return switch (inputs) {
            case Rows.Ints ints -> ints.values();
            case Rows.Floats floats -> throw wrongKind("inputs", floats, "inputs()");
        };
    }

    /** What the model should make of it, [size, ..]. */
    public Tensor targets() {
        return switch (targets) {
            case Rows.Floats floats -> floats.values();
            case Rows.Ints ints -> throw wrongKind("targets", ints, "labels()");
        };
    }

    /** What the model should make of it, where that is whole numbers, as classes are, [size, ..]. */
    public IntTensor labels() {
        return switch (targets) {
            case Rows.Ints ints -> ints.values();
            case Rows.Floats floats -> throw wrongKind("targets", floats, "targets()");
        };
    }

    private static IllegalStateException wrongKind(String side, Rows rows, String right) {
        return new IllegalStateException(
                "batch: the %s are %s of shape %s; ask for %s".formatted(side, rows.kind(), rows.shape(), right));
    }

    /** The same targets with other inputs, as many. */
    public Batch withInputs(Tensor other) {
        return of(new Rows.Floats(other), targets);
    }

    /** The same inputs with other targets, as many. */
    public Batch withTargets(Tensor other) {
        return of(inputs, new Rows.Floats(other));
    }

    /** The same inputs with other labels, as many. */
    public Batch withLabels(IntTensor other) {
        return of(inputs, new Rows.Ints(other));
    }

    /** The examples of these numbers, in their order; the numbers are right. */
    Batch pick(IntTensor numbers) {
        return new Batch(inputs.pick(numbers), targets.pick(numbers));
    }

    /** The shape of one example's input. */
    public Shape inputShape() {
        return inputs.rowShape();
    }

    /** The shape of one example's target. */
    public Shape targetShape() {
        return targets.rowShape();
    }

    /** Types and shapes. */
    @Override
    public String toString() {
        return "Batch(inputs: %s %s, targets: %s %s)"
                .formatted(inputs.kind(), inputs.shape(), targets.kind(), targets.shape());
    }
}
