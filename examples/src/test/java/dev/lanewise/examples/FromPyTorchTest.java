package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Autograd;
import dev.lanewise.autograd.GradCheck;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.MarginLosses;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.train.Metric;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/from-pytorch.md names what exists, and all of it. */
class FromPyTorchTest {
    private static final Path PAGE = ChildJvm.repository().resolve("docs/from-pytorch.md");

    /** What the page's letters stand for. */
    private static final Map<String, List<Class<?>>> VARIABLES = Map.ofEntries(
            Map.entry("x", List.of(TensorOps.class)),
            Map.entry("y", List.of(TensorOps.class)),
            Map.entry("condition", List.of(TensorOps.class)),
            Map.entry("t", List.of(Tensor.class)),
            Map.entry("v", List.of(Variable.class)),
            Map.entry("n", List.of(IntTensor.class)),
            Map.entry("rng", List.of(Rng.class)),
            Map.entry("layer", List.of(Layer.class)),
            Map.entry("attention", List.of(MultiHeadAttention.class)),
            Map.entry("gpt", List.of(Gpt.class)),
            Map.entry("optimizer", List.of(Optimizer.class)),
            Map.entry("gradients", List.of(Gradients.class)),
            Map.entry("parameter", List.of(dev.lanewise.nn.Parameter.class)));

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern MEMBER = Pattern.compile("(\\w+|\\))(?:\\.|::)(?=(\\w+))");
    private static final Pattern TYPE = Pattern.compile("\\b[A-Z]\\w*[a-z]\\w*\\b");

    @TempDir
    Path temporary;

    @TestFactory
    @Tag("readme")
    Stream<DynamicTest> javaBlocksRun() throws IOException {
        return Markdown.read(PAGE).javaTests(temporary);
    }

