package dev.lanewise.core.kernel;

import java.util.stream.IntStream;

/**
 * The sizes of a convolution along any number of axes: images [batch, groups · in, image..], weights [groups · out, in,
 * window..], results [batch, groups · out, places..].
 *
 * <p>The window's element {@code t} of place {@code i} lies on the image's element {@code i · stride + t · dilation −
 * before}, along each axis; what lies outside of the image is 0.
 */
public final class ConvolutionSizes {
    final int batch;
    final int groups;
    final int in;
    final int out;
    final int[] image;
    final int[] window;
    final int[] places;
    final int[] stride;
    final int[] before;
    final int[] dilation;

    /** Channels are those of one group. The arrays are the caller's, not to be changed. */
    public ConvolutionSizes(
            int batch,
            int groups,
            int in,
            int out,
            int[] image,
            int[] window,
            int[] places,
            int[] stride,
            int[] before,
            int[] dilation) {
        this.batch = batch;
        this.groups = groups;
        this.in = in;
        this.out = out;
        this.image = image;
        this.window = window;
        this.places = places;
        this.stride = stride;
        this.before = before;
        this.dilation = dilation;
    }

    int axes() {
        return image.length;
    }

    int imageSize() {
        return product(image);
    }

    /** The elements of a window. */
    int taps() {
        return product(window);
    }

    int placesSize() {
        return product(places);
    }

    static int product(int[] sizes) {
        return IntStream.of(sizes).reduce(1, Math::multiplyExact);
    }

    /** The index along an axis of the window's element with this number, rows first. */
    int tap(int number, int axis) {
        int rest = number;
        for (int last = axes() - 1; last > axis; last--) {
            rest /= window[last];
        }
        return rest % window[axis];
    }

    /** The multiply-adds of all windows. */
    long work() {
        return (long) batch * groups * in * out * taps() * placesSize();
    }
}
