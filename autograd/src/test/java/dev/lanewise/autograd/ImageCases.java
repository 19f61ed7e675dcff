package dev.lanewise.autograd;

import dev.lanewise.core.GridSampling;
import dev.lanewise.core.Interpolation;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Cases for images: other sizes, other grids, pixels made of channels, windows as columns. */
final class ImageCases extends CaseList {
    static List<OpCase> all() {
        var all = new ImageCases();
        all.shuffles();
        all.columns();
        all.sizes();
        all.grids();
        return all.cases;
    }

    private void shuffles() {
        Tensor deep = Naive.values(1, -1, 1, 2, 8, 2, 3);
        one(
                "pixelShuffle",
                "Permute",
                x -> x.pixelShuffle(2),
                x -> moved(x, Shape.of(2, 2, 4, 6), i ->
                        new int[] {i[0], i[1] * 4 + i[2] % 2 * 2 + i[3] % 2, i[2] / 2, i[3] / 2}),
                deep);
        one(
                "pixelUnshuffle",
                "Permute",
                x -> x.pixelUnshuffle(2),
                x -> moved(x, Shape.of(2, 4, 2, 3), i -> new int[] {i[0], 0, i[2] * 2 + i[1] / 2, i[3] * 2 + i[1] % 2}),
                Naive.values(2, -1, 1, 2, 1, 4, 6));
    }

    private void columns() {
        List<Sliding> axes = List.of(new Sliding(2, 1, 0, 1), new Sliding(1, 0, 1, 2));
        int[] sizes = {2, 2}; // in an image of 3 x 4: 2 x 3 places
        one(
                "imageToColumns",
                "Unfold",
                x -> x.imageToColumns(sizes, axes),
                x -> Naive.tensor(Shape.of(2, 8, 6), i -> {
                    int row = i[2] / 3 * 2 - 1 + i[1] / 2 % 2;
                    int column = i[2] % 3 + i[1] % 2 * 2;
                    return row < 0 || column > 3 ? 0 : x.at(i[0], i[1] / 4, row, column);
                }),
                Naive.values(1, -1, 1, 2, 2, 3, 4));
        one(
                "columnsToImage",
                "Fold",
                x -> x.columnsToImage(new int[] {3, 4}, sizes, axes),
                x -> Naive.tensor(Shape.of(2, 2, 3, 4), i -> {
                    double sum = 0;
                    for (int element = 0; element < 4; element++) {
                        for (int place = 0; place < 6; place++) {
                            boolean here =
                                    place / 3 * 2 - 1 + element / 2 == i[2] && place % 3 + element % 2 * 2 == i[3];
                            sum += here ? x.at(i[0], i[1] * 4 + element, place) : 0;
                        }
                    }
                    return sum;
                }),
                Naive.values(1, -1, 1, 2, 8, 6));
    }

    // ------------------------------------------------------------------ sizes

    private static double linear(double d) {
        return Math.max(0, 1 - Math.abs(d));
    }

    /** Keys' curve by its definition, in powers. */
    private static double cubic(double distance) {
        double a = -0.75;
        double d = Math.abs(distance);
        return d < 1
                ? (a + 2) * Math.pow(d, 3) - (a + 3) * d * d + 1
                : d < 2 ? a * Math.pow(d, 3) - 5 * a * d * d + 8 * a * d - 4 * a : 0;
    }

    /** The sum over all elements of the last axis, and so many more at both ends, by their weights. */
    private static Tensor resampled(
            Tensor x, double[] positions, DoubleUnaryOperator weight, int more, boolean normalized) {
        int n = x.shape().size(2);
        return Naive.tensor(x.shape().withSize(2, positions.length), i -> {
            double sum = 0;
            double weights = 0;
            for (int k = -more; k < n + more; k++) {
                double w = weight.applyAsDouble(k - positions[i[2]]);
                sum += w * x.at(i[0], i[1], Math.clamp(k, 0, n - 1));
                weights += w;
            }
            return normalized ? sum / weights : sum;
        });
    }

