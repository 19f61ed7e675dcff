package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own, for what depends on how Java is started or on what a JVM has done before. */
final class ChildJvm {
    private ChildJvm() {}

    /** How it ended and what it said. */
    record Output(int exit, String out, String err) {
        /** What it said, if it ended well. */
        String successful() {
            assertThat(exit).as(err).isZero();
            return out.strip();
        }
    }

    /** Runs a main class to its end. */
    static Output run(List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
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
}
