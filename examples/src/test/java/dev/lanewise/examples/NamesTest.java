package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.train.Listener;
import dev.lanewise.nn.train.Step;
import dev.lanewise.nn.train.Training;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    /** The lowest loss that a model of one letter can have on makemore's names, cut after the fifth digit. */
    private static final double BELOW_OPTIMUM = 2.45401;

    @TempDir
    Path folder;

    private static NameList makemore() throws IOException {
        return NameList.parse("names.txt", TextFile.read("", Oracle.file("names/names.txt")));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("names.txt"), text);
    }

    private Programs.Result run(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("names", "--out", folder));
        Collections.addAll(all, arguments);
        return Programs.run(all.toArray());
    }

    @Test
    void theOptimumFromCountsIsTheOracles() throws IOException {
        var table = new LetterTable(makemore());
        ByteBuffer golden = ByteBuffer.wrap(Files.readAllBytes(Oracle.file("names/golden/tensors.bin")))
                .order(ByteOrder.LITTLE_ENDIAN);

        assertThat(table.total()).isEqualTo(228_146);
        for (int before = 0; before < NameList.LETTERS; before++) {
            for (int next = 0; next < NameList.LETTERS; next++) {
                long count = golden.getLong();
                assertThat(table.count(before, next))
                        .as(NameList.letter(before) + NameList.letter(next))
                        .isEqualTo(count);
            }
        }
        assertThat(table.optimum()).isCloseTo(golden.getDouble(), within(1e-12));
        assertThat(table.loss(table.smoothedLogits())).isCloseTo(golden.getDouble(), within(1e-12)); // counts plus 1
    }

    @ParameterizedTest
    @ValueSource(longs = {1337, 2})
    void backpropagationReachesTheOptimumAndNeverPassesIt(long seed) throws IOException {
        NameList names = makemore();
        var table = new LetterTable(names);
        var model = new NameModel.Bigram();
        var training = new NameTraining(model, names, null, new NameTraining.Recipe(2048, 23, 0.1), Rng.of(seed));
        List<Double> losses = new ArrayList<>(List.of(table.loss(model.logits())));
        training.run(List.of(new Listener() {
            @Override
            public void stepDone(Training running, Step step) {
                losses.add(table.loss(model.logits()));
            }
        }));

        assertThat(losses)
                .hasSize(23 * 112 + 1)
                .allSatisfy(loss -> assertThat(loss).isGreaterThanOrEqualTo(BELOW_OPTIMUM));
        assertThat(losses.getFirst()).isGreaterThan(3.2); // about ln 27
        assertThat(losses.getLast()).isLessThanOrEqualTo(2.4545).isGreaterThanOrEqualTo(table.optimum());
        // What the program computes from counts is what the library's loop finds by going through all letters.
        assertThat(training.trainingLoss()).isCloseTo(losses.getLast(), within(1e-5));
    }

    @Test
    void theProgramReachesWhatItPromises() {
        Programs.Result result = run("--data", Oracle.file("names/names.txt"));

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("32,033 names, 228,146 letters");
        assertThat(result.line("optimum, from counts")).contains("2.4540145", "2.4540145 (makemore");
        assertThat(result.line("loss of all names, learnt")).endsWith("yes");
        assertThat(folder.resolve("names.png")).isNotEmptyFile();
    }

    @Test
    void moreLettersKnowMoreThanOne() {
        Programs.Result result =
                run("--data", Oracle.file("names/names.txt"), "--model", "mlp", "--epochs", 2, "--samples", 3);

        assertThat(result.exitCode()).as(result.err()).isZero();
        double reached = number(result.line("loss of new names, validation"), "validation +([0-9.]+)");
        double pairs = number(result.line("loss of new names, validation"), "below ([0-9.]+)");
        assertThat(pairs).isBetween(2.44, 2.47); // makemore's table: 2.4544 with counts plus 1, on all names
        assertThat(reached).isBetween(2.0, 2.25).isLessThan(pairs);
        assertThat(number(result.line("loss of new names, test"), "test +([0-9.]+)"))
                .isCloseTo(reached, within(0.05));
    }

    private static double number(String line, String pattern) {
        var matcher = java.util.regex.Pattern.compile(pattern).matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void theSeedDecides() throws IOException {
        Path file = write("anna\nhanna\notto\nlotte\nann\nhans\nlotta\nnora\nlara\ntara\nsara\nklara\n");
        for (String model : List.of("bigram", "mlp")) {
            Object[] usual = {"--data", file, "--model", model, "--epochs", 5};
            String once = withoutTimes(run(usual));
            assertThat(withoutTimes(run(usual))).isEqualTo(once).contains("It makes up");
            assertThat(withoutTimes(run("--data", file, "--model", model, "--epochs", 5, "--seed", 3)))
                    .isNotEqualTo(once);
        }
    }

    private static String withoutTimes(Programs.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out().replaceAll("seconds +[0-9.]+ ", "");
    }

    @Test
    void withoutDataItLearnsABooksWordsAndSaysSo() {
        Programs.Result result = run("--epochs", 1);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith("No --data, so no names: the different words of The Old Curiosity Shop")
                .contains("It makes up");
        assertThat(result.line("optimum, from counts")).doesNotContain("makemore");
        assertThat(result.line("loss of all names")).isNotEmpty();
    }

    @Test
    void wordsAreThoseOfPlainLettersAlone() {
        assertThat(NameList.wordsOf("The cat, the Café; it's a well-known cat9 rat \u2014 \u201Cdog\u201D!")
                        .names())
                .containsExactly("cat", "dog", "rat", "the");
    }

    @Test
    void aFileOfTwoNamesIsLearntExactly() throws IOException {
        Programs.Result result = run("--data", write("ab\n\n  AB  \r\n"), "--samples", 2);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("2 names, 6 letters").contains("\n  ab *\n  ab *\n");
        assertThat(result.line("optimum, from counts")).contains("0.0000000");
        assertThat(result.line("loss of all names, learnt")).endsWith("yes");
    }

    /** What a file holds, what the message must say. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            "" | "the file is empty"
            "\n \n\t\n" | "blank lines alone"
            "anna\n\njosé\n" | "line 3, ""josé"": 'é' (U+00E9) is no letter from a to z"
            "anna,1\n" | "line 1, ""anna,1"": ',' (U+002C)"
            "anna maria\n" | "line 1, ""anna maria"": ' ' (U+0020)"
            "a\n\uD83D\uDE00\n" | "(U+1F600)"
            """)
    void filesThatHoldNoNamesAreToldSo(String text, String told) throws IOException {
        Path file = write(text == null ? "" : text);
        Programs.Result result = run("--data", file);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains(told, file.toString());
        assertThat(folder.resolve("names.png")).doesNotExist();
    }

    @Test
    void tooFewNamesToSplitAreToldSo() throws IOException {
        Programs.Result result = run("--data", write("anna\notto\n"), "--model", "mlp");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("2 are too few", "at least 10", "--model bigram");
    }

    @Test
    void tenNamesAreEnoughAndNoneIsLost() {
        List<String> ten = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        NameList.Split split = new NameList(ten).split(Rng.of(1));

        List<String> all = new ArrayList<>(split.training().names());
        all.addAll(split.validation().names());
        all.addAll(split.test().names());
        assertThat(split.training().names()).hasSize(8);
        assertThat(split.validation().names()).hasSize(1);
        assertThat(all).containsExactlyInAnyOrderElementsOf(ten);
        assertThatThrownBy(() -> new NameList(ten.subList(0, 9)).split(Rng.of(1)))
                .isInstanceOf(Problem.class);
    }

    @Test
    void anExampleIsALetterAndThoseBeforeIt() {
        Dataset examples = new NameList(List.of("ab", "z")).examples(3);
        Batch all = examples.batch(IntTensor.arange(examples.size()));

        assertThat(all.tokens().toArray()).containsExactly(0, 0, 0, 0, 0, 1, 0, 1, 2, 0, 0, 0, 0, 0, 26);
        assertThat(all.labels().toArray()).containsExactly(1, 2, 0, 26, 0);
    }

    @Test
    void theMapOfABigramModelIsItsTable() {
        var model = new NameModel.Bigram();
        model.init(Rng.of(1));
        NameList names = new NameList(List.of("abcdefghijklmnopqrstuvwxyz"));

        double[] rows = model.logits().softmax(-1).toDoubles();
        assertThat(model.pairProbabilities(names).toDoubles()).containsExactly(rows, within(1e-6));
    }
}
