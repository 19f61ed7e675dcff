package dev.lanewise.autograd;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Cases for padding, windows, convolution and pooling. */
final class WindowCases extends CaseList {
    static List<OpCase> all() {
        var all = new WindowCases();
        all.paddings();
        all.windows();
        all.convolutions();
        all.transposedConvolutions();
        all.pools();
        all.otherPools();
        return all.cases;
    }

    private void paddings() {
        one("pad", "PlaceSlice", x -> x.pad(1, 2, 1), x -> padded(x, 1, 2, 1, 0), X);
        one("pad", "Concat", x -> x.pad(-1, 0, 3, 7.5), x -> padded(x, 2, 0, 3, 7.5), X);
        one("pad", "Slice", x -> x.pad(2, -1, 2, 0.5), x -> padded(x, 2, -1, 2, 0.5), X);
        one("pad", "Slice", x -> x.pad(2, -1, -3), x -> Naive.values(0, 0, 1, 2, 3, 0), X);
        int[] reflected = {2, 1, 0, 1, 2, 3, 2};
        one(
                "padReflect",
                "IndexSelect",
                x -> x.padReflect(2, 2, 1),
                x -> moved(x, Shape.of(2, 3, 7), i -> along(i, 2, k -> reflected[k])),
                X);
        one(
                "padReplicate",
                "IndexSelect",
                x -> x.padReplicate(1, 2, 5),
                x -> moved(x, Shape.of(2, 10, 4), i -> along(i, 1, k -> Math.clamp(k - 2, 0, 2))),
                X);
        one(
                "padCircular",
                "IndexSelect",
                x -> x.padCircular(1, 2, 1),
                x -> moved(x, Shape.of(2, 6, 4), i -> along(i, 1, k -> (k + 1) % 3)),
                X);
    }

    private static Tensor padded(Tensor x, int axis, int before, int after, double value) {
        int n = x.shape().size(axis);
        return Naive.tensor(x.shape().withSize(axis, n + before + after), i -> {
            int at = i[axis] - before;
            return at < 0 || at >= n ? value : x.at(with(i, axis, at));
        });
    }

    private void windows() {
        one(
                "unfold",
                "Unfold",
                x -> x.unfold(2, 3, 1),
                x -> Naive.tensor(Shape.of(2, 3, 2, 3), i -> x.at(i[0], i[1], i[2] + i[3])),
                X);
        one(
                "unfold",
                "Unfold",
                x -> x.unfold(1, 2, 1, 2),
                x -> Naive.tensor(Shape.of(2, 1, 4, 2), i -> x.at(i[0], 2 * i[3], i[2])),
                X);
        // Overlapping windows: what is in two of them gets both gradients.
        one(
                "unfold",
                "Fold",
                x -> {
                    Variable windows = x.unfold(2, 2, 1);
                    return Autograd.grad(windows.mul(windows).mul(windows).sum(), List.of(x))
                            .getFirst();
                },
                x -> Naive.tensor(X.shape(), i -> (i[2] % 3 == 0 ? 1 : 2) * 3 * x.at(i) * x.at(i)),
                X);
    }

    // ------------------------------------------------------------------ convolution

    /** The sum over windows, index by index. */
    private static Tensor convolution(Tensor x, Tensor w, @Nullable Tensor bias, int groups, List<Sliding> axes) {
        int count = axes.size();
        int[] sizes = new int[count + 2];
        sizes[0] = x.shape().size(0);
        sizes[1] = w.shape().size(0);
        for (int a = 0; a < count; a++) {
            Sliding s = axes.get(a);
            int span = s.dilation() * (w.shape().size(a + 2) - 1) + 1;
            sizes[a + 2] = (x.shape().size(a + 2) + s.before() + s.after() - span) / s.stride() + 1;
        }
        int outs = sizes[1] / groups;
        int ins = w.shape().size(1);
        return Naive.tensor(Shape.of(sizes), i -> {
            double sum = bias == null ? 0 : bias.at(i[1]);
            for (int position = 0; position < w.shape().count() / sizes[1]; position++) {
                int[] at = Naive.index(w.shape(), i[1] * (w.shape().count() / sizes[1]) + position);
                int[] from = i.clone();
                from[1] = i[1] / outs * ins + at[1];
                boolean inside = true;
                for (int a = 0; a < count; a++) {
                    Sliding s = axes.get(a);
                    from[a + 2] = i[a + 2] * s.stride() - s.before() + at[a + 2] * s.dilation();
                    inside &= from[a + 2] >= 0 && from[a + 2] < x.shape().size(a + 2);
                }
                sum += inside ? x.at(from) * w.at(at) : 0;
            }
            return sum;
        });
    }

