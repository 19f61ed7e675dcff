package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Adam whose step is rectified while the variance of the gradients is not yet known (Liu et al. 2019,
 * arXiv:1908.03265), as PyTorch's: with ρ∞ = 2/(1−β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ), p ← p − η/(1−β₁ᵗ) · m · r ·
 * √(1−β₂ᵗ)/(√v + ε), r = √((ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)), if ρₜ > 5; else p ← p − η/(1−β₁ᵗ) · m.
 */
public final class RAdam extends Optimizer {
    private static final Formula UPDATE = Formula.define("rAdam", o -> {
        Expr p = o.operand("parameter");
        Expr g = decayedGradient(o, p);
        Expr mean = running(o, "mean", "beta1", g);
        Expr variance = running(o, "variance", "beta2", g.square());
        Expr adaptive = o.operand("rectification").div(variance.sqrt().add(o.operand("epsilon")));
        Expr scale = o.operand("isRectified").gt(0).select(adaptive, 1);
        return Results.results(
                p.mul(o.operand("keep")).sub(mean.mul(o.operand("stepSize")).mul(scale)), mean, variance);
    });

    /**
     * The settings.
     *
     * @param learningRate η
     * @param beta1 how much of the running mean of gradients stays a step
     * @param beta2 how much of the running mean of squared gradients stays a step
     * @param epsilon added to the denominator, against division by 0
     * @param weightDecay λ, how strongly weights are pulled towards 0
     * @param decoupled whether they are pulled as in {@link AdamW}, times the learning rate, instead of through the
     *     gradient
     */
    public record Config(
            Schedule learningRate, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {
        /** Checks the settings. */
        public Config {
            check("RAdam", "beta1", beta1, 1);
            check("RAdam", "beta2", beta2, 1);
            check("RAdam", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("RAdam", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
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
            return new Config(schedule, beta1, beta2, epsilon, weightDecay, decoupled);
        }

        /** These settings with other running means. */
        public Config withBetas(double first, double second) {
            return new Config(learningRate, first, second, epsilon, weightDecay, decoupled);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, beta1, beta2, value, weightDecay, decoupled);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, beta1, beta2, epsilon, value, decoupled);
        }

        /** These settings with weight decay as AdamW's, or through the gradient. */
        public Config withDecoupled(boolean on) {
            return new Config(learningRate, beta1, beta2, epsilon, weightDecay, on);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public RAdam(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("mean", "variance");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        double power = StrictMath.pow(config.beta2(), (double) number);
        double longest = 2 / (1 - config.beta2()) - 1;
        double length = longest - 2 * number * power / (1 - power);
        boolean rectified = length > 5; // the paper's bound is 4; PyTorch's is 5
        double rectification = rectified
                ? Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
                : 0;
        update(
                UPDATE,
                parameter,
                gradient,
                factor,
                kept(parameter, slots()),
                Map.of(
                        "weightDecay",
                        config.decoupled() ? 0 : config.weightDecay(),
                        "keep",
                        config.decoupled() ? 1 - rate * config.weightDecay() : 1,
                        "beta1",
                        config.beta1(),
                        "beta1Rest",
                        1 - config.beta1(),
                        "beta2",
                        config.beta2(),
                        "beta2Rest",
                        1 - config.beta2(),
                        "epsilon",
                        config.epsilon(),
                        "rectification",
                        rectification * Math.sqrt(1 - power),
                        "isRectified",
                        rectified ? 1.0 : 0.0,
                        "stepSize",
                        rate / (1 - StrictMath.pow(config.beta1(), (double) number))));
    }
}
