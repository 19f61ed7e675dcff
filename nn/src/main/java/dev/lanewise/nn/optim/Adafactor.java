package dev.lanewise.nn.optim;

import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adafactor (Shazeer and Stern 2018, arXiv:1804.04235), as PyTorch's: of the squares of a matrix of gradients it keeps
 * the running means of rows and columns alone, r and c, so that its state is small. With b = t^γ: r ← r + b·(mean of g²
 * by row − r), c likewise; v = r·c/max(mean r, ε₁); u = g/√max(v, ε₁²); p ← p·(1 − η·λ) − max(ε₂, rms p)·min(η, 1/√t) ·
 * u/max(1, rms u/d). Of a vector, v is the running mean of g² itself.
 */
public final class Adafactor extends Optimizer {
    private static final String ROWS = "rows";
    private static final String COLUMNS = "columns";
    private static final String SQUARES = "squares";

    /**
     * The settings.
     *
     * @param learningRate η, the largest step relative to the parameter's size
     * @param decay γ, negative: how the weight of new squares falls
     * @param epsilon ε₁, the least size of gradients; 0 for the spacing of the parameter's type at 1
     * @param least ε₂, the least size of a parameter
     * @param threshold d, beyond which updates are made smaller
     * @param weightDecay λ, how strongly weights are pulled towards 0, apart from the gradient
     */
    public record Config(
            Schedule learningRate, double decay, double epsilon, double least, double threshold, double weightDecay) {
        /** Checks the settings. */
        public Config {
            check("Adafactor", "epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("Adafactor", "least size", least, Double.POSITIVE_INFINITY);
            check("Adafactor", "weight decay", weightDecay, Double.POSITIVE_INFINITY);
            if (!(decay <= 0) || Double.isInfinite(decay) || !(threshold >= 1) || Double.isInfinite(threshold)) {
                throw new IllegalArgumentException(
                        "Adafactor: decay %s and threshold %s, expected at most 0 and at least 1"
                                .formatted(decay, threshold));
            }
        }

        /** PyTorch's defaults: η 0.01, γ −0.8, ε₁ by type, ε₂ 1e-3, d 1, no weight decay. */
        public static Config defaults() {
            return new Config(Schedule.constant(1e-2), -0.8, 0, 1e-3, 1, 0);
        }

        /** These settings with a constant learning rate. */
        public Config withLearningRate(double rate) {
            return withLearningRate(Schedule.constant(rate));
        }

        /** These settings with a schedule. */
        public Config withLearningRate(Schedule schedule) {
            return new Config(schedule, decay, epsilon, least, threshold, weightDecay);
        }

        /** These settings with another γ. */
        public Config withDecay(double value) {
            return new Config(learningRate, value, epsilon, least, threshold, weightDecay);
        }

        /** These settings with other ε₁ and ε₂. */
        public Config withEpsilons(double ofGradients, double ofParameters) {
            return new Config(learningRate, decay, ofGradients, ofParameters, threshold, weightDecay);
        }

        /** These settings with another d. */
        public Config withThreshold(double value) {
            return new Config(learningRate, decay, epsilon, least, value, weightDecay);
        }

        /** These settings with weight decay. */
        public Config withWeightDecay(double value) {
            return new Config(learningRate, decay, epsilon, least, threshold, value);
        }
    }

    private final Config config;

    /** An optimizer of the given parameters. */
    public Adafactor(List<Parameter> parameters, Config config) {
        super(parameters, config.learningRate());
        this.config = config;
    }

    @Override
    List<String> slots() {
        return List.of(ROWS, COLUMNS, SQUARES);
    }

    @Override
    @Nullable
    Shape slotShape(Parameter parameter, String name) {
        Shape shape = parameter.shape();
        int rank = shape.rank();
        if (rank < 2) {
            return name.equals(SQUARES) ? shape : null;
        }
        return switch (name) {
            case ROWS -> shape.withSize(rank - 1, 1);
            case COLUMNS -> shape.withSize(rank - 2, 1);
            default -> null;
        };
    }

    @Override
    void update(Parameter parameter, Tensor gradient, double factor, double rate, long number) {
        Tensor values = parameter.storage().value();
        Tensor g = gradient.mul(factor);
        int count = values.shape().count();
        double machine = values.dtype() == DType.FLOAT32 ? Math.ulp(1f) : Math.ulp(1.0);
        double epsilon = config.epsilon() == 0 ? machine : config.epsilon();
        double share = StrictMath.pow((double) number, config.decay());
        double size = Math.max(config.least(), Math.sqrt(values.sumOfSquares() / count));
        double step = size * Math.min(rate, 1 / Math.sqrt((double) number));

        Tensor squares;
        if (values.shape().rank() < 2) {
            squares = moved(parameter, SQUARES, g.square(), share);
        } else {
            Tensor rows = moved(parameter, ROWS, g.square().mean(Axes.of(-1).kept()), share);
            Tensor columns =
                    moved(parameter, COLUMNS, g.square().mean(Axes.of(-2).kept()), share);
            squares = rows.mul(columns).div(rows.mean(Axes.of(-2).kept()).maximum(epsilon));
        }
        Tensor change = squares.maximum(epsilon * epsilon).rsqrt().mul(g);
        double excess = Math.sqrt(change.sumOfSquares() / count) / config.threshold();
        Tensor decayed = values.mul(1 - rate * config.weightDecay());
        parameter.storage().assign(decayed.sub(change.mul(step / Math.max(1, excess))));
    }

    /** Moves a running mean towards new values, and gives it. */
    private Tensor moved(Parameter parameter, String name, Tensor values, double share) {
        MutableTensor kept = slot(parameter, name, 0);
        kept.assign(kept.value().lerp(values, share));
        return kept.value();
    }
}
