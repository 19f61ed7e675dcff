package dev.lanewise.core;

import dev.lanewise.core.kernel.Matrix;
import dev.lanewise.core.kernel.Parallel;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RepeatedProduct;
import dev.lanewise.core.kernel.RowKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A recurrent layer over a sequence. Operands: x [batch, time, in], W [gates · hidden, in], U [gates · hidden, hidden],
 * the states [batch, hidden] that it begins with, and optionally the biases b and d, [gates · hidden] each. Results:
 * the first state after each step, [batch, time, hidden], and the last states.
 *
 * <p>Each step makes the next states by a formula, the cell, of W·x + b and U·h + d, cut into gates, and of the states,
 * of which h is the first. A cell that takes no more gates than there are gets the two sums' sum.
 *
 * <p>Backward through time: the cell's gradients at each step, last step first; U's part of them, g·U, is added to the
 * gradient of the state before. The gradients of weights and inputs are products over all steps at once: W' = gᵀ·x, U'
 * = gᵀ·h, x' = g·W.
 *
 * @param cell next states, the hidden one first, of the gates and the states
 * @param states how many
 * @param reversed whether the sequence is read from its end
 */
record Recurrence(Formula cell, int states, boolean reversed) implements FusedOp {
    private static final int WEIGHT = 1;
    private static final int RECURRENT_WEIGHT = 2;
    private static final int FIRST_STATE = 3;

    /** Elements of a state that are worth a task. */
    private static final int TASK = 4096;

    /** Checks the shapes of operands and the cell. */
    static void check(
            Formula cell,
            List<? extends TensorOps<?>> operands,
            int states,
            boolean hasBias,
            boolean hasRecurrentBias) {
        List<Shape> shapes = operands.stream().map(TensorOps::shape).toList();
        Shape x = shapes.getFirst();
        Shape weight = shapes.get(WEIGHT);
        Shape recurrentWeight = shapes.get(RECURRENT_WEIGHT);
        String operation = "recurrent " + cell.name();
        if (x.rank() != 3 || weight.rank() != 2 || recurrentWeight.rank() != 2 || weight.size(1) != x.size(2)) {
            throw new IllegalArgumentException(
                    "%s: input %s, weight %s and recurrent weight %s do not fit; expected [batch, time, in], [gates · hidden, in] and [gates · hidden, hidden]"
                            .formatted(operation, x, weight, recurrentWeight));
        }
        int hidden = recurrentWeight.size(1);
        int width = recurrentWeight.size(0);
        if (x.size(1) == 0 || hidden == 0 || width % hidden != 0 || weight.size(0) != width) {
            throw new IllegalArgumentException(
                    "%s: input %s, weight %s and recurrent weight %s: expected one step or more, and weights of as many rows, a multiple of the %d hidden elements"
                            .formatted(operation, x, weight, recurrentWeight, hidden));
        }
        Shape state = Shape.of(x.size(0), hidden);
        List<Shape> given = shapes.subList(FIRST_STATE, FIRST_STATE + states);
        if (states == 0 || given.stream().anyMatch(shape -> !shape.equals(state))) {
            throw new IllegalArgumentException(
                    "%s: states of shapes %s, expected one or more of %s".formatted(operation, given, state));
        }
        Shape bias = Shape.of(width);
        List<Shape> biases = shapes.subList(FIRST_STATE + states, shapes.size());
        if (hasBias != hasRecurrentBias || biases.stream().anyMatch(shape -> !shape.equals(bias))) {
            throw new IllegalArgumentException(
                    "%s: biases of shapes %s, expected both or neither of %s".formatted(operation, biases, bias));
        }
        int gates = width / hidden;
        boolean fits = cell.arity() == gates + states || cell.arity() == 2 * gates + states;
        if (!fits || cell.resultCount() != states) {
            throw new IllegalArgumentException(
                    "%s: the cell takes %d operands and gives %d results; expected %d gates, or twice as many, and %d states, and the next states"
                            .formatted(operation, cell.arity(), cell.resultCount(), gates, states));
        }
    }

