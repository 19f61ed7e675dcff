package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * RMSprop (Hinton 2012, lecture 6e of Neural networks for machine learning), as PyTorch's: g ← g + λp; s ← αs +
 * (1−α)g²; p ← p − η · g/(√s + ε), or with momentum b ← μb + g/(√s + ε); p ← p − η·b. Centred, s is less the square of
 * the running mean of g.
 */
public final class RmsProp extends Optimizer {
    private static final Formula PLAIN = formula("rmsProp", false, false);
    private static final Formula MOMENTUM = formula("rmsPropMomentum", false, true);
    private static final Formula CENTERED = formula("rmsPropCentered", true, false);
    private static final Formula CENTERED_MOMENTUM = formula("rmsPropCenteredMomentum", true, true);

    private static Formula formula(String name, boolean centered, boolean momentum) {
        return Formula.define(name, o -> {
            Expr p = o.operand("parameter");
            Expr g = decayedGradient(o, p);
            Expr alpha = o.operand("alpha");
            Expr rest = o.operand("alphaRest");
            Expr squares = running(o.operand("squares"), alpha, rest, g.square());
            Expr mean = centered ? running(o.operand("mean"), alpha, rest, g) : g;
            Expr spread = centered ? squares.sub(mean.square()) : squares;
            Expr scaled = g.div(spread.sqrt().add(o.operand("epsilon")));
            Expr velocity =
                    momentum ? o.operand("velocity").mul(o.operand("momentum")).add(scaled) : scaled;
            Expr next = p.sub(velocity.mul(o.operand("learningRate")));
            if (centered) {
                return momentum ? Results.results(next, squares, mean, velocity) : Results.results(next, squares, mean);
            }
            return momentum ? Results.results(next, squares, velocity) : Results.results(next, squares);
        });
    }

    /**
     * The settings.
     *
     * @param learningRate η
     * @param alpha α, how much of the running mean of squares stays a step
     * @param epsilon added to the denominator, against division by 0
     * @param weightDecay λ, how strongly weights are pulled towards 0, through the gradient
     * @param momentum μ, at least 0 and below 1; 0 for none
     * @param centered whether to divide by the deviation instead of the root of the mean square
     */
    public record Config(
            Schedule learningRate,
            double alpha,
            double epsilon,
            double weightDecay,
            double momentum,
            boolean centered) {
        /** Checks the settings. */
        public Config {
            check("RmsProp", "alpha", alpha, 1);
            check("RmsProp", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("RmsProp", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
            check("RmsProp", "momentum", momentum, 1);
        }

        /** PyTorch's defaults: η 0.01, α 0.99, ε 1e-8, no weight decay, no momentum, not centred. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-2), 0.99, 1e-8, 0, 0, false);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, alpha, epsilon, weightDecay, momentum, centered);
        }

        /** These settings with another α. */
        public Config withAlpha(double value) {
            return new Config(learningRate, value, epsilon, weightDecay, momentum, centered);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, alpha, value, weightDecay, momentum, centered);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, alpha, epsilon, value, momentum, centered);
        }

        /** These settings with another momentum. */
        public Config withMomentum(double value) {
            return new Config(learningRate, alpha, epsilon, weightDecay, value, centered);
        }

        /** These settings with another choice of centring. */
        public Config withCentered(boolean on) {
            return new Config(learningRate, alpha, epsilon, weightDecay, momentum, on);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public RmsProp(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("squares", "mean", "velocity");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        boolean momentum = config.momentum() > 0;
        List<String> names = new ArrayList<>(List.of("squares"));
        if (config.centered()) {
            names.add("mean");
        }
        if (momentum) {
            names.add("velocity");
        }
        Formula formula = config.centered() ? momentum ? CENTERED_MOMENTUM : CENTERED : momentum ? MOMENTUM : PLAIN;
        update(
                formula,
                parameter,
                gradient,
                factor,
                kept(parameter, names),
                Map.of(
                        "weightDecay", config.weightDecay(),
                        "alpha", config.alpha(),
                        "alphaRest", 1 - config.alpha(),
                        "epsilon", config.epsilon(),
                        "momentum", config.momentum(),
                        "learningRate", rate));
    }
}
