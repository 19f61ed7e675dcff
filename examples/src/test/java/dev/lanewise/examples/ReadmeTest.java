package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * README.md keeps its word: its Java blocks compile and run, its commands do what they say.
 *
 * <p>Of Java blocks see {@link Markdown}. In {@code bash} and {@code sh} blocks, {@code ./run} and {@code java}
 * commands are run; see {@link #FORMS} for the others.
 */
@Tag("readme")
class ReadmeTest {
    private static final Path ROOT = ChildJvm.repository();
    private static final Path README = ROOT.resolve("README.md");
    private static final Duration TIMEOUT = Duration.ofMinutes(15);

    private static final String FORMS = """
            known commands: git clone …; cd …; export …; ./build; ./run …; java …; mvn verify; mvn spotless:apply; \
            mvn -q -pl examples -am compile "-Drun=EXAMPLE OPTIONS" (Maven's and ./build are not run inside a build)""";
    private static final Pattern NOT_RUN = Pattern.compile("git clone .*|cd .*|export .*");
    private static final Pattern RUN = Pattern.compile("(\\w+=\\S+ )*(\\./run( .*)?|java .*)");
    private static final Pattern MAVEN =
            Pattern.compile("mvn (verify|spotless:apply|-q -pl examples -am compile \"-Drun=[^\"]+\")");

    @TempDir
    Path temporary;

    @TestFactory
    Stream<DynamicTest> javaBlocksRun() throws IOException {
        return Markdown.read(README).javaTests(temporary);
    }

    @TestFactory
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "./run needs bash")
    Stream<DynamicTest> commandsRun() throws IOException {
        return Markdown.read(README).blocks().stream()
                .filter(Markdown.Block::isShell)
                .flatMap(block -> commands(block).stream()
                        .map(command -> dynamicTest("README.md:" + block.line() + " " + command, () -> run(command))));
    }

    @Test
    void theTwoCommandsAreThere() throws IOException {
        List<String> commands = Markdown.read(README).blocks().stream()
                .filter(Markdown.Block::isShell)
                .flatMap(block -> commands(block).stream())
                .toList();
        assertThat(commands)
                .contains("./build", "mvn verify")
                .anyMatch(command -> command.startsWith("./run "))
                .anyMatch(command -> command.startsWith("mvn -q -pl examples "));
        // What the README promises is what CI does.
        assertThat(Files.readAllLines(ROOT.resolve(".ci/run")))
                .anyMatch(line -> line.matches("(if ! )?\\./build\\b.*"));
        assertThat(Files.readString(ROOT.resolve("build"))).containsPattern("(?m)^mvn (.*\\\\\n)*.* verify( |$)");
    }

    private void run(String command) throws IOException {
        if (NOT_RUN.matcher(command).matches() || MAVEN.matcher(command).matches() || command.equals("./build")) {
            return;
        }
        if (!RUN.matcher(command).matches()) {
            fail("\"" + command + "\" is no command that this test knows; " + FORMS);
        }
        // A folder that looks like the repository, so that what a command writes does not end up there.
        Path folder = Files.createTempDirectory(temporary, "command");
        var links = new ArrayList<Path>();
        try (Stream<Path> files = Files.list(ROOT)) {
            for (Path file : files.toList()) {
                links.add(Files.createSymbolicLink(folder.resolve(file.getFileName()), file));
            }
        }
        try {
            var builder = new ProcessBuilder("bash", "-c", command).directory(folder.toFile());
            // The classes are those under test; Maven must not be started inside Maven.
            builder.environment().put("LANEWISE_NO_BUILD", "1");
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment()
                    .merge(
                            "PATH",
                            System.getProperty("java.home") + "/bin",
                            (path, bin) -> bin + File.pathSeparator + path);
            ChildJvm.run(builder, TIMEOUT).expectExit(0);
        } finally {
            for (Path link : links) {
                Files.delete(link); // JUnit would warn of each
            }
        }
    }

    /** The commands of a block: lines, joined where one ends in a backslash, without comments. */
    private static List<String> commands(Markdown.Block block) {
        return block.text()
                .replaceAll("\\\\\n\\s*", "")
                .lines()
                .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
