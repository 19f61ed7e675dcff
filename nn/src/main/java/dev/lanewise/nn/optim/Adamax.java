package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Adam with the largest recent gradient in place of the root of their squares (Kingma and Ba 2014, arXiv:1412.6980,
 * section 7), as PyTorch's: g ← g + λp; m ← β₁m + (1−β₁)g; u ← max(β₂u, |g| + ε); p ← p − η/(1−β₁ᵗ) · m/u.
 */
public final class Adamax extends Optimizer {
    private static final Formula UPDATE = Formula.define("adamax", o -> {
        Expr p = o.operand("parameter");
        Expr g = decayedGradient(o, p);
        Expr mean = running(o, "mean", "beta1", g);
        Expr largest = o.operand("largest").mul(o.operand("beta2")).max(g.abs().add(o.operand("epsilon")));
        return Results.results(p.sub(mean.div(largest).mul(o.operand("stepSize"))), mean, largest);
    });

    /**
     * The settings.
     *
     * @param learningRate η
     * @param beta1 how much of the running mean of gradients stays a step
     * @param beta2 how much of the largest gradient stays a step
     * @param epsilon added to the denominator, against division by 0
     * @param weightDecay λ, how strongly weights are pulled towards 0, through the gradient
     */
    public record Config(Schedule learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
        /** Checks the settings. */
        public Config {
            check("Adamax", "beta1", beta1, 1);
            check("Adamax", "beta2", beta2, 1);
            check("Adamax", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("Adamax", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 0.002, β 0.9 and 0.999, ε 1e-8, no weight decay. */
        public static Config defaults() {
            return new Config(Schedule.constant(2e-3), 0.9, 0.999, 1e-8, 0);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, beta1, beta2, epsilon, weightDecay);
        }

        /** These settings with other running means. */
        public Config withBetas(double first, double second) {
            return new Config(learningRate, first, second, epsilon, weightDecay);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, beta1, beta2, value, weightDecay);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, beta1, beta2, epsilon, value);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Adamax(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("mean", "largest");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        update(
                UPDATE,
                parameter,
                gradient,
                factor,
                kept(parameter, slots()),
                Map.of(
                        "weightDecay", config.weightDecay(),
                        "beta1", config.beta1(),
                        "beta1Rest", 1 - config.beta1(),
                        "beta2", config.beta2(),
                        "epsilon", config.epsilon(),
                        "stepSize", rate / (1 - StrictMath.pow(config.beta1(), (double) number))));
    }
}
