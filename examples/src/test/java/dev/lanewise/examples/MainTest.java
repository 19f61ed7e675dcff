package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @TempDir
    Path folder;

    @Test
    void withoutArgumentsTheExamplesAreListed() {
        assertThat(Programs.succeed().out())
                .contains(
                        "linear-regression",
                        "tiny-gpt",
                        "gpt3-anatomy",
                        "custom-activation",
                        "custom-layer",
                        "names",
                        "digits",
                        "overfitting",
                        "operation-times",
                        "--help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linear-regression",
                "tiny-gpt",
                "gpt3-anatomy",
                "custom-activation",
                "names",
                "digits",
                "overfitting",
                "operation-times"
            })
    void eachExampleExplainsItself(String example) {
        Programs.Result result = Programs.succeed(example, "--help");

        assertThat(result.out())
                .contains("--seed", "--threads", "--out", "--help")
                .doesNotContain("${");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void anUnknownExampleIsToldWhatThereIs() {
        Programs.Result result = Programs.run("tiny-gtp");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains(
                        "tiny-gtp",
                        "linear-regression, tiny-gpt, gpt3-anatomy, custom-activation, custom-layer, names, digits, overfitting, operation-times");
    }

    /** The arguments, what the message must name. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    tiny-gpt --batch 0 | --batch 0: expected a whole number from 1
                    tiny-gpt --batch x | '--batch': 'x' is not an int
                    tiny-gpt --steps -1 | --steps -1
                    tiny-gpt --width 130 | --width 130 does not divide evenly by --heads 4
                    tiny-gpt --dropout 1 | --dropout 1: expected a number of at least 0 and below 1
                    tiny-gpt --dropout NaN | --dropout NaN
                    tiny-gpt --gelu relu | ERF
                    tiny-gpt --clip Infinity | --clip
                    tiny-gpt --temperature -1 | --temperature -1
                    tiny-gpt --eval-interval 0 | --eval-interval 0
                    tiny-gpt --min-learning-rate 1 | --min-learning-rate
                    tiny-gpt --layers | --layers
                    tiny-gpt --layer 3 | --layer
                    tiny-gpt --context 1000000 | --context 1000000: expected a whole number from 1
                    tiny-gpt --context 100000 --batch 1000 | --batch 1000 of --context 100000
                    tiny-gpt --context 150000 | --context 150000
                    tiny-gpt --prompt \u20ac | U+20AC
                    tiny-gpt --threads 0 | --threads 0: expected a whole number from 1 to 1024
                    linear-regression --validation 1 | --validation 1: expected a number of at least 0 and below 1
                    linear-regression --target price | give it by --data
                    linear-regression --learning-rate 3 | take a rate below
                    gpt3-anatomy --heads 7 | --width 12288 does not divide evenly by --heads 7
                    gpt3-anatomy --width 96000 | 2^31-1 elements
                    custom-activation --steps -1 | --steps -1
                    custom-layer --steps -1 | --steps -1
                    custom-layer --learning-rate -1 | --learning-rate -1
                    names --model trigram | expected one of
                    names --epochs -1 | --epochs -1: expected a whole number from 0
                    names --batch 0 | --batch 0: expected a whole number from 1
                    names --learning-rate NaN | --learning-rate NaN
                    names --context 0 | --context 0: expected a whole number from 1 to 100
                    names --hidden 0 | --hidden 0
                    names --embedding 100000 | --embedding 100000
                    names --samples -1 | --samples -1
                    digits --epochs 0 | --epochs 0: expected a whole number from 1
                    digits --batch 1 | --batch 1: expected a whole number from 2
                    digits --learning-rate -1 | --learning-rate -1
                    digits --model svm | CNN
                    digits --data a,b,c | --data names 3 files
                    digits --data train-labels-idx1-ubyte | these are labels
                    overfitting --noise 1 | --noise 1: expected a number of at least 0 and below 1
                    overfitting --dropout 1 | --dropout 1
                    overfitting --patience 0 | --patience 0
                    overfitting --examples 0 | --examples 0
                    """)
    void badOptionsEndWithCode2(String arguments, String named) {
        Programs.Result result = Programs.run((Object[]) arguments.split(" "));

        assertThat(result.err()).contains(named).contains(" --help").doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().lines()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void filesThatCannotBeReadEndWithCode1() throws IOException {
        assertUnreadable(folder.resolve("missing.csv"), "no such file");
        assertUnreadable(folder, "folder");
        assertUnreadable(Files.createFile(folder.resolve("empty.csv")), "empty");
        byte[] latin1 = {'a', ',', 'b', '\n', (byte) 0xe9, ',', '1'};
        assertUnreadable(Files.write(folder.resolve("latin1.csv"), latin1), "byte 4 (0xe9)");
    }

    private static void assertUnreadable(Path file, String why) {
        for (Programs.Result result : List.of(
                Programs.run("tiny-gpt", "--data", file),
                Programs.run("names", "--data", file),
                Programs.run("digits", "--data", file),
                Programs.run("linear-regression", "--data", file, "--target", "y"))) {
            assertThat(result.err()).contains(why).contains(file.toString()).doesNotContain("\tat ");
            assertThat(result.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void aStackTraceIsShownIfAskedFor() {
        Programs.Result result = Programs.run("tiny-gpt", "--data", folder.resolve("missing"), "--stacktrace");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("\tat dev.lanewise.examples.TextFile.read");
    }

    @Test
    void aFolderForChartsThatCannotBeIsToldBeforeTheWork() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Programs.Result result = Programs.run("linear-regression", "--out", file.resolve("charts"));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("--out", "not a folder");
        assertThat(result.out()).isEmpty();
    }
}
