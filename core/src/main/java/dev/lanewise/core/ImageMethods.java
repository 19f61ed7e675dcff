package dev.lanewise.core;

import java.util.Arrays;
import java.util.List;

/**
 * The part of {@link TensorOps} that takes tensors for images, [batch, channels, height, width], or for sequences and
 * volumes, which have one axis or three behind the channels: other sizes, other grids, pixels made of channels.
 *
 * @param <T> the implementing type itself
 */
interface ImageMethods<T extends TensorOps<T>> extends ShapeMethods<T>, IndexMethods<T>, WindowMethods<T> {
    /**
     * Makes each channel's pixels of {@code factor}² channels: [.., c · f², h, w] → [.., c, h · f, w · f] (Shi et al.
     * 2016, arXiv:1609.05158). Channel c · f² + i · f + j becomes row i, column j of each block of c.
     *
     * @throws IllegalArgumentException if the channels do not divide evenly
     */
    default T pixelShuffle(int factor) {
        Shape shape = shape();
        if (shape.rank() < 3 || factor < 1 || shape.size(-3) % (factor * factor) != 0) {
            throw new IllegalArgumentException(
                    "pixelShuffle: the channels, axis -3 of shape %s, do not divide by %d · %d"
                            .formatted(shape, factor, factor));
        }
        int first = shape.rank() - 3;
        int[] outer = Arrays.copyOf(shape.toArray(), first);
        int channels = shape.size(-3) / (factor * factor);
        int height = shape.size(-2);
        int width = shape.size(-1);
        T blocks = reshape(Views.joined(outer, new int[] {channels, factor, factor, height, width}));
        return blocks.permute(order(first, 0, 3, 1, 4, 2)) // (.., channels, height, factor, width, factor)
                .reshape(Views.joined(outer, new int[] {channels, height * factor, width * factor}));
    }

    /**
     * Makes channels of each block of {@code factor}² pixels, [.., c, h · f, w · f] → [.., c · f², h, w]: undoes
     * {@link #pixelShuffle}.
     *
     * @throws IllegalArgumentException if height or width do not divide evenly
     */
    default T pixelUnshuffle(int factor) {
        Shape shape = shape();
        if (shape.rank() < 3 || factor < 1 || shape.size(-2) % factor != 0 || shape.size(-1) % factor != 0) {
            throw new IllegalArgumentException(
                    "pixelUnshuffle: the last two axes of shape %s do not divide by %d".formatted(shape, factor));
        }
        int first = shape.rank() - 3;
        int[] outer = Arrays.copyOf(shape.toArray(), first);
        int channels = shape.size(-3);
        int height = shape.size(-2) / factor;
        int width = shape.size(-1) / factor;
        T blocks = reshape(Views.joined(outer, new int[] {channels, height, factor, width, factor}));
        return blocks.permute(order(first, 0, 2, 4, 1, 3)) // (.., channels, factor, factor, height, width)
                .reshape(Views.joined(outer, new int[] {channels * factor * factor, height, width}));
    }

    /** The first axes as they are, and five more in the given order. */
    private static int[] order(int first, int... last) {
        int[] order = new int[first + last.length];
        Arrays.setAll(order, i -> i < first ? i : first + last[i - first]);
        return order;
    }

    /**
     * The windows that a convolution looks at, as columns, [batch, channels, ..] → [batch, channels · elements of a
     * window, places]: PyTorch's {@code unfold}, also known as im2col.
     *
     * @param sizes the window's size along each axis behind the channels
     * @param axes how it slides along each
     * @throws IllegalArgumentException if a window does not fit
     */
    default T imageToColumns(int[] sizes, List<Sliding> axes) {
        return Convolutions.columns("imageToColumns", self(), sizes, axes);
    }

    /**
     * Adds up what the columns of {@link #imageToColumns} hold at the places they come from, [batch, channels ·
     * elements, places] → [batch, channels, ..]: its adjoint, PyTorch's {@code fold}, also known as col2im.
     *
     * @param image the sizes of the result's axes behind the channels
     * @param sizes the window's size along each of them
     * @param axes how it slides along each
     * @throws IllegalArgumentException if columns and windows do not fit
     */
    default T columnsToImage(int[] image, int[] sizes, List<Sliding> axes) {
        return Convolutions.image("columnsToImage", self(), image, sizes, axes);
    }

