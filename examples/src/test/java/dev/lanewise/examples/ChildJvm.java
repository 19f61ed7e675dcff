package dev.lanewise.examples;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A Java virtual machine of its own for a test of what depends on how Java is started: flags, the module path, exit
 * codes. It is the JVM that runs the test, with no option but those given here.
 *
 * <p>{@snippet : Result result = ChildJvm.with("-Xmx64m").classPath(ChildJvm.testClassPath()).run(Main.class.getName(),
 * "--help"); Result modular = ChildJvm.with().modulePath(ChildJvm.lanewiseModules()).run("-m", "app/app.Main"); }
 *
 * @param options what stands before the main class
 * @param timeout after which the child is killed and the test fails
 */
record ChildJvm(List<String> options, Duration timeout) {

    /** How a child ended and what it said. */
    record Result(String command, int exitCode, String stdout, String stderr) {

        /** This result, if the exit code is the expected one; a failure that shows everything otherwise. */
        Result expectExit(int expected) {
            if (exitCode != expected) {
                throw new AssertionError("exit code " + exitCode + ", expected " + expected + ", of " + this);
            }
            return this;
        }

        @Override
        public String toString() {
            return command + "\n--- stdout\n" + stdout + "\n--- stderr\n" + stderr;
        }
    }

    static ChildJvm with(String... options) {
        return new ChildJvm(List.of(options), Duration.ofMinutes(5));
    }

    ChildJvm timeout(Duration newTimeout) {
        return new ChildJvm(options, newTimeout);
    }

    ChildJvm classPath(List<Path> path) {
        return plus("--class-path", join(path));
    }

    ChildJvm modulePath(List<Path> path) {
        return plus("--module-path", join(path));
    }

    private ChildJvm plus(String... more) {
        return new ChildJvm(Stream.concat(options.stream(), Stream.of(more)).toList(), timeout);
    }

    /** Starts it, waits for its end. {@code mainAndArguments}: {@code "a.Main", "x"}, {@code "-m", "module/a.Main"}. */
    Result run(String... mainAndArguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(mainAndArguments));
        return run(new ProcessBuilder(command), timeout);
    }

    /** Runs any process, with no standard input and without the JVM options of this process's environment. */
    static Result run(ProcessBuilder builder, Duration timeout) {
        String command = String.join(" ", builder.command());
        builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
        try {
            Path stdout = Files.createTempFile("child", ".out");
            Path stderr = Files.createTempFile("child", ".err");
            try {
                // Files, not pipes: nothing to drain, and what was said before a time-out is kept.
                Process process = builder.redirectOutput(stdout.toFile())
                        .redirectError(stderr.toFile())
                        .start();
                process.getOutputStream().close();
                boolean ended;
                try {
                    ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
                } finally {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                }
                var result =
                        new Result(command, process.exitValue(), Files.readString(stdout), Files.readString(stderr));
                if (!ended) {
                    throw new AssertionError("not done after " + timeout + ": " + result);
                }
                return result;
            } finally {
                Files.delete(stdout);
                Files.delete(stderr);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + command, e);
        }
    }

    /** Compiles sources (or a {@code module-info.java} with the rest of its module) into a directory. */
    static void compile(Path into, List<String> options, Path... sources) {
        var arguments = new ArrayList<>(List.of("-d", into.toString()));
        arguments.addAll(options);
        Arrays.stream(sources).map(Path::toString).forEach(arguments::add);
        var messages = new java.io.ByteArrayOutputStream();
        int exitCode =
                ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments.toArray(String[]::new));
        if (exitCode != 0) {
            throw new AssertionError("javac " + String.join(" ", arguments) + "\n" + messages);
        }
    }

    /** All that the tests see. */
    static List<Path> testClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    /** The jars (or directories of classes) of Lanewise's modules, for a class path or a module path. */
    static List<Path> lanewiseModules() {
        return testClassPath().stream()
                .filter(entry -> !lanewiseModulesIn(entry).isEmpty())
                .toList();
    }

    /** The packages that Lanewise's modules export, sorted. */
    static List<String> exportedPackages() {
        return testClassPath().stream()
                .flatMap(entry -> lanewiseModulesIn(entry).stream())
                .flatMap(module -> module.descriptor().exports().stream())
                .filter(export -> !export.isQualified())
                .map(export -> export.source())
                .sorted()
                .toList();
    }

    private static List<ModuleReference> lanewiseModulesIn(Path entry) {
        try {
            return ModuleFinder.of(entry).findAll().stream()
                    .filter(module -> module.descriptor().name().startsWith("dev.lanewise."))
                    .filter(module -> !module.descriptor().isAutomatic())
                    .toList();
        } catch (FindException e) {
            return List.of(); // a jar whose name gives no module name: another's
        }
    }

    /** Where the repository's own files are. */
    static Path repository() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(directory.resolve("run"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new AssertionError(
                        "no ./run in any folder above " + Path.of("").toAbsolutePath());
            }
        }
        return directory;
    }

    static String join(List<Path> path) {
        return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
