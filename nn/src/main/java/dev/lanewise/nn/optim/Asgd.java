package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992), as PyTorch's: g ← g + w·p; p ← p·(1 − λη′) − η′·g
 * with a rate that falls, η′ = η/(1 + λη(t − 1))^α; and a mean of p over all steps from t₀ on, which is what one wants
 * in the end.
 */
public final class Asgd extends Optimizer {
    private static final Formula UPDATE = Formula.define("asgd", o -> {
        Expr p = o.operand("parameter");
        Expr g = decayedGradient(o, p);
        Expr rate = o.operand("learningRate");
        Expr next = p.mul(o.operand("kept")).sub(g.mul(rate));
        Expr average = o.operand("average");
        Expr share = o.operand("share");
        return Results.results(
                next, share.eq(1).select(next, average.add(next.sub(average).mul(share))));
    });

    /**
     * The settings.
     *
     * @param learningRate η
     * @param pull λ, how strongly weights are pulled towards 0, and how fast the rate falls
     * @param power α, of the falling rate
     * @param start t₀, the number of steps before the mean begins
     * @param weightDecay w, how strongly weights are pulled towards 0, through the gradient
     */
    public record Config(Schedule learningRate, double pull, double power, double start, double weightDecay) {
        /** Checks the settings. */
        public Config {
            check("Asgd", "pull", pull, Double.POSITIVE_INFINITY);
            check("Asgd", "power", power, Double.POSITIVE_INFINITY);
            check("Asgd", "start of the mean", start, Double.POSITIVE_INFINITY);
            check("Asgd", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 0.01, λ 1e-4, α 0.75, t₀ 1e6, no weight decay. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-2), 1e-4, 0.75, 1e6, 0);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, pull, power, start, weightDecay);
        }

        /** These settings with another λ. */
        public Config withPull(double value) {
            return new Config(learningRate, value, power, start, weightDecay);
        }

        /** These settings with another α. */
        public Config withPower(double value) {
            return new Config(learningRate, pull, value, start, weightDecay);
        }

        /** These settings with another t₀. */
        public Config withStart(double value) {
            return new Config(learningRate, pull, power, value, weightDecay);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, pull, power, start, value);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Asgd(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    /** The mean of a parameter over the steps from t₀ on, copied; before, its values as they are. */
    public Tensor average(Parameter parameter) {
        return isKept(parameter, "average")
                ? slot(parameter, "average", 0).snapshot()
                : parameter.storage().snapshot();
    }

    @Override
    List<String> slots() {
        return List.of("average");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        double falling = rate / StrictMath.pow(1 + config.pull() * rate * (number - 1), config.power());
        update(
                UPDATE,
                parameter,
                gradient,
                factor,
                kept(parameter, slots()),
                Map.of(
                        "weightDecay",
                        config.weightDecay(),
                        "learningRate",
                        falling,
                        "kept",
                        1 - config.pull() * falling,
                        "share",
                        1 / Math.max(1, number - 1 - config.start())));
    }
}
