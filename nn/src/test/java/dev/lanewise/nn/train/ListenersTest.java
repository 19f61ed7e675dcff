package dev.lanewise.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batches;
import dev.lanewise.nn.optim.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ListenersTest {
    private static final Trainer.Config CONFIG = Trainer.Config.defaults();

    private static Batches batches() {
        return Toy.data(64, 1).batches(16, Rng.of(5)); // 4 an epoch
    }

    /** What a listener may be told. */
    private enum Event {
        BEGUN,
        STEP,
        EPOCH,
        DONE
    }

    /** Does something at every event. */
    private record Always(java.util.function.Consumer<Event> action) implements Listener {
        @Override
        public void begun(Training training) {
            action.accept(Event.BEGUN);
        }

        @Override
        public void stepDone(Training training, Step step) {
            action.accept(Event.STEP);
        }

        @Override
        public void epochDone(Training training, Epoch epoch) {
            action.accept(Event.EPOCH);
        }

        @Override
        public void done(Training training, History history) {
            action.accept(Event.DONE);
        }
    }

    @Test
    void listenersAreToldInOrder() {
        List<String> told = new ArrayList<>();
        Toy model = Toy.initialised(1);
        Toy.trainer(model, Toy.optimizer(model), CONFIG)
                .withListener(new Always(event -> told.add("a " + event)))
                .withListener(new Always(event -> told.add("b " + event)))
                .train(batches(), 2);
        List<String> expected = new ArrayList<>(List.of("a BEGUN", "b BEGUN"));
        for (int epoch = 0; epoch < 2; epoch++) {
            for (int step = 0; step < 4; step++) {
                expected.addAll(List.of("a STEP", "b STEP"));
            }
            expected.addAll(List.of("a EPOCH", "b EPOCH"));
        }
        expected.addAll(List.of("a DONE", "b DONE"));
        assertThat(told).isEqualTo(expected);
    }

    /** Whatever a listener throws is thrown, and weights and optimizer are those of the last finished step. */
    @ParameterizedTest
    @EnumSource(Event.class)
    void aListenersExceptionEndsTheTraining(Event when) {
        int steps = switch (when) {
            case BEGUN -> 0;
            case STEP -> 6;
            case EPOCH -> 8;
            case DONE -> 12;
        };
        List<Map<String, Tensor>> course = new ArrayList<>();
        Toy expected = Toy.initialised(1);
        course.add(expected.weights());
        Toy.trainer(expected, Toy.optimizer(expected), CONFIG)
                .withListener(new Listener() {
                    @Override
                    public void stepDone(Training training, Step step) {
                        course.add(expected.weights());
                    }
                })
                .train(batches(), 3);

        Toy model = Toy.initialised(1);
        Optimizer optimizer = Toy.optimizer(model);
        var thrown = new IllegalCallerException("not my day");
        List<Event> after = new ArrayList<>();
        assertThatThrownBy(() -> Toy.trainer(model, optimizer, CONFIG)
                        .withListener(new Always(event -> {
                            if (event == when && optimizer.stepCount() == steps) {
                                throw thrown;
                            }
                        }))
                        .withListener(new Always(after::add))
                        .train(batches(), 3))
                .isSameAs(thrown);
        assertThat(optimizer.stepCount()).isEqualTo(steps);
        assertThat(model.weights()).isEqualTo(course.get(steps));
        assertThat(after).doesNotContain(Event.DONE);
        assertThat(after.stream().filter(event -> event == Event.STEP)).hasSize(when == Event.STEP ? steps - 1 : steps);

        // All is well enough to go on.
        Toy.trainer(model, optimizer, CONFIG.withStart(steps / 4, steps % 4)).train(batches(), 3);
        assertThat(model.weights()).isEqualTo(course.getLast());
    }

    @Test
    void stoppedInAnEpochItIsNotReported() {
        List<Event> told = new ArrayList<>();
        Toy model = Toy.initialised(1);
        History history = Toy.trainer(model, Toy.optimizer(model), CONFIG)
                .withListener(new Listener() {
                    @Override
                    public void stepDone(Training training, Step step) {
                        if (step.number() == 6) {
                            training.stop("first");
                            training.stop("second");
                        }
                    }
                })
                .withListener(new Always(told::add))
                .train(batches(), 3);
        assertThat(history.epochs()).hasSize(1);
        assertThat(history.stopReason()).isEqualTo("first");
        assertThat(told.stream().filter(event -> event == Event.STEP)).hasSize(6);
        assertThat(told.stream().filter(event -> event == Event.EPOCH)).hasSize(1);
        assertThat(told.getLast()).isEqualTo(Event.DONE);
    }

    // ------------------------------------------------------------------ best weights, early stopping

    private static Epoch epoch(long number, double loss) {
        return new Epoch(
                number,
                number + 1,
                1,
                Map.of("validation", new Evaluation(loss, Map.of("accuracy", 1 - loss))),
                0.1,
                1);
    }

    private static Training training() {
        return new Training(100, 4, CONFIG);
    }

    /** Gives the model other weights, by which one can tell the epochs apart. */
    private static Map<String, Tensor> change(Toy model, int number) {
        model.init(Rng.of(number));
        return model.weights();
    }

    @Test
    void theBestStateIsKept() {
        for (Watch watch : List.of(Watch.lowest("validation loss"), Watch.highest("accuracy"))) {
            Toy model = Toy.initialised(1);
            List<Map<String, Tensor>> saved = new ArrayList<>();
            var best = new BestWeights(model, watch, saved::add);
            assertThat(best.epoch()).isNull();
            assertThatThrownBy(best::restore).isInstanceOf(IllegalStateException.class);
            double[] losses = {0.9, 0.5, Double.NaN, 0.5, 0.3, 0.4};
            List<Map<String, Tensor>> weights = new ArrayList<>();
            for (int i = 0; i < losses.length; i++) {
                weights.add(change(model, i));
                best.epochDone(training(), epoch(i, losses[i]));
            }
            assertThat(best.epoch()).isEqualTo(epoch(4, 0.3));
            assertThat(saved).containsExactly(weights.get(0), weights.get(1), weights.get(4));
            best.restore();
            assertThat(model.weights()).isEqualTo(weights.get(4));
        }
    }

    @Test
    void whatIsNotMeasuredCannotBeWatched() {
        Toy model = Toy.initialised(1);
        assertThatThrownBy(() -> Toy.trainer(model, Toy.optimizer(model), CONFIG)
                        .withListener(new BestWeights(model, Watch.lowest("validation loss")))
                        .train(batches(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an epoch has no 'validation loss', only [training loss, learning rate]");
        assertThatThrownBy(() -> Watch.lowest("x").withMinDelta(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A state that could not be saved is not the best one: the exception ends the training. */
    @Test
    void whoCannotSaveSaysSo() {
        Toy model = Toy.initialised(1);
        var best = new BestWeights(model, Watch.lowest("training loss"), state -> {
            throw new IllegalStateException("disk full");
        });
        assertThatThrownBy(() -> Toy.trainer(model, Toy.optimizer(model), CONFIG)
                        .withListener(best)
                        .train(batches(), 1))
                .hasMessage("disk full");
        assertThat(best.epoch()).isNull();
    }

    private static int epochsUntilStopped(EarlyStopping stopping, Toy model, double... losses) {
        Training training = training();
        for (int i = 0; i < losses.length; i++) {
            change(model, i);
            stopping.epochDone(training, epoch(i, losses[i]));
            if (training.isStopped()) {
                return i + 1;
            }
        }
        return -1;
    }

    @Test
    void patienceIsEpochsInARowWithoutImprovement() {
        Toy model = Toy.initialised(1);
        Watch watch = Watch.lowest("validation loss");
        assertThat(epochsUntilStopped(new EarlyStopping(model, watch, 2), model, 5, 4, 4, 3, 3.5, 3, 1))
                .isEqualTo(6);
        assertThat(epochsUntilStopped(new EarlyStopping(model, watch, 1), model, 5, 4, 4, 3))
                .isEqualTo(3);
        assertThat(epochsUntilStopped(new EarlyStopping(model, watch, 3), model, 5, 4, 4, 4, 3, 3, 3))
                .isEqualTo(-1);
        assertThat(epochsUntilStopped(new EarlyStopping(model, watch, 2), model, Double.NaN, Double.NaN))
                .isEqualTo(2);
        // Less than the difference is no improvement, however often.
        assertThat(epochsUntilStopped(
                        new EarlyStopping(model, watch.withMinDelta(1), 3), model, 5, 4.5, 4.25, 4.125, 4.1))
                .isEqualTo(4);
        assertThat(epochsUntilStopped(
                        new EarlyStopping(model, watch.withMinDelta(1), 3), model, 5, 4.5, 4.25, 3.9, 3.9, 3.9))
                .isEqualTo(-1);
        assertThatThrownBy(() -> new EarlyStopping(model, watch, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenItIsOverTheModelHasItsBestWeights() {
        Toy model = Toy.initialised(1);
        var stopping = new EarlyStopping(model, Watch.lowest("validation loss"), 2);
        Training training = training();
        Map<String, Tensor> best = Map.of();
        for (int i = 0; i < 4; i++) {
            Map<String, Tensor> weights = change(model, i);
            best = i == 1 ? weights : best;
            stopping.epochDone(training, epoch(i, new double[] {3, 1, 2, 2}[i]));
        }
        assertThat(training.stopReason()).isEqualTo("no better validation loss in 2 epochs than in epoch 1");
        assertThat(model.weights()).isNotEqualTo(best);
        stopping.done(training, new History(List.of(), training.stopReason()));
        assertThat(model.weights()).isEqualTo(best);
        assertThat(stopping.best().epoch()).isEqualTo(epoch(1, 1));
    }

    /** In a training: a rate of zero improves nothing after the first epoch. */
    @Test
    void aTrainingThatLearnsNothingIsStopped() {
        Toy model = Toy.initialised(1);
        var optimizer = new dev.lanewise.nn.optim.Sgd(model.parameters(), dev.lanewise.nn.optim.Sgd.Config.of(0));
        History history = Toy.trainer(model, optimizer, CONFIG)
                .withValidation(Toy.data(40, 2).batches(40))
                .withListener(new EarlyStopping(model, Watch.lowest("validation loss"), 3))
                .train(batches(), 100);
        assertThat(history.epochs()).hasSize(4);
        assertThat(history.stopReason()).isNotNull();
    }
}
