package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/** Adagrad (Duchi et al. 2011), as PyTorch's: g ← g + λp; s ← s + g²; p ← p − η/(1 + (t−1)·d) · g/(√s + ε). */
public final class Adagrad extends Optimizer {
    private static final Formula UPDATE = Formula.define("adagrad", o -> {
        Expr p = o.operand("parameter");
        Expr g = decayedGradient(o, p);
        Expr squares = o.operand("squares").add(g.square());
        Expr step = g.div(squares.sqrt().add(o.operand("epsilon"))).mul(o.operand("learningRate"));
        return Results.results(p.sub(step), squares);
    });

    /**
     * The settings.
     *
     * @param learningRate η
     * @param rateDecay d, how fast the rate falls
     * @param weightDecay λ, how strongly weights are pulled towards 0, through the gradient
     * @param initial what s begins with
     * @param epsilon added to the denominator, against division by 0
     */
    public record Config(Schedule learningRate, double rateDecay, double weightDecay, double initial, double epsilon) {
        /** Checks the settings. */
        public Config {
            check("Adagrad", "decay of the rate", rateDecay, Double.POSITIVE_INFINITY);
            check("Adagrad", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
            check("Adagrad", "initial sum of squares", initial, Double.POSITIVE_INFINITY);
            check("Adagrad", "epsilon", epsilon, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 0.01, ε 1e-10, all else 0. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-2), 0, 0, 0, 1e-10);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, rateDecay, weightDecay, initial, epsilon);
        }

        /** These settings with another decay of the rate. */
        public Config withRateDecay(double value) {
            return new Config(learningRate, value, weightDecay, initial, epsilon);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, rateDecay, value, initial, epsilon);
        }

        /** These settings with another first sum of squares. */
        public Config withInitial(double value) {
            return new Config(learningRate, rateDecay, weightDecay, value, epsilon);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, rateDecay, weightDecay, initial, value);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Adagrad(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("squares");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        update(
                UPDATE,
                parameter,
                gradient,
                factor,
                List.of(new Slot("squares", slot(parameter, "squares", config.initial()))),
                Map.of(
                        "weightDecay", config.weightDecay(),
                        "epsilon", config.epsilon(),
                        "learningRate", rate / (1 + (number - 1) * config.rateDecay())));
    }
}
