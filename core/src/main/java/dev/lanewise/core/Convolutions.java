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
            if (axes.get(axis).partial()) {
                throw new IllegalArgumentException(
                        "%s: %s has partial windows, which pooling alone knows; give more padding behind the axis instead"
                                .formatted(operation, axes.get(axis)));
            }
            int size = weight.size(axis + 2);
            int n = x.size(axis + 2);
            if (size == 0 || (!transposed && axes.get(axis).windows(n, size) == 0)) {
                throw new IllegalArgumentException("%s: no window of weight %s fits axis %d of input %s with %s"
                        .formatted(operation, weight, axis + 2, x, axes.get(axis)));
            }
        }
    }

    /** An operation on input, weight and perhaps a bias. */
    static <T extends TensorOps<T>> T apply(Op op, T x, T weight, @Nullable T bias) {
        return x.applyAll(op, bias == null ? List.of(x, weight) : List.of(x, weight, bias))
                .getFirst();
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

    /**
     * The sizes of a transposed convolution's result.
     *
     * @param more how many elements more than the fewest it has along each axis
     */
    static Shape transposedImage(Shape x, Shape weight, List<Sliding> axes, int[] more) {
        int count = axes.size();
        if (more.length != count || Arrays.stream(more).anyMatch(m -> m < 0)) {
            throw new IllegalArgumentException("convTranspose: %s elements more, expected %d numbers of at least 0"
                    .formatted(Arrays.toString(more), count));
        }
        int[] image = new int[count];
        for (int axis = 0; axis < count; axis++) {
            Sliding sliding = axes.get(axis);
            int whole = (x.size(axis + 2) - 1) * sliding.stride() + sliding.span(weight.size(axis + 2));
            image[axis] = whole - sliding.before() - sliding.after() + more[axis];
            if (image[axis] < 0) {
                throw new IllegalArgumentException(
                        "convTranspose: %s cuts more than the %d elements that axis %d of input %s gives with weight %s"
                                .formatted(sliding, whole, axis + 2, x, weight));
            }
        }
        return Shape.owning(image);
    }

    /** The transposed convolution of input [batch, in, ..] by weight [in, out / groups, size..]. */
    static <T extends TensorOps<T>> T convolveTransposed(
            T x, T weight, @Nullable T bias, int groups, List<Sliding> axes, Shape image) {
        int count = axes.size();
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
            int whole = (places[axis] - 1) * sliding.stride() + sliding.span(sizes[axis]);
            windows = windows.apply(new ViewOp.Fold(axis + 2, whole, sliding.stride(), sliding.dilation()))
                    .pad(axis + 2, -sliding.before(), image.size(axis) + sliding.before() - whole);
        }
        return withBias(windows, bias);
    }

    /** The windows of [batch, channels, ..] as columns, [batch, channels · elements, places]. */
    static <T extends TensorOps<T>> T columns(String operation, T x, int[] sizes, List<Sliding> axes) {
        int count = sizes.length;
        checkColumns(operation, x.shape().rank() - 2, sizes, axes);
        int[] image = Arrays.copyOfRange(x.shape().toArray(), 2, count + 2);
        int places = places(operation, image, sizes, axes).count();
        int elements = Shape.of(sizes).count();
        return sizesFirst(slid(x, 2, sizes, axes, 0), count)
                .reshape(x.shape().size(0), x.shape().size(1) * elements, places);
    }

    /** The image that columns add up to. */
    static <T extends TensorOps<T>> T image(String operation, T x, int[] image, int[] sizes, List<Sliding> axes) {
        int count = image.length;
        checkColumns(operation, count, sizes, axes);
        Shape places = places(operation, image, sizes, axes);
        int elements = Shape.of(sizes).count();
        if (x.shape().rank() != 3
                || x.shape().size(1) % elements != 0
                || x.shape().size(2) != places.count()) {
            throw new IllegalArgumentException(
                    "%s: columns of shape %s, expected [batch, channels · %d, %d] for windows of sizes %s in an image of sizes %s"
                            .formatted(
                                    operation,
                                    x.shape(),
                                    elements,
                                    places.count(),
                                    Arrays.toString(sizes),
                                    Arrays.toString(image)));
        }
        int[] outer = {x.shape().size(0), x.shape().size(1) / elements};
        T windows = x.reshape(Views.joined(Views.joined(outer, sizes), places.toArray()));
        windows = sizesFirst(windows, count); // (batch, channels, places.., size..)
        for (int axis = count - 1; axis >= 0; axis--) {
            Sliding sliding = axes.get(axis);
            int whole = image[axis] + sliding.before() + sliding.after();
            windows = windows.apply(new ViewOp.Fold(axis + 2, whole, sliding.stride(), sliding.dilation()))
                    .pad(axis + 2, -sliding.before(), -sliding.after());
        }
        return windows;
    }

    private static void checkColumns(String operation, int count, int[] sizes, List<Sliding> axes) {
        if (count < 1
                || sizes.length != count
                || axes.size() != count
                || axes.stream().anyMatch(Sliding::partial)) {
            throw new IllegalArgumentException(
                    "%s: window sizes %s and %s for %d axes behind batch and channels, expected one of each for each, without partial windows"
                            .formatted(operation, Arrays.toString(sizes), axes, count));
        }
    }

    /** How many windows there are along each axis of an image. */
    private static Shape places(String operation, int[] image, int[] sizes, List<Sliding> axes) {
        int[] places = new int[image.length];
        for (int axis = 0; axis < image.length; axis++) {
            places[axis] = sizes[axis] < 1 ? 0 : axes.get(axis).windows(image[axis], sizes[axis]);
            if (places[axis] == 0) {
                throw new IllegalArgumentException(
                        "%s: no window of size %d fits axis %d of an image of sizes %s with %s"
                                .formatted(operation, sizes[axis], axis, Arrays.toString(image), axes.get(axis)));
            }
        }
        return Shape.of(places);
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
            int beyond = sliding.beyond(x.shape().size(first + axis), sizes[axis]);
            windows = windows.pad(first + axis, sliding.before(), sliding.after() + beyond, padding)
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
            if (size < 1
                    || sliding.windows(n + sliding.beyond(n, size), size) == 0
                    || Math.max(sliding.before(), sliding.after()) >= sliding.span(size)) {
                throw new IllegalArgumentException(
                        "%s: no window of size %d fits axis %d of shape %s with %s, or one of them is nothing but padding"
                                .formatted(operation, size, first + axis, x.shape(), sliding));
            }
        }
        T windows = slid(x, first, sizes, axes, padding);
        return count == 1 ? windows : windows.flatten(first + count, -1);
    }

    /**
     * How many elements each window over the last axes has, of the places' shape.
     *
     * @param padding whether padding counts; what a partial window has beyond it never does
     */
    static Tensor elements(String operation, DType dtype, Shape x, int[] sizes, List<Sliding> axes, boolean padding) {
        int first = x.rank() - sizes.length;
        Tensor ones = Tensor.ones(dtype, Shape.of(Arrays.copyOfRange(x.toArray(), first, x.rank())));
        if (!padding) {
            return windows(operation, ones, sizes, axes, 0).sum(-1);
        }
        List<Sliding> bare = new ArrayList<>(axes.size());
        for (int axis = 0; axis < sizes.length; axis++) {
            Sliding sliding = axes.get(axis);
            int beyond = sliding.beyond(x.size(first + axis), sizes[axis]);
            ones = ones.pad(axis, sliding.before(), sliding.after(), 1);
            bare.add(new Sliding(sliding.stride(), 0, beyond, sliding.dilation()));
        }
        return windows(operation, ones, sizes, bare, 0).sum(-1);
    }

    /** A function of each window [.., k, ..] → [.., 1, ..] along each of the last axes, which get the sizes. */
    static <T extends TensorOps<T>> T adaptive(String operation, T x, int[] sizes, BiFunction<T, Integer, T> function) {
        int first = x.shape().rank() - sizes.length;
        if (sizes.length == 0 || first < 0) {
            throw new IllegalArgumentException(
                    "%s: %d sizes given for shape %s".formatted(operation, sizes.length, x.shape()));
        }
        T result = x;
        // The last axis first: so the first of elements that tie is first in row-major order.
        for (int axis = first + sizes.length - 1; axis >= first; axis--) {
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
