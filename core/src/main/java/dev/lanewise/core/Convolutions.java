package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Convolution and pooling in terms of windows: {@link WindowMethods#unfold} along each axis, and products or sums. */
final class Convolutions {
    private Convolutions() {}

    /** Checks that input [batch, in, ..] and weight fit; transposed, the weight is [in, out / groups, ..]. */
    static void check(
            String operation,
            Shape x,
            Shape weight,
            @Nullable Shape bias,
            int groups,
            List<Sliding> axes,
            boolean transposed) {
        int rank = axes.size() + 2;
        if (x.rank() != rank || weight.rank() != rank || axes.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: input %s and weight %s, expected %d axes each: batch, channels and %d that windows slide along"
                            .formatted(operation, x, weight, rank, axes.size()));
        }
        int in = transposed ? weight.size(0) : groups * weight.size(1);
        int out = transposed ? groups * weight.size(1) : weight.size(0);
        if (groups < 1 || x.size(1) != in || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(
                    "%s: input %s has %d channels, but weight %s with %d groups takes %d and gives %d"
                            .formatted(operation, x, x.size(1), weight, groups, in, out));
        }
        if (bias != null && !bias.equals(Shape.of(out))) {
            throw new IllegalArgumentException(
                    "%s: bias has shape %s, expected [%d] to fit weight %s".formatted(operation, bias, out, weight));
        }
        for (int axis = 0; axis < axes.size(); axis++) {
            int size = weight.size(axis + 2);
            int n = x.size(axis + 2);
            if (size == 0 || (!transposed && axes.get(axis).windows(n, size) == 0)) {
                throw new IllegalArgumentException("%s: no window of weight %s fits axis %d of input %s with %s"
                        .formatted(operation, weight, axis + 2, x, axes.get(axis)));
            }
        }
    }

    /** The convolution of input [batch, in, ..] by weight [out, in / groups, size..]. */
    static <T extends TensorOps<T>> T convolve(T x, T weight, @Nullable T bias, int groups, List<Sliding> axes) {
        int count = axes.size();
        int batch = x.shape().size(0);
        int in = x.shape().size(1) / groups;
        int out = weight.shape().size(0) / groups;
        int[] sizes = Arrays.copyOfRange(weight.shape().toArray(), 2, count + 2);
        T windows = slid(x, 2, sizes, axes, 0); // (batch, channels, places.., size..)
        int[] places = Arrays.copyOfRange(windows.shape().toArray(), 2, count + 2);
        int elements = weight.shape().countFrom(2);
        T columns = sizesFirst(windows, count)
                .reshape(batch, groups, in * elements, Shape.of(places).count());
        T rows = weight.reshape(1, groups, out, in * elements);
        T sums = rows.matmul(columns); // (batch, groups, out, places)
        return withBias(sums.reshape(Views.joined(new int[] {batch, groups * out}, places)), bias);
    }

    /** The transposed convolution of input [batch, in, ..] by weight [in, out / groups, size..]. */
    static <T extends TensorOps<T>> T convolveTransposed(
            T x, T weight, @Nullable T bias, int groups, List<Sliding> axes, int[] more) {
        int count = axes.size();
        if (more.length != count || Arrays.stream(more).anyMatch(m -> m < 0)) {
            throw new IllegalArgumentException("convTranspose: %s elements more, expected %d numbers of at least 0"
                    .formatted(Arrays.toString(more), count));
        }
        int batch = x.shape().size(0);
        int in = x.shape().size(1) / groups;
        int out = weight.shape().size(1);
        int[] places = Arrays.copyOfRange(x.shape().toArray(), 2, count + 2);
        int[] sizes = Arrays.copyOfRange(weight.shape().toArray(), 2, count + 2);
        int elements = weight.shape().countFrom(2);
        T inputs = x.reshape(batch, groups, in, x.shape().countFrom(2));
        T columns = weight.reshape(1, groups, in, out * elements).transpose().matmul(inputs);
        // (batch, groups, out · elements, places) → (batch, out, size.., places..)
        T windows = columns.reshape(Views.joined(Views.joined(new int[] {batch, groups * out}, sizes), places));
        windows = sizesFirst(windows, count); // and the same again puts the places first
        for (int axis = count - 1; axis >= 0; axis--) {
            Sliding sliding = axes.get(axis);
            int whole = (places[axis] - 1) * sliding.stride() + sliding.dilation() * (sizes[axis] - 1) + 1;
            windows = windows.apply(new ViewOp.Fold(axis + 2, whole, sliding.stride(), sliding.dilation()))
                    .pad(axis + 2, -sliding.before(), more[axis] - sliding.after());
        }
        return withBias(windows, bias);
    }

    private static <T extends TensorOps<T>> T withBias(T x, @Nullable T bias) {
        return bias == null ? x : x.add(bias.reshape(Views.channelSizes(x.shape())));
    }

    /** Exchanges the places and the sizes of windows: (batch, channels, places.., size..), each of so many axes. */
    private static <T extends TensorOps<T>> T sizesFirst(T windows, int axes) {
        int[] order = new int[2 * axes + 2];
        Arrays.setAll(order, i -> i < 2 ? i : i < axes + 2 ? i + axes : i - axes);
        return windows.permute(order);
    }

    /** Windows along axes from the first on, [.., n..] → [.., places.., size..]. */
    private static <T extends TensorOps<T>> T slid(T x, int first, int[] sizes, List<Sliding> axes, double padding) {
        T windows = x;
        for (int axis = 0; axis < sizes.length; axis++) {
            Sliding sliding = axes.get(axis);
            windows = windows.pad(first + axis, sliding.before(), sliding.after(), padding)
                    .unfold(first + axis, sizes[axis], sliding.stride(), sliding.dilation());
        }
        return windows;
    }

    /** The windows over the last axes, [.., n] → [.., places, elements of a window]. */
    static <T extends TensorOps<T>> T windows(String operation, T x, int[] sizes, List<Sliding> axes, double padding) {
        int count = sizes.length;
        int first = x.shape().rank() - count;
        if (count == 0 || axes.size() != count || first < 0) {
            throw new IllegalArgumentException("%s: %d sizes and %d ways of sliding for shape %s"
                    .formatted(operation, count, axes.size(), x.shape()));
        }
        for (int axis = 0; axis < count; axis++) {
            Sliding sliding = axes.get(axis);
            int n = x.shape().size(first + axis);
            int size = sizes[axis];
            if (size < 1 || sliding.windows(n, size) == 0 || Math.max(sliding.before(), sliding.after()) > size / 2) {
                throw new IllegalArgumentException(
                        "%s: no window of size %d fits axis %d of shape %s with %s, or more than half of it is padding"
                                .formatted(operation, size, first + axis, x.shape(), sliding));
            }
        }
        T windows = slid(x, first, sizes, axes, padding);
        return count == 1 ? windows : windows.flatten(first + count, -1);
    }

    /** A function of each window [.., k, ..] → [.., 1, ..] along each of the last axes, which get the sizes. */
    static <T extends TensorOps<T>> T adaptive(String operation, T x, int[] sizes, BiFunction<T, Integer, T> function) {
        int first = x.shape().rank() - sizes.length;
        if (sizes.length == 0 || first < 0) {
            throw new IllegalArgumentException(
                    "%s: %d sizes given for shape %s".formatted(operation, sizes.length, x.shape()));
        }
        T result = x;
        for (int axis = first; axis < first + sizes.length; axis++) {
            int size = sizes[axis - first];
            long n = x.shape().size(axis);
            if (size < 1 || n == 0) {
                throw new IllegalArgumentException(
                        "%s: size %d for axis %d of shape %s, expected 1 or more of 1 or more"
                                .formatted(operation, size, axis, x.shape()));
            }
            List<T> parts = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                int from = (int) (i * n / size);
                int to = (int) Math.ceilDiv((i + 1) * n, size);
                parts.add(function.apply(result.slice(axis, from, to), axis));
            }
            result = TensorOps.concat(axis, parts);
        }
        return result;
    }
}
