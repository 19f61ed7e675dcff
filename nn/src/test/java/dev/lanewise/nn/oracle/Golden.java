package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * Reference results made by others, which lie beside the repository in {@code ../shared/oracle}; its {@code FORMAT.md}
 * tells how a folder of them is laid out. Where there is no such folder, tests are skipped, loudly.
 */
public final class Golden {
    private Golden() {}

    /** A file or folder of the oracle; skips the calling test if it is absent. */
    public static Path path(String name) {
        Path oracle = repository().resolve("../shared/oracle").normalize();
        if (!Files.isDirectory(oracle)) {
            System.out.println("SKIPPED: no oracle at " + oracle);
            Assumptions.abort("skipped: no oracle");
        }
        return oracle.resolve(name);
    }

    private static Path repository() {
        Path start = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(".git"))) {
                return folder;
            }
        }
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("nn/pom.xml"))) {
                return folder;
            }
        }
        throw new AssertionError("no repository above " + start);
    }

    /** All cases of a folder, in the order of its {@code cases.txt}. */
    public static List<Case> cases(String folder) {
        Path path = path(folder);
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path.resolve("tensors.bin")))
                    .order(ByteOrder.LITTLE_ENDIAN);
            return parse(Files.readAllLines(path.resolve("cases.txt")), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The case of a name. */
    public static Case find(List<Case> cases, String name) {
        return cases.stream()
                .filter(one -> one.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no case " + name));
    }

    private static List<Case> parse(List<String> lines, ByteBuffer bytes) {
        List<Case> cases = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "case" ->
                    cases.add(new Case(words[1], words[2], List.of(words).subList(2, words.length)));
                case "node" -> cases.getLast().nodes.add(List.of(words).subList(1, words.length));
                case "attr" -> {
                    if (words[2].equals("tensor")) {
                        cases.getLast()
                                .entries
                                .add(entry("attr", words[1], List.of(words).subList(3, 6), bytes));
                    } else {
                        cases.getLast().attributes.put(words[1], words.length > 3 ? words[3] : "");
                    }
                }
                case "note" -> cases.getLast().note += line.substring("note ".length());
                case "end" -> {}
                default ->
                    cases.getLast()
                            .entries
                            .add(entry(words[0], words[1], List.of(words).subList(2, 5), bytes));
            }
        }
        return cases;
    }

    /** A tensor, told by its type, shape and offset. */
    private static Entry entry(String role, String name, List<String> words, ByteBuffer bytes) {
        return new Entry(role, name, words.get(0), shape(words.get(1)), Integer.parseInt(words.get(2)), bytes);
    }

    private static Shape shape(String text) {
        return text.equals("-") ? Shape.scalar() : Shape.of(numbers(text));
    }

    private static int[] numbers(String text) {
        return text.isEmpty()
                ? new int[0]
                : Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    /** A tensor of a case: its role in it, its name, and its values. */
    public record Entry(String role, String name, String type, Shape shape, int offset, ByteBuffer bytes) {
        /** The values. */
        public double[] doubles() {
            double[] values = new double[shape.count()];
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (type) {
                    case "float64" -> bytes.getDouble(offset + 8 * i);
                    case "float32" -> bytes.getFloat(offset + 4 * i);
                    case "int64" -> bytes.getLong(offset + 8 * i);
                    case "float16" -> Float.float16ToFloat(bytes.getShort(offset + 2 * i));
                    case "uint64" -> unsigned(bytes.getLong(offset + 8 * i));
                    case "uint32" -> Integer.toUnsignedLong(bytes.getInt(offset + 4 * i));
                    case "int32" -> bytes.getInt(offset + 4 * i);
                    case "int16" -> bytes.getShort(offset + 2 * i);
                    case "uint16" -> Short.toUnsignedInt(bytes.getShort(offset + 2 * i));
                    case "int8" -> bytes.get(offset + i);
                    case "uint8" -> Byte.toUnsignedInt(bytes.get(offset + i));
                    case "bool" -> bytes.get(offset + i);
                    default -> throw new AssertionError("type " + type + " is not read");
                };
            }
            return values;
        }

        private static double unsigned(long bits) {
            return bits >= 0 ? bits : 2.0 * (bits >>> 1) + (bits & 1);
        }

        /** The values as a tensor of the given type. */
        public Tensor tensor(DType dtype) {
            return Tensor.of(dtype, shape, doubles());
        }

        /** The values as whole numbers. */
        public IntTensor ints() {
            return IntTensor.of(
                    shape,
                    Arrays.stream(doubles()).mapToInt(value -> (int) value).toArray());
        }

        /** Whether the values are floating-point numbers. */
        public boolean isFloating() {
            return type.startsWith("float");
        }
    }

    /** One case: inputs, attributes and what is expected. */
    public static final class Case {
        private final String name;
        private final String op;
        private final List<String> heading;
        private final List<List<String>> nodes = new ArrayList<>();
        private final Map<String, String> attributes = new LinkedHashMap<>();
        private final List<Entry> entries = new ArrayList<>();
        private String note = "";

        private Case(String name, String op, List<String> heading) {
            this.name = name;
            this.op = op;
            this.heading = heading;
        }

        /** What stands behind the name in the case's first line. */
        public List<String> heading() {
            return heading;
        }

        /** The nodes of a graph: of each, its operation, domain, operands and results. */
        public List<List<String>> nodes() {
            return nodes;
        }

        /** The name. */
        public String name() {
            return name;
        }

        /** The operation or kind. */
        public String op() {
            return op;
        }

        /** What is to be known of it. */
        public String note() {
            return note;
        }

        /** All tensors of a role, in order. */
        public List<Entry> all(String role) {
            return entries.stream().filter(entry -> entry.role.equals(role)).toList();
        }

        /** All tensors of a role by their names. */
        public Map<String, Tensor> tensors(String role, DType dtype) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            all(role).forEach(entry -> tensors.put(entry.name, entry.tensor(dtype)));
            return tensors;
        }

        /** Whether there is a tensor of the role and name. */
        public boolean has(String role, String entryName) {
            return entries.stream().anyMatch(entry -> entry.role.equals(role) && entry.name.equals(entryName));
        }

        /** The tensor of the role and name. */
        public Entry get(String role, String entryName) {
            return entries.stream()
                    .filter(entry -> entry.role.equals(role) && entry.name.equals(entryName))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("%s has no %s %s".formatted(name, role, entryName)));
        }

        /** Whether there is such an attribute. */
        public boolean has(String attribute) {
            return attributes.containsKey(attribute);
        }

        /** An attribute's text. */
        public String text(String attribute) {
            if (!has(attribute)) {
                throw new AssertionError("%s has no attribute %s".formatted(name, attribute));
            }
            return attributes.get(attribute);
        }

        /** An attribute as a number. */
        public double number(String attribute) {
            return switch (text(attribute)) { // Python's names
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "nan" -> Double.NaN;
                default -> Double.parseDouble(text(attribute));
            };
        }

        /** An attribute as a number, or another one if it is not given. */
        public double number(String attribute, double otherwise) {
            return has(attribute) ? number(attribute) : otherwise;
        }

        /** An attribute as a whole number. */
        public int whole(String attribute) {
            return Integer.parseInt(text(attribute));
        }

        /** Whether an attribute is given and true. */
        public boolean flag(String attribute) {
            return has(attribute) && text(attribute).equals("true");
        }

        /** An attribute as a list of whole numbers. */
        public int[] list(String attribute) {
            return numbers(text(attribute));
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
