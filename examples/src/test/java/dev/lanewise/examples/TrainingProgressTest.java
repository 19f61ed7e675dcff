package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.Sgd;
import dev.lanewise.nn.train.EarlyStopping;
import dev.lanewise.nn.train.Epoch;
import dev.lanewise.nn.train.Trainer;
import dev.lanewise.nn.train.Watch;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrainingProgressTest {
    /** Where there is no terminal, as in a test, there are the lines alone. */
    @Test
    void eachEpochIsALineAndSoIsAnEarlyEnd() {
        assertThat(train(writer -> new TrainingProgress(writer, "Training")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("epoch 0: training loss [0-9.]+, learning rate [0.]+ \\([0-9.]+ s\\)"),
                        line -> assertThat(line).startsWith("epoch 1: training loss "),
                        line -> assertThat(line)
                                .isEqualTo("stopped: no better training loss in 1 epochs than in epoch 0"));
    }

    /** Of several trainings one wants to know whose end it was. */
    @Test
    void withoutEpochsThereIsTheEarlyEndAlone() {
        assertThat(train(writer -> new TrainingProgress(writer, "the second").withoutEpochs()))
                .containsExactly("the second: stopped: no better training loss in 1 epochs than in epoch 0");
    }

    /** The lines that a training prints which is stopped after its second epoch. */
    private static List<String> train(Function<PrintWriter, TrainingProgress> create) {
        var model = new Linear(1, 1);
        model.init(Rng.of(1));
        Dataset data = Dataset.of(Tensor.ones(8, 1), Tensor.ones(8, 1));
        var written = new StringWriter();
        try (var progress = create.apply(new PrintWriter(written))) {
            new Trainer<>(
                            model,
                            new Sgd(model.parameters(), Sgd.Config.of(0)), // learns nothing
                            Trainer.Config.defaults(),
                            (linear, batch, pass) -> linear.forward(batch.inputs()),
                            (outputs, batch) -> Losses.mse(outputs, batch.targets()))
                    .withListener(new EarlyStopping(model, Watch.lowest(Epoch.TRAINING_LOSS), 1))
                    .withListener(progress)
                    .train(data.batches(4), 5);
        }
        return written.toString().lines().toList();
    }
}
