package dev.lanewise.nn.optim;

import dev.lanewise.core.DType;
import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Adam with decoupled weight decay (Kingma and Ba 2014, arXiv:1412.6980; Loshchilov and Hutter 2017, arXiv:1711.05101),
 * as PyTorch's AdamW: m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p·(1 − ηλ) − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
 */
public final class AdamW extends Optimizer {
    /** The whole update of one parameter: one pass over memory. */
    public static final Formula UPDATE = Formula.define("adamW", o -> {
        Expr p = o.operand("parameter");
        Expr gradient = o.operand("gradient").mul(o.operand("factor"));
        Expr mean = o.operand("mean").mul(o.operand("beta1")).add(gradient.mul(o.operand("oneMinusBeta1")));
        Expr variance = o.operand("variance")
                .mul(o.operand("beta2"))
                .add(gradient.square().mul(o.operand("oneMinusBeta2")));
        Expr deviation = variance.sqrt().mul(o.operand("varianceCorrection")).add(o.operand("epsilon"));
        Expr kept = p.mul(o.operand("keep"));
        return Results.results(kept.sub(mean.div(deviation).mul(o.operand("stepSize"))), mean, variance);
    });

    /**
     * The settings.
     *
     * @param learningRate η
     * @param beta1 how much of the running mean of gradients stays a step
     * @param beta2 how much of the running mean of squared gradients stays a step
     * @param epsilon added to the denominator, against division by 0
     * @param weightDecay λ, how strongly weights are pulled towards 0, times the learning rate
     * @param decays which parameters are pulled
     * @param amsgrad whether to divide by the largest v so far (Reddi et al. 2018, arXiv:1904.09237)
     */
    public record Config(
            Schedule learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            Predicate<Parameter> decays,
            boolean amsgrad) {
        /** Checks the settings. */
        public Config {
            check("AdamW", "beta1", beta1, 1);
            check("AdamW", "beta2", beta2, 1);
            check("AdamW", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("AdamW", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
        }

        /** PyTorch's defaults: η 0.001, β 0.9 and 0.999, ε 1e-8, λ 0.01 on all parameters. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-3), 0.9, 0.999, 1e-8, 0.01, parameter -> true, false);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, beta1, beta2, epsilon, weightDecay, decays, amsgrad);
        }

        /** These settings with other running means. */
        public Config withBetas(double first, double second) {
            return new Config(learningRate, first, second, epsilon, weightDecay, decays, amsgrad);
        }

        /** These settings with another ε. */
        public Config withEpsilon(double value) {
            return new Config(learningRate, beta1, beta2, value, weightDecay, decays, amsgrad);
        }

        /** These settings with another weight decay, on the parameters that the predicate names. */
        public Config withWeightDecay(double value, Predicate<Parameter> on) {
            return new Config(learningRate, beta1, beta2, epsilon, value, on, amsgrad);
        }

        /** These settings with the largest v so far, or not. */
        public Config withAmsgrad(boolean on) {
            return new Config(learningRate, beta1, beta2, epsilon, weightDecay, decays, on);
        }

        /** These settings with another weight decay. */
        public Config withWeightDecay(double value) {
            return withWeightDecay(value, decays);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public AdamW(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return Adam.SLOTS;
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        MutableTensor values = parameter.storage();
        MutableTensor mean = slot(parameter, "mean", 0);
        MutableTensor variance = slot(parameter, "variance", 0);
        double decay = config.decays().test(parameter) ? config.weightDecay() : 0;
        double meanCorrection = 1 - StrictMath.pow(config.beta1(), (double) number);
        double varianceCorrection = 1 - StrictMath.pow(config.beta2(), (double) number);
        if (config.amsgrad()) {
            update(
                    Adam.AMSGRAD_DECOUPLED,
                    parameter,
                    gradient,
                    factor,
                    kept(parameter, slots()),
                    Adam.numbers(
                            rate * decay,
                            config.beta1(),
                            config.beta2(),
                            config.epsilon(),
                            rate / meanCorrection,
                            1 / Math.sqrt(varianceCorrection)));
            return;
        }
        List<Tensor> operands = new ArrayList<>();
        operands.add(values.value());
        operands.add(gradient);
        scalar(operands, gradient.dtype(), factor);
        operands.add(mean.value());
        scalar(operands, gradient.dtype(), config.beta1());
        scalar(operands, gradient.dtype(), 1 - config.beta1());
        operands.add(variance.value());
        scalar(operands, gradient.dtype(), config.beta2());
        scalar(operands, gradient.dtype(), 1 - config.beta2());
        scalar(operands, gradient.dtype(), 1 / Math.sqrt(varianceCorrection));
        scalar(operands, gradient.dtype(), config.epsilon());
        scalar(operands, gradient.dtype(), 1 - rate * decay);
        scalar(operands, gradient.dtype(), rate / meanCorrection);
        MutableTensor.update(UPDATE, List.of(values, mean, variance), operands);
    }

    private static void scalar(List<Tensor> operands, DType dtype, double value) {
        operands.add(Tensor.scalar(dtype, value));
    }
}
