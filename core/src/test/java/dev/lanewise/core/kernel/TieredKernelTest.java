package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TieredKernelTest {

    /** x·eˣ + 1 with a number of its own, so that no other test has warmed the kernel. */
    private static Program program(float number) {
        var builder = new ProgramBuilder();
        int x = builder.operand(0);
        return builder.build(1, List.of(builder.fma(x, Exponentials.exp(builder, x), number)));
    }

    private static final class Data {
        private final float[] x;
        private final float[] y;
        private final int[] zero = {0};

        Data(int n) {
            x = new float[n];
            y = new float[n];
            var random = new Random(1);
            for (int i = 0; i < n; i++) {
                x[i] = (float) random.nextGaussian();
            }
        }

        int[] run(RowKernel kernel) {
            kernel.run(new float[][] {x}, zero, zero, new float[][] {y}, zero, zero, 1, x.length);
            int[] bits = new int[y.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = Float.floatToIntBits(y[i]);
            }
            return bits;
        }
    }

    @Test
    @Timeout(120)
    void changesToACompiledLoopAndNobodyNotices() throws InterruptedException {
        var kernel = new TieredKernel("test", program(1.25f), 0, List.of(Reduction.STORE));
        var data = new Data(4096);
        int[] first = data.run(kernel);
        assertThat(kernel.compiled()).isNull();
        while (kernel.compiled() == null) {
            assertThat(data.run(kernel)).isEqualTo(first);
            if (Lanes.bits() == 0 && kernel.work() > 10_000_000_000L) {
                return; // without vectors the interpreter may stay the faster one
            }
        }
        assertThat(data.run(kernel)).isEqualTo(first);
    }

    @Test
    void endsOfRowsAreInterpretedUntilTheyAreReadyToo() {
        var kernel = new TieredKernel("test", program(2.25f), 0, List.of(Reduction.SUM));
        var whole = new Data(1008);
        var data = new Data(1003);
        int[] first = data.run(kernel);
        int[] firstWhole = whole.run(kernel);
        assertThat(kernel.wantsTails()).isTrue();

        kernel.publish(kernel.candidate(), false);
        long before = kernel.work();
        assertThat(whole.run(kernel)).isEqualTo(firstWhole);
        assertThat(kernel.work()).as("whole rows are not interpreted").isEqualTo(before);
        assertThat(data.run(kernel)).isEqualTo(first);
        assertThat(kernel.work()).as("others are").isGreaterThan(before);
        assertThat(kernel.wantsTails()).isTrue();

        kernel.publish(kernel.candidate(), true);
        before = kernel.work();
        assertThat(data.run(kernel)).isEqualTo(first);
        assertThat(kernel.work()).as("nothing more is").isEqualTo(before);
    }

    @Test
    void aLoopThatDoesNotWinIsMadeOnce() {
        var kernel = new TieredKernel("test", program(6.25f), 0, List.of(Reduction.STORE));
        RowKernel loop = kernel.candidate();
        kernel.startOver();
        assertThat(kernel.candidate()).isSameAs(loop);
        assertThat(kernel.compiled()).isNull();
    }

    @Test
    void kernelsOfEqualStructureAreOne() {
        RowKernel one = Kernels.get("one", program(3.25f), 0, List.of(Reduction.STORE));
        assertThat(Kernels.get("other", program(3.25f), 0, List.of(Reduction.STORE)))
                .isSameAs(one);
        assertThat(Kernels.get("one", program(4.25f), 0, List.of(Reduction.STORE)))
                .isNotSameAs(one);
        assertThat(Kernels.get("one", program(3.25f), 1, List.of(Reduction.STORE)))
                .isNotSameAs(one);
        assertThat(Kernels.get("one", program(3.25f), 0, List.of(Reduction.SUM)))
                .isNotSameAs(one);
        // an operand that does not occur may be anything
        assertThat(Kernels.get("one", program(3.25f), 2, List.of(Reduction.STORE)))
                .isSameAs(one);
    }

    @Test
    void threadsShareAKernel() throws InterruptedException {
        RowKernel kernel = Kernels.get("shared", program(5.25f), 0, List.of(Reduction.STORE));
        int[] expected = new Data(700).run(kernel);
        var failures = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
        var threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = new Thread(() -> {
                try {
                    var data = new Data(700);
                    for (int i = 0; i < 300; i++) {
                        assertThat(data.run(kernel)).isEqualTo(expected);
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