    private void conv(int groups, List<Sliding> axes, Tensor x, Tensor w, Tensor bias) {
        add(OpCase.of(
                "conv",
                "",
                o -> o.get(0).conv(o.get(1), o.get(2), groups, axes),
                o -> convolution(o.get(0), o.get(1), o.get(2), groups, axes),
                x,
                w,
                bias));
    }

    private static Tensor values(int seed, int... sizes) {
        return Naive.values(seed, -1, 1, sizes);
    }

    private void convolutions() {
        Sliding odd = new Sliding(2, 1, 2, 1);
        Sliding wide = new Sliding(1, 2, 0, 2);
        conv(1, List.of(odd, wide), values(1, 2, 3, 5, 6), values(2, 4, 3, 3, 2), values(3, 4));
        conv(2, List.of(wide, Sliding.DENSE), values(1, 1, 4, 4, 3), values(2, 6, 2, 2, 3), values(3, 6));
        conv(3, List.of(odd), values(1, 2, 3, 7), values(2, 3, 1, 3), values(3, 3));
        add(OpCase.of(
                "conv",
                "Convolution",
                o -> o.get(0).conv(o.get(1), o.get(2), 1, List.of(odd)),
                o -> convolution(o.get(0), o.get(1), o.get(2), 1, List.of(odd)),
                values(1, 2, 4, 7),
                values(2, 4, 4, 3),
                values(3, 4)));
        one2("conv1d", (x, w) -> x.conv1d(w, null, odd), List.of(odd), values(1, 2, 2, 6), values(2, 3, 2, 2));
        one2(
                "conv2d",
                (x, w) -> x.conv2d(w, null, wide),
                Collections.nCopies(2, wide),
                values(1, 1, 2, 4, 5),
                values(2, 2, 2, 2, 3));
        one2(
                "conv3d",
                (x, w) -> x.conv3d(w, null, odd),
                Collections.nCopies(3, odd),
                values(1, 1, 2, 3, 3, 2),
                values(2, 2, 2, 2, 2, 3));
        OpCase last = cases.removeLast();
        cases.add(last.withEmpty(values(1, 0, 2, 3, 3, 2), values(2, 2, 2, 2, 2, 3)));
    }

    private interface Convolve {
        Variable apply(Variable x, Variable w);
    }

    private void one2(String method, Convolve function, List<Sliding> axes, Tensor x, Tensor w) {
        add(OpCase.of(
                method,
                "Convolution",
                o -> function.apply(o.get(0), o.get(1)),
                o -> convolution(o.get(0), o.get(1), null, 1, axes),
                x,
                w));
    }

    /** Each element of x adds its multiple of the weight to a window. */
    private static Tensor transposed(
            Tensor x, Tensor w, @Nullable Tensor bias, int groups, List<Sliding> axes, int[] more) {
        int count = axes.size();
        int outs = w.shape().size(1);
        int ins = w.shape().size(0) / groups;
        int[] sizes = new int[count + 2];
        sizes[0] = x.shape().size(0);
        sizes[1] = outs * groups;
        for (int a = 0; a < count; a++) {
            Sliding s = axes.get(a);
            sizes[a + 2] = (x.shape().size(a + 2) - 1) * s.stride()
                    - s.before()
                    - s.after()
                    + s.dilation() * (w.shape().size(a + 2) - 1)
                    + 1
                    + more[a];
        }
        double[] sums = new double[Shape.of(sizes).count()];
        int[] strides = new int[sizes.length];
        for (int axis = sizes.length - 1, stride = 1; axis >= 0; stride *= sizes[axis--]) {
            strides[axis] = stride;
        }
        for (int p = 0; p < x.shape().count(); p++) {
            int[] i = Naive.index(x.shape(), p);
            for (int q = 0; q < w.shape().count() / (ins * groups); q++) {
                int[] at = Naive.index(w.shape(), i[1] * (w.shape().count() / (ins * groups)) + q);
                int place = i[0] * strides[0] + (i[1] / ins * outs + at[1]) * strides[1];
                boolean inside = true;
                for (int a = 0; a < count; a++) {
                    Sliding s = axes.get(a);
                    int to = i[a + 2] * s.stride() + at[a + 2] * s.dilation() - s.before();
                    inside &= to >= 0 && to < sizes[a + 2];
                    place += to * strides[a + 2];
                }
                if (inside) {
                    sums[place] += x.at(i) * w.at(at);
                }
            }
        }
        return Naive.tensor(Shape.of(sizes), i -> {
            int place = 0;
            for (int axis = 0; axis < i.length; axis++) {
                place += i[axis] * strides[axis];
            }
            return sums[place] + (bias == null ? 0 : bias.at(i[1]));
        });
    }

