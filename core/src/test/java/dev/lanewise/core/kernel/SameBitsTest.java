package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same bits for every width of vectors and every number of threads, each in a JVM of its own. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SameBitsTest {
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final int WARM_MILLIS = 1500;

    private record Output(int exit, String out, String err) {
        String hash() {
            assertThat(exit).as(err).isZero();
            return out.strip().split(" ")[2];
        }
    }

    private static String expected;

    @BeforeAll
    static void scalar() throws Exception {
        expected = run(0, "-Dlanewise.lanes=scalar", "-Dlanewise.threads=1").hash();
    }

    private static Output run(int warmMillis, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(options));
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, SameBits.class.getName(), Integer.toString(warmMillis)));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        var errors = new ArrayList<String>();
        Thread reader = Thread.ofVirtual()
                .start(() -> errors.addAll(process.errorReader().lines().toList()));
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        reader.join();
        return new Output(exit, out, String.join("\n", errors));
    }

    @ParameterizedTest
    @CsvSource({"128, 2", "256, 1", "256, 3", "512, 1", "512, 2", "512, 8"})
    void everyWidthAndNumberOfThreads(int bits, int threads) throws Exception {
        assumeTrue(
                Lanes.bits() >= bits, "vectors of " + bits + " bits are not tested: this JVM or its hardware has none");
        Output output =
                run(0, VECTORS, "-Dlanewise.warmup=none", "-Dlanewise.lanes=" + bits, "-Dlanewise.threads=" + threads);
        assertThat(output.out()).startsWith(bits + " " + threads + " ");
        assertThat(output.hash()).isEqualTo(expected);
    }

    @Test
    void whileKernelsBecomeWarm() throws Exception {
        assertThat(run(WARM_MILLIS, VECTORS).hash()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void scalarLoopsByThreads(int threads) throws Exception {
        assertThat(run(0, "-Dlanewise.lanes=scalar", "-Dlanewise.threads=" + threads)
                        .hash())
                .isEqualTo(expected);
    }

    @Test
    void withoutTheVectorModuleScalarLoopsAndOneWarningThatNamesTheFlag() throws Exception {
        Output output = run(0);
        assertThat(output.out()).startsWith("0 ");
        assertThat(output.hash()).isEqualTo(expected);
        assertThat(output.err()).containsOnlyOnce("--add-modules jdk.incubator.vector");
    }

    @Test
    void interpretedOnlyIsScalar() throws Exception {
        Output output = run(0, "-Xint", VECTORS);
        assertThat(output.out()).startsWith("0 ");
        assertThat(output.hash()).isEqualTo(expected);
        assertThat(output.err()).contains("-Xint");
    }

    @Test
    void withTheQuickCompilerAloneTheBitsAreTheSame() throws Exception {
        assertThat(run(0, "-XX:TieredStopAtLevel=1", VECTORS).hash()).isEqualTo(expected);
    }

    @Test
    void aWidthWithoutTheVectorModuleIsAnError() throws Exception {
        Output output = run(0, "-Dlanewise.lanes=256");
        assertThat(output.exit()).isNotZero();
        assertThat(output.err()).contains("-Dlanewise.lanes=256", "--add-modules jdk.incubator.vector");
    }

    @Test
    void aNumberOfThreadsThatCannotBeIsAnError() throws Exception {
        Output output = run(0, "-Dlanewise.lanes=scalar", "-Dlanewise.threads=none");
        assertThat(output.exit()).isNotZero();
        assertThat(output.err()).contains("-Dlanewise.threads=none");
    }
}
