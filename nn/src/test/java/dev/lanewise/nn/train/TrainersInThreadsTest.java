package dev.lanewise.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.Adam;
import dev.lanewise.nn.optim.OptimizerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TrainersInThreadsTest {
    private static final Dataset DATA =
            Dataset.of(Rng.of(5).normal(48, 6), IntTensor.arange(48).map(i -> i % 3));

    private static Sequential model(int number) {
        Sequential model = new Sequential(
                new Linear(6, 16), (x, pass) -> x.gelu(), new BatchNorm1d(16), new Dropout(0.3), new Linear(16, 3));
        model.init(Rng.of(number));
        return model;
    }

    private static Map<String, Tensor> trained(int number) {
        Sequential model = model(number);
        trainer(model, new Adam(model.parameters(), Adam.Config.defaults()), number)
                .train(DATA.batches(8, Rng.of(number)), 6);
        return model.state();
    }

    private static Trainer<Sequential> trainer(Sequential model, Adam optimizer, int number) {
        return new Trainer<>(
                model,
                optimizer,
                Trainer.Config.defaults().withRng(Rng.of(number)).withClipByNorm(1),
                (m, batch, pass) -> Losses.crossEntropy(m.forward(batch.inputs(), pass), batch.labels()));
    }

    @Test
    void trainersSideBySideComeToWhatEachComesToAlone() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Map<String, Tensor>>> runs = new ArrayList<>();
            for (int number = 0; number < 4; number++) {
                int own = number;
                runs.add(threads.submit(() -> trained(own)));
            }
            for (int number = 0; number < 4; number++) {
                assertThat(runs.get(number).get()).isEqualTo(trained(number));
            }
        }
    }

    /** The third batch's gradients fail; what the second step made stays, and the training can go on from there. */
    @Test
    void aHookThatThrowsStopsTheTrainingAndLeavesTheLastStep() {
        Sequential whole = model(1);
        Adam untouched = new Adam(whole.parameters(), Adam.Config.defaults());
        trainer(whole, untouched, 1).train(DATA.batches(24), 1);
        Map<String, Tensor> expected = whole.state();
        OptimizerState state = untouched.state();

        Sequential model = model(1);
        Adam optimizer = new Adam(model.parameters(), Adam.Config.defaults());
        int[] calls = {0};
        var failing = new Trainer<>(
                model, optimizer, Trainer.Config.defaults().withRng(Rng.of(1)).withClipByNorm(1), (m, batch, pass) -> {
                    if (calls[0]++ == 2) {
                        throw new UnsupportedOperationException("the third batch");
                    }
                    Variable scores = m.forward(batch.inputs(), pass);
                    return Losses.crossEntropy(scores, batch.labels());
                });
        assertThatThrownBy(() -> failing.train(DATA.batches(24), 2))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the third batch");
        assertThat(model.state()).isEqualTo(expected);
        assertThat(optimizer.state()).isEqualTo(state);
    }
}
