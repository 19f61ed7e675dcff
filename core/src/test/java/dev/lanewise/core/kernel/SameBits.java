package dev.lanewise.core.kernel;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/**
 * Prints what is in use and the SHA-256 of the results of some products, made on scalar loops and then by warm kernels.
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
        return HexFormat.of().formatHex(digest.digest());
    }
}
