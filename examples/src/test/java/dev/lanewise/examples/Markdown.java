package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/**
 * A page whose Java blocks are to compile and run.
 *
 * <ul>
 *   <li>A {@code java} block with a {@code void main(} runs as it stands, by {@code java FILE.java}. One that begins
 *       with {@code module} is compiled as a {@code module-info.java}. Any other becomes a program: its classes and
 *       static members stay at the top, its statements become {@code main}, and all that Lanewise exports is imported.
 *   <li>A {@code text} block right after a {@code java} block is what that block prints.
 * </ul>
 *
 * @param file what messages name
 */
record Markdown(Path file, List<String> lines, List<Block> blocks) {
    private static final Duration TIMEOUT = Duration.ofMinutes(15);

    /** A fenced block and the number of its first line. */
    record Block(String language, int line, String text) {
        boolean isShell() {
            return language.equals("bash") || language.equals("sh");
        }
    }

    /** Reads a page, which must be there. */
    static Markdown read(Path file) throws IOException {
        if (!Files.exists(file)) {
            fail(file.getFileName() + " is missing: " + file + " is what this test runs");
        }
        var blocks = new ArrayList<Block>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```")) {
                int start = i + 1;
                do {
                    i++;
                    assertThat(i)
                            .as(file.getFileName() + ":" + start + ": a ``` without its end")
                            .isLessThan(lines.size());
                } while (!lines.get(i).startsWith("```"));
                String text = String.join("\n", lines.subList(start, i));
                blocks.add(new Block(lines.get(start - 1).substring(3).strip(), start + 1, text));
            }
        }
        return new Markdown(file, lines, blocks);
    }

    /** A test for each Java block. */
    Stream<DynamicTest> javaTests(Path temporary) {
        var tests = new ArrayList<DynamicTest>();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.language.equals("java")) {
                Block next = i + 1 < blocks.size() ? blocks.get(i + 1) : block;
                boolean printed = next.language.equals("text") && adjacent(block, next);
                tests.add(
                        dynamicTest(place(block), () -> runJava(block, printed ? next.text.strip() : null, temporary)));
            }
        }
        return tests.stream();
    }

    private String place(Block block) {
        return file.getFileName() + ":" + block.line;
    }

    /** Whether only blank lines stand between two blocks. */
    private boolean adjacent(Block first, Block second) {
        int fence = first.line + (int) first.text.lines().count(); // the line of the closing fence, counted from 1
        return lines.subList(fence, second.line - 2).stream().allMatch(String::isBlank);
    }

    private void runJava(Block block, @Nullable String printed, Path temporary) throws IOException {
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
            fail(place(block) + " fails as\n" + program + "\n" + result);
        }
        if (printed != null) {
            assertThat(result.stdout().strip()).as(place(block)).isEqualToNormalizingNewlines(printed);
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
}
