package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationTimesTest {
    @TempDir
    private Path folder;

    private Path record(boolean enabled) throws IOException {
        Path file = folder.resolve(enabled + ".jfr");
        Variable left = Variable.of(Rng.of(1).normal(30, 40));
        Variable right = Variable.of(Rng.of(2).normal(40, 50));
        try (Recording recording = new Recording()) {
            if (enabled) {
                recording.enable("dev.lanewise.Operation").withoutThreshold();
                recording.enable("dev.lanewise.Backward").withoutThreshold();
            }
            recording.start();
            for (int i = 0; i < 3; i++) {
                left.matmul(right).gelu().sum().backward();
            }
            recording.stop();
            recording.dump(file);
        }
        return file;
    }

    @Test
    void timesAreAddedUpByOperation() throws IOException {
        Programs.Result result = Programs.succeed("operation-times", record(true));

        assertThat(result.line("forward   matmul").strip().split("\\s+")[2]).isEqualTo("3");
        // both gradients of a product are products: they count for its way back and not once more by themselves
        assertThat(result.line("backward  matmul").strip().split("\\s+")[2]).isEqualTo("3");
        assertThat(result.out().lines().filter(line -> line.contains("matmul"))).hasSize(2);
        assertThat(result.out())
                .contains("forward   gelu", "backward  gelu", "in all")
                .doesNotContain("[30, 40]");
    }

    @Test
    void orByOperationAndShapes() throws IOException {
        Programs.Result result = Programs.succeed("operation-times", record(true), "--shapes", "--last", 60);

        assertThat(result.out()).contains("forward   matmul  [30, 40] [40, 50] -> [30, 50]");
    }

    @Test
    void whatIsNoRecordingIsSaid() throws IOException {
        assertThat(Programs.run("operation-times", folder.resolve("none.jfr")).err())
                .contains("none.jfr: no such file");
        Path text = Files.writeString(folder.resolve("text.jfr"), "no recording");
        assertThat(Programs.run("operation-times", text).err()).contains("text.jfr: not a flight recording");
        Programs.Result empty = Programs.run("operation-times", record(false));
        assertThat(empty.exitCode()).isEqualTo(1);
        assertThat(empty.err()).contains("holds no events of Lanewise", "+dev.lanewise.Operation#enabled=true");
    }
}
