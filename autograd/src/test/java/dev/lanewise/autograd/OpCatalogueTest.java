package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.core.CustomOp;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Op;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every operation there is has a case, and every case holds: values, gradients and gradients of gradients, however its
 * operands lie in memory.
 */
class OpCatalogueTest {
    /** Methods of TensorOps that are not operations, but what those are made of. */
    private static final Set<String> NOT_OPERATIONS =
            Set.of("self", "value", "constant", "shape", "dtype", "apply", "applyAll", "map", "mapAll");

    private static final List<OpCase> CASES = new ArrayList<>();

    static {
        CASES.addAll(ElementwiseCases.all());
        CASES.addAll(SpecialCases.all());
        CASES.addAll(StructureCases.all());
        CASES.addAll(ReductionCases.all());
        CASES.addAll(OrderCases.all());
        CASES.addAll(WindowCases.all());
        CASES.addAll(ImageCases.all());
        CASES.addAll(NormalizationCases.all());
        CASES.addAll(NetworkCases.all());
        CASES.addAll(LinearAlgebraCases.all());
    }

    @Test
    void everyOperationHasACase() {
        Set<String> tested = new TreeSet<>();
        for (OpCase one : CASES) {
            graph(one, DType.FLOAT32).forEach(op -> tested.add(op.getClass().getSimpleName()));
        }
        Set<String> all = new TreeSet<>();
        collectRecords(Op.class, all);
        assertThat(all).hasSizeGreaterThan(15);
        assertThat(tested).as("records of Op without a case").containsAll(all);
        assertThat(CASES.stream().map(OpCase::op)).as("a CustomOp").contains("ProductAndSquare");
    }

