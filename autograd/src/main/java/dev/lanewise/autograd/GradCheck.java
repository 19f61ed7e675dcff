package dev.lanewise.autograd;

import dev.lanewise.core.DType;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Compares gradients with central finite differences: the check for one's own {@code CustomOp}, formula or layer.
 *
 * <p>It works in FLOAT64. The differences of a smooth function with the default step are right to some 1e-9 relative to
 * the values; operands near a kink (relu at 0, a tie of maxima) cannot be checked this way.
 *
 * <pre>{@code
 * GradCheck.check(x -> x.get(0).mul(x.get(1)).tanh(), List.of(a, b));
 * }</pre>
 */
public final class GradCheck {
    /**
     * The step: near the cube root of double precision's 2.2e-16, where the rounding and the truncation of central
     * differences balance.
     */
    private static final double STEP = 1e-6;

    private static final double RELATIVE = 1e-5;
    private static final double ABSOLUTE = 1e-7;

    private GradCheck() {}

    /**
     * Checks the gradients of a function by each of its operands, at the given values.
     *
     * @param function from operands to a result of any shape; it is called many times and must always do the same
     * @param operands converted to FLOAT64
     * @throws AssertionError naming the operand, the element and both numbers, if they differ by more than 1e-7 + 1e-5
     *     · |difference|
     */
    public static void check(Function<List<Variable>, Variable> function, List<Tensor> operands) {
        List<Tensor> values =
                operands.stream().map(operand -> operand.to(DType.FLOAT64)).toList();
        List<Variable> variables = values.stream().map(Variable::of).toList();
        Variable result = function.apply(variables);
        Tensor weights = weights(result.value());
        Gradients gradients =
                result.needsGradient() ? result.backwardRetainingGraph(weights) : Gradients.of(java.util.Map.of());
        for (int operand = 0; operand < values.size(); operand++) {
            double[] expected = differences(function, values, operand, weights);
            double[] actual = gradients.of(variables.get(operand)).toDoubles();
            compare("operand " + operand, values.get(operand), expected, actual);
        }
    }

    /**
     * Checks second derivatives: the gradients of the gradients of a function, at the given values.
     *
     * @throws AssertionError as {@link #check(Function, List)}
     */
    public static void checkSecondOrder(Function<List<Variable>, Variable> function, List<Tensor> operands) {
        check(function, operands, 2);
    }

    /**
     * Checks derivatives of all orders from the first to the given one.
     *
     * @throws AssertionError as {@link #check(Function, List)}
     */
    public static void check(Function<List<Variable>, Variable> function, List<Tensor> operands, int order) {
        if (order < 1) {
            throw new IllegalArgumentException("GradCheck: order %d, expected at least 1".formatted(order));
        }
        Function<List<Variable>, Variable> derivative = function;
        for (int i = 1; i <= order; i++) {
            check(derivative, operands);
            derivative = weightedGradients(derivative);
        }
    }

    /** A function's gradients by all operands, weighted and added up. */
    private static Function<List<Variable>, Variable> weightedGradients(Function<List<Variable>, Variable> function) {
        return variables -> {
            Variable result = function.apply(variables);
            Variable weights = Variable.constantOf(weights(result.value()));
            List<Variable> gradients = Autograd.grad(result, weights, variables);
            Variable sum = Variable.constantOf(Tensor.scalar(DType.FLOAT64, 0));
            for (Variable gradient : gradients) {
                sum = sum.add(gradient.mul(Variable.constantOf(weights(gradient.value())))
                        .sum());
            }
            return sum;
        };
    }

    /** Numbers between 0.5 and 1.5, different for neighbours, so that no two errors cancel. */
    private static Tensor weights(Tensor like) {
        return Tensor.fill(DType.FLOAT64, like.shape(), i -> 0.5 + (i * 0.6180339887498949) % 1);
    }

    private static double[] differences(
            Function<List<Variable>, Variable> function, List<Tensor> values, int operand, Tensor weights) {
        double[] at = values.get(operand).toDoubles();
        double[] differences = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double center = at[i];
            double step = STEP * Math.max(1, Math.abs(center));
            at[i] = center + step;
            double above = weighted(function, values, operand, at, weights);
            at[i] = center - step;
            double below = weighted(function, values, operand, at, weights);
            at[i] = center;
            differences[i] = (above - below) / (2 * step);
        }
        return differences;
    }

    private static double weighted(
            Function<List<Variable>, Variable> function,
            List<Tensor> values,
            int operand,
            double[] at,
            Tensor weights) {
        List<Variable> moved = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Tensor value = values.get(i);
            moved.add(Variable.of(i == operand ? Tensor.of(DType.FLOAT64, value.shape(), at) : value));
        }
        return function.apply(moved).value().mul(weights).sum().item();
    }

    private static void compare(String what, Tensor at, double[] expected, double[] actual) {
        double[] values = at.toDoubles();
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= ABSOLUTE + RELATIVE * Math.abs(expected[i]))) {
                throw new AssertionError(
                        "gradient of %s, element %d of %s (value %s): finite differences give %s, backward gives %s"
                                .formatted(what, i, at.shape(), values[i], expected[i], actual[i]));
            }
        }
    }
}
