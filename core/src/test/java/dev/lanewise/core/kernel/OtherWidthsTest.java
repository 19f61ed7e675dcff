package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the JVM has seen of vectors of other widths does not make kernels allocate. When it compiles what, and so what
 * it has seen then, is a matter of chance: without {@code emitExactType} 11 of 16 JVMs made objects of vectors.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherWidthsTest {
    private static final String SCALING = "-XX:CompileCommand=CompileThresholdScaling,dev.lanewise.core.kernel.";

    @ParameterizedTest
    @ValueSource(strings = {"operand", "operand", "constant", "constant"})
    void aKernelAllocatesNoVectors(String formula) throws Exception {
        assumeTrue(Lanes.bits() > 0, "there are no vectors");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-XX:CompileCommand=quiet",
                // Long profiled and then compiled late, the other stores are many; compiled early, the kernel's are
                // few.
                SCALING + "OtherWidths::store,50.0",
                SCALING + "vector.*::*,0.1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                OtherWidths.class.getName(),
                formula);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(out.strip()).isEqualTo("0");
    }
}
