package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One call of an operation: the operands and arguments of a case, as the functions of an {@link OpTable} want them. */
final class OpCall {
    private final Golden.Case golden;
    private final DType dtype;
    private final Map<String, Variable> operands = new LinkedHashMap<>();

    OpCall(Golden.Case golden, DType dtype) {
        this.golden = golden;
        this.dtype = dtype;
        for (Golden.Entry input : golden.all("inp")) {
            Tensor value = input.tensor(dtype);
            boolean leaf = golden.has("grad", input.name());
            operands.put(input.name(), leaf ? Variable.of(value) : Variable.constantOf(value));
        }
    }

    /** An operand. */
    Variable get(String name) {
        Variable operand = operands.get(name);
        if (operand == null) {
            throw new AssertionError(golden + " has no operand " + name);
        }
        return operand;
    }

    /** An operand that may be left out. */
    @Nullable
    Variable orNull(String name) {
        return operands.get(name);
    }

    /** How windows slide along a number of axes. */
    List<Sliding> sliding(int axes) {
        return sliding(axes, each("stride", axes, 1));
    }

    /** How windows slide that are as far apart as they are wide, unless said. */
    List<Sliding> slidingWindows(int axes) {
        int[] window = window(axes);
        return sliding(axes, golden.has("stride") ? each("stride", axes, 1) : window);
    }

    private List<Sliding> sliding(int axes, int[] strides) {
        int[] paddings = each("padding", axes, 0);
        int[] dilations = each("dilation", axes, 1);
        List<Sliding> sliding = new ArrayList<>();
        for (int i = 0; i < axes; i++) {
            sliding.add(Sliding.by(strides[i])
                    .withPadding(paddings[i])
                    .withDilation(dilations[i])
                    .withPartial(flag("ceil_mode")));
        }
        return sliding;
    }

    /** The size of a window along a number of axes. */
    int[] window(int axes) {
        return each("kernel", axes, 1);
    }

    /** An attribute that is one number for all axes or a number for each. */
    int[] each(String attribute, int axes, int otherwise) {
        int[] given = golden.has(attribute) ? golden.list(attribute) : new int[] {otherwise};
        int[] numbers = new int[axes];
        Arrays.setAll(numbers, i -> given.length == 1 ? given[0] : given[i]);
        return numbers;
    }

    /** x, and its result under a function that wants a batch in front of channels and {@code axes} further axes. */
    Variable batched(int axes, UnaryOperator<Variable> function) {
        return x().shape().rank() == axes + 1 ? function.apply(x().unsqueeze(0)).squeeze(0) : function.apply(x());
    }

    int wholeOr(String attribute, int otherwise) {
        return (int) golden.number(attribute, otherwise);
    }

    String text(String attribute) {
        return golden.text(attribute);
    }

    String textOr(String attribute, String otherwise) {
        return golden.has(attribute) ? golden.text(attribute) : otherwise;
    }

    boolean has(String name) {
        return operands.containsKey(name);
    }

    Variable x() {
        return get("x");
    }

    Variable a() {
        return get("a");
    }

    Variable b() {
        return get("b");
    }

    Variable y() {
        return get("y");
    }

    /** The operands, in order. */
    List<Variable> all() {
        return List.copyOf(operands.values());
    }

    IntTensor ints(String name) {
        return golden.get("inp", name).ints();
    }

    double number(String attribute) {
        return golden.number(attribute);
    }

    double number(String attribute, double otherwise) {
        return golden.number(attribute, otherwise);
    }

    int whole(String attribute) {
        return golden.whole(attribute);
    }

    int[] list(String attribute) {
        return golden.list(attribute);
    }

    boolean flag(String attribute) {
        return golden.flag(attribute);
    }

    boolean isNamed(String end) {
        return golden.name().endsWith(end);
    }

    /** The axes of a reduction. */
    Axes axes() {
        Axes axes = Axes.of(list("dims"));
        return flag("keepdim") ? axes.kept() : axes;
    }

    int dim() {
        return whole("dim");
    }

    /** How the case wants losses reduced. */
    Reduction reduction() {
        return Reduction.valueOf(golden.text("reduction").toUpperCase(Locale.ROOT));
    }

    /** Whole numbers as a variable, to be compared with others. */
    Variable numbers(IntTensor numbers) {
        return Variable.constantOf(numbers.toTensor(dtype));
    }

    /** Zeros of the shape of an operand. */
    Tensor zeros(Variable like) {
        return Tensor.zeros(dtype, like.shape());
    }

    /** The case asks for what the library does not have. */
    static final class Uncovered extends RuntimeException {
        private static final long serialVersionUID = 1;

        Uncovered(String what) {
            super(what);
        }
    }

    /** The operands whose gradients are expected. */
    Map<String, Variable> leaves() {
        Map<String, Variable> leaves = new LinkedHashMap<>();
        operands.forEach((name, operand) -> {
            if (operand.needsGradient()) {
                leaves.put(name, operand);
            }
        });
        return leaves;
    }

    /**
     * How near the results have to be. In the case whose mean is far above its deviation the inputs are not exact in
     * single precision: the exact gradient of the rounded ones is 9e-4 off.
     */
    Close close() {
        if (dtype == DType.FLOAT64) {
            return Close.DOUBLE;
        }
        return golden.note().contains("in float32 allow rtol 1e-2") ? new Close(1e-2, 1e-3) : Close.SINGLE;
    }

    DType dtype() {
        return dtype;
    }

    @Override
    public String toString() {
        return golden + " " + Arrays.toString(operands.keySet().toArray());
    }
}