    @Override
    public String name() {
        return "recurrent " + cell.name();
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        Shape x = operands.getFirst();
        Shape u = operands.get(RECURRENT_WEIGHT);
        long steps = (long) x.size(0) * x.size(1);
        return steps * (2L * u.size(0) * (x.size(2) + u.size(1)) + (long) cell.operationCount() * u.size(1));
    }

    @Override
    public boolean hasKernels(List<Tensor> operands) {
        return FusedOp.super.hasKernels(operands)
                && operands.stream().noneMatch(operand -> operand.shape().isEmpty());
    }

    /** Whether the cell takes the input's and the hidden state's gates one by one, not their sum. */
    private boolean takesBoth(int gates) {
        return cell.arity() > gates + states;
    }

    /** The sizes of a call, and where in its arrays what is: time comes first in all of them, then the batch. */
    private static final class Sizes {
        final int batch;
        final int time;
        final int in;
        final int hidden;
        final int gates;

        Sizes(Shape x, Shape recurrentWeight) {
            batch = x.size(0);
            time = x.size(1);
            in = x.size(2);
            hidden = recurrentWeight.size(1);
            gates = recurrentWeight.size(0) / hidden;
        }

        int width() {
            return gates * hidden;
        }

        /** Elements of a state. */
        int state() {
            return batch * hidden;
        }

        /** Elements of all gates of a step. */
        int step() {
            return batch * width();
        }

        /** A matrix of all gates of a step. */
        Matrix gates(float[] values, int step) {
            return new Matrix(values, step * step(), width(), 1);
        }

        Matrix state(float[] values, int number) {
            return new Matrix(values, number * state(), hidden, 1);
        }
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        return forward(operands, operand -> false);
    }

