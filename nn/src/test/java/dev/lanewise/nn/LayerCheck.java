package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import java.util.function.Function;

/** Compares a layer's gradients, by inputs and by parameters, with central finite differences in double precision. */
public final class LayerCheck {
    private static final double STEP = 1e-6;

    private LayerCheck() {}

    /** Numbers like sin(0.7 i + phase), which PyTorch and NumPy make in one line too. */
    public static Tensor wave(double phase, int... sizes) {
        return Tensor.fill(DType.FLOAT64, Shape.of(sizes), i -> StrictMath.sin(i * 0.7 + phase));
    }

    /** What a layer makes of a value when it is not trained. */
    public static Tensor apply(Transform layer, Tensor x) {
        return layer.forward(Variable.constantOf(x), Pass.inference()).value();
    }

    /** Checks the first elements. */
    public static void checkFirst(Tensor actual, double... expected) {
        double[] values = actual.toDoubles();
        for (int i = 0; i < expected.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], within(1e-11));
        }
    }

    /**
     * Draws double-precision values for the layer, and checks.
     *
     * @param forward from inputs to a result; it is called many times and must always do the same
     */
    public static void gradients(Layer layer, Function<List<Variable>, Variable> forward, List<Tensor> inputs) {
        layer.init(Rng.of(11), DType.FLOAT64);
        // Away from what init sets to zeros and ones, where mistakes hide.
        int phase = 0;
        for (Parameter parameter : layer.parameters()) {
            Tensor moved = wave(phase++, parameter.shape().toArray()).mul(0.3);
            parameter.assign(parameter.value().value().add(moved));
        }
        GradCheck.check(forward, inputs);
        List<Variable> constants = inputs.stream().map(Variable::constantOf).toList();
        Variable result = forward.apply(constants);
        Tensor weights = wave(0.5, result.shape().toArray());
        if (layer.parameters().isEmpty()) {
            return;
        }
        Gradients gradients = result.backward(weights);
        for (Parameter parameter : layer.parameters()) {
            double[] actual = gradients.of(parameter.value()).toDoubles();
            double[] at = parameter.value().value().toDoubles();
            for (int i = 0; i < at.length; i++) {
                double center = at[i];
                at[i] = center + STEP;
                double above = weighted(parameter, at, forward, constants, weights);
                at[i] = center - STEP;
                double below = weighted(parameter, at, forward, constants, weights);
                at[i] = center;
                double expected = (above - below) / (2 * STEP);
                if (!(Math.abs(expected - actual[i]) <= 1e-7 + 1e-5 * Math.abs(expected))) {
                    throw new AssertionError("gradient of %s, element %d: finite differences give %s, backward gives %s"
                            .formatted(parameter, i, expected, actual[i]));
                }
            }
            parameter.assign(Tensor.of(DType.FLOAT64, parameter.shape(), at));
        }
    }

    private static double weighted(
            Parameter parameter,
            double[] values,
            Function<List<Variable>, Variable> forward,
            List<Variable> inputs,
            Tensor weights) {
        parameter.assign(Tensor.of(DType.FLOAT64, parameter.shape(), values));
        return forward.apply(inputs).value().mul(weights).sum().item();
    }
}
