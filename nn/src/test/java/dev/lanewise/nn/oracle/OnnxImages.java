package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.GridSampling;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Interpolation;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** ONNX's operations that give images other sizes or grids. */
final class OnnxImages {
    private OnnxImages() {}

    static void fill(OnnxTable table) {
        table.tensor("Resize", OnnxImages::resize);
        table.tensor("Upsample", c -> {
            Tensor x = c.x();
            double[] scales = c.has(1) ? c.x(1).toDoubles() : new double[0];
            if (scales.length == 0 || !c.text("mode", "nearest").equals("nearest")) {
                throw new OpCall.Uncovered("an upsampling of long ago");
            }
            int[] sizes = x.shape().toArray();
            Arrays.setAll(sizes, i -> (int) Math.floor(sizes[i] * scales[i]));
            return x.interpolateNearest(sizes);
        });
        table.tensor("GridSample", c -> {
            GridSampling.Kind kind = switch (c.text("mode", "linear")) {
                case "linear", "bilinear" -> GridSampling.Kind.LINEAR;
                case "nearest" -> GridSampling.Kind.NEAREST;
                default -> GridSampling.Kind.CUBIC;
            };
            GridSampling.Outside outside = switch (c.text("padding_mode", "zeros")) {
                case "border" -> GridSampling.Outside.BORDER;
                case "reflection" -> GridSampling.Outside.REFLECTION;
                default -> GridSampling.Outside.ZEROS;
            };
            return c.x().gridSample(c.x(1), new GridSampling(kind, outside, c.flag("align_corners")));
        });
        table.tensor("AffineGrid", c -> {
            int[] sizes = c.numbers(1);
            return c.x().affineGrid(Arrays.copyOfRange(sizes, 2, sizes.length), c.flag("align_corners"));
        });
    }

    private static Tensor resize(OnnxCall c) {
        int rank = c.shape(0).rank();
        int[] axes = c.list("axes") == null ? IntStream.range(0, rank).toArray() : c.list("axes");
        Tensor result = c.x();
        for (int i = 0; i < axes.length; i++) {
            int axis = c.shape(0).axis(axes[i]);
            int n = c.shape(0).size(axis);
            double scale = scale(c, axes, i);
            int size = (int) Math.floor(scale * n + (c.has(3) ? 0.5 : 0));
            double[] places = places(c, axes.length, i, n, scale, size);
            result = resized(c, result, axis, n, scale, places);
        }
        return result;
    }

    /** By how much an axis grows: as given, or by the size wanted, perhaps the same for all axes. */
    private static double scale(OnnxCall c, int[] axes, int at) {
        if (!c.has(3)) {
            return c.x(2).toDoubles()[at];
        }
        int[] sizes = c.numbers(3);
        double[] scales = new double[axes.length];
        Arrays.setAll(scales, i -> (double) sizes[i] / c.shape(0).size(axes[i]));
        return switch (c.text("keep_aspect_ratio_policy", "stretch")) {
            case "not_larger" -> Arrays.stream(scales).min().orElseThrow();
            case "not_smaller" -> Arrays.stream(scales).max().orElseThrow();
            default -> scales[at];
        };
    }

    /** Where along an axis of n elements those of the result lie. */
    private static double[] places(OnnxCall c, int axes, int at, int n, double scale, int size) {
        double[] places = new double[size];
        double length = scale * n;
        String mode = c.text("coordinate_transformation_mode", "half_pixel");
        double[] roi = mode.equals("tf_crop_and_resize") ? c.x(1).toDoubles() : new double[2 * axes];
        for (int i = 0; i < size; i++) {
            double centre = (i + 0.5) / scale - 0.5;
            places[i] = switch (mode) {
                case "half_pixel" -> centre;
                case "pytorch_half_pixel" -> length == 1 ? -0.5 : centre;
                case "half_pixel_symmetric" -> n / 2.0 * (1 - size / length) + centre;
                case "align_corners" -> length == 1 ? 0 : i * (n - 1) / (length - 1);
                case "asymmetric" -> i / scale;
                case "tf_crop_and_resize" -> {
                    double from = roi[at];
                    double to = roi[at + axes];
                    yield length == 1
                            ? (from + to) * (n - 1) / 2
                            : from * (n - 1) + i * (to - from) * (n - 1) / (length - 1);
                }
                default -> throw new AssertionError(mode);
            };
        }
        return places;
    }

    private static Tensor resized(OnnxCall c, Tensor x, int axis, int n, double scale, double[] places) {
        String mode = c.text("mode", "nearest");
        Tensor result;
        if (mode.equals("nearest")) {
            int[] numbers = Arrays.stream(places)
                    .mapToInt(place -> Math.clamp((long) nearest(c, place), 0, n - 1))
                    .toArray();
            result = x.indexSelect(axis, IntTensor.of(numbers));
        } else if (Arrays.equals(places, IntStream.range(0, n).asDoubleStream().toArray())) {
            return x;
        } else {
            Interpolation how = mode.equals("linear")
                    ? Interpolation.LINEAR
                    : Interpolation.CUBIC.withSharpness(c.real("cubic_coeff_a", -0.75));
            how = c.flag("antialias") ? how.withStretch(1 / Math.min(scale, 1)) : how;
            result = x.resample(axis, places, how.withRepeating(!c.flag("exclude_outside")));
        }
        if (!c.text("coordinate_transformation_mode", "").equals("tf_crop_and_resize")) {
            return result;
        }
        int[] along = new int[x.shape().rank()];
        Arrays.fill(along, 1);
        along[axis] = places.length;
        Tensor outside = Tensor.fill(DType.FLOAT32, Shape.of(along), i -> places[i] < 0 || places[i] > n - 1 ? 1 : 0);
        return outside.to(x.dtype()).where(x.constant(c.real("extrapolation_value", 0)), result);
    }

    private static double nearest(OnnxCall c, double place) {
        return switch (c.text("nearest_mode", "round_prefer_floor")) {
            case "round_prefer_floor" -> Math.ceil(place - 0.5);
            case "round_prefer_ceil" -> Math.floor(place + 0.5);
            case "floor" -> Math.floor(place);
            default -> Math.ceil(place);
        };
    }
}
