package dev.lanewise.core;

import dev.lanewise.core.Node.Binary;
import dev.lanewise.core.Node.Constant;
import dev.lanewise.core.Node.Operand;
import dev.lanewise.core.Node.Ternary;
import dev.lanewise.core.Node.Unary;
import dev.lanewise.core.kernel.DoubleRowKernel;
import dev.lanewise.core.kernel.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * A formula read in double precision: the reference for the float kernels, and what FLOAT64 tensors run on.
 *
 * <p>For whole rows, these are cut into blocks, and each node is one plain loop over a block. Sums are taken in the
 * order of the elements.
 */
final class DoubleReading {

    /** Elements of a block: 4 KB, few enough for the blocks in use to stay in the cache. */
    private static final int BLOCK = 512;

    /** A thread's blocks, kept for the next call. */
    private static final ThreadLocal<double[][]> BLOCKS = ThreadLocal.withInitial(() -> new double[0][]);

    private final List<Node> steps = new ArrayList<>();
    /** Of each step, the steps that its arguments come from. */
    private final List<int[]> arguments = new ArrayList<>();

    private final int[] results;

    DoubleReading(List<Expr> results) {
        var numbers = new IdentityHashMap<Expr, Integer>();
        for (Expr node : Graph.order(results)) {
            numbers.put(node, steps.size());
            steps.add((Node) node);
            arguments.add(Graph.children(node).stream().mapToInt(numbers::get).toArray());
        }
        this.results = results.stream().mapToInt(numbers::get).toArray();
    }

    /** The results for single numbers. */
    double[] evaluate(double[] operands) {
        double[] values = new double[steps.size()];
        for (int s = 0; s < values.length; s++) {
            int[] from = arguments.get(s);
            values[s] = switch (steps.get(s)) {
                case Operand operand -> operands[operand.index()];
                case Constant constant -> constant.value();
                case Unary unary -> unary.function().apply(values[from[0]]);
                case Binary binary -> binary.function().apply(values[from[0]], values[from[1]]);
                case Ternary ternary -> ternary.function().apply(values[from[0]], values[from[1]], values[from[2]]);
            };
        }
        return Arrays.stream(results).mapToDouble(result -> values[result]).toArray();
    }

    /** The loop over rows. */
    DoubleRowKernel kernel(long rowConstants, List<Reduction> outputs) {
        return (in, inOffset, inRowStride, out, outOffset, outRowStride, rows, n) -> {
            double[][] blocks = blocks();
            fillConstants(blocks, Math.min(n, BLOCK));
            double[] totals = new double[results.length];
            for (int row = 0; row < rows; row++) {
                start(outputs, totals);
                for (int from = 0; from < n; from += BLOCK) {
                    int count = Math.min(BLOCK, n - from);
                    for (int s = 0; s < steps.size(); s++) {
                        if (steps.get(s) instanceof Operand operand) {
                            int o = operand.index();
                            int at = inOffset[o] + row * inRowStride[o];
                            if ((rowConstants >>> o & 1) == 1) {
                                Arrays.fill(blocks[s], 0, count, in[o][at]);
                            } else {
                                System.arraycopy(in[o], at + from, blocks[s], 0, count);
                            }
                        } else {
                            run(s, blocks, count);
                        }
                    }
                    for (int r = 0; r < results.length; r++) {
                        int at = outOffset[r] + row * outRowStride[r] + from;
                        totals[r] = finish(outputs.get(r), blocks[results[r]], count, out[r], at, totals[r]);
                    }
                }
                for (int r = 0; r < results.length; r++) {
                    if (outputs.get(r).isReduction()) {
                        out[r][outOffset[r] + row * outRowStride[r]] = totals[r];
                    }
                }
            }
        };
    }

    private double[][] blocks() {
        double[][] blocks = BLOCKS.get();
        if (blocks.length < steps.size()) {
            int had = blocks.length;
            blocks = Arrays.copyOf(blocks, steps.size());
            for (int s = had; s < blocks.length; s++) {
                blocks[s] = new double[BLOCK];
            }
            BLOCKS.set(blocks);
        }
        return blocks;
    }

    private void fillConstants(double[][] blocks, int n) {
        for (int s = 0; s < steps.size(); s++) {
            if (steps.get(s) instanceof Constant(double value)) {
                Arrays.fill(blocks[s], 0, n, value);
            }
        }
    }

    private static void start(List<Reduction> outputs, double[] totals) {
        for (int r = 0; r < totals.length; r++) {
            totals[r] = switch (outputs.get(r)) {
                case MAX -> Double.NEGATIVE_INFINITY;
                case MIN -> Double.POSITIVE_INFINITY;
                case STORE, ADD, SUM -> 0;
            };
        }
    }

    /** Does with a block of results what is to become of them; gives the running total of a reduction. */
    private static double finish(Reduction output, double[] values, int n, double[] out, int at, double total) {
        double running = total;
        switch (output) {
            case STORE -> System.arraycopy(values, 0, out, at, n);
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    out[at + i] += values[i];
                }
            }
            case SUM -> {
                for (int i = 0; i < n; i++) {
                    running += values[i];
                }
            }
            case MAX -> {
                for (int i = 0; i < n; i++) {
                    running = Math.max(running, values[i]);
                }
            }
            case MIN -> {
                for (int i = 0; i < n; i++) {
                    running = Math.min(running, values[i]);
                }
            }
        }
        return running;
    }

    private void run(int step, double[][] blocks, int n) {
        int[] from = arguments.get(step);
        double[] result = blocks[step];
        switch (steps.get(step)) {
            case Unary unary -> run(unary.function(), blocks[from[0]], result, n);
            case Binary binary -> run(binary.function(), blocks[from[0]], blocks[from[1]], result, n);
            case Ternary ternary ->
                run(ternary.function(), blocks[from[0]], blocks[from[1]], blocks[from[2]], result, n);
            case Operand operand -> {}
            case Constant constant -> {}
        }
    }

    private static void run(UnaryFunction function, double[] a, double[] result, int n) {
        for (int i = 0; i < n; i++) {
            result[i] = function.apply(a[i]);
        }
    }

    /** The commonest functions have loops of their own, which the compiler can vectorise. */
    private static void run(BinaryFunction function, double[] a, double[] b, double[] result, int n) {
        switch (function) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    result[i] = a[i] + b[i];
                }
            }
            case SUB -> {
                for (int i = 0; i < n; i++) {
                    result[i] = a[i] - b[i];
                }
            }
            case MUL -> {
                for (int i = 0; i < n; i++) {
                    result[i] = a[i] * b[i];
                }
            }
            case DIV -> {
                for (int i = 0; i < n; i++) {
                    result[i] = a[i] / b[i];
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    result[i] = function.apply(a[i], b[i]);
                }
            }
        }
    }

    private static void run(TernaryFunction function, double[] a, double[] b, double[] c, double[] result, int n) {
        for (int i = 0; i < n; i++) {
            result[i] = function.apply(a[i], b[i], c[i]);
        }
    }
}
