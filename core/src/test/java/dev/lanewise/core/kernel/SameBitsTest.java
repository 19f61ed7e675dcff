package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
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

    private static String expected;

    @BeforeAll
    static void scalar() throws Exception {
        expected = hash(run(0, "-Dlanewise.lanes=scalar", "-Dlanewise.threads=1"));
    }

    private static ChildJvm.Output run(int warmMillis, String... options) throws IOException, InterruptedException {
        return ChildJvm.run(List.of(options), SameBits.class, Integer.toString(warmMillis));
    }

    private static String hash(ChildJvm.Output output) {
        return output.successful().split(" ")[2];
    }

    @ParameterizedTest
    @CsvSource({"128, 2", "256, 1", "256, 3", "512, 1", "512, 2", "512, 8"})
    void everyWidthAndNumberOfThreads(int bits, int threads) throws Exception {
        assumeTrue(
                Lanes.bits() >= bits, "vectors of " + bits + " bits are not tested: this JVM or its hardware has none");
        ChildJvm.Output output =
                run(0, VECTORS, "-Dlanewise.warmup=none", "-Dlanewise.lanes=" + bits, "-Dlanewise.threads=" + threads);
        assertThat(output.out()).startsWith(bits + " " + threads + " ");
        assertThat(hash(output)).isEqualTo(expected);
    }

    @Test
    void whileKernelsBecomeWarm() throws Exception {
        assertThat(hash(run(WARM_MILLIS, VECTORS))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void scalarLoopsByThreads(int threads) throws Exception {
        assertThat(hash(run(0, "-Dlanewise.lanes=scalar", "-Dlanewise.threads=" + threads)))
                .isEqualTo(expected);
    }

    @Test
    void withoutTheVectorModuleScalarLoopsAndOneWarningThatNamesTheFlag() throws Exception {
        ChildJvm.Output output = run(0);
        assertThat(output.out()).startsWith("0 ");
        assertThat(hash(output)).isEqualTo(expected);
        assertThat(output.err()).containsOnlyOnce("--add-modules jdk.incubator.vector");
    }

    @Test
    void interpretedOnlyIsScalar() throws Exception {
        ChildJvm.Output output = run(0, "-Xint", VECTORS);
        assertThat(output.out()).startsWith("0 ");
        assertThat(hash(output)).isEqualTo(expected);
        assertThat(output.err()).contains("-Xint");
    }

    @Test
    void withTheQuickCompilerAloneTheBitsAreTheSame() throws Exception {
        assertThat(hash(run(0, "-XX:TieredStopAtLevel=1", VECTORS))).isEqualTo(expected);
    }

    @Test
    void aWidthWithoutTheVectorModuleIsAnError() throws Exception {
        ChildJvm.Output output = run(0, "-Dlanewise.lanes=256");
        assertThat(output.exit()).isNotZero();
        assertThat(output.err()).contains("-Dlanewise.lanes=256", "--add-modules jdk.incubator.vector");
    }

    @Test
    void aNumberOfThreadsThatCannotBeIsAnError() throws Exception {
        ChildJvm.Output output = run(0, "-Dlanewise.lanes=scalar", "-Dlanewise.threads=none");
        assertThat(output.exit()).isNotZero();
        assertThat(output.err()).contains("-Dlanewise.threads=none");
    }
}
