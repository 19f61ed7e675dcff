package dev.lanewise.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Batches;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.OptimizerState;
import dev.lanewise.nn.optim.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static final Rng RNG = Rng.of(42);
    private static final int COUNT = 150;
    private static final int SIZE = 16;
    private static final Trainer.Config CONFIG =
            Trainer.Config.defaults().withRng(RNG.stream("dropout")).withClipByNorm(0.5);

    private static Batches batches() {
        return Toy.data(COUNT, 1).batches(SIZE, RNG.stream("shuffle")); // 10 batches, the last of 6
    }

    /** What a step has come to. */
    private record Seen(double loss, double rate, double norm) {}

    @Test
    void itComesToTheSameBitsAsTheLoopByHand() {
        Toy byHand = Toy.initialised(3);
        Optimizer optimizer = Toy.optimizer(byHand);
        List<Seen> expected = new ArrayList<>();
        for (int epoch = 0; epoch < 4; epoch++) {
            int number = 0;
            for (Batch batch : batches().epoch(epoch)) {
                Pass pass = Pass.training(RNG.stream("dropout"), epoch * 10 + number++);
                Variable loss = Losses.crossEntropy(byHand.forward(batch.inputs(), pass), batch.labels());
                Gradients gradients = loss.backward();
                expected.add(new Seen(loss.item(), optimizer.learningRate(), gradients.norm()));
                optimizer.step(gradients.clipByNorm(0.5));
            }
        }

        Toy trained = Toy.initialised(3);
        List<Seen> seen = new ArrayList<>();
        History history = Toy.trainer(trained, Toy.optimizer(trained), CONFIG)
                .withListener(new Listener() {
                    @Override
                    public void stepDone(Training training, Step step) {
                        assertThat(step.number()).isEqualTo(seen.size() + 1);
                        assertThat(step.epoch() * 10 + step.batch() + 1).isEqualTo(step.number());
                        seen.add(new Seen(step.loss(), step.learningRate(), step.gradientNorm()));
                    }
                })
                .train(batches(), 4);

        assertThat(seen).isEqualTo(expected);
        assertThat(trained.weights()).isEqualTo(byHand.weights());
        assertThat(expected.stream().anyMatch(s -> s.norm > 0.5))
                .as("something is clipped")
                .isTrue();
        assertThat(history.epochs()).hasSize(4);
        assertThat(history.stopReason()).isNull();
        assertThat(history.last().number()).isEqualTo(3);
        assertThat(history.last().steps()).isEqualTo(40);
        assertThat(history.last().validation()).isNull();
        assertThat(history.last().learningRate()).isEqualTo(expected.getLast().rate);
        // The mean over examples: nine batches of 16, one of 6.
        double sum = 0;
        for (int i = 30; i < 40; i++) {
            sum += expected.get(i).loss * (i < 39 ? 16 : 6);
        }
        assertThat(history.last().trainingLoss()).isCloseTo(sum / COUNT, within(1e-12));
    }

    @Test
    void withTheLossAloneItTrainsAlike() {
        Toy one = Toy.initialised(3);
        Toy.trainer(one, Toy.optimizer(one), CONFIG).train(batches(), 2);
        Toy other = Toy.initialised(3);
        var trainer = new Trainer<>(other, Toy.optimizer(other), CONFIG, Toy::loss);
        trainer.train(batches(), 2);
        assertThat(other.weights()).isEqualTo(one.weights());
        assertThatThrownBy(() -> trainer.withMetric(Accuracy::new))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("knows the loss alone");
        assertThat(trainer.evaluate(batches()).metrics()).isEmpty();
    }

    @Test
    void itLearns() {
        Toy model = Toy.initialised(3);
        var optimizer =
                new AdamW(model.parameters(), AdamW.Config.defaults().withLearningRate(Schedule.constant(3e-2)));
        History history = Toy.trainer(model, optimizer, CONFIG)
                .withValidation(Toy.data(200, 2).batches(64))
                .withMetric(Accuracy::new)
                .train(batches(), 40);
        Evaluation first = history.epochs().getFirst().validation();
        Evaluation last = history.last().validation();
        assertThat(last).isNotNull();
        assertThat(first).isNotNull();
        assertThat(last.loss()).isLessThan(0.7 * first.loss());
        assertThat(last.metrics().get("accuracy")).isGreaterThan(0.85);
    }

    /** Listeners, validation, metrics and look-ahead see a training, and change nothing in it. */
    @Test
    void watchingChangesNothing() {
        Toy alone = Toy.initialised(3);
        Toy.trainer(alone, Toy.optimizer(alone), CONFIG).train(batches().withLookAhead(0), 3);
        Toy watched = Toy.initialised(3);
        Toy.trainer(watched, Toy.optimizer(watched), CONFIG)
                .withValidation(Toy.data(50, 2).batches(7))
                .withMetric(Accuracy::new)
                .withMetric(() -> new ConfusionMatrix(2))
                .withListener(new BestWeights(watched, Watch.lowest("validation loss")))
                .train(batches().withLookAhead(5), 3);
        assertThat(watched.weights()).isEqualTo(alone.weights());
    }

    @Test
    void whateverDataAreNamedAreEvaluatedAfterEachEpoch() {
        Toy model = Toy.initialised(3);
        Batches old = Toy.data(40, 4).batches(16);
        Trainer<Toy> plain = Toy.trainer(model, Toy.optimizer(model), CONFIG);
        Trainer<Toy> trainer = plain.withMetric(Accuracy::new)
                .withValidation(Toy.data(50, 2).batches(7))
                .withEvaluation("old", old);
        Epoch last = trainer.train(batches(), 2).last();
        Evaluation again = trainer.evaluate(old);
        assertThat(last.evaluations().get("old")).isEqualTo(again);
        assertThat(last.values())
                .containsOnlyKeys(
                        "training loss", "validation loss", "accuracy", "old loss", "old accuracy", "learning rate")
                .containsEntry("old loss", again.loss())
                .containsEntry("old accuracy", again.metrics().get("accuracy"));
        for (String taken : List.of("old", "validation", "training", " ")) {
            assertThatThrownBy(() -> trainer.withEvaluation(taken, old))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Trainer.withEvaluation: the name '" + taken + "' is taken; choose another one");
        }
        assertThatThrownBy(() -> trainer.withEvaluation(
                        "none", Toy.data(10, 1).batches(16).droppingLast()))
                .hasMessageContaining("the none data have no batch");
    }

    @Test
    void evaluationIsTheMeanOverAllExamplesWithoutDropout() {
        Toy model = Toy.initialised(3);
        Dataset data = Toy.data(50, 2);
        Evaluation evaluation = Toy.trainer(model, Toy.optimizer(model), CONFIG)
                .withMetric(Accuracy::new)
                .withMetric(() -> new Accuracy(2))
                .evaluate(data.batches(16)); // 16, 16, 16, 2
        Batch all = data.batch(IntTensor.arange(50));
        Variable outputs = model.forward(all.inputs(), Pass.inference());
        var accuracy = new Accuracy();
        accuracy.add(outputs.value(), all.labels());
        assertThat(evaluation.loss()).isCloseTo(Toy.criterion(outputs, all).item(), within(1e-6));
        assertThat(evaluation.metrics())
                .containsExactly(Map.entry("accuracy", accuracy.value()), Map.entry("top-2 accuracy", 1.0));
    }

    /** k batches of b make the step of one batch of k·b, up to rounding, the small rest of an epoch included. */
    @Test
    void accumulatedBatchesMakeOneStep() {
        Dataset data = Toy.data(COUNT, 1);
        Trainer.Config config = CONFIG.withRng(RNG);
        Toy large = Toy.initialised(3);
        withoutDropout(large, config).train(data.batches(48), 3); // 48, 48, 48, 6
        Toy small = Toy.initialised(3);
        List<Step> steps = new ArrayList<>();
        withoutDropout(small, config.withAccumulation(3))
                .withListener(new Listener() {
                    @Override
                    public void begun(Training training) {
                        assertThat(training.stepsPerEpoch()).isEqualTo(4);
                        assertThat(training.steps()).isEqualTo(12);
                    }

                    @Override
                    public void stepDone(Training training, Step step) {
                        steps.add(step);
                    }
                })
                .train(data.batches(SIZE), 3); // 3 times 16 each, and 6
        assertThat(steps).extracting(Step::number).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
        assertThat(steps).extracting(Step::batch).startsWith(2, 5, 8, 9, 2);
        close(small.weights(), large.weights(), 1e-4);

        Toy ragged = Toy.initialised(3);
        withoutDropout(ragged, config.withAccumulation(2)).train(data.batches(100), 3); // 100 and 50, one step
        Toy whole = Toy.initialised(3);
        withoutDropout(whole, config).train(data.batches(COUNT), 3);
        close(ragged.weights(), whole.weights(), 1e-4);
    }

    private static Trainer<Toy> withoutDropout(Toy model, Trainer.Config config) {
        return new Trainer<>(
                model, Toy.optimizer(model), config, (toy, batch, pass) -> Toy.loss(toy, batch, Pass.inference()));
    }

    private static void close(Map<String, Tensor> actual, Map<String, Tensor> expected, double tolerance) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        expected.forEach((name, tensor) -> assertThat(actual.get(name)
                        .sub(tensor)
                        .normInf(dev.lanewise.core.Axes.all())
                        .item())
                .as(name)
                .isLessThan(tolerance));
    }

    /** Accumulation by hand: the sum, then the factor. */
    @Test
    void accumulationIsThatOfALoopByHandToTheBit() {
        Toy byHand = Toy.initialised(3);
        Optimizer optimizer = Toy.optimizer(byHand);
        Gradients sum = null;
        int number = 0;
        for (Batch batch : batches().droppingLast()) { // 9 batches of 16
            Gradients gradients = Toy.loss(byHand, batch, Pass.training(RNG.stream("dropout"), number++))
                    .backward();
            sum = sum == null ? gradients : sum.plus(gradients);
            if (number % 3 == 0) {
                optimizer.step(sum.scale(1 / 3.0).clipByNorm(0.5));
                sum = null;
            }
        }
        Toy trained = Toy.initialised(3);
        Toy.trainer(trained, Toy.optimizer(trained), CONFIG.withAccumulation(3))
                .train(batches().droppingLast(), 1);
        assertThat(trained.weights()).isEqualTo(byHand.weights());
    }

    @Test
    void itGoesOnWhereItWasInterrupted() {
        for (int accumulation : new int[] {1, 4}) {
            Trainer.Config config = CONFIG.withAccumulation(accumulation);
            Toy whole = Toy.initialised(3);
            History expected = Toy.trainer(whole, Toy.optimizer(whole), config).train(batches(), 4);

            // Until the step that ends with batch 7 of epoch 1 …
            Toy first = Toy.initialised(3);
            Optimizer before = Toy.optimizer(first);
            History broken = Toy.trainer(first, before, config)
                    .withListener(new Listener() {
                        @Override
                        public void stepDone(Training training, Step step) {
                            if (step.epoch() == 1 && step.batch() == 7) {
                                training.stop("lunch");
                            }
                        }
                    })
                    .train(batches(), 4);
            assertThat(broken.stopReason()).isEqualTo("lunch");
            assertThat(broken.epochs()).hasSize(1);

            // … and on from there in another model, with the states of model and optimizer.
            Map<String, Tensor> state = first.state();
            OptimizerState optimizerState = before.state();
            Toy second = Toy.initialised(99);
            second.load(state);
            Optimizer after = Toy.optimizer(second);
            after.restore(optimizerState);
            List<Step> steps = new ArrayList<>();
            History resumed = Toy.trainer(second, after, config.withStart(1, 8))
                    .withListener(new Listener() {
                        @Override
                        public void begun(Training training) {
                            assertThat(training.firstEpoch()).isEqualTo(1);
                            assertThat(training.firstBatch()).isEqualTo(8);
                            assertThat(training.steps()).isEqualTo(accumulation == 1 ? 2 + 20 : 1 + 6);
                        }

                        @Override
                        public void stepDone(Training training, Step step) {
                            steps.add(step);
                        }
                    })
                    .train(batches(), 4);
            assertThat(second.weights()).isEqualTo(whole.weights());
            assertThat(steps).hasSize(accumulation == 1 ? 22 : 7);
            assertThat(steps.getFirst().number()).isEqualTo(accumulation == 1 ? 19 : 6);
            assertThat(resumed.last().trainingLoss()).isEqualTo(expected.last().trainingLoss());
            assertThat(resumed.last().steps()).isEqualTo(expected.last().steps());
        }
    }

    @Test
    void twoTrainersInTwoThreadsDoNotMeet() throws InterruptedException {
        Toy[] alone = {Toy.initialised(3), Toy.initialised(4)};
        for (Toy model : alone) {
            Toy.trainer(model, Toy.optimizer(model), CONFIG).train(batches(), 5);
        }
        assertThat(alone[0].weights()).isNotEqualTo(alone[1].weights());

        Toy[] together = {Toy.initialised(3), Toy.initialised(4)};
        Batches shared = batches();
        var barrier = new CyclicBarrier(2); // at each step, so that they are really in it at once
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Toy model : together) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    Toy.trainer(model, Toy.optimizer(model), CONFIG)
                            .withListener(new Listener() {
                                @Override
                                public void stepDone(Training training, Step step) {
                                    await(barrier);
                                }
                            })
                            .train(shared, 5);
                } catch (Throwable e) {
                    failure.set(e);
                    barrier.reset();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        for (int i = 0; i < 2; i++) {
            assertThat(together[i].weights()).isEqualTo(alone[i].weights());
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aLoadersFailureEndsTheTrainingAfterTheLastFinishedStep() {
        var failure = new IllegalArgumentException("page 12 is torn");
        Dataset torn = Toy.data(COUNT, 1).map(batch -> {
            if (batch.size() == 6) {
                throw failure;
            }
            return batch;
        });
        Toy expected = Toy.initialised(3);
        Toy.trainer(expected, Toy.optimizer(expected), CONFIG)
                .train(Toy.data(COUNT, 1).batches(SIZE).droppingLast(), 1);
        Toy model = Toy.initialised(3);
        // The passes' numbers are those of ten batches an epoch here, nine there: alike in epoch 0.
        assertThatThrownBy(
                        () -> Toy.trainer(model, Toy.optimizer(model), CONFIG).train(torn.batches(SIZE), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("batch 9 of epoch 0")
                .cause()
                .isSameAs(failure);
        assertThat(model.weights()).isEqualTo(expected.weights());
    }

    @Test
    void aLossThatIsNoNumberEndsTheTrainingBeforeItDoesHarm() {
        Dataset poisoned = Toy.data(40, 1)
                .map(batch -> batch.size() == 8
                        ? batch.withInputs(batch.inputs().value().mul(Double.NaN))
                        : batch);
        Toy model = Toy.initialised(3);
        Optimizer optimizer = Toy.optimizer(model);
        assertThatThrownBy(() -> Toy.trainer(model, optimizer, CONFIG).train(poisoned.batches(32), 5))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the loss is NaN at batch 1 of epoch 0");
        assertThat(optimizer.stepCount()).isEqualTo(1);
        assertThat(model.weights().values()).allMatch(Tensor::isFinite);
    }

    @Test
    void theLossIsASingleNumber() {
        Toy model = Toy.initialised(3);
        var trainer = new Trainer<>(model, Toy.optimizer(model), CONFIG, Toy::outputs);
        assertThatThrownBy(() -> trainer.train(batches(), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[16, 2]")
                .hasMessageContaining("mean()");
    }

    @Test
    void nothingToTrainWithIsSaid() {
        Toy model = Toy.initialised(3);
        Trainer<Toy> trainer = Toy.trainer(model, Toy.optimizer(model), CONFIG);
        Batches none = Toy.data(10, 1).batches(16).droppingLast();
        assertThatThrownBy(() -> trainer.train(none, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the training data have no batch");
        assertThatThrownBy(() -> trainer.withValidation(none))
                .hasMessageContaining("the validation data have no batch");
        assertThatThrownBy(() -> trainer.evaluate(none)).isInstanceOf(IllegalArgumentException.class);
        assertThat(trainer.train(batches(), 0).epochs()).isEmpty();
    }

    @Test
    void anOptimizerOfAnotherModelIsTold() {
        Toy model = Toy.initialised(3);
        Toy other = Toy.initialised(3);
        assertThatThrownBy(
                        () -> Toy.trainer(model, Toy.optimizer(other), CONFIG).train(batches(), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("depends on none of the optimizer's parameters");
        assertThatThrownBy(
                        () -> Toy.trainer(model, Toy.optimizer(model), CONFIG).train(batches(), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Trainer: -1 epochs, expected 0 or more");
    }

    @Test
    void settingsAreChecked() {
        Trainer.Config config = Trainer.Config.defaults();
        for (double wrong : new double[] {0, -1, Double.NaN}) {
            assertThatThrownBy(() -> config.withClipByNorm(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> config.withAccumulation(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.withStart(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.withAccumulation(4).withStart(0, 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within a step of 4 batches");
        Toy model = Toy.initialised(3);
        assertThatThrownBy(() -> Toy.trainer(model, Toy.optimizer(model), config.withStart(0, 10))
                        .train(batches(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an epoch has 10");
    }

    @Test
    void metricsDoNotShareAName() {
        Toy model = Toy.initialised(3);
        Trainer<Toy> trainer = Toy.trainer(model, Toy.optimizer(model), CONFIG)
                .withMetric(Accuracy::new)
                .withMetric(Accuracy::new);
        assertThatThrownBy(() -> trainer.evaluate(batches()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'accuracy'");
        Metric intruder = new Metric() {
            @Override
            public void add(Tensor outputs, Batch batch) {}

            @Override
            public Map<String, Double> values() {
                return Map.of("training loss", 0.0);
            }
        };
        assertThatThrownBy(() -> Toy.trainer(model, Toy.optimizer(model), CONFIG)
                        .withMetric(() -> intruder)
                        .evaluate(batches()))
                .hasMessageContaining("'training loss'");
    }
}
