package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyGptTest {
    /** Sizes at which a training takes a second. */
    private static final Map<String, String> SMALL = Map.of(
            "--layers", "1",
            "--heads", "2",
            "--width", "16",
            "--context", "8",
            "--batch", "8",
            "--eval-batches", "2",
            "--eval-interval", "20",
            "--warmup", "5",
            "--learning-rate", "0.01");

    @TempDir
    Path folder;

    private Path text;

    @BeforeEach
    void writeText() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), "the cat sat on the mat. ".repeat(100));
    }

    /** Runs with the small sizes, but for those that are given otherwise. */
    private Programs.Result run(Object... more) {
        Map<Object, Object> sizes = new LinkedHashMap<>(SMALL);
        List<Object> arguments = new ArrayList<>(List.of("tiny-gpt", "--data", text, "--out", folder.resolve("out")));
        for (Object given : more) {
            sizes.remove(given);
            arguments.add(given);
        }
        sizes.forEach((option, value) -> arguments.addAll(List.of(option, value)));
        return Programs.run(arguments.toArray());
    }

    @Test
    void aTextIsLearntAndContinued() throws IOException {
        Path json = folder.resolve("log.json");
        Programs.Result result =
                run("--steps", 120, "--json", json, "--prompt", "the ", "--sample", 20, "--temperature", 0);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("Gpt(1 layers, 2 heads, width 16, context 8)", "tokens/s", "SHA-256");
        assertThat(result.out()).containsPattern("\n(the (cat sat on|mat\\. the) |the cat|the mat)");
        assertThat(folder.resolve("out/tiny-gpt.png")).isNotEmptyFile();
        List<String> lines = Files.readAllLines(json);
        String number = "-?[0-9.]+(E-?[0-9]+)?";
        assertThat(lines).hasSize(8);
        for (int i = 0; i <= 6; i++) {
            assertThat(lines.get(i))
                    .matches("\\{\"step\":%d,\"trainLoss\":%s,\"valLoss\":%s,\"tokensPerSecond\":%s}"
                            .formatted(20 * i, number, number, number));
        }
        assertThat(lines.getLast())
                .matches(
                        "\\{\"done\":true,\"steps\":120,\"valLoss\":%s,\"seconds\":%s,\"weightsSha256\":\"[0-9a-f]{64}\"}"
                                .formatted(number, number));
        double loss = Double.parseDouble(lines.getLast().replaceAll(".*\"valLoss\":([^,]*),.*", "$1"));
        assertThat(loss).isLessThan(0.5); // at first ln 11 = 2.4
        assertThat(folder.resolve("log.json.part")).doesNotExist();
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        String once = run("--steps", 10, "--sample", 0).line("SHA-256");

        assertThat(run("--steps", 10, "--sample", 0).line("SHA-256")).isEqualTo(once);
        assertThat(run("--steps", 10, "--sample", 0, "--seed", 2).line("SHA-256"))
                .isNotEqualTo(once);
        assertThat(run("--steps", 10, "--sample", 0, "--dropout", 0.1).line("SHA-256"))
                .isNotEqualTo(once);
        assertThat(run("--steps", 10, "--sample", 0, "--eval-interval", 3).line("SHA-256"))
                .isEqualTo(once);
    }

    @Test
    void anOptionGivenTwiceIsAnError() {
        Programs.Result result = run("--sample", 0, "--sample", 1);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--sample is given twice");
    }

    @Test
    void optionsOfTheModelReachIt() {
        assertThat(run("--steps", 0, "--sample", 0).out()).contains("no bias").doesNotContain("lm_head");
        assertThat(run("--steps", 0, "--sample", 0, "--bias", "--no-tied-head", "--gelu", "tanh")
                        .out())
                .contains("lm_head", "geluTanh", "c_attn: Linear(16 → 48)");
        assertThat(run("--steps", 0, "--sample", 0, "--tied-head", "--no-bias").out())
                .contains("no bias")
                .doesNotContain("lm_head");
    }

    @Test
    void aContextLongerThanTheTextIsAnError() {
        Programs.Result result = run("--context", 240);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--context 240", "2,400 characters", "--context 239 or less");
        assertThat(run("--context", 239, "--steps", 1, "--sample", 1).exitCode())
                .isZero();
    }

    @Test
    void aPromptOfOtherCharactersIsAnError() {
        Programs.Result result = run("--prompt", "the dog");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--prompt", "character 5, 'd' (U+0064)", "' ' .acehmnost");
    }

    @Test
    void aTrainingThatDivergesLeavesNothing() {
        Path json = folder.resolve("log.json");
        Programs.Result result = run("--learning-rate", "1e30", "--clip", 0, "--steps", 10, "--json", json);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("diverged", "--learning-rate");
        assertThat(json).doesNotExist();
        assertThat(folder.resolve("log.json.part")).doesNotExist();
    }

    @Test
    void theBookIsOnTheClassPath() throws IOException {
        var book = new Corpus(TextFile.readResource("/dickens.txt"));

        assertThat(book.training().length + book.validation().length).isEqualTo(1_214_976); // without byte-order mark
        assertThat(book.vocabulary()).isEqualTo(77);
    }

    @Test
    void aCorpusNumbersItsCharacters() {
        var corpus = new Corpus("banana \uD83D\uDE00\n");

        assertThat(corpus.vocabulary()).isEqualTo(6); // line break, blank, a, b, n and one beyond 16 bits
        assertThat(corpus.training()).containsExactly(3, 2, 4, 2, 4, 2, 1, 5);
        assertThat(corpus.validation()).containsExactly(0);
        assertThat(corpus.decode(5)).isEqualTo("\uD83D\uDE00");
        assertThat(corpus.encode("--prompt", "nab").toArray()).containsExactly(4, 2, 3);
        assertThat(corpus.defaultPrompt().toArray()).containsExactly(0);
        Corpus.Batch batch = Corpus.batch(corpus.training(), new int[] {0, 4}, 3);
        assertThat(batch.inputs().toArray()).containsExactly(3, 2, 4, 4, 2, 1);
        assertThat(batch.targets().toArray()).containsExactly(2, 4, 2, 2, 1, 5);
        assertThatThrownBy(() -> corpus.encode("--prompt", "x")).hasMessageContaining("U+0078");
    }

    @Test
    void tinyShakespeareIsSplitAsNanoGptSplitsIt() throws IOException {
        var corpus = new Corpus(TextFile.read("", Oracle.file("tinyshakespeare/input.txt")));

        assertThat(corpus.training()).hasSize(1_003_854);
        assertThat(corpus.validation()).hasSize(111_540);
        assertThat(corpus.vocabulary()).isEqualTo(65);
    }

    @Test
    void letterPairsKnowWhatFollowsWhat() {
        // After a there is always b and vice versa: each pair is counted some 450 times of 450, smoothed by 1 of 2.
        assertThat(LetterPairs.loss(new Corpus("ab".repeat(500)))).isCloseTo(-Math.log(451.0 / 452), within(1e-4));
    }
}
