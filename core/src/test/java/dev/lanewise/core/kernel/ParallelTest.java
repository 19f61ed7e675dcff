package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParallelTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 1000, 100_000})
    void eachTaskIsDoneExactlyOnce(int tasks) {
        var counts = new AtomicIntegerArray(tasks);
        Parallel.forEach(tasks, counts::incrementAndGet);
        for (int task = 0; task < tasks; task++) {
            assertThat(counts.get(task)).isOne();
        }
    }

    @RepeatedTest(20)
    void whatTasksHaveWrittenIsSeenAfterwards() {
        int[] written = new int[10_000];
        Parallel.forEach(written.length, task -> written[task] = task);
        assertThat(written)
                .isEqualTo(java.util.stream.IntStream.range(0, written.length).toArray());
    }

    @Test
    void aCallInsideATaskRunsOnItsThreadAlone() {
        var others = new ConcurrentLinkedQueue<Thread>();
        var count = new AtomicInteger();
        Parallel.forEach(50, outer -> {
            Thread self = Thread.currentThread();
            assertThat(Parallel.threads() == 1 || Parallel.isInside()).isTrue();
            Parallel.forEach(20, inner -> {
                count.incrementAndGet();
                if (Thread.currentThread() != self) {
                    others.add(Thread.currentThread());
                }
            });
        });
        assertThat(others).isEmpty();
        assertThat(count).hasValue(1000);
        assertThat(Parallel.isInside()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void theFirstExceptionComesOutWithTheOthersSuppressed(int tasks) {
        var thrown = new ConcurrentLinkedQueue<Throwable>();
        assertThatThrownBy(() -> Parallel.forEach(tasks, task -> {
                    var exception = new IllegalStateException("task " + task);
                    thrown.add(exception);
                    throw exception;
                }))
                .isInstanceOf(IllegalStateException.class)
                .satisfies(e -> {
                    var seen = new ArrayList<>(Arrays.asList(e.getSuppressed()));
                    seen.add(e);
                    assertThat(seen).containsExactlyInAnyOrderElementsOf(thrown);
                });
        assertThat(Parallel.isInside()).isFalse();
        eachTaskIsDoneExactlyOnce(100); // and the pool goes on
    }

    @Test
    void errorsComeOutToo() {
        assertThatThrownBy(() -> Parallel.forEach(10, task -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
    }

    @Test
    void manyCallersAtOnce() throws Exception {
        int callers = 100; // more than the pool can see
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            Thread.Builder builder = caller % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
            threads.add(builder.start(() -> {
                try {
                    start.await();
                    for (int i = 0; i < 50; i++) {
                        eachTaskIsDoneExactlyOnce(40);
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(50))).isTrue();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void threadsThatHaveParkedWakeUp() throws Exception {
        for (int i = 0; i < 20; i++) {
            Thread.sleep(i); // beyond the time for which they look for work
            eachTaskIsDoneExactlyOnce(10);
        }
    }

    @Test
    void theOtherThreadsTakePart() throws Exception {
        int threads = Parallel.threads();
        var all = new CountDownLatch(threads);
        Parallel.forEach(threads, task -> {
            all.countDown();
            try {
                assertThat(all.await(30, TimeUnit.SECONDS)).isTrue(); // each task on a thread of its own
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anInterruptedCallerStaysInterruptedAndFinishes() {
        Thread.currentThread().interrupt();
        eachTaskIsDoneExactlyOnce(1000);
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "1, 100", "10, 3", "1000, 1", "1000, 999", "1000, 0", "2147483647, 1000000"})
    void aRangeIsDividedWithoutGapsInPartsOfAtLeastTheGrain(int n, int grain) {
        var parts = new ConcurrentLinkedQueue<int[]>();
        Parallel.forRange(n, grain, (from, to) -> parts.add(new int[] {from, to}));
        List<int[]> sorted = parts.stream()
                .sorted(java.util.Comparator.comparingInt(part -> part[0]))
                .toList();
        int end = 0;
        for (int[] part : sorted) {
            assertThat(part[0]).isEqualTo(end);
            assertThat(part[1] - part[0]).isGreaterThanOrEqualTo(Math.min(n, Math.max(1, grain)));
            end = part[1];
        }
        assertThat(end).isEqualTo(n);
    }

    @Test
    void theNumberOfThreadsIsThatOfProcessorsUnlessSet() {
        assertThat(Parallel.parse(null, 6).threads()).isEqualTo(6);
        assertThat(Parallel.parse(" 3 ", 6).threads()).isEqualTo(3);
        assertThat(Parallel.parse("64", 6).threads()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "", "two", "1.5", "1025", "99999999999"})
    void aNumberOfThreadsThatCannotBeIsAnErrorThatSaysWhatCan(String value) {
        Parallel.Setting setting = Parallel.parse(value, 6);
        assertThat(setting.threads()).isZero();
        assertThat(setting.error()).contains("-Dlanewise.threads=" + value, "from 1 to 1024", "6 here");
    }
}
