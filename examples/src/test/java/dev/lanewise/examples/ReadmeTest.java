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
import java.util.stream.Collectors;
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
 * <ul>
 *   <li>A {@code java} block with a {@code void main(} runs as it stands, by {@code java FILE.java}. One that begins
 *       with {@code module} is compiled as a {@code module-info.java}. Any other becomes a program: its classes and
 *       static members stay at the top, its statements become {@code main}, and all that Lanewise exports is imported.
 *   <li>A {@code text} block right after a {@code java} block is what that block prints.
 *   <li>In {@code bash} and {@code sh} blocks, {@code ./run} and {@code java} commands are run; see {@link #FORMS} for
 *       the others.
 * </ul>
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

    /** A fenced block and the number of its first line. */
    private record Block(String language, int line, String text) {
        boolean isShell() {
            return language.equals("bash") || language.equals("sh");
        }
    }

    @TempDir
    Path temporary;

    @TestFactory
    Stream<DynamicTest> javaBlocksRun() throws IOException {
        List<Block> blocks = blocks();
        var tests = new ArrayList<DynamicTest>();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.language.equals("java")) {
                Block next = i + 1 < blocks.size() ? blocks.get(i + 1) : block;
                boolean printed = next.language.equals("text") && adjacent(block, next);
                tests.add(dynamicTest(
                        "README.md:" + block.line, () -> runJava(block, printed ? next.text.strip() : null)));
            }
        }
        return tests.stream();
    }

    @TestFactory
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "./run needs bash")
    Stream<DynamicTest> commandsRun() throws IOException {
        return blocks().stream()
                .filter(Block::isShell)
                .flatMap(block -> commands(block).stream()
                        .map(command -> dynamicTest("README.md:" + block.line + " " + command, () -> run(command))));
    }

    @Test
    void theTwoCommandsAreThere() throws IOException {
        List<String> commands = blocks().stream()
                .filter(Block::isShell)
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

    private void runJava(Block block, String printed) throws IOException {
        Path directory = Files.createDirectories(temporary.resolve("line" + block.line));
        if (block.text.stripLeading().startsWith("module ")) {
            Path source = Files.writeString(directory.resolve("module-info.java"), block.text);
            ChildJvm.compile(directory, List.of("--module-path", ChildJvm.join(ChildJvm.lanewiseModules())), source);
            return;
        }
        String program = block.text.contains("void main(") ? block.text : program(block.text);
        Path source = Files.writeString(directory.resolve("Snippet.java"), program);
        ChildJvm.Result result = ChildJvm.with("--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC")
                .timeout(TIMEOUT)
                .classPath(ChildJvm.testClassPath())
                .run(source.toString());
        if (result.exitCode() != 0) {
            fail("README.md:" + block.line + " fails as\n" + program + "\n" + result);
        }
        if (printed != null) {
            assertThat(result.stdout().strip()).as("README.md:" + block.line).isEqualToNormalizingNewlines(printed);
        }
    }

    /** Makes statements, and declarations among them, a compact source file. */
    private static String program(String snippet) {
        var imports = new StringBuilder();
        var members = new StringBuilder();
        var statements = new StringBuilder();
        for (String name : ChildJvm.exportedPackages()) {
            imports.append("import ").append(name).append(".*;\n");
        }
        int depth = 0;
        boolean inMember = false;
        for (String line : snippet.lines().toList()) {
            if (depth == 0 && !inMember) {
                inMember = line.matches("((static|final|sealed|abstract|private|public) )*"
                        + "((class|record|interface|enum) .*|@Override.*)|(private |public )?static .*");
            }
            String code = line.replaceFirst("//.*", "").stripTrailing();
            depth += balance(code);
            if (depth == 0 && line.startsWith("import ")) {
                imports.append(line).append('\n');
            } else {
                (inMember ? members : statements).append(line).append('\n');
            }
            if (depth == 0 && (code.endsWith("}") || code.endsWith(";"))) {
                inMember = false;
            }
        }
        return imports + "\n" + members + "\nvoid main() throws Exception {\n" + statements + "}\n";
    }

    private static int balance(String code) {
        return code.chars()
                .map(c -> "({".indexOf(c) >= 0 ? 1 : ")}".indexOf(c) >= 0 ? -1 : 0)
                .sum();
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
    private static List<String> commands(Block block) {
        return block.text
                .replaceAll("\\\\\n\\s*", "")
                .lines()
                .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** Whether only blank lines stand between two blocks. */
    private static boolean adjacent(Block first, Block second) throws IOException {
        int fence = first.line + (int) first.text.lines().count(); // the line of the closing fence, counted from 1
        return Files.readAllLines(README).subList(fence, second.line - 2).stream()
                .allMatch(String::isBlank);
    }

    private static List<Block> blocks() throws IOException {
        if (!Files.exists(README)) {
            fail("README.md is missing: " + README + " is what this test runs");
        }
        var blocks = new ArrayList<Block>();
        List<String> lines = Files.readAllLines(README);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```")) {
                int start = i + 1;
                do {
                    i++;
                    assertThat(i)
                            .as("README.md:" + start + ": a ``` without its end")
                            .isLessThan(lines.size());
                } while (!lines.get(i).startsWith("```"));
                String text = lines.subList(start, i).stream().collect(Collectors.joining("\n"));
                blocks.add(new Block(lines.get(start - 1).substring(3).strip(), start + 1, text));
            }
        }
        return blocks;
    }
}
