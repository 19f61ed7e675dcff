package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
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
        // Long profiled and then compiled late, the other stores are many; compiled early, the kernel's are few.
        List<String> options = List.of(
                "--add-modules=jdk.incubator.vector",
                "-XX:CompileCommand=quiet",
                SCALING + "OtherWidths::store,50.0",
                SCALING + "vector.*::*,0.1");
        assertThat(ChildJvm.run(options, OtherWidths.class, formula).successful())
                .isEqualTo("0");
    }
}
