package dev.lanewise.nn.optim;

import dev.lanewise.core.Expr;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Results;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Resilient backpropagation (Riedmiller and Braun 1993), as PyTorch's: each weight has a step of its own, η at first,
 * which grows by η₊ while its gradient keeps its sign and shrinks by η₋ when that changes; then there is no step. Only
 * the gradients' signs count, so it is for gradients of all examples, not of batches.
 */
public final class Rprop extends Optimizer {
    private static final Formula UPDATE = Formula.define("rprop", o -> {
        Expr g = o.operand("gradient").mul(o.operand("factor"));
        Expr agreement = g.mul(o.operand("previous"));
        Expr change = agreement
                .gt(0)
                .select(o.operand("grow"), agreement.lt(0).select(o.operand("shrink"), Expr.constant(1)));
        Expr step = o.operand("step").mul(change).clamp(o.operand("smallest"), o.operand("largest"));
        Expr followed = agreement.lt(0).select(0, g);
        return Results.results(o.operand("parameter").sub(followed.sign().mul(step)), followed, step);
    });

    /**
     * The settings.
     *
     * @param learningRate η, the first step of each weight; only its value at step 0 counts
     * @param shrink η₋, below 1
     * @param grow η₊, above 1
     * @param smallest the least step
     * @param largest the largest step
     */
    public record Config(Schedule learningRate, double shrink, double grow, double smallest, double largest) {
        /** Checks the settings. */
        public Config {
            check("Rprop", "shrink", shrink, 1);
            check("Rprop", "least step", smallest, Double.POSITIVE_INFINITY);
            check("Rprop", "largest step", largest, Double.POSITIVE_INFINITY);
            if (shrink == 0 || smallest > largest) {
                throw new IllegalArgumentException(
                        "Rprop: shrink %s, steps of %s to %s; expected a positive number, and ascending ones"
                                .formatted(shrink, smallest, largest));
            }
            if (!(grow > 1) || Double.isInfinite(grow)) {
                throw new IllegalArgumentException("Rprop: grow %s, expected a number above 1".formatted(grow));
            }
        }

        /** PyTorch's defaults: η 0.01, η₋ 0.5, η₊ 1.2, steps of 1e-6 to 50. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-2), 0.5, 1.2, 1e-6, 50);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, shrink, grow, smallest, largest);
        }

        /** These settings with another η₋. */
        public Config withShrink(double value) {
            return new Config(learningRate, value, grow, smallest, largest);
        }

        /** These settings with another η₊. */
        public Config withGrow(double value) {
            return new Config(learningRate, shrink, value, smallest, largest);
        }

        /** These settings with another least step. */
        public Config withSmallest(double value) {
            return new Config(learningRate, shrink, grow, value, largest);
        }

        /** These settings with another largest step. */
        public Config withLargest(double value) {
            return new Config(learningRate, shrink, grow, smallest, value);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Rprop(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of("previous", "step");
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        update(
                UPDATE,
                parameter,
                gradient,
                factor,
                List.of(
                        new Slot("previous", slot(parameter, "previous", 0)),
                        new Slot(
                                "step",
                                slot(parameter, "step", config.learningRate().at(0)))),
                Map.of(
                        "shrink", config.shrink(),
                        "grow", config.grow(),
                        "smallest", config.smallest(),
                        "largest", config.largest()));
    }
}
