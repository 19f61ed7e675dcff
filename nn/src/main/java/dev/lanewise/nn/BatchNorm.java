package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.List;

/**
 * Batch normalisation of each channel, the second axis (Ioffe and Szegedy 2015, arXiv:1502.03167): in training by the
 * mean and variance of the batch, which the running ones follow; in inference by the running ones.
 *
 * <p>Parameters: {@code weight} [channels], ones at first, and {@code bias} [channels], zeros. Buffers:
 * {@code running_mean} and {@code running_var} [channels]; each training pass replaces r by (1 − momentum) · r +
 * momentum · batch's, the variance unbiased. So a layer in training belongs to one thread. A third buffer,
 * {@code num_batches_tracked} [], counts these passes and, as PyTorch's, need not be in a state that is loaded.
 */
public abstract sealed class BatchNorm extends Layer implements Transform
        permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
    private final int channels;
    private final double epsilon;
    private final double momentum;
    private final Parameter weight;
    private final Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVariance;
    private final Buffer batchesTracked;

    /**
     * A normalisation.
     *
     * @param epsilon added to the variance, commonly 1e-5
     * @param momentum how much of a batch's statistics the running ones take over, commonly 0.1
     */
    BatchNorm(int channels, double epsilon, double momentum) {
        if (channels < 1 || !(epsilon >= 0) || !(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException(
                    "BatchNorm: %d channels, epsilon %s, momentum %s; expected 1 or more, 0 or more, 0 to 1"
                            .formatted(channels, epsilon, momentum));
        }
        this.channels = channels;
        this.epsilon = epsilon;
        this.momentum = momentum;
        Shape shape = Shape.of(channels);
        weight = parameter("weight", shape, Initializer.ones());
        bias = parameter("bias", shape, Initializer.zeros());
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
        if (!pass.isTraining()) {
            return x.batchNorm(
                    Variable.constantOf(runningMean.value()),
                    Variable.constantOf(runningVariance.value()),
                    weight.value(),
                    bias.value(),
                    epsilon);
        }
        int count = x.shape().count() / channels;
        if (count < 2) {
            throw new IllegalArgumentException("%s: %d elements a channel in input %s have no variance to learn from"
                    .formatted(describeSelf(), count, x.shape()));
        }
        List<Variable> batch = x.channelStatistics();
        if (!Variable.isRunAgain()) { // by a checkpoint: the running ones have followed this batch already
            Tensor unbiased = batch.get(1).value().mul((double) count / (count - 1));
            runningMean.assign(runningMean.value().lerp(batch.get(0).value(), momentum));
            runningVariance.assign(runningVariance.value().lerp(unbiased, momentum));
            batchesTracked.assign(batchesTracked.value().add(1));
        }
        return x.batchNorm(batch.get(0), batch.get(1), weight.value(), bias.value(), epsilon);
    }

    abstract boolean fits(Shape shape);

    abstract String expected(int count);

    @Override
    public String toString() {
        return "%s(%d)".formatted(getClass().getSimpleName(), channels);
    }
}
