package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.nn.transformer.GptConfig;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class Gpt3AnatomyTest {
    @Test
    void gpt3HasItsEightKinds() {
        var anatomy = new Anatomy(GptConfig.gpt3().withBias(false).withTiedHead(false));

        Map<String, Anatomy.Matrices> kinds = anatomy.kinds().stream()
                .collect(Collectors.toMap(kind -> kind.kind().title(), kind -> kind));
        assertThat(kinds).hasSize(8);
        assertKind(kinds.get("Embedding"), 12288, 50257, 1, 617_558_016L);
        assertKind(kinds.get("Key"), 128, 12288, 9216, 14_495_514_624L);
        assertKind(kinds.get("Query"), 128, 12288, 9216, 14_495_514_624L);
        assertKind(kinds.get("Value"), 128, 12288, 9216, 14_495_514_624L);
        assertKind(kinds.get("Output"), 12288, 12288, 96, 14_495_514_624L);
        assertKind(kinds.get("Up-projection"), 49152, 12288, 96, 57_982_058_496L);
        assertKind(kinds.get("Down-projection"), 12288, 49152, 96, 57_982_058_496L);
        assertKind(kinds.get("Unembedding"), 50257, 12288, 1, 617_558_016L);
        assertThat(anatomy.weights()).isEqualTo(175_181_291_520L);
        assertThat(anatomy.matrices()).isEqualTo(27_938);
    }

    private static void assertKind(Anatomy.Matrices kind, long rows, long columns, long matrices, long weights) {
        assertThat(kind).isEqualTo(new Anatomy.Matrices(kind.kind(), rows, columns, matrices));
        assertThat(kind.weights()).isEqualTo(weights);
    }

    @Test
    void allWeightsAreCounted() {
        var gpt3 = new Anatomy(GptConfig.gpt3());

        assertThat(gpt3.parameterCount()).isEqualTo(174_604_259_328L);
        assertThat(gpt3.weights() + gpt3.others()).isEqualTo(gpt3.parameterCount());
        assertThat(new Anatomy(GptConfig.gpt2()).parameterCount()).isEqualTo(124_439_808);
    }

    @Test
    void itTakesNoMemoryAndLittleTime() {
        ChildJvm.Result result = ChildJvm.with("-Xmx64m", "--add-modules", "jdk.incubator.vector")
                .classPath(ChildJvm.testClassPath())
                .run(Main.class.getName(), "gpt3-anatomy")
                .expectExit(0);

        assertThat(result.stdout())
                .contains("175,181,291,520", "27,938", "174,604,259,328", "124,439,808")
                .doesNotContain(" NO\n");
    }

    @Test
    void otherSizesAreCountedToo() {
        Programs.Result result = Programs.succeed(
                "gpt3-anatomy",
                "--layers",
                12,
                "--heads",
                12,
                "--width",
                768,
                "--vocabulary",
                50257,
                "--context",
                1024);

        assertThat(result.line("all weights, tied head"))
                .contains("124,439,808")
                .endsWith("yes");
        assertThat(result.line("Key")).contains("144", "64 x 768");
    }
}
