package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kernels that other tests have asked for are made first, which on a slow machine takes more than a minute. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HotTest {

    private static void await(Hot<?> hot) throws InterruptedException {
        while (hot.orNull() == null) {
            Thread.sleep(1);
        }
    }

    @Test
    void aKernelIsHandedOutOnceItIsAtSpeed() throws Exception {
        var made = new AtomicInteger();
        var calls = new AtomicInteger();
        Consumer<String> slowAtFirst = kernel -> {
            if (calls.incrementAndGet() < 100) {
                try {
                    Thread.sleep(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        var hot = new Hot<>(() -> "kernel " + made.incrementAndGet(), () -> slowAtFirst, 500_000);
        assertThat(hot.orNull()).isNull();
        assertThatThrownBy(hot::get).isInstanceOf(IllegalStateException.class);
        await(hot);
        assertThat(calls.get()).isGreaterThanOrEqualTo(100);
        assertThat(hot.orNull()).isEqualTo("kernel 1");
        assertThat(hot.get()).isEqualTo("kernel 1");
        assertThat(made).hasValue(1);
    }

    @Test
    void withoutTrialsItIsHandedOutAtOnce() {
        assertThat(new Hot<>(() -> "kernel", null, 0).orNull()).isEqualTo("kernel");
    }

    @Test
    void itIsMadeWhenAsMuchHasBeenLostAsThatCosts() throws Exception {
        var made = new AtomicInteger();
        var hot = new Hot<>(() -> "kernel " + made.incrementAndGet(), () -> kernel -> {}, 1e9);
        long loss = 100_000_000;
        for (int i = 1; i < 20; i++) {
            assertThat(hot.orNull(loss)).isNull();
        }
        assertThat(hot.orNull(0)).isNull();
        await(new Hot<>(() -> "kernel", () -> kernel -> {}, 1e9)); // what had been asked for would be made by now
        assertThat(made).hasValue(0);
        hot.orNull(loss);
        while (hot.orNull(0) == null) {
            Thread.sleep(1);
        }
        assertThat(made).hasValue(1);
    }

    @Test
    void noLossIsTooLarge() throws Exception {
        Hot<String> hot = new Hot<>(() -> "kernel", () -> kernel -> {}, 1e9);
        hot.orNull(1);
        while (hot.orNull(Long.MAX_VALUE) == null) {
            Thread.sleep(1);
        }
    }

    @Test
    void withoutTrialsThereIsNoLossToWaitFor() {
        assertThat(new Hot<>(() -> "kernel", null, 0).orNull(0)).isEqualTo("kernel");
    }

    @Test
    void oneThatCannotBeMadeDoesNotKeepTheNextFromBeingMade() throws Exception {
        Hot<String> broken = new Hot<>(
                () -> {
                    throw new UnsupportedOperationException("not here: HotTest");
                },
                () -> kernel -> {},
                1);
        assertThat(broken.orNull()).isNull();
        await(new Hot<>(() -> "kernel", () -> kernel -> {}, 1e9));
        assertThat(broken.orNull()).isNull();
    }
}