    private static void collectRecords(Class<?> type, Set<String> names) {
        if (type.isRecord()) {
            names.add(type.getSimpleName());
        } else if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collectRecords(permitted, names);
            }
        } else {
            assertThat(type).isEqualTo(CustomOp.class);
        }
    }

    @Test
    void everyFormulaOfTheLibraryHasACase() throws ReflectiveOperationException {
        Set<String> tested = new TreeSet<>();
        for (OpCase one : CASES) {
            graph(one, DType.FLOAT32).forEach(op -> tested.add(op.name()));
        }
        Set<String> all = new TreeSet<>();
        for (Field field : Class.forName("dev.lanewise.core.Formulas").getDeclaredFields()) {
            if (field.getType() == Formula.class) {
                field.setAccessible(true);
                all.add(((Formula) field.get(null)).name());
            }
        }
        all.remove("identity"); // what reductions are given that have nothing else to compute
        assertThat(all).hasSizeGreaterThan(50);
        assertThat(tested).as("formulas without a case").containsAll(all);
    }

    @Test
    void everyMethodHasACase() {
        Set<String> all = new TreeSet<>(Set.of("concat", "stack", "einsum"));
        for (Method method : TensorOps.class.getMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !NOT_OPERATIONS.contains(method.getName())) {
                all.add(method.getName());
            }
        }
        assertThat(CASES.stream().map(OpCase::method))
                .as("methods without a case")
                .containsAll(all);
    }

    @TestFactory
    List<DynamicTest> theRecordNamedOccursInTheGraph() {
        return forEachCase(one -> {
            List<String> names = new ArrayList<>();
            for (Op op : graph(one, DType.FLOAT32)) {
                names.add(op.getClass().getSimpleName());
                names.add("Elementwise:" + op.name());
            }
            if (!one.op().isEmpty()) {
                assertThat(names).contains(one.op());
            }
        });
    }

    @TestFactory
    List<DynamicTest> valuesAreTheNaiveOnesHoweverOperandsLie() {
        return forEachCase(one -> forEachLayout(one, (layout, dtype, operands) -> {
            List<Tensor> same =
                    operands.stream().map(x -> Layout.copy(x.to(DType.FLOAT64))).toList();
            Tensor expected = one.reference().apply(same);
            Variable actual =
                    one.function().apply(operands.stream().map(Variable::of).toList());
            compare(layout + " " + dtype, dtype, actual.value(), expected);
        }));
    }

    @TestFactory
    List<DynamicTest> gradientsAreTheDifferences() {
        return forEachCase(one -> GradCheck.check(one.function(), one.operands()));
    }

    @TestFactory
    List<DynamicTest> gradientsOfGradientsAreTheDifferencesUpToTheThirdOrder() {
        return forEachCase(one -> GradCheck.check(one.function(), one.operands(), 3));
    }

    /** J·v = lim (f(x + hv) - f(x - hv)) / 2h; and w·(J·v) = (wᵀJ)·v. */
    @TestFactory
    List<DynamicTest> productsWithTheJacobianAreTheDifferences() {
        return forEachCase(one -> {
            for (DType dtype : DType.values()) {
                List<Variable> at = one.operands().stream()
                        .map(x -> Variable.constantOf(x.to(dtype)))
                        .toList();
                List<Variable> along = at.stream()
                        .map(x -> Variable.constantOf(
                                weights(x.value()).mul(x.value().ne(0)))) // conditions of 0 stay
                        .toList();
                Variable product = Autograd.jvp(one.function(), at, along);
                List<Tensor> exact =
                        at.stream().map(x -> x.value().to(DType.FLOAT64)).toList();
                double step = 1e-6;
                Tensor differences =
                        moved(one, exact, step).sub(moved(one, exact, -step)).div(2 * step);
                assertThat(product.shape()).isEqualTo(differences.shape());
                double[] expected = differences.toDoubles();
                double[] actual = product.value().toDoubles();
                double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i]).as(dtype + " " + i).isCloseTo(expected[i], offset(2e-5 * (1 + largest)));
                }
                Variable upstream = Variable.constantOf(weights(product.value()));
                List<Variable> back = Autograd.vjp(one.function(), at, upstream);
                double sum = 0;
                for (int i = 0; i < back.size(); i++) {
                    sum += back.get(i).mul(along.get(i)).sum().item();
                }
                double other = product.mul(upstream).sum().item();
                assertThat(sum)
                        .as(dtype + " transposed")
                        .isCloseTo(other, offset(2e-5 * (1 + Math.abs(other) + largest)));
            }
        });
    }

    private static Tensor moved(OpCase one, List<Tensor> at, double step) {
        return one.function()
                .apply(at.stream()
                        .map(x -> Variable.of(x.add(weights(x).mul(x.ne(0)).mul(step))))
                        .toList())
                .value();
    }

    /** Values, gradients and gradients of gradients have the same bits if the backward pass computes all again. */
    @TestFactory
    List<DynamicTest> computedAgainItIsTheSame() {
        return forEachCase(one -> {
            OpCase again = new OpCase(
                    one.method(),
                    one.op(),
                    one.operands(),
                    operands -> Variable.checkpoint(() -> one.function().apply(operands)),
                    one.reference(),
                    one.empty(),
                    one.smooth());
            for (DType dtype : DType.values()) {
                List<Tensor> operands =
                        one.operands().stream().map(x -> x.to(dtype)).toList();
                List<Variable> leaves = operands.stream().map(Variable::of).toList();
                if (TAKE_GRADIENTS.contains(one.method()) && takesGradients(again, leaves)) {
                    return;
                }
                Variable value = again.function().apply(leaves);
                assertThat(value.value()).isEqualTo(one.function().apply(leaves).value());
                assertThat(gradients(again, operands)).isEqualTo(gradients(one, operands));
                assertThat(secondGradients(again, operands)).isEqualTo(secondGradients(one, operands));
            }
        });
    }

    /** Cases of these methods are gradients themselves, which checkpointed code may not take. */
    private static final Set<String> TAKE_GRADIENTS = Set.of("slice", "indexSelect", "diagonal", "unfold", "det");

    private static boolean takesGradients(OpCase one, List<Variable> operands) {
        try {
            one.function().apply(operands);
            return false;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("are taken within the code");
            return true;
        }
    }

    @TestFactory
    List<DynamicTest> watchedForAnomaliesItIsTheSame() {
        return forEachCase(one -> {
            for (DType dtype : DType.values()) {
                List<Tensor> operands =
                        one.operands().stream().map(x -> x.to(dtype)).toList();
                assertThat(Variable.detectingAnomalies(() -> gradients(one, operands)))
                        .isEqualTo(gradients(one, operands));
            }
        });
    }

    @TestFactory
    List<DynamicTest> gradientsAreTheSameHoweverOperandsLie() {
        return forEachCase(one -> forEachLayout(one, (layout, dtype, operands) -> {
            List<Tensor> same =
                    operands.stream().map(x -> Layout.copy(x.to(DType.FLOAT64))).toList();
            List<Tensor> expected = gradients(one, same);
            List<Tensor> actual = gradients(one, operands);
            for (int i = 0; i < expected.size(); i++) {
                compare("%s %s operand %d".formatted(layout, dtype, i), dtype, actual.get(i), expected.get(i));
            }
        }));
    }

    @TestFactory
    List<DynamicTest> gradientsThatRememberAreTheSameHoweverOperandsLie() {
        return forEachCase(one -> forEachLayout(one, (layout, dtype, operands) -> {
            List<Tensor> expected = gradients(one, operands);
            List<Variable> leaves = operands.stream().map(Variable::of).toList();
            Variable result = one.function().apply(leaves);
            List<Variable> found = Autograd.grad(result, Variable.constantOf(weights(result.value())), leaves);
            List<Tensor> same =
                    operands.stream().map(x -> Layout.copy(x.to(DType.FLOAT64))).toList();
            List<Tensor> second = secondGradients(one, same);
            List<Tensor> actualSecond = secondGradients(one, operands);
            for (int i = 0; i < expected.size(); i++) {
                String what = "%s %s operand %d".formatted(layout, dtype, i);
                compare(what, dtype, found.get(i).value(), expected.get(i).to(DType.FLOAT64));
                compare("second order, " + what, dtype, actualSecond.get(i), second.get(i));
            }
        }));
    }

    /** What is let go of is overwritten with NaN when tests run: see the property lanewise.poison. */
    @TestFactory
    List<DynamicTest> reusedMemoryIsNotSeen() {
        return forEachCase(one -> forEachLayout(one, (layout, dtype, operands) -> {
            // Operands and result are values on the way: they are kept, or not, as the operation asks for.
            Function<List<Variable>, Variable> way = leaves -> {
                List<Variable> same = leaves.stream().map(x -> x.mul(1)).toList();
                return Variable.reusingMemory(() -> one.function().apply(same)).mul(1);
            };
            List<Variable> plain = operands.stream().map(Variable::of).toList();
            Variable value = way.apply(plain);
            Gradients expected = value.backwardRetainingGraph(weights(value.value()));
            for (int pass = 0; pass < 3; pass++) {
                List<Variable> leaves = operands.stream().map(Variable::of).toList();
                Variable result = Variable.reusingMemory(() -> way.apply(leaves));
                Gradients gradients = result.backward(weights(result.value()));
                assertThat(result.value()).as(layout).isEqualTo(value.value());
                for (int i = 0; i < leaves.size(); i++) {
                    assertThat(gradients.of(leaves.get(i))).as(layout).isEqualTo(expected.of(plain.get(i)));
                }
            }
            Variable without = Variable.withoutGradients(() -> way.apply(plain));
            Variable alone = Variable.withoutGradients(() -> Variable.reusingMemory(() -> way.apply(plain)));
            assertThat(alone.value()).as(layout).isEqualTo(without.value());
        }));
    }

    @TestFactory
    List<DynamicTest> emptyOperandsHaveEmptyGradients() {
        return forEachCase(one -> {
            if (one.empty().isEmpty()) {
                return;
            }
            for (DType dtype : DType.values()) {
                List<Variable> leaves =
                        one.empty().stream().map(x -> Variable.of(x.to(dtype))).toList();
                Variable result = one.function().apply(leaves);
                Tensor expected = one.reference().apply(one.empty());
                compare("empty " + dtype, dtype, result.value(), expected);
                Gradients gradients = result.backwardRetainingGraph(weights(result.value()));
                List<Variable> found = Autograd.grad(result, Variable.constantOf(weights(result.value())), leaves);
                for (int i = 0; i < leaves.size(); i++) {
                    Tensor gradient = gradients.of(leaves.get(i));
                    assertThat(gradient.shape()).isEqualTo(leaves.get(i).shape());
                    assertThat(found.get(i).shape()).isEqualTo(leaves.get(i).shape());
                    compare("remembering", dtype, found.get(i).value(), gradient.to(DType.FLOAT64));
                }
            }
        });
    }

    // ------------------------------------------------------------------ means

    private static List<DynamicTest> forEachCase(Consumer<OpCase> test) {
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < CASES.size(); i++) {
            OpCase one = CASES.get(i);
            tests.add(dynamicTest(i + " " + one, () -> test.accept(one)));
        }
        return tests;
    }

    private interface LayoutTest {
        void run(String layout, DType dtype, List<Tensor> operands);
    }

    /** All operands in each layout, and each in another one. */
    private static void forEachLayout(OpCase one, LayoutTest test) {
        Layout[] layouts = Layout.values();
        for (DType dtype : DType.values()) {
            for (Layout layout : layouts) {
                test.run(
                        layout.name(),
                        dtype,
                        one.operands().stream().map(x -> layout.of(x.to(dtype))).toList());
            }
            List<Tensor> mixed = new ArrayList<>();
            for (Tensor operand : one.operands()) {
                mixed.add(layouts[(mixed.size() + 1) % layouts.length].of(operand.to(dtype)));
            }
            test.run("mixed", dtype, mixed);
        }
    }

    private static Tensor weights(Tensor like) {
        return Tensor.fill(like.dtype(), like.shape(), i -> (float) (0.5 + (i * 0.6180339887498949) % 1));
    }

    private static List<Tensor> gradients(OpCase one, List<Tensor> operands) {
        List<Variable> leaves = operands.stream().map(Variable::of).toList();
        Variable result = one.function().apply(leaves);
        Gradients gradients = result.backwardRetainingGraph(weights(result.value()));
        return leaves.stream().map(gradients::of).toList();
    }

    /** The gradients of a weighted sum of the gradients. */
    private static List<Tensor> secondGradients(OpCase one, List<Tensor> operands) {
        List<Variable> leaves = operands.stream().map(Variable::of).toList();
        Variable result = one.function().apply(leaves);
        Variable sum = result.constant(0);
        for (Variable gradient : Autograd.grad(result, Variable.constantOf(weights(result.value())), leaves)) {
            sum = sum.add(
                    gradient.mul(Variable.constantOf(weights(gradient.value()))).sum());
        }
        return Autograd.grad(sum, leaves).stream().map(Variable::value).toList();
    }

    /** All operations in the graph of a case's result. */
    private static Collection<Op> graph(OpCase one, DType dtype) {
        Variable result = one.function()
                .apply(one.operands().stream()
                        .map(x -> Variable.of(x.to(dtype)))
                        .toList());
        List<Op> ops = new ArrayList<>();
        Set<Node> seen = new HashSet<>();
        Deque<Node> waiting = new ArrayDeque<>();
        waiting.push(result.node());
        while (!waiting.isEmpty()) {
            Node node = waiting.pop();
            if (node.op() == null || !seen.add(node)) {
                continue;
            }
            ops.add(node.op());
            node.edges().stream().filter(edge -> edge.node() != null).forEach(edge -> waiting.push(edge.node()));
        }
        return ops;
    }

    private static void compare(String what, DType dtype, Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).as(what).isEqualTo(dtype);
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] values = actual.toDoubles();
        double[] wanted = expected.toDoubles();
        double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
        double relative = dtype == DType.FLOAT32 ? 1e-5 : 1e-12;
        for (int i = 0; i < values.length; i++) {
            double allowed = relative * (0.1 + largest + Math.abs(wanted[i]));
            if (!(Math.abs(values[i] - wanted[i]) <= allowed)) {
                throw new AssertionError("%s: element %d of %s is %s, expected %s"
                        .formatted(what, i, Shape.of(actual.shape().toArray()), values[i], wanted[i]));
            }
        }
    }
}