    private void sizes() {
        double[] positions = {-0.6, 0, 0.25, 2.9, 1, 3.75};
        one(
                "resample",
                "IndexSelect",
                x -> x.resample(2, positions, Interpolation.LINEAR),
                x -> resampled(x, positions, ImageCases::linear, 3, false),
                X);
        one(
                "resample",
                "IndexSelect",
                x -> x.resample(-1, positions, Interpolation.CUBIC),
                x -> resampled(x, positions, ImageCases::cubic, 3, false),
                X);
        one(
                "resample",
                "IndexSelect",
                x -> x.resample(2, positions, Interpolation.CUBIC.withRepeating(false)),
                x -> resampled(x, positions, ImageCases::cubic, 0, true),
                X);
        // Of 4 elements 3: centres at 1/6, 9/6, 17/6; corners kept: 0, 1.5, 3.
        double[] centres = {1 / 6.0, 1.5, 17 / 6.0};
        one(
                "interpolate",
                "IndexSelect",
                x -> x.interpolate(new int[] {3}, Interpolation.LINEAR, false, false),
                x -> resampled(x, centres, ImageCases::linear, 2, false),
                X);
        one(
                "interpolate",
                "IndexSelect",
                x -> x.interpolate(new int[] {3}, Interpolation.CUBIC, true, false),
                x -> resampled(x, new double[] {0, 1.5, 3}, ImageCases::cubic, 2, false),
                X);
        one(
                "interpolate",
                "IndexSelect",
                x -> x.interpolate(new int[] {3}, Interpolation.LINEAR, false, true),
                x -> resampled(x, centres, d -> linear(d * 3 / 4), 0, true),
                X);
        // Two axes at once: 3 to 6 rows, of which row i lies at (i + 0.5) / 2 - 0.5.
        one(
                "interpolate",
                "IndexSelect",
                x -> x.interpolate(new int[] {6, 4}, Interpolation.LINEAR, false, false),
                x -> Naive.tensor(Shape.of(2, 6, 4), i -> {
                    double sum = 0;
                    for (int k = -1; k < 4; k++) {
                        sum += linear(k - ((i[1] + 0.5) / 2 - 0.5)) * x.at(i[0], Math.clamp(k, 0, 2), i[2]);
                    }
                    return sum;
                }),
                X);
        one(
                "interpolateNearest",
                "IndexSelect",
                x -> x.interpolateNearest(2, 7),
                x -> moved(x, Shape.of(2, 2, 7), i -> new int[] {i[0], i[1] * 3 / 2, i[2] * 4 / 7}),
                X);
    }

    // ------------------------------------------------------------------ grids

    /** A pixel, or what stands in its place beyond the image. */
    private static double pixel(Tensor x, int batch, int channel, double[] at, GridSampling how) {
        int[] index = new int[at.length + 2];
        index[0] = batch;
        index[1] = channel;
        for (int axis = 0; axis < at.length; axis++) {
            int n = x.shape().size(axis + 2);
            double k = outside(at[axis], n, how);
            if (k < 0 || k > n - 1) {
                return 0;
            }
            index[axis + 2] = (int) k;
        }
        return x.at(index);
    }

    private static double outside(double position, int n, GridSampling how) {
        double low = how.alignCorners() ? 0 : -0.5;
        double high = how.alignCorners() ? n - 1 : n - 0.5;
        double p = position;
        return switch (how.outside()) {
            case ZEROS -> p;
            case BORDER -> Math.clamp(p, 0, n - 1);
            case REFLECTION -> {
                while (p < low || p > high) { // to and fro between the ends
                    p = p < low ? 2 * low - p : 2 * high - p;
                }
                yield Math.clamp(p, 0, n - 1);
            }
        };
    }

