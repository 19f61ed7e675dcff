package dev.lanewise.nn;

import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Minus the logarithms of the probabilities of label sequences, whenever each label is said; [batch, time, classes] →
 * [batch].
 *
 * <p>The labels with a blank before, between and behind them are the places of a path, which at each time stays, goes
 * on by one, or by two, over a blank between different labels. α[t, s] is the logarithm of the probability of all
 * beginnings of paths that are at place s at time t, β[t, s] that of all their continuations, and the gradient by a
 * class' log-probability at time t is minus the share of paths that are then at a place of that class, Σ exp(α + β − ln
 * p) (Graves et al. 2006, doi:10.1145/1143844.1143891, equations 5 to 16).
 *
 * @param labels [batch, longest], those behind an example's own are not looked at
 * @param labelCounts of each example
 * @param times of each example, how many of its times count
 * @param blank the class of the blank
 */
record CtcLoss(IntTensor labels, int[] labelCounts, int[] times, int blank) implements CustomOp {
    /**
     * The logarithm of the probability of what is impossible. Not −∞, so that differences are numbers; what sums of it
     * lose in rounding is impossible all the same.
     */
    private static final double NEVER = -1e30;

    /** Checks what a user gives. */
    static CtcLoss of(Shape shape, IntTensor times, IntTensor labels, IntTensor labelCounts, int blank) {
        if (shape.rank() != 3 || shape.size(1) == 0) {
            throw new IllegalArgumentException(
                    "ctc: log-probabilities have shape %s, expected [batch, time, classes] with a time"
                            .formatted(shape));
        }
        int batch = shape.size(0);
        if (labels.shape().rank() != 2
                || labels.shape().size(0) != batch
                || !times.shape().equals(Shape.of(batch))
                || !labelCounts.shape().equals(Shape.of(batch))) {
            throw new IllegalArgumentException(
                    "ctc: times %s, labels %s and their counts %s do not fit %s, expected [%d], [%d, longest] and [%d]"
                            .formatted(times.shape(), labels.shape(), labelCounts.shape(), shape, batch, batch, batch));
        }
        int classes = shape.size(2);
        checkRange("the blank", blank, 0, classes - 1);
        var loss = new CtcLoss(labels, labelCounts.toArray(), times.toArray(), blank);
        for (int example = 0; example < batch; example++) {
            checkRange("the times of example " + example, loss.times[example], 1, shape.size(1));
            checkRange(
                    "the labels' count of example " + example,
                    loss.labelCounts[example],
                    0,
                    labels.shape().size(1));
            for (int i = 0; i < loss.labelCounts[example]; i++) {
                int label = loss.label(example, i);
                checkRange("label %d of example %d".formatted(i, example), label, 0, classes - 1);
                if (label == blank) {
                    throw new IllegalArgumentException(
                            "ctc: label %d of example %d is the blank, %d; leave it out".formatted(i, example, blank));
                }
            }
        }
        return loss;
    }

