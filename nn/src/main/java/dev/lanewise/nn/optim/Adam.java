package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Adam (Kingma and Ba 2014, arXiv:1412.6980), as PyTorch's: g ← g + λp; m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p −
 * η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε). Weight decay is part of the gradient here; {@link AdamW} has it apart.
 */
public final class Adam extends Optimizer {
    static final List<String> SLOTS = List.of("mean", "variance", "largest");

    private static final Formula UPDATE = formula("adam", false, false);
    private static final Formula AMSGRAD = formula("adamAmsgrad", false, true);
    /** {@link AdamW} with AMSGrad; {@code weightDecay} is then to be times the learning rate. */
    static final Formula AMSGRAD_DECOUPLED = formula("adamWAmsgrad", true, true);

    private static Formula formula(String name, boolean decoupled, boolean amsgrad) {
        return Formula.define(name, o -> {
            Expr p = o.operand("parameter");
            Expr g = decoupled ? o.operand("gradient").mul(o.operand("factor")) : decayedGradient(o, p);
            Expr kept = decoupled ? p.sub(p.mul(o.operand("weightDecay"))) : p;
            Expr mean = running(o, "mean", "beta1", g);
            Expr variance = running(o, "variance", "beta2", g.square());
            Expr largest = amsgrad ? o.operand("largest").max(variance) : variance;
            Expr deviation = largest.sqrt().mul(o.operand("varianceCorrection")).add(o.operand("epsilon"));
            Expr next = kept.sub(mean.div(deviation).mul(o.operand("stepSize")));
            return amsgrad ? Results.results(next, mean, variance, largest) : Results.results(next, mean, variance);
        });
    }

    /** The numbers of Adam's formulas. */
    static Map<String, Double> numbers(
            double weightDecay,
            double beta1,
            double beta2,
            double epsilon,
            double stepSize,
            double varianceCorrection) {
        return Map.of(
                "weightDecay", weightDecay,
                "beta1", beta1,
                "beta1Rest", 1 - beta1,
                "beta2", beta2,
                "beta2Rest", 1 - beta2,
                "epsilon", epsilon,
                "stepSize", stepSize,
                "varianceCorrection", varianceCorrection);
    }

    /**
     * The settings.
     *
     * @param learningRate η
     * @param beta1 how much of the running mean of gradients stays a step
     * @param beta2 how much of the running mean of squared gradients stays a step
     * @param epsilon added to the denominator, against division by 0
     * @param weightDecay λ, how strongly weights are pulled towards 0, through the gradient
     * @param amsgrad whether to divide by the largest v so far (Reddi et al. 2018, arXiv:1904.09237)
     */
    public record Config(
            Schedule learningRate, double beta1, double beta2, double epsilon, double weightDecay, boolean amsgrad) {
        /** Checks the settings. */
        public Config {
            check("Adam", "beta1", beta1, 1);
            check("Adam", "beta2", beta2, 1);
            check("Adam", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("Adam", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 0.001, β 0.9 and 0.999, ε 1e-8, no weight decay. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-3), 0.9, 0.999, 1e-8, 0, false);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, beta1, beta2, epsilon, weightDecay, amsgrad);
        }

        /** These settings with other running means. */
        public Config withBetas(double first, double second) {
            return new Config(learningRate, first, second, epsilon, weightDecay, amsgrad);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, beta1, beta2, value, weightDecay, amsgrad);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, beta1, beta2, epsilon, value, amsgrad);
        }

        /** These settings with another choice of AMSGrad. */
        public Config withAmsgrad(boolean on) {
            return new Config(learningRate, beta1, beta2, epsilon, weightDecay, on);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Adam(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return SLOTS;
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        double stepSize = rate / (1 - StrictMath.pow(config.beta1(), (double) number));
        double correction = 1 / Math.sqrt(1 - StrictMath.pow(config.beta2(), (double) number));
        update(
                config.amsgrad() ? AMSGRAD : UPDATE,
                parameter,
                gradient,
                factor,
                kept(parameter, config.amsgrad() ? SLOTS : SLOTS.subList(0, 2)),
                numbers(config.weightDecay(), config.beta1(), config.beta2(), config.epsilon(), stepSize, correction));
    }
}