    private void transposedConvolutions() {
        Sliding odd = new Sliding(2, 1, 0, 1);
        Sliding wide = new Sliding(1, 0, 2, 2);
        for (int[] more : new int[][] {{0, 0}, {1, 3}}) {
            add(OpCase.of(
                    "convTranspose",
                    "TransposedConvolution",
                    o -> o.get(0).convTranspose(o.get(1), o.get(2), 2, List.of(odd, wide), more),
                    o -> transposed(o.get(0), o.get(1), o.get(2), 2, List.of(odd, wide), more),
                    values(1, 2, 4, 3, 2),
                    values(2, 4, 3, 2, 3),
                    values(3, 6)));
        }
        add(OpCase.of(
                "convTranspose",
                "TransposedConvolution",
                o -> o.get(0).convTranspose(o.get(1), o.get(2), 1, List.of(odd), new int[] {1}),
                o -> transposed(o.get(0), o.get(1), o.get(2), 1, List.of(odd), new int[] {1}),
                values(1, 2, 4, 3),
                values(2, 4, 3, 2),
                values(3, 3)));
        add(OpCase.of(
                "convTranspose1d",
                "TransposedConvolution",
                o -> o.get(0).convTranspose1d(o.get(1), null, odd),
                o -> transposed(o.get(0), o.get(1), null, 1, List.of(odd), new int[1]),
                values(1, 1, 2, 4),
                values(2, 2, 3, 3)));
        add(OpCase.of(
                "convTranspose2d",
                "TransposedConvolution",
                o -> o.get(0).convTranspose2d(o.get(1), null, odd),
                o -> transposed(o.get(0), o.get(1), null, 1, Collections.nCopies(2, odd), new int[2]),
                values(1, 1, 2, 2, 3),
                values(2, 2, 3, 3, 2)));
        add(OpCase.of(
                "convTranspose3d",
                "TransposedConvolution",
                o -> o.get(0).convTranspose3d(o.get(1), null, odd),
                o -> transposed(o.get(0), o.get(1), null, 1, Collections.nCopies(3, odd), new int[3]),
                values(1, 1, 2, 2, 2, 1),
                values(2, 2, 1, 2, 2, 3)));
    }

    // ------------------------------------------------------------------ pooling

    /** A function of the elements of each window over the last two axes that are not padding. */
    private static Tensor pooled(Tensor x, int[] size, List<Sliding> axes, ToDoubleFunction<double[]> function) {
        int rank = x.shape().rank();
        int[] sizes = x.shape().toArray();
        for (int a = 0; a < 2; a++) {
            Sliding s = axes.get(a);
            int span = s.dilation() * (size[a] - 1) + 1;
            sizes[rank - 2 + a] = (sizes[rank - 2 + a] + s.before() + s.after() - span) / s.stride() + 1;
        }
        return Naive.tensor(Shape.of(sizes), i -> {
            List<Double> elements = new ArrayList<>();
            for (int p = 0; p < size[0] * size[1]; p++) {
                int[] at = i.clone();
                boolean inside = true;
                for (int a = 0; a < 2; a++) {
                    Sliding s = axes.get(a);
                    int k = a == 0 ? p / size[1] : p % size[1];
                    at[rank - 2 + a] = i[rank - 2 + a] * s.stride() - s.before() + k * s.dilation();
                    inside &= at[rank - 2 + a] >= 0
                            && at[rank - 2 + a] < x.shape().size(rank - 2 + a);
                }
                if (inside) {
                    elements.add(x.at(at));
                }
            }
            return function.applyAsDouble(elements.stream().mapToDouble(v -> v).toArray());
        });
    }

    private void pools() {
        Tensor image = Naive.awayFromZero(1, 2, 2, 2, 5, 6);
        List<Sliding> axes = List.of(new Sliding(2, 1, 1, 1), new Sliding(1, 0, 1, 2));
        int[] size = {3, 2};
        one("maxPool", "Gather", x -> x.maxPool(size, axes), x -> pooled(x, size, axes, Naive::largest), image);
        one(
                "avgPool",
                "Unfold",
                x -> x.avgPool(size, axes, true),
                x -> pooled(x, size, axes, e -> Naive.sum(e) / 6),
                image);
        one(
                "avgPool",
                "Unfold",
                x -> x.avgPool(size, axes, false),
                x -> pooled(x, size, axes, e -> Naive.sum(e) / e.length),
                image);
        List<Sliding> by2 = Collections.nCopies(2, Sliding.by(2));
        int[] two = {2, 2};
        one("maxPool2d", "Gather", x -> x.maxPool2d(2, Sliding.by(2)), x -> pooled(x, two, by2, Naive::largest), image);
        one(
                "avgPool2d",
                "Unfold",
                x -> x.avgPool2d(2, Sliding.by(2)),
                x -> pooled(x, two, by2, e -> Naive.sum(e) / 4),
                image);
        one(
                "adaptiveAvgPool",
                "Sum",
                x -> x.adaptiveAvgPool(2, 4),
                x -> adaptive(x, 2, 4, e -> Naive.sum(e) / e.length),
                image);
        one(
                "adaptiveAvgPool",
                "Sum",
                x -> x.adaptiveAvgPool(1, 7),
                x -> adaptive(x, 1, 7, e -> Naive.sum(e) / e.length),
                image);
        one("adaptiveMaxPool", "Gather", x -> x.adaptiveMaxPool(3, 2), x -> adaptive(x, 3, 2, Naive::largest), image);
    }

