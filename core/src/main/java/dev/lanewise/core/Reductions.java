package dev.lanewise.core;

import dev.lanewise.core.kernel.Parallel;
import dev.lanewise.core.kernel.Reduction;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums, maxima and minima of a formula over axes of its operands, in one pass and without keeping the formula's values.
 *
 * <p>The order of summation depends on shapes and strides alone. Along the innermost axis it is the row kernel's 16
 * virtual lanes, in chunks of {@link #CHUNK}; along outer axes row after row, in chunks of {@link #ROW_CHUNK}; the
 * chunks' results are reduced in the same way.
 */
final class Reductions {
    /**
     * The longest stretch that is summed in one go: bounds the rounding error, and is what threads share. 16 KiB of
     * floats stay in cache.
     */
    static final int CHUNK = 4096;
    /** How many rows are added one after the other before a new partial sum begins. */
    static final int ROW_CHUNK = 256;

    private Reductions() {}

    static Tensor reduce(Formula formula, List<Tensor> operands, Axes axes, Reduction kind) {
        return reduceAll(formula, operands, axes, kind).getFirst();
    }

    /** Reduces each result of a formula; the operands broadcast to one shape. */
    static List<Tensor> reduceAll(Formula formula, List<Tensor> operands, Axes axes, Reduction kind) {
        Elementwise.check(formula, operands);
        Shape shape = Elementwise.broadcastShape(formula.name(), operands);
        Shape resultShape = axes.result(shape);
        List<Tensor> results;
        if (shape.isEmpty()) {
            double identity = kind == Reduction.SUM
                    ? 0
                    : kind == Reduction.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            results = new ArrayList<>();
            for (int i = 0; i < formula.resultCount(); i++) {
                results.add(Tensor.full(operands.getFirst().dtype(), resultShape, identity));
            }
            return results;
        }
        results = reduce(formula, Loop.collapse(shape, axes.reduced(shape), operands), kind);
        return results.stream()
                .map(result -> Views.reshape(result, resultShape))
                .toList();
    }

    /** The axes of a reduction, collapsed; the operands are views of that very shape, each axis is reduced or not. */
    private record Loop(Shape shape, boolean[] reduced, List<Tensor> operands) {
        static Loop collapse(Shape shape, boolean[] reduced, List<Tensor> operands) {
            var walk = RowLoop.Walk.over(shape, reduced, operands, List.of());
            int rank = walk.axes.rank();
            int[] sizes = new int[rank];
            for (int axis = 0; axis < rank; axis++) {
                sizes[axis] = walk.axes.size(axis);
            }
            Shape collapsed = Shape.owning(sizes);
            List<Tensor> views = new ArrayList<>();
            for (int i = 0; i < operands.size(); i++) {
                Tensor operand = walk.operands.get(i);
                views.add(operand.view(collapsed, operand.offset(), walk.axes.strides(i)));
            }
            return new Loop(collapsed, walk.axes.marks(), views);
        }

        /** The same loop with its axes in another order. */
        Loop permute(int[] order) {
            boolean[] marks = new boolean[order.length];
            for (int i = 0; i < order.length; i++) {
                marks[i] = reduced[order[i]];
            }
            List<Tensor> permuted = Views.permuteAll(operands, order);
            return new Loop(permuted.getFirst().shape(), marks, permuted);
        }

        /** The last reduced axis, or -1. */
        int innermostReduced() {
            int axis = reduced.length - 1;
            while (axis >= 0 && !reduced[axis]) {
                axis--;
            }
            return axis;
        }

        List<Tensor> allocateResults(Formula formula, Shape resultShape) {
            List<Tensor> results = new ArrayList<>();
            for (int i = 0; i < formula.resultCount(); i++) {
                results.add(Tensor.allocate(operands.getFirst().dtype(), resultShape));
            }
            return results;
        }
    }

    /** Reduces the marked axes; the results have as many elements as the kept axes, in their order. */
    private static List<Tensor> reduce(Formula formula, Loop loop, Reduction kind) {
        int axis = loop.innermostReduced();
        if (axis < 0) { // nothing (left) to reduce
            List<Tensor> results = loop.allocateResults(formula, loop.shape);
            RowLoop.run(formula, loop.operands, results, RowLoop.repeat(Reduction.STORE, results.size()));
            return results;
        }
        if (axis == loop.shape.rank() - 1) {
            return reduceInnermost(formula, loop, kind);
        }
        return kind == Reduction.SUM ? sumRows(formula, loop, axis) : reduceMoved(formula, loop, kind);
    }

    /** The innermost axis is reduced: each row gives one partial result a chunk; those are reduced in turn. */
    private static List<Tensor> reduceInnermost(Formula formula, Loop loop, Reduction kind) {
        int last = loop.shape.rank() - 1;
        int n = loop.shape.size(last);
        int chunks = (n + CHUNK - 1) / CHUNK;
        Shape partialShape = loop.shape.withSize(last, chunks);
        List<Tensor> partials = loop.allocateResults(formula, partialShape);
        var walk =
                RowLoop.Walk.over(loop.shape, loop.reduced, loop.operands, standingStill(partials, loop.shape, last));
        var call = RowLoop.Call.of(formula, walk, RowLoop.repeat(kind, partials.size()));
        int rows = walk.rows();
        int outer = walk.axes.outerCount(2);
        boolean shared = RowLoop.worthSharing(loop.shape.count());
        if (chunks == 1) {
            int units = outer * rows;
            Parallel.forRange(
                    outer > 1 ? outer : rows, shared ? RowLoop.grain(outer > 1 ? rows * n : n) : units, (from, to) -> {
                        if (outer > 1) {
                            walk.axes.forEachOuter(
                                    2, from, to, (offsets, position) -> call.run(offsets, 0, rows, 0, n));
                        } else {
                            call.run(new int[walk.arrayCount()], from, to, 0, n);
                        }
                    });
        } else {
            int units = outer * rows * chunks;
            Parallel.forRange(units, shared ? RowLoop.grain(CHUNK) : units, (from, to) -> {
                for (int unit = from; unit < to; unit++) {
                    int chunk = unit % chunks;
                    int row = unit / chunks % rows;
                    int position = unit / chunks / rows;
                    int end = Math.min(n, (chunk + 1) * CHUNK);
                    walk.axes.forEachOuter(
                            2,
                            position,
                            position + 1,
                            (offsets, at) ->
                                    call.run(shiftResults(offsets, walk, chunk), row, row + 1, chunk * CHUNK, end));
                }
            });
        }
        return reducePartials(partials, loop, last, chunks, kind);
    }

    /** The innermost axis is kept and one outside it is reduced: rows are added to rows. */
    private static List<Tensor> sumRows(Formula formula, Loop loop, int axis) {
        int last = loop.shape.rank() - 1;
        int count = loop.shape.size(axis);
        int chunks = (count + ROW_CHUNK - 1) / ROW_CHUNK;
        Shape partialShape = loop.shape.withSize(axis, chunks);
        List<Tensor> partials = loop.allocateResults(formula, partialShape);
        int chunkStride = partialShape.contiguousStrides()[axis];
        // The reduced axis is moved next to the innermost one, so that the kernel runs over it row by row.
        int[] order = new int[last + 1];
        for (int i = 0, next = 0; i < last; i++) {
            if (i != axis) {
                order[next++] = i;
            }
        }
        order[last - 1] = axis;
        order[last] = last;
        Loop moved = loop.permute(order);
        List<Tensor> targets = Views.permuteAll(standingStill(partials, loop.shape, axis), order);
        var walk = RowLoop.Walk.over(moved.shape, moved.reduced, moved.operands, targets);
        var call = RowLoop.Call.of(formula, walk, RowLoop.repeat(Reduction.ADD, partials.size()));
        int n = walk.innerSize();
        int units = walk.axes.outerCount(2) * chunks;
        boolean shared = RowLoop.worthSharing(loop.shape.count());
        // With few units the columns are shared too: each column's sum is its own.
        int columnTasks = shared && units < 2 * Parallel.threads() ? Math.clamp(n / 64, 1, 2 * Parallel.threads()) : 1;
        int columns = (n + columnTasks - 1) / columnTasks;
        int tasks = units * columnTasks;
        Parallel.forRange(tasks, shared ? 1 : tasks, (from, to) -> {
            for (int task = from; task < to; task++) {
                int unit = task / columnTasks;
                int columnFrom = Math.min(n, task % columnTasks * columns);
                int columnTo = Math.min(n, columnFrom + columns);
                int chunk = unit % chunks;
                int position = unit / chunks;
                int rowEnd = Math.min(count, (chunk + 1) * ROW_CHUNK);
                walk.axes.forEachOuter(
                        2,
                        position,
                        position + 1,
                        (offsets, at) -> call.run(
                                shiftResults(offsets, walk, chunk * chunkStride),
                                chunk * ROW_CHUNK,
                                rowEnd,
                                columnFrom,
                                columnTo));
            }
        });
        return reducePartials(partials, loop, axis, chunks, Reduction.SUM);
    }

    /** Maxima and minima over outer axes: the values are computed, and the reduced axes moved innermost. */
    private static List<Tensor> reduceMoved(Formula formula, Loop loop, Reduction kind) {
        List<Tensor> values;
        if (formula.passesOn() >= 0) {
            values = List.of(loop.operands.get(formula.passesOn()));
        } else {
            values = loop.allocateResults(formula, loop.shape);
            RowLoop.run(formula, loop.operands, values, RowLoop.repeat(Reduction.STORE, values.size()));
        }
        int[] order = new int[loop.reduced.length];
        int next = 0;
        for (boolean reduced : new boolean[] {false, true}) {
            for (int axis = 0; axis < order.length; axis++) {
                if (loop.reduced[axis] == reduced) {
                    order[next++] = axis;
                }
            }
        }
        List<Tensor> results = new ArrayList<>();
        for (Tensor value : values) {
            Loop moved = new Loop(loop.shape, loop.reduced, List.of(value)).permute(order);
            Tensor dense = Views.copy(moved.operands.getFirst());
            results.addAll(reduce(Formulas.IDENTITY, Loop.collapse(moved.shape, moved.reduced, List.of(dense)), kind));
        }
        return results;
    }

    /** Partial results as the loop's arrays: along the axis that they reduce they do not move. */
    private static List<Tensor> standingStill(List<Tensor> partials, Shape shape, int axis) {
        List<Tensor> targets = new ArrayList<>();
        for (Tensor partial : partials) {
            int[] strides = partial.strides().clone();
            strides[axis] = 0;
            targets.add(partial.view(shape, partial.offset(), strides));
        }
        return targets;
    }

    private static int[] shiftResults(int[] offsets, RowLoop.Walk walk, int by) {
        int[] shifted = offsets.clone();
        for (int i = walk.operands.size(); i < shifted.length; i++) {
            shifted[i] += by;
        }
        return shifted;
    }

    private static List<Tensor> reducePartials(List<Tensor> partials, Loop loop, int axis, int chunks, Reduction kind) {
        boolean[] marks = loop.reduced.clone();
        marks[axis] = chunks > 1;
        boolean done = true;
        for (boolean mark : marks) {
            done &= !mark;
        }
        if (done) {
            return partials;
        }
        List<Tensor> results = new ArrayList<>();
        for (Tensor partial : partials) {
            results.addAll(reduce(Formulas.IDENTITY, Loop.collapse(partial.shape(), marks, List.of(partial)), kind));
        }
        return results;
    }
}
