package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One call of an ONNX operation: operands by their places, attributes with their defaults. Operands of types that the
 * library does not have make the case {@link OpCall.Uncovered}.
 */
final class OnnxCall {
    /** Whole numbers: what an int holds of them is covered. */
    private static final Set<String> WHOLE =
            Set.of("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64");

    private final Golden.Case golden;
    private final List<String> operands;
    private final List<String> results;

    OnnxCall(Golden.Case golden) {
        this.golden = golden;
        List<String> node = golden.nodes().getFirst();
        this.operands = List.of(node.get(2).split(","));
        this.results = node.size() > 3 ? List.of(node.get(3).split(",")) : List.of();
    }

    /** The version of ONNX's operations that the case is for. */
    int version() {
        return Integer.parseInt(golden.heading().get(2));
    }

    /** The results that are expected, null for those that are not asked for. */
    List<Golden.@Nullable Entry> expected() {
        return results.stream()
                .<Golden.@Nullable Entry>map(name -> golden.has("out", name) ? golden.get("out", name) : null)
                .toList();
    }

    /** Whether a result is asked for. */
    boolean wants(int result) {
        return result < results.size() && golden.has("out", results.get(result));
    }

    int resultCount() {
        return results.size();
    }

    int operandCount() {
        return operands.size();
    }

    boolean has(int operand) {
        return operand < operands.size() && find(operands.get(operand)) != null;
    }

    private Golden.@Nullable Entry find(String name) {
        return Stream.of("in", "init")
                .filter(role -> golden.has(role, name))
                .map(role -> golden.get(role, name))
                .findFirst()
                .orElse(null);
    }

    private Golden.Entry entry(int operand) {
        Golden.Entry entry = operand < operands.size() ? find(operands.get(operand)) : null;
        if (entry == null) {
            throw new AssertionError("%s has no operand %d".formatted(golden, operand));
        }
        return entry;
    }

    String type(int operand) {
        return entry(operand).type();
    }

    Shape shape(int operand) {
        return entry(operand).shape();
    }

    /** Whether an operand has floating-point numbers of a type that the library has. */
    boolean isFloating(int operand) {
        return type(operand).equals("float32") || type(operand).equals("float64");
    }

    /** An operand of floating-point numbers. */
    Tensor x(int operand) {
        if (!isFloating(operand)) {
            throw new OpCall.Uncovered("operands of type " + type(operand));
        }
        return entry(operand).tensor(type(operand).equals("float32") ? DType.FLOAT32 : DType.FLOAT64);
    }

    /** The first operand. */
    Tensor x() {
        return x(0);
    }

    /** An operand that may be left out. */
    @Nullable
    Tensor orNull(int operand) {
        return has(operand) ? x(operand) : null;
    }

    Variable variable(int operand) {
        return Variable.constantOf(x(operand));
    }

    /** All operands, of floating-point numbers. */
    List<Tensor> all() {
        return IntStream.range(0, operands.size()).mapToObj(this::x).toList();
    }

    /** An operand of whole numbers of any width that an int holds. */
    IntTensor ints(int operand) {
        if (!WHOLE.contains(type(operand))) {
            throw new OpCall.Uncovered("operands of type " + type(operand));
        }
        double[] values = entry(operand).doubles();
        int[] numbers = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            numbers[i] = (int) values[i];
            if (numbers[i] != values[i]) {
                throw new OpCall.Uncovered("numbers of more than 32 bits");
            }
        }
        return IntTensor.of(shape(operand), numbers);
    }

    /**
     * Results of whole numbers, wrapped around as those of the first operand's type are. Those of an int are so
     * already, and unsigned ones that are not within an int are not covered.
     */
    IntTensor narrowed(IntTensor results) {
        return switch (type(0)) {
            case "int8" -> results.map(i -> (byte) i);
            case "uint8" -> results.map(i -> i & 0xFF);
            case "int16" -> results.map(i -> (short) i);
            case "uint16" -> results.map(i -> i & 0xFFFF);
            case "uint32", "uint64" -> {
                if (Arrays.stream(results.toArray()).anyMatch(i -> i < 0)) {
                    throw new OpCall.Uncovered("numbers of more than 31 bits");
                }
                yield results;
            }
            default -> results;
        };
    }

    /** Indices along an axis, negative ones counted from its end. */
    IntTensor indices(int operand, int size) {
        return ints(operand).map(i -> i < 0 ? i + size : i);
    }

    /** An operand of few whole numbers: axes, sizes, places. Those far too large become as large as an int is. */
    int[] numbers(int operand) {
        return Arrays.stream(entry(operand).doubles())
                .mapToInt(value -> (int) value)
                .toArray();
    }

    /** An operand of one whole number, or what it is if left out. */
    int number(int operand, int otherwise) {
        return has(operand) ? numbers(operand)[0] : otherwise;
    }

    /** An operand of one number. */
    double scalar(int operand) {
        return entry(operand).doubles()[0];
    }

    /** What a function makes of the first operand that moves or picks its elements, whatever their type. */
    OnnxResult moved(UnaryOperator<Tensor> function) {
        return moved(0, function);
    }

    OnnxResult moved(int operand, UnaryOperator<Tensor> function) {
        return isFloating(operand)
                ? OnnxResult.of(function.apply(x(operand)))
                : OnnxResult.of(ints(operand).rearranged(function));
    }

    // ------------------------------------------------------------------ attributes

    boolean hasAttribute(String name) {
        return golden.has(name);
    }

    int whole(String name, int otherwise) {
        return golden.has(name) ? golden.whole(name) : otherwise;
    }

    boolean flag(String name) {
        return whole(name, 0) != 0;
    }

    double real(String name, double otherwise) {
        return golden.number(name, otherwise);
    }

    String text(String name, String otherwise) {
        return golden.has(name) ? golden.text(name) : otherwise;
    }

    int @Nullable [] list(String name) {
        return golden.has(name) ? golden.list(name) : null;
    }

    int[] list(String name, int size, int otherwise) {
        int[] given = list(name);
        if (given != null) {
            return given;
        }
        int[] same = new int[size];
        Arrays.fill(same, otherwise);
        return same;
    }

    /** An attribute that is a tensor of one number. */
    double constant(String name, double otherwise) {
        return golden.has("attr", name) ? golden.get("attr", name).doubles()[0] : otherwise;
    }

    /** The type of a number, by ONNX's code, or as it is for none. */
    DType dtype(String name, DType otherwise) {
        return switch (whole(name, otherwise == DType.FLOAT32 ? 1 : 11)) {
            case 1 -> DType.FLOAT32;
            case 11 -> DType.FLOAT64;
            default -> throw new OpCall.Uncovered("results of type " + whole(name, 0));
        };
    }

    @Override
    public String toString() {
        return golden.toString();
    }
}
