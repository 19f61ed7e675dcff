package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Adadelta (Zeiler 2012, arXiv:1212.5701), as PyTorch's: g ← g + λp; s ← ρs + (1−ρ)g²; δ = √(a + ε)/√(s + ε) · g; a ←
 * ρa + (1−ρ)δ²; p ← p − η·δ.
 */
public final class Adadelta extends Optimizer {
    private static final Formula UPDATE = Formula.define("adadelta", o -> {
        Expr p = o.operand("parameter");
        Expr g = decayedGradient(o, p);
        Expr rho = o.operand("rho");
        Expr share = o.operand("oneMinusRho");
        Expr epsilon = o.operand("epsilon");
        Expr squares = o.operand("squares").mul(rho).add(g.square().mul(share));
        Expr steps = o.operand("steps");
        Expr delta = steps.add(epsilon).sqrt().div(squares.add(epsilon).sqrt()).mul(g);
        return Results.results(
                p.sub(delta.mul(o.operand("learningRate"))),
                squares,
                steps.mul(rho).add(delta.square().mul(share)));
    });

    /**
     * The settings.
     *
     * @param learningRate η
     * @param rho ρ, how much of the running means of squares stays a step
     * @param epsilon added to the denominator, against division by 0
     * @param weightDecay λ, how strongly weights are pulled towards 0, through the gradient
     */
    public record Config(Schedule learningRate, double rho, double epsilon, double weightDecay) {
        /** Checks the settings. */
        public Config {
            check("Adadelta", "rho", rho, 1);
            check("Adadelta", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("Adadelta", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 1, ρ 0.9, ε 1e-6, no weight decay. */
        public static Config defaults() {
            return new Config(Schedule.constant(1), 0.9, 1e-6, 0);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, rho, epsilon, weightDecay);
        }

        /** These settings with another ρ. */
        public Config withRho(double value) {
            return new Config(learningRate, value, epsilon, weightDecay);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, rho, value, weightDecay);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, rho, epsilon, value);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Adadelta(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("squares", "steps");
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
                        "rho", config.rho(),
                        "oneMinusRho", 1 - config.rho(),
                        "epsilon", config.epsilon(),
                        "learningRate", rate));
    }
}
