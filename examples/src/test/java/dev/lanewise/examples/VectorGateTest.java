package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.examples.ChildJvm.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the library finds vectors: on the module path, on the class path with the flag, and without it. */
class VectorGateTest {
    private static final String FLAG = "--add-modules jdk.incubator.vector";

    /** Trains a layer and prints the vectors' width and a hash of the weights. */
    private static final String PROGRAM = """
            package app;

            import dev.lanewise.autograd.Variable;
            import dev.lanewise.core.Rng;
            import dev.lanewise.core.Vectorization;
            import dev.lanewise.nn.Linear;
            import dev.lanewise.nn.Losses;
            import dev.lanewise.nn.optim.AdamW;
            import java.util.Arrays;

            public final class App {
                public static void main(String[] args) {
                    var x = Rng.of(1).normal(256, 64);
                    var y = Rng.of(2).normal(256, 40);
                    var model = new Linear(64, 40);
                    model.init(Rng.of(3));
                    var optimizer = new AdamW(model.parameters(), AdamW.Config.defaults());
                    for (int step = 0; step < 300; step++) {
                        var prediction = model.forward(Variable.constantOf(x)).gelu();
                        optimizer.step(Losses.mse(prediction, y).backward().clipByNorm(1));
                    }
                    System.out.println("bits " + Vectorization.bits());
                    System.out.println("weights " + Arrays.hashCode(model.weight().value().value().toFloats()));
                }
            }
            """;

    @TempDir
    static Path folder;

    @BeforeAll
    static void compile() throws IOException {
        Path sources = Files.createDirectories(folder.resolve("src/app"));
        Files.writeString(sources.resolve("App.java"), PROGRAM);
        Files.writeString(folder.resolve("src/module-info.java"), "module app { requires dev.lanewise.nn; }");
        ChildJvm.compile(
                folder.resolve("app"),
                List.of("--module-path", ChildJvm.join(ChildJvm.lanewiseModules())),
                folder.resolve("src/module-info.java"),
                sources.resolve("App.java"));
    }

    @Test
    void aModularApplicationHasVectorsWithoutAnyFlag() {
        Result result = ChildJvm.with()
                .modulePath(plus(ChildJvm.lanewiseModules()))
                .run("-m", "app/app.App")
                .expectExit(0);

        assertThat(bits(result)).isGreaterThanOrEqualTo(128);
        assertThat(result.stderr()).doesNotContain(FLAG);
        assertThat(weights(result)).isEqualTo(weights(onClassPath("--add-modules", "jdk.incubator.vector")));
    }

    @Test
    void withoutTheFlagTheResultsAreTheSameAndOneWarningNamesIt() {
        Result without = onClassPath();

        assertThat(bits(without)).isZero();
        assertThat(without.stderr().lines().filter(line -> line.contains(FLAG))).hasSize(1);
        assertThat(weights(without)).isEqualTo(weights(onClassPath("--add-modules", "jdk.incubator.vector")));
    }

    @Test
    void scalarLoopsThatWereAskedForAreNotWarnedOf() {
        Result scalar = onClassPath("--add-modules", "jdk.incubator.vector", "-Dlanewise.lanes=scalar");

        assertThat(bits(scalar)).isZero();
        assertThat(scalar.stderr()).doesNotContain(FLAG);
    }

    private Result onClassPath(String... options) {
        return ChildJvm.with(options)
                .classPath(plus(ChildJvm.lanewiseModules()))
                .run("app.App")
                .expectExit(0);
    }

    private List<Path> plus(List<Path> library) {
        return Stream.concat(library.stream(), Stream.of(folder.resolve("app"))).toList();
    }

    private static int bits(Result result) {
        return Integer.parseInt(value(result, "bits "));
    }

    private static String weights(Result result) {
        return value(result, "weights ");
    }

    private static String value(Result result, String key) {
        return result.stdout()
                .lines()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line '" + key + "' in " + result))
                .substring(key.length());
    }
}