    private void otherPools() {
        Tensor image = Naive.awayFromZero(1, 2, 2, 2, 5, 6);
        int[] size = {3, 2};
        // The last windows reach beyond the image: their elements are padding, or nothing.
        List<Sliding> partial = List.of(new Sliding(3, 1, 0, 1, true), new Sliding(2, 0, 1, 2, true));
        List<Sliding> padded = List.of(new Sliding(3, 1, 1, 1), new Sliding(2, 0, 1, 2));
        one("maxPool", "Gather", x -> x.maxPool(size, partial), x -> pooled(x, size, padded, Naive::largest), image);
        one(
                "avgPool",
                "Unfold",
                x -> x.avgPool(size, partial, false),
                x -> pooled(x, size, padded, e -> Naive.sum(e) / e.length),
                image);
        // By hand: windows from -1, of 3 by steps of 2, over 4 elements and one of padding at each end: the last
        // holds element 3, padding, and one beyond, which does not count.
        Sliding beyond = new Sliding(2, 1, 1, 1, true);
        one(
                "avgPool",
                "Unfold",
                x -> x.avgPool(new int[] {3}, List.of(beyond), true),
                x -> Naive.tensor(Shape.of(2, 3, 3), i -> switch (i[2]) {
                    case 0 -> (x.at(i[0], i[1], 0) + x.at(i[0], i[1], 1)) / 3;
                    case 1 -> (x.at(i[0], i[1], 1) + x.at(i[0], i[1], 2) + x.at(i[0], i[1], 3)) / 3;
                    default -> x.at(i[0], i[1], 3) / 2;
                }),
                X);
        List<Sliding> axes = List.of(new Sliding(2, 1, 1, 1), new Sliding(1, 0, 1, 2));
        one(
                "lpPool",
                "Unfold",
                x -> x.lpPool(2, size, axes),
                x -> pooled(
                        x,
                        size,
                        axes,
                        e -> Math.sqrt(Arrays.stream(e).map(v -> v * v).sum())),
                image);
        one(
                "lpPool",
                "Unfold",
                x -> x.square().lpPool(1.5, size, axes),
                x -> pooled(
                        x,
                        size,
                        axes,
                        e -> Math.pow(
                                Arrays.stream(e).map(v -> Math.pow(v * v, 1.5)).sum(), 1 / 1.5)),
                image);
        IntTensor places = IntTensor.of(
                Shape.of(2, 3, 1, 4),
                IntTensor.arange(24).map(i -> (i * 5 + 2) % 12).toArray());
        one(
                "maxUnpool",
                "IndexSelect",
                x -> x.unsqueeze(2).maxUnpool(places, 2, 6),
                x -> Naive.tensor(Shape.of(2, 3, 2, 6), i -> {
                    double found = 0;
                    for (int k = 0; k < 4; k++) {
                        found = places.at(i[0], i[1], 0, k) == i[2] * 6 + i[3] ? x.at(i[0], i[1], k) : found;
                    }
                    return found;
                }),
                X);
        for (int count : new int[] {2, 3}) {
            one(
                    "localResponseNorm",
                    "Unfold",
                    x -> x.localResponseNorm(count, 0.5, 0.75, 2),
                    x -> Naive.tensor(x.shape(), i -> {
                        double squares = 0;
                        for (int c = i[1] - count / 2; c <= i[1] + (count - 1) / 2; c++) {
                            squares += c < 0 || c >= 3 ? 0 : Math.pow(x.at(i[0], c, i[2]), 2);
                        }
                        return x.at(i) / Math.pow(2 + 0.5 / count * squares, 0.75);
                    }),
                    X);
        }
    }

    private static Tensor adaptive(Tensor x, int rows, int columns, ToDoubleFunction<double[]> function) {
        int h = x.shape().size(2);
        int w = x.shape().size(3);
        return Naive.tensor(Shape.of(x.shape().size(0), x.shape().size(1), rows, columns), i -> {
            List<Double> elements = new ArrayList<>();
            for (int r = i[2] * h / rows; r < Math.ceilDiv((i[2] + 1) * h, rows); r++) {
                for (int c = i[3] * w / columns; c < Math.ceilDiv((i[3] + 1) * w, columns); c++) {
                    elements.add(x.at(i[0], i[1], r, c));
                }
            }
            return function.applyAsDouble(elements.stream().mapToDouble(v -> v).toArray());
        });
    }
}
