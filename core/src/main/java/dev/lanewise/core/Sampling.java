package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values of images at the points of a grid. */
final class Sampling {
    /** PyTorch's, of the cubic curve. */
    private static final double SHARPNESS = -0.75;

    private Sampling() {}

    /** The first of the last axes, which are to get other sizes. */
    static int firstAxis(String operation, Shape shape, int[] sizes) {
        int first = shape.rank() - sizes.length;
        boolean fits = sizes.length > 0 && first >= 0;
        for (int i = 0; fits && i < sizes.length; i++) {
            fits = sizes[i] > 0 && shape.size(first + i) > 0;
        }
        if (!fits) {
            throw new IllegalArgumentException("%s: sizes %s for the last axes of shape %s, expected 1 or more of each"
                    .formatted(operation, Arrays.toString(sizes), shape));
        }
        return first;
    }

    static <T extends TensorOps<T>> T affineGrid(T maps, int[] sizes, boolean alignCorners) {
        int axes = sizes.length;
        if ((axes != 2 && axes != 3)
                || maps.shape().rank() != 3
                || maps.shape().size(1) != axes
                || maps.shape().size(2) != axes + 1) {
            throw new IllegalArgumentException(
                    "affineGrid: maps of shape %s for sizes %s, expected [batch, 2, 3] for two or [batch, 3, 4] for three"
                            .formatted(maps.shape(), Arrays.toString(sizes)));
        }
        Shape grid = Shape.of(sizes);
        int[] strides = grid.contiguousStrides();
        // A row for each point: x, y (, z), 1. Coordinates run from the last axis to the first.
        Tensor points = Tensor.fill(maps.dtype(), Shape.of(grid.count(), axes + 1), position -> {
            int axis = axes - 1 - position % (axes + 1);
            if (axis < 0) {
                return 1;
            }
            int size = grid.size(axis);
            int at = position / (axes + 1) / strides[axis] % size;
            return alignCorners ? size == 1 ? 0 : 2.0 * at / (size - 1) - 1 : (2.0 * at + 1) / size - 1;
        });
        T moved = maps.constant(points).matmul(maps.transpose()); // (batch, points, axes)
        return moved.reshape(Views.joined(new int[] {maps.shape().size(0)}, Views.joined(sizes, new int[] {axes})));
    }

