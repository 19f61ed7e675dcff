package dev.lanewise.nn.optim;

import dev.lanewise.core.DType;
import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Stochastic gradient descent, with momentum if wished (Sutskever et al. 2013), as PyTorch's SGD: g ← g + λ·p; v ← μ·v
 * + (1 − d)·g, or g in the first step; p ← p − η·v, or with Nesterov p ← p − η·(g + μ·v).
 */
public final class Sgd extends Optimizer {
    private static final Formula PLAIN = Formula.of(
            "sgd",
            (p, g, factor, decay, rate) -> p.sub(g.mul(factor).add(p.mul(decay)).mul(rate)));

    private static final Formula MOMENTUM = momentum("sgdMomentum", false);
    private static final Formula NESTEROV = momentum("sgdNesterov", true);

    private static Formula momentum(String name, boolean nesterov) {
        return Formula.define(name, o -> {
            Expr p = o.operand("parameter");
            Expr g = o.operand("gradient").mul(o.operand("factor")).add(p.mul(o.operand("weightDecay")));
            Expr momentum = o.operand("momentum");
            Expr velocity = o.operand("velocity").mul(momentum).add(g.mul(o.operand("share")));
            Expr direction = nesterov ? g.add(velocity.mul(momentum)) : velocity;
            return Results.results(p.sub(direction.mul(o.operand("learningRate"))), velocity);
        });
    }

    /**
     * The settings.
     *
     * @param learningRate η
     * @param momentum μ, at least 0 and below 1; 0 for none
     * @param dampening d, how much of a gradient is left out of the velocity
     * @param weightDecay λ, how strongly weights are pulled towards 0
     * @param nesterov whether to look ahead along the velocity; needs momentum, and no dampening
     */
    public record Config(
            Schedule learningRate, double momentum, double dampening, double weightDecay, boolean nesterov) {
        /** Checks the settings. */
        public Config {
            check("Sgd", "momentum", momentum, 1);
            check("Sgd", "dampening", dampening, Double.POSITIVE_INFINITY);
            check("Sgd", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException("Sgd: Nesterov needs momentum and no dampening, given were %s and %s"
                        .formatted(momentum, dampening));
            }
        }

        /** Plain gradient descent at a constant rate. */
        public static Config of(double learningRate) {
            return new Config(Schedule.constant(learningRate), 0, 0, 0, false);
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, momentum, dampening, weightDecay, nesterov);
        }

        /** These settings with momentum, Nesterov's or not. */
        public Config withMomentum(double value, boolean nesterovs) {
            return new Config(learningRate, value, dampening, weightDecay, nesterovs);
        }

        /** These settings with dampening. */
        public Config withDampening(double value) {
            return new Config(learningRate, momentum, value, weightDecay, nesterov);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, momentum, dampening, value, nesterov);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Sgd(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("velocity");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        MutableTensor values = parameter.storage();
        DType dtype = gradient.dtype();
        Tensor scale = Tensor.scalar(dtype, factor);
        Tensor decay = Tensor.scalar(dtype, config.weightDecay());
        Tensor step = Tensor.scalar(dtype, rate);
        if (config.momentum() == 0) {
            MutableTensor.update(PLAIN, List.of(values), List.of(values.value(), gradient, scale, decay, step));
            return;
        }
        MutableTensor velocity = slot(parameter, "velocity", 0);
        double share = velocity.version() == 0 ? 1 : 1 - config.dampening();
        MutableTensor.update(
                config.nesterov() ? NESTEROV : MOMENTUM,
                List.of(values, velocity),
                List.of(
                        values.value(),
                        gradient,
                        scale,
                        decay,
                        Tensor.scalar(dtype, config.momentum()),
                        velocity.value(),
                        Tensor.scalar(dtype, share),
                        step));
    }
}
