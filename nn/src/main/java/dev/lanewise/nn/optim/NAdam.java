package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with Nesterov's momentum (Dozat 2016), as PyTorch's: with μₜ = β₁(1 − 0.96^(tψ)/2), m and v as in {@link Adam},
 * p ← p − η · ((1−μₜ)/(1−Πμ) · g + μₜ₊₁/(1−Πμ·μₜ₊₁) · m) / (√(v/(1−β₂ᵗ)) + ε).
 */
public final class NAdam extends Optimizer {
    private static final Formula UPDATE = Formula.define("nAdam", o -> {
        Expr p = o.operand("parameter");
        Expr g = decayedGradient(o, p);
        Expr mean = running(o, "mean", "beta1", g);
        Expr variance = running(o, "variance", "beta2", g.square());
        Expr deviation = variance.sqrt().mul(o.operand("varianceCorrection")).add(o.operand("epsilon"));
        Expr direction = g.mul(o.operand("gradientStep")).add(mean.mul(o.operand("meanStep")));
        return Results.results(p.mul(o.operand("keep")).sub(direction.div(deviation)), mean, variance);
    });

    /** Dozat's base of the growing momentum. */
    private static final double GROWTH = 0.96;

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
     * @param momentumDecay ψ, how fast momentum grows to β₁
     * @param momentumTwice whether Πμ·μₜ₊₁ has μₜ once more, and is in single precision, as in PyTorch 1.10; the paper
     *     has neither. To go on with what was trained so
     */
    public record Config(
            Schedule learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            boolean decoupled,
            double momentumDecay,
            boolean momentumTwice) {
        /** Checks the settings. */
        public Config {
            check("NAdam", "beta1", beta1, 1);
            check("NAdam", "beta2", beta2, 1);
            check("NAdam", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("NAdam", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
            check("NAdam", "momentum decay", momentumDecay, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 0.002, β 0.9 and 0.999, ε 1e-8, ψ 0.004, no weight decay. */
        public static Config defaults() {
            return new Config(Schedule.constant(2e-3), 0.9, 0.999, 1e-8, 0, false, 4e-3, false);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, beta1, beta2, epsilon, weightDecay, decoupled, momentumDecay, momentumTwice);
        }

        /** These settings with other running means. */
        public Config withBetas(double first, double second) {
            return new Config(
                    learningRate, first, second, epsilon, weightDecay, decoupled, momentumDecay, momentumTwice);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, beta1, beta2, value, weightDecay, decoupled, momentumDecay, momentumTwice);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, beta1, beta2, epsilon, value, decoupled, momentumDecay, momentumTwice);
        }

        /** These settings with weight decay as AdamW's, or through the gradient. */
        public Config withDecoupled(boolean on) {
            return new Config(learningRate, beta1, beta2, epsilon, weightDecay, on, momentumDecay, momentumTwice);
        }

        /** These settings with PyTorch 1.10's product, or not. */
        public Config withMomentumTwice(boolean on) {
            return new Config(learningRate, beta1, beta2, epsilon, weightDecay, decoupled, momentumDecay, on);
        }

        /** These settings with another decay of momentum. */
        public Config withMomentumDecay(double value) {
            return new Config(learningRate, beta1, beta2, epsilon, weightDecay, decoupled, value, momentumTwice);
        }
    }

    private final Config config;
    private final Map<Parameter, Product> products = new HashMap<>();

    /** An optimizer of the given parameters. */
    public NAdam(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("mean", "variance");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        double product = momentumProduct(parameter, number);
        double now = momentum(number);
        double next = momentum(number + 1);
        double later = config.momentumTwice() ? (float) product * (float) now * (float) next : product * next;
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
                        "varianceCorrection",
                        1 / Math.sqrt(1 - StrictMath.pow(config.beta2(), (double) number)),
                        "gradientStep",
                        rate * (1 - now) / (1 - product),
                        "meanStep",
                        rate * next / (1 - later)));
    }

    /** The product of the momenta of steps 1 to t of a parameter, of which the last one asked for is known. */
    private double momentumProduct(Parameter parameter, long t) {
        Product known = products.get(parameter);
        Product product = known == null || known.steps > t ? new Product(0, 1) : known;
        while (product.steps < t) {
            double momentum = momentum(product.steps + 1);
            product = new Product(
                    product.steps + 1,
                    config.momentumTwice() ? (float) product.value * (float) momentum : product.value * momentum);
        }
        products.put(parameter, product);
        return product.value;
    }

    private record Product(long steps, double value) {}

    private double momentum(long t) {
        return config.beta1() * (1 - 0.5 * StrictMath.pow(GROWTH, t * config.momentumDecay()));
    }
}
