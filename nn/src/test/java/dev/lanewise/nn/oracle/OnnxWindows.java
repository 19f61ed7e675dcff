package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** ONNX's convolutions and pooling, with the ways in which it says how windows slide. */
final class OnnxWindows {
    private OnnxWindows() {}

    static void fill(OnnxTable table) {
        table.tensor("Conv", c -> {
            int[] sizes = Arrays.copyOfRange(c.shape(1).toArray(), 2, c.shape(1).rank());
            return c.x().conv(c.x(1), c.orNull(2), c.whole("group", 1), sliding(c, sizes));
        });
        table.tensor("ConvTranspose", OnnxWindows::convTranspose);
        pools(table);
    }

    /** How windows of the given sizes slide along the axes behind the channels. */
    static List<Sliding> sliding(OnnxCall c, int[] sizes) {
        int axes = sizes.length;
        int[] strides = c.list("strides", axes, 1);
        int[] dilations = c.list("dilations", axes, 1);
        int[] pads = c.list("pads", 2 * axes, 0);
        String auto = c.text("auto_pad", "NOTSET");
        List<Sliding> sliding = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            int before = pads[axis];
            int after = pads[axis + axes];
            if (auto.startsWith("SAME")) { // as many windows as strides, what is missing shared out
                int n = c.shape(0).size(axis + 2);
                int places = Math.ceilDiv(n, strides[axis]);
                int span = dilations[axis] * (sizes[axis] - 1) + 1;
                int missing = Math.max(0, (places - 1) * strides[axis] + span - n);
                before = auto.equals("SAME_UPPER") ? missing / 2 : missing - missing / 2;
                after = missing - before;
            }
            sliding.add(new Sliding(strides[axis], before, after, dilations[axis], c.flag("ceil_mode")));
        }
        return sliding;
    }

    private static Tensor convTranspose(OnnxCall c) {
        int axes = c.shape(0).rank() - 2;
        int[] strides = c.list("strides", axes, 1);
        int[] dilations = c.list("dilations", axes, 1);
        int[] pads = c.list("pads", 2 * axes, 0);
        int[] more = c.list("output_padding", axes, 0).clone();
        int[] wanted = c.list("output_shape");
        String auto = c.text("auto_pad", "NOTSET");
        List<Sliding> sliding = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            int n = c.shape(0).size(axis + 2);
            int before = pads[axis];
            int after = pads[axis + axes];
            if (wanted != null || auto.startsWith("SAME")) {
                int span = dilations[axis] * (c.shape(1).size(axis + 2) - 1) + 1;
                int size = wanted == null ? n * strides[axis] : wanted[wanted.length - axes + axis];
                int total = strides[axis] * (n - 1) + more[axis] + span - size;
                more[axis] += Math.max(-total, 0);
                total = Math.max(total, 0);
                before = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                after = total - before;
            }
            sliding.add(new Sliding(strides[axis], before, after, dilations[axis]));
        }
        return c.x().convTranspose(c.x(1), c.orNull(2), c.whole("group", 1), sliding, more);
    }

    private static void pools(OnnxTable table) {
        table.all("MaxPool", c -> {
            int[] sizes = c.list("kernel_shape");
            List<Sliding> sliding = sliding(c, sizes);
            if (!c.isFloating(0)) {
                Tensor whole = c.ints(0).toTensor(DType.FLOAT64);
                return List.of(OnnxResult.of(whole.maxPool(sizes, sliding).toInts()));
            }
            List<OnnxResult> results = new ArrayList<>(List.of(OnnxResult.of(c.x().maxPool(sizes, sliding))));
            if (c.resultCount() > 1) {
                results.add(OnnxResult.of(places(c, c.x().argMaxPool(sizes, sliding))));
            }
            return results;
        });
        table.tensor("AveragePool", c -> {
            int[] sizes = c.list("kernel_shape");
            return c.x().avgPool(sizes, sliding(c, sizes), c.flag("count_include_pad"));
        });
        table.tensor("LpPool", c -> {
            int[] sizes = c.list("kernel_shape");
            return c.x().abs().lpPool(c.whole("p", 2), sizes, sliding(c, sizes));
        });
        table.tensor("GlobalAveragePool", c -> c.x().adaptiveAvgPool(ones(c)));
        table.tensor("GlobalMaxPool", c -> c.x().adaptiveMaxPool(ones(c)));
        table.tensor("GlobalLpPool", c -> {
            int[] all = Arrays.copyOfRange(c.shape(0).toArray(), 2, c.shape(0).rank());
            return c.x().abs().lpPool(c.whole("p", 2), all, Collections.nCopies(all.length, Sliding.DENSE));
        });
        table.tensor("MaxUnpool", c -> {
            int axes = c.shape(0).rank() - 2;
            int[] kernel = c.list("kernel_shape");
            int[] strides = c.list("strides", axes, 1);
            int[] pads = c.list("pads", 2 * axes, 0);
            int[] sizes = new int[axes];
            Arrays.setAll(sizes, i -> (c.shape(0).size(i + 2) - 1) * strides[i] + kernel[i] - pads[i] - pads[i + axes]);
            int image = Shape.of(sizes).count();
            IntTensor places = c.ints(1).map(place -> place % image); // numbered through all images
            Tensor x = c.x().maxUnpool(places, sizes);
            for (int axis = 0; c.has(2) && axis < axes; axis++) {
                x = x.pad(axis + 2, 0, c.numbers(2)[axis + 2] - sizes[axis]);
            }
            return x;
        });
    }

    private static int[] ones(OnnxCall c) {
        int[] ones = new int[c.shape(0).rank() - 2];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** The library numbers the places of each image; ONNX goes on through all of them. */
    private static IntTensor places(OnnxCall c, IntTensor own) {
        int[] sizes = c.shape(0).toArray();
        int image = 1;
        for (int axis = 2; axis < sizes.length; axis++) {
            image *= sizes[axis];
        }
        int[] each = new int[sizes.length];
        Arrays.fill(each, 1);
        each[0] = sizes[0];
        each[1] = sizes[1];
        int count = image;
        IntTensor before =
                IntTensor.arange(sizes[0] * sizes[1]).map(i -> i * count).reshape(each);
        if (c.flag("storage_order")) { // columns first
            if (sizes.length != 4) {
                throw new OpCall.Uncovered("columns first of other than images");
            }
            own = own.map(i -> i % sizes[3] * sizes[2] + i / sizes[3]);
        }
        return own.add(before);
    }
}
