package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a recurrent layer reads sequences of different lengths. They are sorted, the longest first; so those that are
 * still going on at some time are the first rows, and between two ends time is read as a whole, by those rows alone.
 * Nothing is computed for what fills a sequence up.
 */
final class SequenceLengths {
    /** Reads a part of the sequences, (rows, time, inputs), from states, (rows, hidden): outputs and last states. */
    @FunctionalInterface
    interface Reader {
        List<Variable> read(Variable part, List<Variable> states);
    }

    /**
     * A stretch of time in which no sequence ends.
     *
     * @param rows how many sequences go on until its end
     */
    private record Stretch(int from, int to, int rows) {}

    private final IntTensor order;
    private final IntTensor back;
    private final List<Stretch> stretches;

    private SequenceLengths(IntTensor order, IntTensor back, List<Stretch> stretches) {
        this.order = order;
        this.back = back;
        this.stretches = stretches;
    }

    /** Of at least one sequence, each of at least one step. */
    static SequenceLengths of(IntTensor lengths) {
        int count = lengths.shape().count();
        int[] order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> lengths.get(i)).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        int[] back = new int[count];
        for (int i = 0; i < count; i++) {
            back[order[i]] = i;
        }
        List<Stretch> stretches = new ArrayList<>();
        int from = 0;
        for (int rows = count; rows > 0; rows--) {
            int to = lengths.get(order[rows - 1]); // the shortest of those that go on
            if (to > from) {
                stretches.add(new Stretch(from, to, rows));
                from = to;
            }
        }
        return new SequenceLengths(IntTensor.of(order), IntTensor.of(back), stretches);
    }

    /** The longest first, along the axis of sequences. */
    Variable sorted(int axis, Variable x) {
        return x.indexSelect(axis, order);
    }

    /** What {@link #sorted} was given. */
    Variable unsorted(int axis, Variable x) {
        return x.indexSelect(axis, back);
    }

    /**
     * Reads sorted sequences one way.
     *
     * @param x (batch, time, inputs)
     * @param states what to begin with, (batch, hidden)
     * @param reversed whether each is read from its end
     * @return outputs, (batch, time, hidden), zeros behind the ends, and the last states, (batch, hidden)
     */
    List<Variable> read(Variable x, List<Variable> states, boolean reversed, Reader reader) {
        return reversed ? backwards(x, states, reader) : forwards(x, states, reader);
    }

    private List<Variable> forwards(Variable x, List<Variable> states, Reader reader) {
        List<Variable> outputs = new ArrayList<>();
        List<List<Variable>> ended = new ArrayList<>(); // of each stretch, the states of those that end there
        List<Variable> current = states;
        for (int i = 0; i < stretches.size(); i++) {
            Stretch stretch = stretches.get(i);
            List<Variable> results = reader.read(part(x, stretch), rows(current, 0, stretch.rows()));
            outputs.add(results.getFirst());
            current = results.subList(1, results.size());
            int goingOn = i + 1 < stretches.size() ? stretches.get(i + 1).rows() : 0;
            ended.add(rows(current, goingOn, stretch.rows()));
        }
        List<Variable> results = new ArrayList<>(List.of(joined(x, outputs)));
        for (int state = 0; state < states.size(); state++) {
            int which = state;
            results.add(TensorOps.concat( // those that end last come first
                    0, ended.reversed().stream().map(all -> all.get(which)).toList()));
        }
        return results;
    }

    private List<Variable> backwards(Variable x, List<Variable> states, Reader reader) {
        List<Variable> outputs = new ArrayList<>();
        List<Variable> current = List.of();
        int begun = 0;
        for (Stretch stretch : stretches.reversed()) {
            List<Variable> begin = new ArrayList<>();
            for (int state = 0; state < states.size(); state++) {
                Variable fresh = states.get(state).slice(0, begun, stretch.rows());
                begin.add(begun == 0 ? fresh : TensorOps.concat(0, List.of(current.get(state), fresh)));
            }
            List<Variable> results = reader.read(part(x, stretch), begin);
            outputs.addFirst(results.getFirst());
            current = results.subList(1, results.size());
            begun = stretch.rows();
        }
        List<Variable> results = new ArrayList<>(List.of(joined(x, outputs)));
        results.addAll(current);
        return results;
    }

    /** What is read in a stretch, (rows, its time, inputs). */
    private static Variable part(Variable x, Stretch stretch) {
        return x.slice(0, 0, stretch.rows()).slice(1, stretch.from(), stretch.to());
    }

    private static List<Variable> rows(List<Variable> states, int from, int to) {
        return states.stream().map(state -> state.slice(0, from, to)).toList();
    }

    /** The stretches' outputs one behind the other, (batch, time, hidden), filled up with zeros. */
    private static Variable joined(Variable x, List<Variable> outputs) {
        int batch = x.shape().size(0);
        int hidden = outputs.getFirst().shape().size(2);
        List<Variable> all = new ArrayList<>();
        int time = 0;
        for (Variable output : outputs) {
            Shape shape = output.shape();
            time += shape.size(1);
            all.add(
                    shape.size(0) == batch
                            ? output
                            : TensorOps.concat(
                                    0, List.of(output, zeros(x, batch - shape.size(0), shape.size(1), hidden))));
        }
        if (time < x.shape().size(1)) {
            all.add(zeros(x, batch, x.shape().size(1) - time, hidden));
        }
        return TensorOps.concat(1, all);
    }

    private static Variable zeros(Variable like, int batch, int time, int hidden) {
        return Variable.constantOf(Tensor.zeros(like.dtype(), Shape.of(batch, time, hidden)));
    }
}
