package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A vector that does not stay in a register becomes an object, a hundred times slower: kernels that are at speed
 * allocate nothing but a few small objects for a product.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GemmAllocationTest {
    /**
     * The objects of a product take 600 to 1,200 bytes, the more the more of its parts this thread takes and the less
     * of them the compiler removes. One vector a tile would be 2,640 bytes in the smallest of these products.
     */
    private static final long SMALL_OBJECTS = 2_000;

    @ParameterizedTest
    @CsvSource({
        "95, 97, 300, NN",
        "95, 97, 300, NT",
        "95, 97, 300, TN",
        "95, 300, 97, NN",
        "3, 100, 300, NT",
        "64, 65, 66, NN"
    })
    void aProductAllocatesNoVectors(int m, int n, int k, String layout) throws Exception {
        ProductKernels kernels = Lanes.vectorImplementation(ProductKernels.class, "VectorProductKernels");
        assumeTrue(kernels != null, "there are no vectors");
        var tiles = new Tiles(kernels);
        var product = Products.plain(new Random(1), m, n, k, layout, false);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // Kernels first have to be compiled, after those that other tests have asked for, and then their callers.
        long end = System.nanoTime() + 300_000_000_000L;
        while (least > SMALL_OBJECTS && System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            int calls = 20;
            for (int call = 0; call < calls; call++) {
                Gemm.product(tiles, m, n, k, product.a, product.b, product.c, false, null);
            }
            boolean ready = m <= FewRows.MOST_ROWS
                    ? tiles.dots(m) != null
                    : new BlockedProduct(tiles, m, n, k, product.a, product.b, product.c, false, null).isReady();
            if (ready) {
                least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / calls);
            } else {
                Thread.sleep(10);
            }
        }
        assertThat(least).isLessThanOrEqualTo(SMALL_OBJECTS);
    }
}
