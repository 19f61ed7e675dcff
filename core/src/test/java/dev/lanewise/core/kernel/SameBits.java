package dev.lanewise.core.kernel;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/**
 * Prints what is in use and the SHA-256 of the results of some products and convolutions, made on scalar loops and then
 * by warm kernels.
 */
final class SameBits {
    private static final int[][] SHAPES = {
        {64, 64, 32},
        {65, 65, 65},
        {1, 300, 200},
        {3, 40, 50},
        {200, 1, 77},
        {7, 33, 900},
        {130, 100, 800},
        {37, 1100, 20}
    };

    private SameBits() {}

    public static void main(String[] arguments) throws Exception {
        String first = hash();
        long warm = System.nanoTime() + Long.parseLong(arguments[0]) * 1_000_000;
        while (System.nanoTime() < warm) {
            if (!hash().equals(first)) {
                throw new AssertionError("the result has changed while the JVM was warming up");
            }
        }
        System.out.println(Lanes.bits() + " " + Parallel.threads() + " " + first);
    }

    private static String hash() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        var random = new Random(1);
        for (int[] shape : SHAPES) {
            for (String layout : new String[] {"NN", "NT", "TN", "TT"}) {
                Products product = Products.plain(random, shape[0], shape[1], shape[2], layout, shape[0] % 2 == 0);
                for (float value : product.runPublic()) {
                    digest.update(ByteBuffer.allocate(4)
                            .putInt(Float.floatToIntBits(value))
                            .array());
                }
            }
        }
        for (float value : convolutions(random)) {
            digest.update(
                    ByteBuffer.allocate(4).putInt(Float.floatToIntBits(value)).array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Results and gradients of convolutions, of several images in a plane, with strides, groups and few channels. */
    private static float[] convolutions(Random random) {
        int[] one = {1, 1};
        int[] two = {2, 2};
        int[] three = {3, 3};
        int[] alongLine = {1};
        return concat(
                convolution(
                        random,
                        new ConvolutionSizes(5, 1, 17, 33, new int[] {8, 8}, three, new int[] {8, 8}, one, one, one)),
                convolution(
                        random,
                        new ConvolutionSizes(
                                2, 2, 5, 70, new int[] {40, 31}, three, new int[] {20, 16}, two, one, one)),
                convolution(
                        random,
                        new ConvolutionSizes(
                                3, 1, 1, 20, new int[] {28, 28}, three, new int[] {24, 24}, one, new int[2], two)),
                convolution(
                        random,
                        new ConvolutionSizes(
                                2, 40, 1, 1, new int[] {30, 31}, three, new int[] {30, 31}, one, one, one)),
                convolution(
                        random,
                        new ConvolutionSizes(7, 9, 2, 3, new int[] {10, 13}, three, new int[] {5, 7}, two, one, one)),
                convolution(
                        random,
                        new ConvolutionSizes(
                                3,
                                1,
                                37,
                                2,
                                new int[] {900},
                                new int[] {5},
                                new int[] {898},
                                alongLine,
                                alongLine,
                                alongLine)));
    }

    private static float[] convolution(Random random, ConvolutionSizes sizes) {
        float[] x = values(random, sizes.batch * sizes.groups * sizes.in * sizes.imageSize());
        float[] y = values(random, sizes.batch * sizes.groups * sizes.out * sizes.placesSize());
        float[] weight = values(random, sizes.groups * sizes.out * sizes.in * sizes.taps());
        float[] results = new float[y.length];
        ConvolutionKernel.forward(sizes, x, 0, weight, 0, null, results);
        float[] images = new float[x.length];
        ConvolutionKernel.transposed(sizes, y, 0, weight, 0, null, images);
        float[] weights = new float[weight.length];
        ConvolutionKernel.weightGradient(sizes, x, 0, y, 0, weights);
        return concat(results, images, weights);
    }

    private static float[] values(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static float[] concat(float[]... parts) {
        int length = 0;
        for (float[] part : parts) {
            length += part.length;
        }
        float[] all = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
