package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Layers that read a sequence step by step and carry a state from each step to the next, [batch, time, inputs] →
 * [batch, time, hidden]: {@link Rnn}, {@link Gru}, {@link Lstm}. Several of them may be stacked, and each may read both
 * ways. Sequences of different lengths are read with their lengths.
 *
 * <p>Parameters of layer k, with PyTorch's names: {@code weight_ih_lk} [gates · hidden, inputs], {@code weight_hh_lk}
 * [gates · hidden, hidden] and, unless left out, {@code bias_ih_lk} and {@code bias_hh_lk} [gates · hidden]; those of
 * the way back end in {@code _reverse}. All are drawn evenly from ±1/√hidden. The memory of what is computed on the way
 * is used again: see {@link Variable#reusingMemory}.
 */
public abstract sealed class Recurrent extends Layer permits Rnn, Gru, Lstm {
    /**
     * How layers are stacked.
     *
     * @param layers how many, each reading what the one before gave
     * @param bidirectional whether each reads backwards too; its outputs are then those of both, one behind the other
     * @param bias whether there are biases
     * @param dropout between layers, in training
     */
    public record Config(int layers, boolean bidirectional, boolean bias, double dropout) {
        /** One layer that reads forwards, with biases. */
        public static final Config DEFAULTS = new Config(1, false, true, 0);

        /** Checks the number of layers. */
        public Config {
            if (layers < 1) {
                throw new IllegalArgumentException("Recurrent: %d layers, expected 1 or more".formatted(layers));
            }
        }

        /** The same with so many layers. */
        public Config withLayers(int count) {
            return new Config(count, bidirectional, bias, dropout);
        }

        /** The same, reading both ways or not. */
        public Config withBidirectional(boolean on) {
            return new Config(layers, on, bias, dropout);
        }

        /** The same with or without biases. */
        public Config withBias(boolean on) {
            return new Config(layers, bidirectional, on, dropout);
        }

        /** The same with dropout between layers. */
        public Config withDropout(double probability) {
            return new Config(layers, bidirectional, bias, probability);
        }
    }

    /**
     * What came of a sequence.
     *
     * @param outputs the last layer's state after each step, [batch, time, directions · hidden]
     * @param states the last states of all layers, each [layers · directions, batch, hidden]: one, or for an
     *     {@link Lstm} two, the hidden state and the cell
     */
    public record Result(Variable outputs, List<Variable> states) {}

    private final int inputs;
    private final int hidden;
    private final Config config;
    private final Dropout dropout;

    /** Of each layer and direction, two weights and perhaps two biases. */
    private final List<List<Parameter>> parameters = new ArrayList<>();

    Recurrent(int inputs, int hidden, int gates, Config config) {
        if (inputs < 1 || hidden < 1) {
            throw new IllegalArgumentException("%s: %d inputs and a state of %d, expected at least one of each"
                    .formatted(getClass().getSimpleName(), inputs, hidden));
        }
        this.inputs = inputs;
        this.hidden = hidden;
        this.config = config;
        this.dropout = child("dropout", new Dropout(config.dropout()));
        Initializer initializer = Initializer.uniformByInputs(hidden);
        for (int layer = 0; layer < config.layers(); layer++) {
            int width = layer == 0 ? inputs : directions() * hidden;
            for (int direction = 0; direction < directions(); direction++) {
                String end = "_l" + layer + (direction == 0 ? "" : "_reverse");
                List<Parameter> own = new ArrayList<>();
                own.add(parameter("weight_ih" + end, Shape.of(gates * hidden, width), initializer));
                own.add(parameter("weight_hh" + end, Shape.of(gates * hidden, hidden), initializer));
                if (config.bias()) {
                    own.add(parameter("bias_ih" + end, Shape.of(gates * hidden), initializer));
                    own.add(parameter("bias_hh" + end, Shape.of(gates * hidden), initializer));
                }
                parameters.add(own);
            }
        }
    }

    private int directions() {
        return config.bidirectional() ? 2 : 1;
    }

    /** How many tensors a state is. */
    abstract int stateCount();

    /** Makes the next states, as {@link TensorOps#recurrent} takes it. */
    abstract Formula cell();

    /** Reads a sequence, [batch, time, inputs], beginning with states of zeros. */
    public final Result forward(Variable x, Pass pass) {
        checkInput(x);
        return forward(x, zeros(x), pass);
    }

    /**
     * Reads a sequence, [batch, time, inputs].
     *
     * @param states what to begin with, as a {@link Result} has them
     * @throws IllegalArgumentException naming this layer, if the shapes do not fit
     */
    public final Result forward(Variable x, List<Variable> states, Pass pass) {
        check(x, states);
        return read(x, null, states, pass);
    }

    /**
     * Reads sequences of different lengths, beginning with states of zeros; see {@link #forward(Variable, IntTensor,
     * List, Pass)}.
     */
    public final Result forward(Variable x, IntTensor lengths, Pass pass) {
        checkInput(x);
        return forward(x, lengths, zeros(x), pass);
    }

    /**
     * Reads sequences of different lengths, [batch, time, inputs], of which each is filled up at its end: PyTorch's
     * {@code pack_padded_sequence} and {@code pad_packed_sequence} around the layer. What fills up is not read. Outputs
     * there are zeros; the last states are those after each sequence's own last step; the way back begins at each one's
     * own end. Sequences need not be sorted by their lengths.
     *
     * @param lengths of the sequences, from 1 to time, [batch]
     * @param states what to begin with, as a {@link Result} has them
     * @throws IllegalArgumentException naming this layer, if the shapes or lengths do not fit
     */
    public final Result forward(Variable x, IntTensor lengths, List<Variable> states, Pass pass) {
        check(x, states);
        int time = x.shape().size(1);
        if (!lengths.shape().equals(Shape.of(x.shape().size(0)))) {
            throw new IllegalArgumentException("%s: lengths of shape %s, expected [batch] = [%d]"
                    .formatted(describeSelf(), lengths.shape(), x.shape().size(0)));
        }
        boolean anyShort = false;
        for (int i = 0; i < lengths.shape().count(); i++) {
            int length = lengths.get(i);
            if (length < 1 || length > time) {
                throw new IllegalArgumentException("%s: sequence %d has length %d, expected 1 to %d, the input's time"
                        .formatted(describeSelf(), i, length, time));
            }
            anyShort |= length < time;
        }
        return read(x, anyShort ? SequenceLengths.of(lengths) : null, states, pass);
    }

    private List<Variable> zeros(Variable x) {
        Shape shape = Shape.of(parameters.size(), x.shape().size(0), hidden);
        return Collections.nCopies(stateCount(), Variable.constantOf(Tensor.zeros(x.dtype(), shape)));
    }

    private void check(Variable x, List<Variable> states) {
        checkInput(x);
        Shape expected = Shape.of(parameters.size(), x.shape().size(0), hidden);
        if (states.size() != stateCount()
                || states.stream().anyMatch(state -> !state.shape().equals(expected))) {
            throw new IllegalArgumentException("%s: states of shapes %s, expected %d of %s"
                    .formatted(
                            describeSelf(), states.stream().map(Variable::shape).toList(), stateCount(), expected));
        }
    }

    /** @param lengths of the sequences; null if all are as long as the input */
    private Result read(Variable x, @Nullable SequenceLengths lengths, List<Variable> states, Pass pass) {
        List<Variable> results = Variable.reusingMemoryAll(() -> {
            if (lengths == null) {
                return layers(x, null, states, pass);
            }
            List<Variable> sorted = new ArrayList<>();
            states.forEach(state -> sorted.add(lengths.sorted(1, state)));
            List<Variable> made = layers(lengths.sorted(0, x), lengths, sorted, pass);
            List<Variable> unsorted = new ArrayList<>();
            for (int i = 0; i < made.size(); i++) {
                unsorted.add(lengths.unsorted(i == 0 ? 0 : 1, made.get(i)));
            }
            return unsorted;
        });
        return new Result(results.getFirst(), List.copyOf(results.subList(1, results.size())));
    }

    /** The last layer's outputs, and behind them the last states. */
    private List<Variable> layers(Variable x, @Nullable SequenceLengths lengths, List<Variable> states, Pass pass) {
        List<List<Variable>> first = new ArrayList<>();
        for (Variable state : states) {
            first.add(slices(state, 0)); // of each layer and direction, (batch, hidden)
        }
        List<List<Variable>> last = new ArrayList<>();
        Variable sequence = x;
        for (int layer = 0; layer < config.layers(); layer++) {
            List<Variable> outputs = new ArrayList<>();
            for (int direction = 0; direction < directions(); direction++) {
                int number = layer * directions() + direction;
                List<Parameter> weights = parameters.get(number);
                boolean reversed = direction == 1;
                SequenceLengths.Reader reader = (part, begin) -> part.recurrent(
                        cell(),
                        weights.get(0).value(),
                        weights.get(1).value(),
                        config.bias() ? weights.get(2).value() : null,
                        config.bias() ? weights.get(3).value() : null,
                        begin,
                        reversed);
                List<Variable> begin =
                        first.stream().map(all -> all.get(number)).toList();
                List<Variable> results = lengths == null
                        ? reader.read(sequence, begin)
                        : lengths.read(sequence, begin, reversed, reader);
                outputs.add(results.getFirst());
                last.add(results.subList(1, results.size()));
            }
            sequence = outputs.size() == 1 ? outputs.getFirst() : TensorOps.concat(2, outputs);
            sequence = layer + 1 < config.layers() ? dropout.forward(sequence, pass) : sequence;
        }
        List<Variable> results = new ArrayList<>(List.of(sequence));
        for (int i = 0; i < stateCount(); i++) {
            int which = i;
            results.add(TensorOps.stack(
                    0, last.stream().map(state -> state.get(which)).toList()));
        }
        return results;
    }

    /** All slices of an axis, without it. Cut at once, so that their gradients are joined at once. */
    private static List<Variable> slices(Variable x, int axis) {
        int[] ones = new int[x.shape().size(axis)];
        Arrays.fill(ones, 1);
        return x.split(axis, ones).stream().map(slice -> slice.squeeze(axis)).toList();
    }

    private void checkInput(Variable x) {
        if (x.shape().rank() != 3 || x.shape().size(1) == 0 || x.shape().size(2) != inputs) {
            throw new IllegalArgumentException("%s: input has shape %s, expected [batch, time, %d], time 1 or more"
                    .formatted(describeSelf(), x.shape(), inputs));
        }
        checkType(x, parameters.getFirst().getFirst());
    }

    @Override
    public String toString() {
        return "%s(%d → %d, %d layers%s)"
                .formatted(
                        getClass().getSimpleName(),
                        inputs,
                        hidden,
                        config.layers(),
                        config.bidirectional() ? ", both ways" : "");
    }
}