    /**
     * Values at any positions along an axis, 0 being that of the first element and 1 of the second: interpolated, and
     * beyond the ends as {@link Interpolation#repeating} says. The gradient goes to the elements by their weights.
     *
     * @throws IllegalArgumentException if the axis is empty or a position not finite
     */
    default T resample(int axis, double[] positions, Interpolation how) {
        int along = shape().axis(axis);
        boolean finite = Arrays.stream(positions).allMatch(Double::isFinite);
        if (shape().size(along) == 0 || !finite) {
            throw new IllegalArgumentException(
                    "resample: axis %d of shape %s is empty, or one of %d positions is not finite"
                            .formatted(axis, shape(), positions.length));
        }
        return how.at(self(), along, positions);
    }

    /**
     * Gives the last axes other sizes by interpolation: PyTorch's {@code interpolate} with modes linear, bilinear,
     * trilinear and bicubic.
     *
     * @param sizes of the last axes
     * @param alignCorners whether the outermost elements stay where they are; otherwise the outer edges of the
     *     outermost elements do
     * @param antialias whether, where an axis shrinks, every element counts, in place of those nearest to a position;
     *     elements beyond the ends then do not count (PyTorch's cubic curve has a sharpness of −0.5 with this)
     * @throws IllegalArgumentException if a size is not positive, or an axis empty
     */
    default T interpolate(int[] sizes, Interpolation how, boolean alignCorners, boolean antialias) {
        int first = Sampling.firstAxis("interpolate", shape(), sizes);
        T result = self();
        for (int i = 0; i < sizes.length; i++) {
            int n = shape().size(first + i);
            int size = sizes[i];
            double scale = alignCorners ? (n - 1.0) / Math.max(size - 1, 1) : (double) n / size;
            double[] positions = new double[size];
            Arrays.setAll(positions, at -> alignCorners ? at * scale : (at + 0.5) * scale - 0.5);
            Interpolation own = antialias ? how.withStretch(Math.max(scale, 1)).withRepeating(false) : how;
            result = result.resample(first + i, positions, own);
        }
        return result;
    }

    /**
     * Gives the last axes other sizes by taking the nearest element: PyTorch's {@code interpolate} with mode nearest,
     * whose element i of m is number ⌊i · n / m⌋ of n.
     *
     * @param sizes of the last axes
     * @throws IllegalArgumentException if a size is not positive, or an axis empty
     */
    default T interpolateNearest(int... sizes) {
        int first = Sampling.firstAxis("interpolateNearest", shape(), sizes);
        T result = self();
        for (int i = 0; i < sizes.length; i++) {
            long n = shape().size(first + i);
            int size = sizes[i];
            int[] numbers = new int[size];
            Arrays.setAll(numbers, at -> (int) (at * n / size));
            result = result.indexSelect(first + i, IntTensor.of(numbers));
        }
        return result;
    }

    /**
     * Values of an image at the points of a grid, [batch, channels, height, width] and [batch, h, w, 2] → [batch,
     * channels, h, w], as in a spatial transformer (Jaderberg et al. 2015, arXiv:1506.02025); a volume's points have
     * three coordinates. A point's coordinates are x, y (, z), −1 to 1 from one end of the image to the other.
     * Gradients go to the pixels by their weights, and to the points where values change with them.
     *
     * @param grid the points
     * @param how which values are taken
     * @throws IllegalArgumentException if image and grid do not fit
     */
    default T gridSample(T grid, GridSampling how) {
        return Sampling.atPoints(self(), grid, how);
    }

    /**
     * The points that an affine map takes the points of a regular grid to, [batch, 2, 3] → [batch, height, width, 2],
     * or [batch, 3, 4] → [batch, depth, height, width, 3]: what {@link #gridSample} wants, to turn, move and scale
     * images.
     *
     * @param sizes [height, width] or [depth, height, width]
     * @param alignCorners whether −1 and 1 are the centres of the outermost pixels; otherwise their outer edges
     * @throws IllegalArgumentException if the maps are not of that shape
     */
    default T affineGrid(int[] sizes, boolean alignCorners) {
        return Sampling.affineGrid(self(), sizes, alignCorners);
    }
}