    static <T extends TensorOps<T>> T atPoints(T image, T grid, GridSampling how) {
        Shape shape = image.shape();
        int axes = shape.rank() - 2;
        check(shape, grid.shape(), how);
        int batch = shape.size(0);
        int channels = shape.size(1);
        int[] places = Arrays.copyOfRange(grid.shape().toArray(), 1, axes + 1);
        int points = Shape.of(places).count();
        List<List<Tap<T>>> taps = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            T coordinate = grid.select(-1, axes - 1 - axis).reshape(batch, points);
            taps.add(taps(coordinate, shape.size(axis + 2), how));
        }
        T pixels = image.reshape(batch, channels, shape.countFrom(2));
        T sum = image.constant(Tensor.zeros(image.dtype(), Shape.of(batch, channels, points)));
        int combinations = 1;
        for (List<Tap<T>> own : taps) {
            combinations *= own.size();
        }
        for (int combination = 0; combination < combinations; combination++) {
            T weight = null;
            int[] numbers = new int[batch * points];
            for (int axis = 0, rest = combination; axis < axes; axis++) {
                Tap<T> tap = taps.get(axis).get(rest % taps.get(axis).size());
                rest /= taps.get(axis).size();
                weight = weight == null ? tap.weight : weight.mul(tap.weight);
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = numbers[i] * shape.size(axis + 2) + tap.numbers[i];
                }
            }
            IntTensor each = IntTensor.of(Shape.of(batch, 1, points), numbers)
                    .map((number, zero) -> number, IntTensor.full(Shape.of(1, channels, 1), 0));
            T picked = pixels.gather(2, each); // (batch, channels, points)
            sum = weight == null ? sum : sum.add(picked.mul(weight.reshape(batch, 1, points)));
        }
        return sum.reshape(Views.joined(new int[] {batch, channels}, places));
    }

    private static void check(Shape image, Shape grid, GridSampling how) {
        int axes = image.rank() - 2;
        if ((axes != 2 && axes != 3)
                || grid.rank() != image.rank()
                || grid.size(0) != image.size(0)
                || grid.size(-1) != axes
                || image.countFrom(2) == 0) {
            throw new IllegalArgumentException(
                    "gridSample: image %s and grid %s do not fit; expected [batch, channels, h, w] and [batch, .., .., 2], or one axis more and 3"
                            .formatted(image, grid));
        }
        if (how.kind() == GridSampling.Kind.CUBIC && axes != 2) {
            throw new IllegalArgumentException(
                    "gridSample: image %s has three axes, for which there is no cubic kind; use LINEAR"
                            .formatted(image));
        }
    }

    /**
     * One of the pixels along an axis that make up a value: its number for each point, and its weight, 0 where it lies
     * outside.
     */
    private record Tap<T>(int[] numbers, T weight) {}

    private static <T extends TensorOps<T>> List<Tap<T>> taps(T coordinate, int n, GridSampling how) {
        boolean aligned = how.alignCorners();
        T position = aligned
                ? coordinate.add(1).mul((n - 1) / 2.0)
                : coordinate.add(1).mul(n / 2.0).sub(0.5);
        if (how.kind() == GridSampling.Kind.CUBIC) {
            T from = position.floor();
            T t = position.sub(from);
            List<Tap<T>> taps = new ArrayList<>();
            for (int k = -1; k <= 2; k++) {
                T distance = k <= 0 ? t.sub(k) : t.neg().add(k);
                Tensor at = inside(from.value().add(k), n, how);
                taps.add(tap(at, n, cubic(distance, k == 0 || k == 1)));
            }
            return taps;
        }
        T within = inside(position, n, how);
        if (how.kind() == GridSampling.Kind.NEAREST) {
            T one = within.mul(0).add(1);
            return List.of(tap(within.value().round(), n, one));
        }
        T from = within.floor();
        T t = within.sub(from);
        return List.of(tap(from.value(), n, t.neg().add(1)), tap(from.value().add(1), n, t));
    }

    private static <T extends TensorOps<T>> T cubic(T d, boolean near) {
        double a = SHARPNESS;
        return near
                ? d.mul(a + 2).sub(a + 3).mul(d).mul(d).add(1)
                : d.mul(a).sub(5 * a).mul(d).add(8 * a).mul(d).sub(4 * a);
    }

    private static <T extends TensorOps<T>> Tap<T> tap(Tensor at, int n, T weight) {
        int[] numbers = new int[at.shape().count()];
        double[] values = at.toDoubles();
        double[] counts = new double[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            counts[i] = values[i] >= 0 && values[i] <= n - 1 ? 1 : 0; // NaN is outside
            numbers[i] = counts[i] == 0 ? 0 : (int) values[i];
        }
        T mask = weight.constant(Tensor.of(weight.dtype(), weight.shape(), counts));
        return new Tap<>(numbers, mask.where(weight, weight.constant(0)));
    }

    /** Positions brought into the image, unless what is outside is zero. */
    private static <T extends TensorOps<T>> T inside(T position, int n, GridSampling how) {
        return switch (how.outside()) {
            case ZEROS -> position;
            case BORDER -> limited(position, n);
            case REFLECTION -> {
                double low = how.alignCorners() ? 0 : -0.5;
                double span = how.alignCorners() ? n - 1 : n;
                if (span == 0) {
                    yield position.mul(0);
                }
                // A saw of period 2 · span, folded: 0 up to span and down again.
                T distance = position.sub(low).abs().remainder(2 * span);
                T folded = distance.sub(span).abs().neg().add(span);
                yield limited(folded.add(low), n);
            }
        };
    }

    /** Positions from 0 to n − 1. No gradient comes from the ends themselves, as in PyTorch, where clamp has one. */
    private static <T extends TensorOps<T>> T limited(T position, int n) {
        T between = position.gt(0).mul(position.lt(n - 1));
        return between.where(position, position.constant(position.value().clamp(0, n - 1)));
    }
}
