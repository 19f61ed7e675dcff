package dev.lanewise.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Batches;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
    @TempDir
    private Path folder;

    private static Batches batches() {
        return Toy.data(64, 1).batches(16, Rng.of(5)); // 4 an epoch
    }

    private static Trainer<Toy> trainer(Trainer.Config config) {
        Toy model = Toy.initialised(1);
        return Toy.trainer(model, Toy.optimizer(model), config)
                .withValidation(Toy.data(40, 2).batches(40))
                .withMetric(Accuracy::new);
    }

    private static String line(Epoch epoch) {
        Evaluation validation = epoch.validation();
        assertThat(validation).isNotNull();
        return epoch.number() + "," + epoch.steps() + "," + epoch.trainingLoss() + "," + validation.loss() + ","
                + validation.metrics().get("accuracy") + "," + epoch.learningRate() + "," + epoch.seconds();
    }

    // ------------------------------------------------------------------ CSV

    @Test
    void eachEpochIsALineAsSoonAsItIsDone() throws IOException {
        Path file = folder.resolve("logs/run/training.csv");
        List<Integer> lines = new ArrayList<>();
        History history = trainer(Trainer.Config.defaults())
                .withListener(new CsvLog(file))
                .withListener(new Listener() {
                    @Override
                    public void epochDone(Training training, Epoch epoch) {
                        lines.add(read(file).size());
                    }
                })
                .train(batches(), 3);
        assertThat(lines).containsExactly(2, 3, 4);
        List<String> expected =
                new ArrayList<>(List.of("epoch,step,training loss,validation loss,accuracy,learning rate,seconds"));
        history.epochs().forEach(epoch -> expected.add(line(epoch)));
        assertThat(read(file)).isEqualTo(expected);
        assertThat(expected.get(3)).startsWith("2,12,");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aNewTrainingReplacesTheFileAResumedOneGoesOn() throws IOException {
        Path file = folder.resolve("training.csv");
        trainer(Trainer.Config.defaults()).withListener(new CsvLog(file)).train(batches(), 4);
        List<String> first = read(file);
        trainer(Trainer.Config.defaults()).withListener(new CsvLog(file)).train(batches(), 3);
        List<String> second = read(file);
        assertThat(second).hasSize(4).doesNotContainAnyElementsOf(first.subList(1, 5));
        Files.writeString(file, Files.readString(file) + "3,1"); // cut off while it was written

        History resumed = trainer(Trainer.Config.defaults().withStart(2, 0))
                .withListener(new CsvLog(file))
                .train(batches(), 5);
        List<String> expected = new ArrayList<>(second.subList(0, 3));
        resumed.epochs().forEach(epoch -> expected.add(line(epoch)));
        assertThat(read(file)).hasSize(6).isEqualTo(expected);

        Files.writeString(file, "something,else\n0,important\n");
        assertThatThrownBy(() -> trainer(Trainer.Config.defaults().withStart(1, 0))
                        .withListener(new CsvLog(file))
                        .train(batches(), 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("something,else");
        assertThat(Files.readString(file)).isEqualTo("something,else\n0,important\n");
    }

    @Test
    void namesAreQuotedWhereTheyMustBe() {
        Path file = folder.resolve("training.csv");
        Metric odd = new Metric() {
            @Override
            public void add(Tensor outputs, Batch batch) {}

            @Override
            public Map<String, Double> values() {
                Map<String, Double> values = new LinkedHashMap<>();
                values.put("a, \"b\"", Double.NaN);
                values.put("c", Double.NEGATIVE_INFINITY);
                return values;
            }
        };
        trainer(Trainer.Config.defaults())
                .withMetric(() -> odd)
                .withListener(new CsvLog(file))
                .train(batches(), 1);
        assertThat(read(file).getFirst()).contains(",accuracy,\"a, \"\"b\"\"\",c,learning rate,");
        assertThat(read(file).get(1)).contains(",NaN,-Infinity,");
    }

    @Test
    void whatCannotBeWrittenEndsTheTraining() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> trainer(Trainer.Config.defaults())
                        .withListener(new CsvLog(file.resolve("training.csv")))
                        .train(batches(), 1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> trainer(Trainer.Config.defaults())
                        .withListener(new TensorBoardLog(file.resolve("logs")))
                        .train(batches(), 1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }

    // ------------------------------------------------------------------ TensorBoard

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_500L));

    /** The files' records were compared with TensorBoard's own in EventRecordTest. */
    @Test
    void stepsAndEpochsAreRecords() throws IOException {
        List<Step> steps = new ArrayList<>();
        History history = trainer(Trainer.Config.defaults().withClipByNorm(1))
                .withListener(new TensorBoardLog(folder.resolve("logs"), 3, CLOCK))
                .withListener(new Listener() {
                    @Override
                    public void stepDone(Training training, Step step) {
                        steps.add(step);
                    }
                })
                .train(batches(), 2);
        var expected = new ByteArrayOutputStream();
        expected.writeBytes(EventRecord.version(1700000000.5));
        for (Step step : steps) {
            if (step.number() % 3 == 0) {
                Map<String, Double> values = new LinkedHashMap<>();
                values.put("loss", step.loss());
                values.put("learning rate", step.learningRate());
                values.put("gradient norm", step.gradientNorm());
                expected.writeBytes(EventRecord.scalars(1700000000.5, step.number(), values));
            }
            if (step.number() % 4 == 0) {
                Epoch epoch = history.epochs().get((int) step.epoch());
                Evaluation validation = epoch.validation();
                assertThat(validation).isNotNull();
                Map<String, Double> values = new LinkedHashMap<>();
                values.put("epoch/training loss", epoch.trainingLoss());
                values.put("epoch/validation loss", validation.loss());
                values.put("epoch/accuracy", validation.metrics().get("accuracy"));
                values.put("epoch/learning rate", epoch.learningRate());
                expected.writeBytes(EventRecord.scalars(1700000000.5, step.number(), values));
            }
        }
        try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file ->
                            assertThat(file.getFileName()).hasToString("events.out.tfevents.1700000000.lanewise.0"))
                    .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(expected.toByteArray()));
        }
    }

    @Test
    void eachTrainingHasItsOwnFile() throws IOException {
        var log = new TensorBoardLog(folder, 1, CLOCK);
        for (int i = 0; i < 3; i++) {
            trainer(Trainer.Config.defaults()).withListener(log).train(batches(), 1);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "events.out.tfevents.1700000000.lanewise.0",
                            "events.out.tfevents.1700000000.lanewise.1",
                            "events.out.tfevents.1700000000.lanewise.2");
        }
        assertThatThrownBy(() -> new TensorBoardLog(folder, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TensorBoardLog(folder)
                        .stepDone(new Training(1, 1, Trainer.Config.defaults()), new Step(1, 0, 0, 1, 1, 1)))
                .isInstanceOf(IllegalStateException.class);
    }
}