    private static void checkRange(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IndexOutOfBoundsException("ctc: %s is %d, expected %d to %d".formatted(what, value, least, most));
        }
    }

    @Override
    public String name() {
        return "ctc";
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        return forward(operands, operand -> false);
    }

    /** Leaves α to the backward pass, if there may be one. */
    @Override
    public Computed forward(List<Tensor> operands, IntPredicate differentiated) {
        var paths = new Paths<>(operands.getFirst());
        Tensor loss = paths.logProbability().neg();
        return new Computed(List.of(loss), differentiated.test(0) ? paths.beginnings : List.of());
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true;
    }

    @Override
    public <T extends TensorOps<T>> void backward(Saved<T> saved) {
        saved.give(0, () -> {
            var paths = new Paths<>(saved.operand(0));
            if (saved.operand(0) instanceof Tensor) { // else α has to remember how it was computed
                saved.state()
                        .forEach(beginning ->
                                paths.beginnings.add(saved.operand(0).constant(beginning)));
            }
            return paths.shares().mul(saved.gradient().neg().reshape(-1, 1, 1));
        });
    }

    /** Whether there is a path for an example: a time for each label and for each blank between equal ones. */
    boolean isPossible(int example) {
        int needed = labelCounts[example];
        for (int i = 1; i < labelCounts[example]; i++) {
            needed += label(example, i) == label(example, i - 1) ? 1 : 0;
        }
        return needed <= times[example];
    }

    private int label(int example, int position) {
        return labels.get(example * labels.shape().size(1) + position);
    }

    /** The paths through the places of all examples. */
    private final class Paths<T extends TensorOps<T>> {
        private final T logProbabilities; // (batch, time, classes)
        private final int batch;
        private final int time;
        private final int places;
        private final IntTensor classOf; // (batch, time, places)
        private final T said; // (batch, time, places), the log-probabilities of the places' classes
        private final T skips; // (batch, places), 0 where a path may come from two places before, else NEVER
        private final T ends; // (batch, places), 0 where a path may end
        private final List<T> beginnings = new ArrayList<>(); // α, (batch, places) each

        Paths(T logProbabilities) {
            this.logProbabilities = logProbabilities;
            this.batch = logProbabilities.shape().size(0);
            this.time = logProbabilities.shape().size(1);
            this.places = 2 * labels.shape().size(1) + 1;
            int[] classes = new int[batch * time * places];
            double[] skip = new double[batch * places];
            double[] end = new double[batch * places];
            for (int example = 0; example < batch; example++) {
                int last = 2 * labelCounts[example];
                for (int place = 0; place < places; place++) {
                    int at = example * places + place;
                    boolean isLabel = place % 2 == 1 && place < last;
                    int number = isLabel ? label(example, place / 2) : blank;
                    for (int t = 0; t < time; t++) {
                        classes[(example * time + t) * places + place] = number;
                    }
                    boolean differs = isLabel && place > 1 && number != label(example, place / 2 - 1);
                    skip[at] = differs ? 0 : NEVER;
                    end[at] = place == last || place == last - 1 ? 0 : NEVER;
                }
            }
            this.classOf = IntTensor.of(Shape.of(batch, time, places), classes);
            this.said = logProbabilities.gather(2, classOf).maximum(logProbabilities.constant(NEVER));
            this.skips = constant(skip);
            this.ends = constant(end);
        }

        private T constant(double[] values) {
            DType type = logProbabilities.dtype();
            return logProbabilities.constant(Tensor.of(type, Shape.of(batch, places), values));
        }

        /** ln p of each example, [batch]. */
        T logProbability() {
            if (beginnings.isEmpty()) {
                double[] first = new double[batch * places];
                for (int at = 0; at < first.length; at++) {
                    first[at] = at % places < 2 ? 0 : NEVER;
                }
                T sums = constant(first); // before the first time: a path begins at the blank or at the first label
                for (int t = 0; t < time; t++) {
                    if (t > 0) {
                        T byTwo = moved(sums, 2).add(skips);
                        sums = sums.logAddExp(moved(sums, 1)).logAddExp(byTwo);
                    }
                    sums = sums.add(said.select(1, t));
                    beginnings.add(sums);
                }
            }
            T total = constant(new double[batch * places]);
            for (int t = 0; t < time; t++) {
                total = isLast(t).where(beginnings.get(t), total);
            }
            return total.add(ends).logSumExp(1);
        }

        /** The share of paths that are at each class at each time, [batch, time, classes]; 0 where there is no path. */
        T shares() {
            T logProbability = logProbability().unsqueeze(1); // (batch, 1)
            List<T> shares = new ArrayList<>();
            T continuations = constant(new double[batch * places]);
            boolean[] hasPath = new boolean[batch];
            for (int example = 0; example < batch; example++) {
                hasPath[example] = isPossible(example);
            }
            for (int t = time - 1; t >= 0; t--) {
                if (t < time - 1) {
                    T next = continuations.add(said.select(1, t + 1));
                    T byTwo = moved(next.add(skips), -2);
                    continuations = next.logAddExp(moved(next, -1)).logAddExp(byTwo);
                }
                continuations = isLast(t).where(ends, continuations);
                T share =
                        beginnings.get(t).add(continuations).sub(logProbability).exp();
                int now = t;
                T counts = perExample(example -> now < times[example] && hasPath[example]);
                shares.addFirst(counts.where(share, share.constant(0)));
            }
            Tensor none = Tensor.zeros(logProbabilities.dtype(), logProbabilities.shape());
            T all = TensorOps.stack(1, shares); // (batch, time, places)
            return logProbabilities.constant(none).scatterAdd(2, classOf, all);
        }

        /** Values moved to places so much later, [batch, places]. */
        private T moved(T values, int by) {
            int inside = Math.clamp(by, -places, places);
            return values.pad(1, inside, -inside, NEVER);
        }

        /** 1 for examples that end at a time, [batch, 1]. */
        private T isLast(int t) {
            return perExample(example -> times[example] == t + 1);
        }

        /** 1 for examples of which something holds, else 0, [batch, 1]. */
        private T perExample(IntPredicate holds) {
            double[] values = new double[batch];
            for (int example = 0; example < batch; example++) {
                values[example] = holds.test(example) ? 1 : 0;
            }
            return logProbabilities.constant(Tensor.of(logProbabilities.dtype(), Shape.of(batch, 1), values));
        }
    }
}
