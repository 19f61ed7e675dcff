package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustomActivationTest {
    @TempDir
    Path folder;

    @Test
    void aFormulaOfOnesOwnTrainsAModel() {
        Programs.Result result = Programs.succeed("custom-activation", "--out", folder);

        assertThat(result.out()).contains("squaredRelu(x) = ", "squaredRelu'(x, gradient) = ");
        assertThat(result.line("right of 1,000 new points")).endsWith("yes");
        assertThat(folder.resolve("custom-activation.png")).isNotEmptyFile();
    }
}
