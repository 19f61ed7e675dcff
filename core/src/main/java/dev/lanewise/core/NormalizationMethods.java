package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link TensorOps} that brings elements to mean 0 and variance 1, or vectors to length 1.
 *
 * @param <T> the implementing type itself
 */
interface NormalizationMethods<T extends TensorOps<T>> extends ShapeMethods<T>, ReductionMethods<T> {
    /**
     * Layer normalisation over the last axis (Ba et al. 2016, arXiv:1607.06450): (x − mean) / √(variance + ε) · weight
     * + bias, with the biased variance.
     *
     * @param weight of the last axis' size, or null for none
     * @param bias of the last axis' size, or null for none; needs a weight
     * @param epsilon added to the variance, commonly 1e-5
     */
    default T layerNorm(@Nullable T weight, @Nullable T bias, double epsilon) {
        if (shape().rank() == 0) {
            throw new IllegalArgumentException("layerNorm: a scalar has no axis to normalise over");
        }
        if (!(epsilon >= 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException(
                    "layerNorm: epsilon %s is not a number of at least 0".formatted(epsilon));
        }
        Shape last = Shape.of(shape().size(-1));
        List<T> operands = new ArrayList<>();
        operands.add(self());
        if (weight != null) {
            operands.add(weight);
        }
        if (bias != null) {
            if (weight == null) {
                throw new IllegalArgumentException("layerNorm: a bias without a weight; give a weight of ones");
            }
            operands.add(bias);
        }
        for (T parameter : operands.subList(1, operands.size())) {
            if (!parameter.shape().equals(last)) {
                throw new IllegalArgumentException("layerNorm: weight or bias has shape %s, expected %s to fit input %s"
                        .formatted(parameter.shape(), last, shape()));
            }
        }
        return applyAll(new LayerNorm(epsilon), operands).getFirst();
    }

    /**
     * {@link #layerNorm(TensorOps, TensorOps, double)} over the last axes together.
     *
     * @param axes how many axes, 1 or more
     * @param weight of the shape of these axes, or null for none
     * @param bias of the shape of these axes, or null for none; needs a weight
     */
    default T layerNorm(int axes, @Nullable T weight, @Nullable T bias, double epsilon) {
        int rank = shape().rank();
        if (axes < 1 || axes > rank) {
            throw new IllegalArgumentException(
                    "layerNorm: %d axes of shape %s, expected 1 to %d".formatted(axes, shape(), rank));
        }
        Shape last = Shape.of(Arrays.copyOfRange(shape().toArray(), rank - axes, rank));
        for (T parameter : Arrays.asList(weight, bias)) {
            if (parameter != null && !parameter.shape().equals(last)) {
                throw new IllegalArgumentException("layerNorm: weight or bias has shape %s, expected %s to fit input %s"
                        .formatted(parameter.shape(), last, shape()));
            }
        }
        if (axes == 1) {
            return layerNorm(weight, bias, epsilon);
        }
        T rows = self().flatten(rank - axes, -1);
        T normalized = rows.layerNorm(
                weight == null ? null : weight.reshape(last.count()),
                bias == null ? null : bias.reshape(last.count()),
                epsilon);
        return normalized.reshape(shape().toArray());
    }

    /**
     * x / √(mean of x² over the last axis + ε) · weight (Zhang and Sennrich 2019, arXiv:1910.07467).
     *
     * @param weight of the last axis' size, or null for none
     */
    default T rmsNorm(@Nullable T weight, double epsilon) {
        if (shape().rank() == 0 || (weight != null && !weight.shape().equals(Shape.of(shape().size(-1))))) {
            throw new IllegalArgumentException("rmsNorm: weight of shape %s does not fit the last axis of input %s"
                    .formatted(weight == null ? "none" : weight.shape(), shape()));
        }
        T normalized = self().mul(square().mean(Axes.of(-1).kept()).add(epsilon).rsqrt());
        return weight == null ? normalized : normalized.mul(weight);
    }

    /**
     * {@link #rmsNorm(TensorOps, double)} over the last axes together.
     *
     * @param axes how many axes, 1 or more
     * @param weight of the shape of these axes, or null for none
     */
    default T rmsNorm(int axes, @Nullable T weight, double epsilon) {
        int rank = shape().rank();
        if (axes < 1 || axes > rank) {
            throw new IllegalArgumentException(
                    "rmsNorm: %d axes of shape %s, expected 1 to %d".formatted(axes, shape(), rank));
        }
        Shape last = Shape.of(Arrays.copyOfRange(shape().toArray(), rank - axes, rank));
        if (weight != null && !weight.shape().equals(last)) {
            throw new IllegalArgumentException("rmsNorm: weight has shape %s, expected %s to fit input %s"
                    .formatted(weight.shape(), last, shape()));
        }
        T rows = self().flatten(rank - axes, -1);
        return rows.rmsNorm(weight == null ? null : weight.reshape(last.count()), epsilon)
                .reshape(shape().toArray());
    }

    /**
     * (x − mean) / √(variance + ε) · weight + bias for each channel, the second axis (Ioffe and Szegedy 2015,
     * arXiv:1502.03167): with the batch's own mean and variance in training, with running ones afterwards.
     *
     * @param mean [channels]
     * @param variance [channels]
     * @param weight [channels], or null for none
     * @param bias [channels], or null for none
     */
    default T batchNorm(T mean, T variance, @Nullable T weight, @Nullable T bias, double epsilon) {
        T scale = perChannel("batchNorm", variance).add(epsilon).rsqrt();
        T normalized = sub(perChannel("batchNorm", mean)).mul(scale);
        return affine("batchNorm", normalized, weight, bias);
    }

    /**
     * The mean and the biased variance of each channel, the second axis, over all others: what {@link #batchNorm} takes
     * in training.
     *
     * @return two tensors of shape [channels]
     */
    default List<T> channelStatistics() {
        if (shape().rank() < 2) {
            throw new IllegalArgumentException(
                    "channelStatistics: shape %s has no second axis for channels".formatted(shape()));
        }
        int[] others = new int[shape().rank() - 1];
        Arrays.setAll(others, i -> i == 0 ? 0 : i + 1);
        Axes axes = Axes.of(others);
        return List.of(mean(axes), var(axes, 0));
    }

    /**
     * Normalisation of each example's groups of channels (Wu and He 2018, arXiv:1803.08494): mean and variance are over
     * the channels of a group and all further axes.
     *
     * @param groups how many groups the channels, the second axis, are divided into; as many as channels is instance
     *     normalisation
     * @param weight [channels], or null for none
     * @param bias [channels], or null for none
     * @throws IllegalArgumentException if the channels do not divide evenly
     */
    default T groupNorm(int groups, @Nullable T weight, @Nullable T bias, double epsilon) {
        if (shape().rank() < 2 || groups < 1 || shape().size(1) % groups != 0) {
            throw new IllegalArgumentException(
                    "groupNorm: the channels, axis 1 of shape %s, do not divide into %d groups"
                            .formatted(shape(), groups));
        }
        int size = shape().count() / Math.max(1, shape().size(0) * groups);
        T rows = self().reshape(shape().size(0), groups, size); // (batch, groups, elements)
        T normalized = rows.layerNorm(null, null, epsilon).reshape(shape().toArray());
        return affine("groupNorm", normalized, weight, bias);
    }

    private T affine(String operation, T x, @Nullable T weight, @Nullable T bias) {
        T scaled = weight == null ? x : x.mul(perChannel(operation, weight));
        return bias == null ? scaled : scaled.add(perChannel(operation, bias));
    }

    /** A number for each channel, so that it broadcasts along the second axis. */
    private T perChannel(String operation, T numbers) {
        if (shape().rank() < 2 || !numbers.shape().equals(Shape.of(shape().size(1)))) {
            throw new IllegalArgumentException("%s: %s numbers do not fit the channels, axis 1, of shape %s"
                    .formatted(operation, numbers.shape(), shape()));
        }
        return numbers.reshape(Views.channelSizes(shape()));
    }

    /** x / max(|x|, ε) with the Euclidean norm along an axis: vectors of length 1. */
    default T normalize(int axis, double epsilon) {
        return div(norm2(Axes.of(axis).kept()).maximum(epsilon));
    }

    /**
     * x / max(|x|, ε) with the p-norm along an axis.
     *
     * @param p 1, 2, ∞ or any other number; see {@link #norm(double, Axes)}
     */
    default T normalize(double p, int axis, double epsilon) {
        return div(norm(p, Axes.of(axis).kept()).maximum(epsilon));
    }

    /**
     * The cosine of the angle between vectors along an axis: x / max(|x|, ε) · y / max(|y|, ε); x and y broadcast. The
     * gradient is that of the lengths themselves where ε takes their place, and a vector whose length overflows is
     * taken for zero, both as in PyTorch.
     */
    default T cosineSimilarity(T other, int axis, double epsilon) {
        Shape common = shape().broadcast("cosineSimilarity", other.shape());
        int along = common.axis(axis);
        T x = self().expand(common);
        T y = other.expand(common);
        return x.div(lengths(x, along, epsilon))
                .mul(y.div(lengths(y, along, epsilon)))
                .sum(along);
    }

    /** max(|x|, ε) along an axis, which is kept, with the gradient of |x|. */
    private static <T extends TensorOps<T>> T lengths(T x, int axis, double epsilon) {
        T length = x.norm2(Axes.of(axis).kept());
        T lack = length.constant(length.value().neg().add(epsilon));
        return length.lt(epsilon).where(length.add(lack), length);
    }

    /**
     * The distance between vectors along the last axis: the p-norm of x − y + ε.
     *
     * @param p 1, 2, ∞ or any other number; see {@link #norm(double, Axes)}
     * @param epsilon added to the difference of each element, so that there is a gradient where vectors are equal
     */
    default T pairwiseDistance(T other, double p, double epsilon) {
        return sub(other).add(epsilon).norm(p, Axes.of(-1));
    }
}
