package dev.lanewise.core.kernel;

/**
 * The gradients of single weights, element by element. The kernels compute stretches of {@link Planes} in which,
 * between the places of two rows, a gradient of 0 meets elements of images that the window's element never sees; if one
 * of these is infinite or NaN, its product with 0 is NaN. So whatever has become NaN is summed here once more, of the
 * places alone: it costs nothing as long as all is finite, and little if it is NaN indeed, since a sum ends there.
 */
final class WindowSums {
    private final ConvolutionSizes sizes;
    private final float[] x;
    private final int xAt;
    private final float[] g;
    private final int gAt;

    /** Images and the gradient of the results. */
    WindowSums(ConvolutionSizes sizes, float[] x, int xAt, float[] g, int gAt) {
        this.sizes = sizes;
        this.x = x;
        this.xAt = xAt;
        this.g = g;
        this.gAt = gAt;
    }

    /** Sums the gradients of those weights again that are NaN. */
    void replaceNaN(float[] weight) {
        int taps = sizes.taps();
        int ofChannel = sizes.in * taps;
        if (!hasNaN(weight, sizes.groups * sizes.out * ofChannel)) {
            return;
        }
        Parallel.forRange(sizes.groups * sizes.out, 1, (from, to) -> {
            for (int i = from * ofChannel; i < to * ofChannel; i++) {
                if (Float.isNaN(weight[i])) {
                    weight[i] = sum(i / ofChannel, i % ofChannel / taps, i % taps);
                }
            }
        });
    }

    private static boolean hasNaN(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            if (Float.isNaN(values[i])) {
                return true;
            }
        }
        return false;
    }

    /** The sum over all images and places for a channel of the results, one of its group and an element of windows. */
    private float sum(int out, int in, int tap) {
        int channel = out / sizes.out * sizes.in + in;
        int imageSize = sizes.imageSize();
        int placesSize = sizes.placesSize();
        float sum = 0;
        for (int image = 0; image < sizes.batch && !Float.isNaN(sum); image++) {
            int gradient = gAt + (image * sizes.groups * sizes.out + out) * placesSize;
            int pixel = xAt + (image * sizes.groups * sizes.in + channel) * imageSize;
            sum = sum(sum, tap, 0, gradient, imageSize, pixel);
        }
        return sum;
    }

    /**
     * Adds what an axis and those behind it have.
     *
     * @param gradient the first of all these places
     * @param size the elements of the image that they see, on this axis and those behind
     * @param pixel the first of them; negative if the places see what is outside of the image
     */
    private float sum(float begin, int tap, int axis, int gradient, int size, int pixel) {
        if (axis == sizes.axes()) {
            return Math.fma(g[gradient], pixel < 0 ? 0 : x[pixel], begin);
        }
        int step = size / sizes.image[axis];
        int ofPlace = 1;
        for (int behind = axis + 1; behind < sizes.axes(); behind++) {
            ofPlace *= sizes.places[behind];
        }
        float sum = begin;
        for (int place = 0; place < sizes.places[axis] && !Float.isNaN(sum); place++) {
            int element = place * sizes.stride[axis] + sizes.tap(tap, axis) * sizes.dilation[axis] - sizes.before[axis];
            boolean isOutside = pixel < 0 || element < 0 || element >= sizes.image[axis];
            sum = sum(sum, tap, axis + 1, gradient + place * ofPlace, step, isOutside ? -1 : pixel + element * step);
        }
        return sum;
    }
}