    @Override
    public Computed forward(List<Tensor> operands, IntPredicate differentiated) {
        Elementwise.checkTypes(name(), operands);
        var sizes = new Sizes(
                operands.getFirst().shape(), operands.get(RECURRENT_WEIGHT).shape());
        boolean both = takesBoth(sizes.gates);
        Tensor bias = bias(operands, 0);
        Tensor recurrentBias = bias(operands, 1);
        Tensor inputs = timeFirst(operands.getFirst()); // (time · batch, in)
        Tensor gates =
                inputs.linear(operands.get(WEIGHT), both ? bias : bias.add(recurrentBias)); // (time · batch, width)
        Tensor own = both ? Tensor.toBeWritten(DType.FLOAT32, gates.shape()) : gates; // the hidden state's part
        // Of each state all there were, the first one included: at the end if the sequence is read from there.
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            Tensor values = Tensor.toBeWritten(DType.FLOAT32, Shape.of(sizes.time + 1, sizes.batch, sizes.hidden));
            float[] first = operands.get(FIRST_STATE + i).toFloats();
            System.arraycopy(first, 0, values.floats(), place(sizes, -1) * sizes.state(), first.length);
            all.add(values);
        }
        run(sizes, operands.get(RECURRENT_WEIGHT), both ? recurrentBias.toFloats() : new float[0], gates, own, all);
        List<Tensor> results = new ArrayList<>();
        results.add(outputs(sizes, all.getFirst()));
        for (Tensor values : all) {
            int last = place(sizes, sizes.time - 1) * sizes.state();
            int[] strides = {sizes.hidden, 1};
            // A copy: who wants the last states alone need not keep all.
            results.add(Views.copy(values.view(Shape.of(sizes.batch, sizes.hidden), last, strides)));
        }
        if (IntStream.range(0, operands.size()).noneMatch(differentiated)) {
            return Computed.of(results);
        }
        List<Tensor> state = new ArrayList<>(all);
        state.add(gates);
        if (both) {
            state.add(own);
        }
        return new Computed(results, state);
    }

    /** Where the state after a step is among all there were. */
    private int place(Sizes sizes, int step) {
        return reversed ? sizes.time - 1 - step : step + 1;
    }

    /** Which element of a sequence of so many a step reads. */
    private int element(int time, int step) {
        return reversed ? time - 1 - step : step;
    }

    private static Tensor timeFirst(Tensor x) {
        Tensor dense = Views.permute(x, new int[] {1, 0, 2}).contiguous(); // (time, batch, in)
        return Views.reshape(
                dense, Shape.of(x.shape().size(0) * x.shape().size(1), x.shape().size(2)));
    }

    /** The states after each step as [batch, time, hidden], without the first one. */
    private Tensor outputs(Sizes sizes, Tensor all) {
        int offset = reversed ? 0 : sizes.state();
        int[] strides = {sizes.hidden, sizes.state(), 1};
        return all.view(Shape.of(sizes.batch, sizes.time, sizes.hidden), offset, strides);
    }

    /** A bias, or zeros if there is none. */
    private Tensor bias(List<Tensor> operands, int number) {
        int operand = FIRST_STATE + states + number;
        int width = operands.get(WEIGHT).shape().size(0);
        return operand < operands.size() ? operands.get(operand) : Tensor.zeros(DType.FLOAT32, Shape.of(width));
    }

    private void run(
            Sizes sizes, Tensor recurrentWeight, float[] recurrentBias, Tensor gates, Tensor own, List<Tensor> all) {
        var product = new RepeatedProduct(
                sizes.batch,
                sizes.width(),
                sizes.hidden,
                MatMul.matrix(recurrentWeight).transposed(),
                sizes.time);
        boolean both = own != gates;
        List<float[]> in = new ArrayList<>(Collections.nCopies(sizes.gates, gates.floats()));
        if (both) {
            in.addAll(Collections.nCopies(sizes.gates, own.floats()));
        }
        List<float[]> out = new ArrayList<>();
        all.forEach(values -> out.add(values.floats()));
        in.addAll(out);
        RowKernel kernel = cell.kernel(0, RowLoop.repeat(Reduction.STORE, states));
        var call = new CellCall(sizes, kernel, in, out);
        for (int step = 0; step < sizes.time; step++) {
            int element = element(sizes.time, step);
            int before = place(sizes, step - 1);
            if (both) {
                fill(own.floats(), element * sizes.step(), recurrentBias, sizes.batch);
            }
            product.multiply(sizes.state(all.getFirst().floats(), before), sizes.gates(own.floats(), element), true);
            int number = call.gates(0, both ? 2 : 1, element);
            call.states(number, before);
            call.results(place(sizes, step));
            call.run();
        }
    }

    private static void fill(float[] to, int at, float[] row, int rows) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(row, 0, to, at + i * row.length, row.length);
        }
    }

    /** A call of a cell's kernel, all rows of the batch, whose operands and results are set step by step. */
    private static final class CellCall {
        private final Sizes sizes;
        private final RowKernel kernel;
        private final float[][] in;
        private final int[] inOffset;
        private final int[] inRow;
        private final float[][] out;
        private final int[] outOffset;
        private final int[] outRow;

        CellCall(Sizes sizes, RowKernel kernel, List<float[]> in, List<float[]> out) {
            this.sizes = sizes;
            this.kernel = kernel;
            this.in = in.toArray(new float[0][]);
            this.out = out.toArray(new float[0][]);
            inOffset = new int[in.size()];
            inRow = new int[in.size()];
            outOffset = new int[out.size()];
            outRow = new int[out.size()];
            Arrays.fill(inRow, sizes.hidden);
            Arrays.fill(outRow, sizes.hidden);
        }

        /** Operands that are the gates of an element, so many times all of them; the number of the next operand. */
        int gates(int first, int times, int element) {
            for (int i = 0; i < times * sizes.gates; i++) {
                inOffset[first + i] = element * sizes.step() + i % sizes.gates * sizes.hidden;
                inRow[first + i] = sizes.width();
            }
            return first + times * sizes.gates;
        }

        /** Results that are the gradients of the gates of an element; the number of the next result. */
        int gateResults(int times, int element) {
            for (int i = 0; i < times * sizes.gates; i++) {
                outOffset[i] = element * sizes.step() + i % sizes.gates * sizes.hidden;
                outRow[i] = sizes.width();
            }
            return times * sizes.gates;
        }

        /** All further operands are states with this number. */
        void states(int first, int number) {
            Arrays.fill(inOffset, first, inOffset.length, number * sizes.state());
        }

        /** Operands whose arrays hold one state. */
        void singles(int first) {
            Arrays.fill(inOffset, first, inOffset.length, 0);
        }

        void results(int number) {
            Arrays.fill(outOffset, number * sizes.state());
        }

        void run() {
            if (sizes.state() < 2 * TASK || Parallel.threads() == 1) {
                kernel.run(in, inOffset, inRow, out, outOffset, outRow, sizes.batch, sizes.hidden);
                return;
            }
            Parallel.forRange(
                    sizes.batch,
                    Math.max(1, TASK / sizes.hidden),
                    (from, to) -> kernel.run(
                            in,
                            fromRow(inOffset, inRow, from),
                            inRow,
                            out,
                            fromRow(outOffset, outRow, from),
                            outRow,
                            to - from,
                            sizes.hidden));
        }

        private static int[] fromRow(int[] offsets, int[] strides, int row) {
            int[] from = new int[offsets.length];
            Arrays.setAll(from, i -> offsets[i] + row * strides[i]);
            return from;
        }
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true; // the biases too: gradients of gradients go through the definition
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        var sizes = new Sizes(saved.operandShape(0), saved.operandShape(RECURRENT_WEIGHT));
        boolean both = takesBoth(sizes.gates);
        List<Tensor> all = saved.state().subList(0, states);
        Shape shape = Shape.of(sizes.time * sizes.batch, sizes.width());
        Tensor gates = Tensor.toBeWritten(DType.FLOAT32, shape);
        Tensor own = both ? Tensor.toBeWritten(DType.FLOAT32, shape) : gates;
        List<Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            gradients.add(Views.copy(saved.gradient(1 + i))); // (batch, hidden)
        }
        runBack(sizes, saved, gates, own, gradients);
        saved.give(0, () -> {
            Tensor product = gates.matmul(saved.operand(WEIGHT)); // (time · batch, in)
            return Views.permute(
                    Views.reshape(product, Shape.of(sizes.time, sizes.batch, sizes.in)), new int[] {1, 0, 2});
        });
        int offset = reversed ? sizes.state() : 0;
        int[] strides = {sizes.state(), sizes.hidden, 1};
        Tensor before = all.getFirst().view(Shape.of(sizes.time, sizes.batch, sizes.hidden), offset, strides);
        Tensor x = Views.permute(saved.operand(0), new int[] {1, 0, 2}); // (time, batch, in)
        if (!both && saved.needs(WEIGHT) && saved.needs(RECURRENT_WEIGHT)) {
            // One product for both, which packs the gates' gradients once.
            Tensor product = weightGradient(gates, TensorOps.concat(2, List.of(x, before))); // (width, in + hidden)
            saved.give(WEIGHT, () -> Views.copy(product.slice(1, 0, sizes.in)));
            saved.give(RECURRENT_WEIGHT, () -> Views.copy(product.slice(1, sizes.in, sizes.in + sizes.hidden)));
        } else {
            saved.give(WEIGHT, () -> weightGradient(gates, x));
            saved.give(RECURRENT_WEIGHT, () -> weightGradient(own, before));
        }
        for (int i = 0; i < states; i++) {
            Tensor gradient = gradients.get(i);
            saved.give(FIRST_STATE + i, () -> gradient);
        }
        if (saved.operandCount() > FIRST_STATE + states) {
            int bias = FIRST_STATE + states;
            if (both) {
                saved.give(bias, () -> gates.sum(0));
                saved.give(bias + 1, () -> own.sum(0));
            } else if (saved.needs(bias) || saved.needs(bias + 1)) {
                Tensor sum = gates.sum(0);
                saved.give(bias, () -> sum);
                saved.give(bias + 1, () -> sum);
            }
        }
    }

    /** The gates' gradients, (time · batch, width), transposed, times what the weights met, [time, batch, columns]. */
    private static Tensor weightGradient(Tensor gates, Tensor met) {
        int rows = met.shape().size(0) * met.shape().size(1);
        Tensor dense =
                Views.reshape(met.contiguous(), Shape.of(rows, met.shape().size(2)));
        return gates.apply(new MatMul(true, false), dense);
    }

    /**
     * Makes the gradients of all gates, and in the end of {@code gradients}, those of the last states, of the first.
     */
    private void runBack(Sizes sizes, Saved<Tensor> saved, Tensor gates, Tensor own, List<Tensor> gradients) {
        boolean both = own != gates;
        List<Tensor> all = saved.state().subList(0, states);
        Tensor outputs = timeFirst(saved.gradient(0)); // (time · batch, hidden)
        List<float[]> in = new ArrayList<>(
                Collections.nCopies(sizes.gates, saved.state().get(states).floats()));
        List<float[]> out = new ArrayList<>(Collections.nCopies(sizes.gates, gates.floats()));
        if (both) {
            in.addAll(Collections.nCopies(
                    sizes.gates, saved.state().get(states + 1).floats()));
            out.addAll(Collections.nCopies(sizes.gates, own.floats()));
        }
        all.forEach(values -> in.add(values.floats()));
        gradients.forEach(gradient -> in.add(gradient.floats()));
        gradients.forEach(gradient -> out.add(gradient.floats()));
        Formula products = cell.vectorJacobianProducts();
        RowKernel kernel = products.kernel(0, RowLoop.repeat(Reduction.STORE, products.resultCount()));
        var call = new CellCall(sizes, kernel, in, out);
        var product = new RepeatedProduct(
                sizes.batch, sizes.hidden, sizes.width(), MatMul.matrix(saved.operand(RECURRENT_WEIGHT)), sizes.time);
        float[] hidden = gradients.getFirst().floats();
        for (int step = sizes.time - 1; step >= 0; step--) {
            int element = element(sizes.time, step);
            add(hidden, outputs.floats(), outputs.offset() + element * sizes.state(), sizes.state());
            int number = call.gates(0, both ? 2 : 1, element);
            call.states(number, place(sizes, step - 1));
            call.singles(number + states);
            call.results(0);
            call.gateResults(both ? 2 : 1, element);
            call.run();
            product.multiply(sizes.gates(own.floats(), element), sizes.state(hidden, 0), true);
        }
    }

    private static void add(float[] to, float[] from, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += from[at + i];
        }
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T x = operands.getFirst();
        T recurrentWeight = operands.get(RECURRENT_WEIGHT);
        boolean biased = operands.size() > FIRST_STATE + states;
        T bias = biased ? operands.get(FIRST_STATE + states) : null;
        T recurrentBias = biased ? operands.get(FIRST_STATE + states + 1) : null;
        int gates = recurrentWeight.shape().size(0) / recurrentWeight.shape().size(1);
        boolean both = takesBoth(gates);
        int time = x.shape().size(1);
        int[] ones = new int[time];
        Arrays.fill(ones, 1);
        List<T> inputs = x.linear(operands.get(WEIGHT), bias).split(1, ones); // each (batch, 1, width)
        List<T> state = new ArrayList<>(operands.subList(FIRST_STATE, FIRST_STATE + states));
        List<T> outputs = new ArrayList<>(Collections.nCopies(time, x));
        for (int step = 0; step < time; step++) {
            int element = element(time, step);
            T input = inputs.get(element).squeeze(1); // (batch, width)
            T own = state.getFirst().linear(recurrentWeight, recurrentBias);
            List<T> all = new ArrayList<>((both ? input : input.add(own)).chunk(-1, gates));
            if (both) {
                all.addAll(own.chunk(-1, gates));
            }
            all.addAll(state);
            state = all.getFirst().mapAll(cell, all.subList(1, all.size()));
            outputs.set(element, state.getFirst());
        }
        List<T> results = new ArrayList<>();
        results.add(TensorOps.stack(1, outputs)); // (batch, time, hidden)
        results.addAll(state);
        return results;
    }
}