    private static Tensor sampled(Tensor x, Tensor grid, GridSampling how) {
        int axes = x.shape().rank() - 2;
        int[] sizes = grid.shape().toArray();
        int[] result = new int[axes + 2];
        result[0] = sizes[0];
        result[1] = x.shape().size(1);
        System.arraycopy(sizes, 1, result, 2, axes);
        boolean cubic = how.kind() == GridSampling.Kind.CUBIC;
        return Naive.tensor(Shape.of(result), i -> {
            double[] at = new double[axes];
            int[] point = new int[axes + 2];
            point[0] = i[0];
            System.arraycopy(i, 2, point, 1, axes);
            for (int axis = 0; axis < axes; axis++) {
                int n = x.shape().size(axis + 2);
                point[axes + 1] = axes - 1 - axis;
                double g = (grid.at(point) + 1) / 2;
                at[axis] = how.alignCorners() ? g * (n - 1) : g * n - 0.5;
                at[axis] = cubic ? at[axis] : outside(at[axis], n, how);
            }
            if (how.kind() == GridSampling.Kind.NEAREST) {
                return pixel(x, i[0], i[1], Arrays.stream(at).map(Math::rint).toArray(), how);
            }
            int taps = cubic ? 4 : 2;
            double sum = 0;
            for (int tap = 0; tap < Math.pow(taps, axes); tap++) {
                double weight = 1;
                double[] from = new double[axes];
                for (int axis = 0, rest = tap; axis < axes; axis++, rest /= taps) {
                    from[axis] = Math.floor(at[axis]) + rest % taps - (cubic ? 1 : 0);
                    weight *= cubic ? cubic(from[axis] - at[axis]) : linear(from[axis] - at[axis]);
                }
                sum += weight * pixel(x, i[0], i[1], from, how);
            }
            return sum;
        });
    }

    private void grid(GridSampling how, Tensor image, Tensor points) {
        add(OpCase.of(
                "gridSample",
                "Gather",
                o -> o.get(0).gridSample(o.get(1), how),
                o -> sampled(o.get(0), o.get(1), how),
                image,
                points));
    }

    private void grids() {
        Tensor image = Naive.values(1, -1, 1, 2, 2, 3, 4);
        Tensor points = Naive.values(2, -1.9, 1.9, 2, 3, 2, 2); // some outside
        Tensor far = Naive.values(3, -5, 5, 2, 1, 3, 2);
        for (GridSampling.Outside outside : GridSampling.Outside.values()) {
            for (boolean aligned : new boolean[] {false, true}) {
                GridSampling how = GridSampling.DEFAULTS.withOutside(outside).withAlignCorners(aligned);
                grid(how, image, points);
                grid(how, image, far);
                grid(how.withKind(GridSampling.Kind.NEAREST), image, points);
                grid(how.withKind(GridSampling.Kind.CUBIC), image, points);
            }
        }
        grid(GridSampling.DEFAULTS, Naive.values(1, -1, 1, 1, 2, 3, 2, 2), Naive.values(2, -1.5, 1.5, 1, 2, 1, 2, 3));
        for (boolean aligned : new boolean[] {false, true}) {
            one(
                    "affineGrid",
                    "MatMul",
                    x -> x.affineGrid(new int[] {2, 3}, aligned),
                    x -> Naive.tensor(Shape.of(2, 2, 3, 2), i -> {
                        double column = aligned ? i[2] - 1 : (2 * i[2] + 1) / 3.0 - 1;
                        double row = aligned ? 2 * i[1] - 1 : i[1] - 0.5;
                        return x.at(i[0], i[3], 0) * column + x.at(i[0], i[3], 1) * row + x.at(i[0], i[3], 2);
                    }),
                    Naive.values(1, -1, 1, 2, 2, 3));
        }
        one(
                "affineGrid",
                "MatMul",
                x -> x.affineGrid(new int[] {1, 2, 3}, false),
                x -> Naive.tensor(Shape.of(1, 1, 2, 3, 3), i -> {
                    double row = i[2] - 0.5;
                    double column = (2 * i[3] + 1) / 3.0 - 1;
                    return x.at(0, i[4], 0) * column + x.at(0, i[4], 1) * row + x.at(0, i[4], 3);
                }),
                Naive.values(1, -1, 1, 1, 3, 4));
    }
}