    @Test
    void allThatTheTablesNameExists() throws IOException {
        Map<String, List<Class<?>>> types = publicTypes();
        Set<String> everyMember = types.values().stream()
                .flatMap(List::stream)
                .flatMap(type -> members(type).stream())
                .collect(Collectors.toSet());
        List<String> missing = new ArrayList<>();
        int checked = 0;
        for (String code : tableCode()) {
            String plain = code.replaceAll("\"[^\"]*\"", "\"\"");
            for (MatchResult found : results(TYPE, plain)) {
                checked++;
                if (!types.containsKey(found.group())) {
                    missing.add("type " + found.group() + " in " + code);
                }
            }
            for (MatchResult found : results(MEMBER, plain)) {
                String owner = found.group(1);
                String name = found.group(2);
                if (owner.matches("[0-9]+")) { // a decimal number
                    continue;
                }
                checked++;
                List<Class<?>> owners = VARIABLES.getOrDefault(owner, types.getOrDefault(owner, List.of()));
                boolean known = owner.matches("\\)|[A-Z_]+") // what a call or a constant is, the text does not tell
                        ? everyMember.contains(name)
                        : owners.stream().anyMatch(type -> members(type).contains(name));
                if (!known) {
                    missing.add("member " + owner + "." + name + " in " + code);
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(500);
    }

    /** Of what users compute with, all that is public. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                TensorOps.class,
                Tensor.class,
                Variable.class,
                IntTensor.class,
                Rng.class,
                Autograd.class,
                Gradients.class,
                GradCheck.class,
                Layer.class,
                Losses.class,
                MarginLosses.class,
                Initializer.class,
                Activation.class,
                Schedule.class,
                Dataset.class
            })
    void allOperationsAreNamed(Class<?> type) throws IOException {
        Set<String> named = named();
        Set<String> objects =
                Stream.of(Object.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
        Set<String> operations = new TreeSet<>();
        for (Method method : type.getMethods()) {
            if (!method.isSynthetic() && !objects.contains(method.getName())) {
                operations.add(method.getName());
            }
        }
        if (type == Activation.class) { // of a layer's own methods, see Layer
            Stream.of(Activation.class.getMethods())
                    .filter(method -> !Modifier.isStatic(method.getModifiers()))
                    .forEach(method -> operations.remove(method.getName()));
        }

        assertThat(operations).hasSizeGreaterThan(1);
        operations.removeAll(named);
        assertThat(operations)
                .as("public methods of %s that the page does not name", type.getSimpleName())
                .isEmpty();
    }

    @Test
    void allLayersOptimizersAndMetricsAreNamed() throws IOException {
        String page = Files.readString(PAGE);
        List<String> missing = publicTypes().values().stream()
                .flatMap(List::stream)
                .filter(type -> !Modifier.isAbstract(type.getModifiers()) || type.isInterface())
                .filter(type -> Stream.of(Layer.class, Optimizer.class, Metric.class)
                        .anyMatch(kind -> kind.isAssignableFrom(type)))
                .map(Class::getSimpleName)
                .filter(name ->
                        !Pattern.compile("\\b" + name + "\\b").matcher(page).find())
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void theReadmeLinksToThePage() throws IOException {
        assertThat(Files.readString(ChildJvm.repository().resolve("README.md"))).contains("(docs/from-pytorch.md)");
    }

    /** The names behind a point in the tables, but for PyTorch's column, and in the text. */
    private static Set<String> named() throws IOException {
        return tableAndTextCode().stream()
                .flatMap(code -> results(MEMBER, code).stream())
                .map(found -> found.group(2))
                .collect(Collectors.toSet());
    }

    /** The code in the columns called Lanewise, and in the remarks behind them. */
    private static List<String> tableCode() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| PyTorch |"))
                .map(line -> line.split(" \\| ?", 2)[1])
                .flatMap(cell -> results(CODE, cell).stream())
                .map(found -> found.group(1))
                .toList();
    }

    private static List<String> tableAndTextCode() throws IOException {
        List<String> all = new ArrayList<>(tableCode());
        Files.readAllLines(PAGE).stream()
                .filter(line -> !line.startsWith("|"))
                .flatMap(line -> results(CODE, line).stream())
                .forEach(found -> all.add(found.group(1)));
        return all;
    }

    private static List<MatchResult> results(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    /** The names of a type's members that a user sees: public ones, and of layers what is there to extend them. */
    private static Set<String> members(Class<?> type) {
        Stream<Member> seen = Stream.concat(Stream.of(type.getMethods()), Stream.of(type.getFields()));
        Stream<Member> inherited = Stream.of(type.getDeclaredMethods());
        return Stream.concat(
                        Stream.concat(seen, inherited)
                                .filter(member -> Modifier.isPublic(member.getModifiers())
                                        || Modifier.isProtected(member.getModifiers()))
                                .map(Member::getName),
                        Stream.of(type.getClasses()).map(Class::getSimpleName))
                .collect(Collectors.toSet());
    }

    /** All public types of exported packages, nested ones included, by their simple names. */
    private static Map<String, List<Class<?>>> publicTypes() throws IOException {
        Map<String, List<Class<?>>> types = new HashMap<>();
        for (String exported : ChildJvm.exportedPackages()) {
            String folder = exported.replace('.', '/');
            for (Path entry : ChildJvm.lanewiseModules()) {
                if (Files.isDirectory(entry)) {
                    addTypes(entry.resolve(folder), exported, types);
                } else {
                    try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + entry.toUri()), Map.of())) {
                        addTypes(jar.getPath(folder), exported, types);
                    }
                }
            }
        }
        return types;
    }

    private static void addTypes(Path folder, String inPackage, Map<String, List<Class<?>>> types) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".class") || name.contains("-info")) {
                    continue;
                }
                Class<?> type = load(inPackage + "." + name.substring(0, name.length() - ".class".length()));
                if (isVisible(type)) {
                    types.computeIfAbsent(type.getSimpleName(), key -> new ArrayList<>())
                            .add(type);
                }
            }
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, FromPyTorchTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    private static boolean isVisible(Class<?> type) {
        return !type.isAnonymousClass()
                && !type.isLocalClass()
                && Modifier.isPublic(type.getModifiers())
                && (type.getDeclaringClass() == null || isVisible(type.getDeclaringClass()));
    }
}
