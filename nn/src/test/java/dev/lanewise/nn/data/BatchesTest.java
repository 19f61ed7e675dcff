package dev.lanewise.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static Dataset counting(int size) {
        return Dataset.of(Tensor.fill(DType.FLOAT32, Shape.of(size, 1), i -> i), IntTensor.arange(size));
    }

    private static List<List<Integer>> labels(Iterable<Batch> batches) {
        List<List<Integer>> all = new ArrayList<>();
        for (Batch batch : batches) {
            all.add(IntStream.of(batch.labels().toArray()).boxed().toList());
        }
        return all;
    }

    private static List<Integer> flat(List<List<Integer>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    @Test
    void inOrderTheLastBatchHasWhatIsLeft() {
        Batches batches = counting(7).batches(3);
        assertThat(batches.size()).isEqualTo(3);
        assertThat(labels(batches)).containsExactly(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6));
        assertThat(labels(batches.droppingLast())).containsExactly(List.of(0, 1, 2), List.of(3, 4, 5));
        assertThat(batches.droppingLast().size()).isEqualTo(2);
        assertThat(counting(6).batches(3).droppingLast().size()).isEqualTo(2);
        assertThat(labels(counting(2).batches(3))).containsExactly(List.of(0, 1));
        assertThat(labels(counting(2).batches(3).droppingLast())).isEmpty();
        assertThat(labels(counting(0).batches(3))).isEmpty();
    }

    @Test
    void shuffledEachExampleComesOnceAnEpoch() {
        Batches batches = counting(103).batches(10, Rng.of(7).stream("shuffle"));
        List<List<Integer>> first = labels(batches);
        List<List<Integer>> second = labels(batches.epoch(1));
        assertThat(first).hasSize(11);
        assertThat(first.getLast()).hasSize(3);
        for (List<List<Integer>> epoch : List.of(first, second)) {
            assertThat(flat(epoch))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 103).boxed().toList());
        }
        assertThat(first).isNotEqualTo(second);
    }

    /** The order is what its Javadoc says, and nothing but (seed, epoch) decides it. */
    @Test
    void theOrderIsAFunctionOfSeedAndEpoch() {
        Rng rng = Rng.of(7).stream("shuffle");
        Batches batches = counting(50).batches(8, rng);
        for (long epoch : new long[] {3, 0, 3, 1_000_000_000_000L}) {
            assertThat(flat(labels(batches.epoch(epoch))))
                    .isEqualTo(IntStream.of(rng.stream(epoch).permutation(50).toArray())
                            .boxed()
                            .toList());
        }
        assertThat(labels(batches)).isEqualTo(labels(batches.epoch(0)));
        assertThat(labels(counting(50).batches(8, Rng.of(8)))).isNotEqualTo(labels(batches));
    }

    @Test
    void anEpochCanBeTakenUpInItsMiddle() {
        Batches batches = counting(50).batches(8, Rng.of(1)).epoch(2);
        List<List<Integer>> whole = labels(batches);
        for (int from = 0; from <= 7; from++) {
            assertThat(labels(batches.from(from))).isEqualTo(whole.subList(from, 7));
            assertThat(batches.from(from).size()).isEqualTo(7 - from);
        }
        assertThatThrownBy(() -> batches.from(8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batches.epoch(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lookingAheadChangesNothing() {
        Batches batches = counting(100)
                .batches(9, Rng.of(3))
                .map(
                        Rng.of(4),
                        (batch, rng) -> batch.withInputs(
                                rng.uniform(batch.size(), 1).add(batch.inputs().value())));
        List<Tensor> expected = inputs(batches.withLookAhead(0));
        for (int ahead : new int[] {1, 2, 5, 100}) {
            assertThat(inputs(batches.withLookAhead(ahead))).isEqualTo(expected);
        }
        assertThatThrownBy(() -> batches.withLookAhead(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Tensor> inputs(Batches batches) {
        List<Tensor> inputs = new ArrayList<>();
        batches.forEach(batch -> inputs.add(batch.inputs().value()));
        return inputs;
    }

    /** Each change draws from a generator of its own place, wherever one begins. */
    @Test
    void changesAtRandomDependOnThePlaceAlone() {
        Rng rng = Rng.of(9).stream("augment");
        Batches noisy =
                counting(20).batches(6).map(rng, (batch, random) -> batch.withInputs(random.uniform(batch.size(), 1)));
        Iterator<Batch> resumed = noisy.epoch(4).from(2).iterator();
        assertThat(resumed.next().inputs().value())
                .isEqualTo(rng.stream(4).stream(2).uniform(6, 1));
        assertThat(resumed.next().inputs().value())
                .isEqualTo(rng.stream(4).stream(3).uniform(2, 1));

        Batches twice = counting(4)
                .batches(4)
                .map(
                        rng,
                        (batch, random) ->
                                batch.withInputs(batch.inputs().value().add(1)))
                .map(
                        rng,
                        (batch, random) ->
                                batch.withInputs(batch.inputs().value().mul(2)));
        assertThat(twice.iterator().next().inputs().value().toFloats()).containsExactly(2, 4, 6, 8);
    }

    @Test
    void drawnBatchesAreThoseOfTheGenerator() {
        Rng rng = Rng.of(5);
        Batches batches = counting(1000).drawnBatches(4, 3, rng);
        assertThat(batches.size()).isEqualTo(3);
        List<List<Integer>> expected = new ArrayList<>();
        for (int batch = 0; batch < 3; batch++) {
            expected.add(IntStream.of(rng.stream(2 * 3 + batch)
                            .integers(Shape.of(4), 1000)
                            .toArray())
                    .boxed()
                    .toList());
        }
        assertThat(labels(batches.epoch(2))).isEqualTo(expected);
        assertThat(labels(batches.epoch(2).droppingLast())).isEqualTo(expected);
        assertThatThrownBy(() -> counting(3).drawnBatches(1, 0, rng)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> counting(0).drawnBatches(1, 1, rng)).hasMessageContaining("the dataset is empty");
    }

    @Test
    void loadingIsOffTheThreadThatAsksAndBounded() throws InterruptedException {
        List<Integer> loaded = new ArrayList<>(); // by one thread at a time, as promised
        var fourth = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        Dataset slow = counting(10).map(batch -> {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            assertThat(atOnce.incrementAndGet()).isEqualTo(1);
            synchronized (loaded) {
                loaded.add(batch.labels().get(0));
            }
            atOnce.decrementAndGet();
            if (batch.labels().get(0) == 3) {
                fourth.countDown();
            }
            return batch;
        });
        Iterator<Batch> batches = slow.batches(1).withLookAhead(3).iterator();
        synchronized (loaded) {
            assertThat(loaded).isEmpty();
        }
        batches.next();
        fourth.await(); // the three behind the first come without being asked for
        synchronized (loaded) {
            assertThat(loaded).containsExactly(0, 1, 2, 3);
        }
        batches.forEachRemaining(batch -> {});
        assertThat(loaded).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    }

    /** Only what was begun is loaded: the rest of an epoch is waited for by nobody. */
    @Test
    void anIteratorThatIsLeftLoadsNothingMore() throws InterruptedException {
        AtomicInteger loaded = new AtomicInteger();
        var begun = new CountDownLatch(3 * 50);
        Dataset dataset = counting(1000).map(batch -> {
            loaded.incrementAndGet();
            begun.countDown();
            return batch;
        });
        for (int i = 0; i < 50; i++) {
            dataset.batches(1, Rng.of(i)).iterator().next();
        }
        begun.await(); // the first and two ahead, of each
        assertThat(loaded.get()).isEqualTo(3 * 50);
    }

    @Test
    void aLoadersFailureReachesWhoAsks() {
        var failure = new UncheckedIOException(new IOException("disk on fire"));
        Dataset broken = counting(10).map(batch -> {
            if (batch.labels().get(0) == 2) {
                throw failure;
            }
            return batch;
        });
        for (int ahead : new int[] {0, 2}) {
            Iterator<Batch> batches =
                    broken.batches(1).epoch(5).withLookAhead(ahead).iterator();
            assertThat(batches.next().labels().get(0)).isEqualTo(0);
            assertThat(batches.next().labels().get(0)).isEqualTo(1);
            assertThatThrownBy(batches::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("batch 2 of epoch 5")
                    .hasMessageContaining("disk on fire")
                    .cause()
                    .isSameAs(failure);
            assertThat(batches.next().labels().get(0)).isEqualTo(3);
        }
    }

    @Test
    void errorsStayErrors() {
        var error = new StackOverflowError();
        Dataset broken = counting(10).map(batch -> {
            throw error;
        });
        for (int ahead : new int[] {0, 2}) {
            assertThatThrownBy(() ->
                            broken.batches(1).withLookAhead(ahead).iterator().next())
                    .isSameAs(error);
        }
    }

    @Test
    void whoIsInterruptedDoesNotWait() {
        var never = new CountDownLatch(1);
        Dataset stuck = counting(10).map(batch -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return batch;
        });
        Iterator<Batch> batches = stuck.batches(1).iterator();
        Thread.currentThread().interrupt();
        assertThatThrownBy(batches::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("interrupted")
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        never.countDown();
    }

    @Test
    void batchesHaveAtLeastOneExample() {
        for (int wrong : new int[] {0, -1}) {
            assertThatThrownBy(() -> counting(3).batches(wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> counting(3).batches(wrong, Rng.of(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("batches of " + wrong);
        }
    }
}
