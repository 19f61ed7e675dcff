package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation of each channel, the second axis (Ioffe and Szegedy 2015, arXiv:1502.03167): in training by the
 * mean and variance of the batch, which the running ones follow; in inference by the running ones.
 *
 * <p>Parameters, unless left out: {@code weight} [channels], ones at first, and {@code bias} [channels], zeros.
 * Buffers: {@code running_mean} and {@code running_var} [channels]; each training pass replaces r by (1 − momentum) · r
 * + momentum · batch's, the variance unbiased. So a layer in training belongs to one thread. A third buffer,
 * {@code num_batches_tracked} [], counts these passes and, as PyTorch's, need not be in a state that is loaded.
 */
public abstract sealed class BatchNorm extends Layer implements Transform
        permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
    /**
     * The options.
     *
     * @param epsilon added to the variance
     * @param momentum how much of a batch's statistics the running ones take over
     * @param cumulative whether the running statistics are those of all batches alike, whatever the momentum: PyTorch's
     *     {@code momentum=None}
     * @param affine whether there are a weight and a bias
     */
    public record Config(double epsilon, double momentum, boolean cumulative, boolean affine) {
        /** PyTorch's defaults: ε 1e-5, momentum 0.1, not cumulative, affine. */
        public static final Config DEFAULTS = new Config(1e-5, 0.1, false, true);

        /** Checks the numbers. */
        public Config {
            Checks.epsilon("BatchNorm", epsilon);
            if (!(momentum >= 0 && momentum <= 1)) {
                throw new IllegalArgumentException(
                        "BatchNorm: momentum %s, expected a number from 0 to 1".formatted(momentum));
            }
        }

        /** These options with another ε. */
        public Config withEpsilon(double value) {
            return new Config(value, momentum, cumulative, affine);
        }

        /** These options with another momentum. */
        public Config withMomentum(double value) {
            return new Config(epsilon, value, cumulative, affine);
        }

        /** These options with running statistics of all batches alike, or not. */
        public Config withCumulative(boolean on) {
            return new Config(epsilon, momentum, on, affine);
        }

        /** These options with a weight and a bias, or without. */
        public Config withAffine(boolean on) {
            return new Config(epsilon, momentum, cumulative, on);
        }
    }

    private final int channels;
    private final Config config;
    private final @Nullable Parameter weight;
    private final @Nullable Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVariance;
    private final Buffer batchesTracked;

    /** A normalisation. */
    BatchNorm(int channels, Config config) {
        if (channels < 1) {
            throw new IllegalArgumentException("BatchNorm: %d channels, expected 1 or more".formatted(channels));
        }
        this.channels = channels;
        this.config = config;
        Shape shape = Shape.of(channels);
        weight = config.affine() ? parameter("weight", shape, Initializer.ones()) : null;
        bias = config.affine() ? parameter("bias", shape, Initializer.zeros()) : null;
        runningMean = buffer("running_mean", shape, 0);
        runningVariance = buffer("running_var", shape, 1);
        batchesTracked = count("num_batches_tracked");
    }

    /**
     * Normalises, [batch, channels, ..].
     *
     * @throws IllegalArgumentException naming this layer, if the input does not fit, or has a single element a channel
     *     in training
     */
    @Override
    public final Variable forward(Variable x, Pass pass) {
        if (!fits(x.shape()) || x.shape().size(1) != channels) {
            throw new IllegalArgumentException(
                    "%s: input has shape %s, expected %s".formatted(describeSelf(), x.shape(), expected(channels)));
        }
        DType own = runningMean.value().dtype();
        if (x.dtype() != own) {
            throw new IllegalArgumentException(
                    "%s: the input is of type %s, the statistics are of %s; convert one of them, as by to(%s)"
                            .formatted(describeSelf(), x.dtype(), own, own));
        }
        if (!pass.isTraining()) {
            return x.batchNorm(
                    Variable.constantOf(runningMean.value()),
                    Variable.constantOf(runningVariance.value()),
                    weight == null ? null : weight.value(),
                    bias == null ? null : bias.value(),
                    config.epsilon());
        }
        int count = x.shape().count() / channels;
        if (count < 2) {
            throw new IllegalArgumentException("%s: %d elements a channel in input %s have no variance to learn from"
                    .formatted(describeSelf(), count, x.shape()));
        }
        List<Variable> batch = x.channelStatistics();
        if (!Variable.isRunAgain()) { // by a checkpoint: the running ones have followed this batch already
            Tensor unbiased = batch.get(1).value().mul((double) count / (count - 1));
            double share = config.cumulative() ? 1 / (batchesTracked.value().item() + 1) : config.momentum();
            runningMean.assign(runningMean.value().lerp(batch.get(0).value(), share));
            runningVariance.assign(runningVariance.value().lerp(unbiased, share));
            batchesTracked.assign(batchesTracked.value().add(1));
        }
        return x.batchNorm(
                batch.get(0),
                batch.get(1),
                weight == null ? null : weight.value(),
                bias == null ? null : bias.value(),
                config.epsilon());
    }

    abstract boolean fits(Shape shape);

    abstract String expected(int count);

    @Override
    public String toString() {
        return "%s(%d)".formatted(getClass().getSimpleName(), channels);
    }
}
