package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.train.Accuracy;
import dev.lanewise.nn.train.ConfusionMatrix;
import dev.lanewise.nn.train.EarlyStopping;
import dev.lanewise.nn.train.Evaluation;
import dev.lanewise.nn.train.History;
import dev.lanewise.nn.train.Trainer;
import dev.lanewise.nn.train.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Handwritten digits, 8 x 8 pixels of 0 to 16, 3823 of 30 writers to learn from and 1797 of 13 others to test with
 * (UCI, Alpaydin and Kaynak 1998). There the nearest neighbour gets 98.0 % of the others' digits right.
 */
class OptdigitsTest {
    private static final int PIXELS = 64;
    private static final int CLASSES = 10;

    private static Dataset read(String name) throws IOException {
        List<String> lines = Files.readAllLines(Golden.path("optdigits").resolve(name));
        float[] pixels = new float[lines.size() * PIXELS];
        int[] labels = new int[lines.size()];
        for (int row = 0; row < lines.size(); row++) {
            String[] fields = lines.get(row).split(",", -1);
            assertThat(fields).hasSize(PIXELS + 1);
            for (int i = 0; i < PIXELS; i++) {
                pixels[row * PIXELS + i] = Integer.parseInt(fields[i]);
            }
            labels[row] = Integer.parseInt(fields[PIXELS]);
        }
        return Dataset.of(Tensor.of(pixels, lines.size(), PIXELS), IntTensor.of(labels))
                .map(batch -> batch.withInputs(batch.inputs().value().div(16)));
    }

    @Test
    void aPerceptronReadsTheDigitsOfStrangers() throws IOException {
        Rng rng = Rng.of(1);
        Dataset.Split split = read("optdigits.tra").split(0.9, rng.stream("split"));
        Dataset test = read("optdigits.tes");
        assertThat(split.training().size() + split.validation().size()).isEqualTo(3823);
        assertThat(test.size()).isEqualTo(1797);

        var model = new Sequential(new Linear(PIXELS, 64), (x, pass) -> x.relu(), new Linear(64, CLASSES));
        model.init(rng.stream("model"));
        var optimizer =
                new AdamW(model.parameters(), AdamW.Config.defaults().withLearningRate(Schedule.constant(3e-3)));
        Trainer<Sequential> trainer = new Trainer<>(
                        model,
                        optimizer,
                        Trainer.Config.defaults().withClipByNorm(5),
                        (net, batch, pass) -> net.forward(batch.inputs(), pass),
                        (outputs, batch) -> Losses.crossEntropy(outputs, batch.labels()))
                .withValidation(split.validation().batches(256))
                .withMetric(Accuracy::new)
                .withMetric(() -> new ConfusionMatrix(CLASSES))
                .withListener(new EarlyStopping(model, Watch.lowest("validation loss"), 5));
        History history = trainer.train(split.training().batches(32, rng.stream("shuffle")), 20);

        assertThat(history.epochs().getFirst().trainingLoss()).isBetween(0.5, 2.3); // ln 10 = 2.3: guessing
        assertThat(history.last().trainingLoss()).isLessThan(0.05);
        Evaluation evaluation = trainer.evaluate(test.batches(256));
        assertThat(evaluation.metrics().get("accuracy")).isBetween(0.945, 0.99);
        assertThat(evaluation.metrics().get("f1")).isBetween(0.945, 0.99);
    }
}
