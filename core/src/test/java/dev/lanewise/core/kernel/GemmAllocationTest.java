package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A vector that does not stay in a register becomes an object, a hundred times slower: kernels that are at speed
 * allocate nothing but a few small objects for a product.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GemmAllocationTest {
    @ParameterizedTest
    @CsvSource({
        "95, 97, 300, NN",
        "95, 97, 300, NT",
        "95, 97, 300, TN",
        "95, 300, 97, NN",
        "3, 100, 300, NT",
        "64, 65, 66, NN"
    })
    void aProductAllocatesNoVectors(int m, int n, int k, String layout) {
        ProductKernels kernels = Lanes.vectorImplementation(ProductKernels.class, "VectorProductKernels");
        assumeTrue(kernels != null, "there are no vectors");
        var tiles = new Tiles(kernels);
        var least = new AtomicLong();
        // Within a task a product is not shared: its objects are then this thread's, however busy the others are.
        Parallel.forEach(2, task -> {
            if (task == 0) {
                least.set(leastAllocated(tiles, m, n, k, layout));
            }
        });
        assertThat(least.get()).isLessThanOrEqualTo(1000);
    }

    /** The bytes of a product, as soon as they are few, and at the latest when there is no hope. */
    private static long leastAllocated(Tiles tiles, int m, int n, int k, String layout) {
        var product = Products.plain(new Random(1), m, n, k, layout, false);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // Kernels first have to be compiled, after those that other tests have asked for, and then their callers.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(110);
        while (least > 1000 && System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            int calls = 20;
            for (int call = 0; call < calls; call++) {
                Gemm.multiply(tiles, product.of(product.c, null));
            }
            boolean ready = m <= FewRows.MOST_ROWS ? tiles.dots(m) != null : hasItsOwnKernels(tiles, product);
            if (ready) {
                least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / calls);
            } else {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return least;
    }

    private static boolean hasItsOwnKernels(Tiles tiles, Products x) {
        BlockedProduct product = BlockedProduct.ready(tiles, x.of(x.c, null));
        return product != null && !product.isByWholeTilesOnly();
    }
}
