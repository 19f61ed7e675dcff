package dev.lanewise.autograd;

import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gradients by chosen variables, and derivatives of functions. All of them remember how they were computed: one can
 * differentiate them again, to any order.
 *
 * <p>The derivatives of functions are those of functions from one variable, or from a list of them, to one variable of
 * any shape. They are taken at the given values, be those variables or constants, by backward passes alone; the
 * function is called once. Other variables that it uses are constants to it, but what is computed can be differentiated
 * by them, as by the variables given.
 *
 * <pre>{@code
 * UnaryOperator<Variable> cubes = x -> x.pow(3);
 * Variable x = Variable.of(Tensor.of(new float[] {1, 2}));
 * Autograd.vjp(cubes, x, Variable.constantOf(Tensor.ones(2)));    // [3. 12.]
 * Autograd.jacobian(cubes, x);                                    // [[3. 0.] [0. 12.]]
 * Autograd.hessian(v -> v.pow(3).sum(), x);                       // [[6. 0.] [0. 12.]]
 * }</pre>
 */
public final class Autograd {
    private Autograd() {}

    /**
     * The gradients of a number by each of the given variables, leaves or not.
     *
     * <pre>{@code
     * Variable x = Variable.of(Tensor.scalar(3));
     * Variable first = Autograd.grad(x.pow(3), List.of(x)).getFirst();      // 3x² = 27
     * Variable second = Autograd.grad(first, List.of(x)).getFirst();        // 6x = 18
     * }</pre>
     *
     * @return of each variable, the gradient, of its shape; zeros where the number does not depend on it
     * @throws IllegalStateException if the number is not a single element
     */
    public static List<Variable> grad(Variable of, List<Variable> by) {
        if (of.shape().count() != 1) {
            throw new IllegalStateException(
                    "grad: shape %s has %d elements, expected one; reduce it (as with sum()), or give the gradient to start with"
                            .formatted(of.shape(), of.shape().count()));
        }
        return grad(of, Variable.constantOf(Tensor.ones(of.dtype(), of.shape())), by);
    }

    /**
     * The gradients of Σ of · gradient by each of the given variables.
     *
     * @param gradient the gradient to start with, of the shape of {@code of}
     */
    public static List<Variable> grad(Variable of, Variable gradient, List<Variable> by) {
        checkLike("grad", "the gradient", gradient, "the differentiated value", of);
        return gradients(List.of(of), List.of(gradient), by);
    }

    private static List<Variable> gradients(List<Variable> of, List<Variable> gradients, List<Variable> by) {
        List<@Nullable Variable> found = Backward.throughVariables(of, gradients, by);
        List<Variable> results = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            Variable variable = by.get(i);
            Variable result = found.get(i);
            results.add(
                    result != null ? result : Variable.constantOf(Tensor.zeros(variable.dtype(), variable.shape())));
        }
        return results;
    }

    // ------------------------------------------------------------------ of functions

    /**
     * The product of a vector and a function's Jacobian, vᵀJ: how Σ v · f changes with the operand.
     *
     * @param vector v, of the shape of the function's result
     * @return of the operand's shape
     */
    public static Variable vjp(UnaryOperator<Variable> function, Variable at, Variable vector) {
        return vjp(ofList(function), List.of(at), vector).getFirst();
    }

    /** {@link #vjp(UnaryOperator, Variable, Variable)} by each of several operands. */
    public static List<Variable> vjp(Function<List<Variable>, Variable> function, List<Variable> at, Variable vector) {
        return remembering(() -> {
            List<Variable> operands = operands(at);
            Variable result = function.apply(operands);
            checkLike("vjp", "the vector", vector, "the function's result", result);
            return gradients(List.of(result), List.of(vector), operands);
        });
    }

    /**
     * The product of a function's Jacobian and a vector, J·v: the derivative of the function along v.
     *
     * <p>It is made of two of the other kind: uᵀJ is linear in u, and its derivative by u along v is J·v.
     *
     * @param vector v, of the operand's shape
     * @return of the shape of the function's result
     */
    public static Variable jvp(UnaryOperator<Variable> function, Variable at, Variable vector) {
        return jvp(ofList(function), List.of(at), List.of(vector));
    }

    /** {@link #jvp(UnaryOperator, Variable, Variable)} of several operands, a vector for each: Σ Jᵢ·vᵢ. */
    public static Variable jvp(Function<List<Variable>, Variable> function, List<Variable> at, List<Variable> vectors) {
        checkVectors("jvp", at, vectors);
        return remembering(() -> {
                    List<Variable> operands = operands(at);
                    Variable result = function.apply(operands);
                    Variable any = Variable.of(Tensor.zeros(result.dtype(), result.shape())); // u
                    List<Variable> products = gradients(List.of(result), List.of(any), operands); // uᵀJ
                    return gradients(products, vectors, List.of(any));
                })
                .getFirst();
    }

    /**
     * A function's Jacobian: the derivative of each element of its result by each element of the operand.
     *
     * @return of the result's shape and the operand's, one after the other: [a, b] from an operand of [c] gives [a, b,
     *     c]
     */
    public static Variable jacobian(UnaryOperator<Variable> function, Variable at) {
        return jacobian(ofList(function), List.of(at)).getFirst();
    }

    /** {@link #jacobian(UnaryOperator, Variable)} by each of several operands. */
    public static List<Variable> jacobian(Function<List<Variable>, Variable> function, List<Variable> at) {
        return remembering(() -> {
            List<Variable> operands = operands(at);
            return jacobian(function.apply(operands), operands);
        });
    }

    /**
     * The second derivatives of a function whose result is a number, by each two elements of the operand.
     *
     * @return of the operand's shape twice: of [c] it is [c, c]
     * @throws IllegalStateException if the function's result is not a single element
     */
    public static Variable hessian(UnaryOperator<Variable> function, Variable at) {
        return hessian(ofList(function), List.of(at)).getFirst().getFirst();
    }

    /**
     * {@link #hessian(UnaryOperator, Variable)} by each two of several operands.
     *
     * @return in place i of the list, in place j: the derivatives by the operands i and j, of the shapes of both
     */
    public static List<List<Variable>> hessian(Function<List<Variable>, Variable> function, List<Variable> at) {
        List<Integer> sizes = new ArrayList<>();
        List<Variable> blocks = remembering(() -> {
            List<Variable> operands = operands(at);
            List<Variable> all = new ArrayList<>();
            for (Variable gradient : gradientsOfNumber("hessian", function, operands)) {
                all.addAll(jacobian(gradient, operands));
                sizes.add(operands.size());
            }
            return all;
        });
        List<List<Variable>> rows = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            rows.add(List.copyOf(blocks.subList(from, from += size)));
        }
        return rows;
    }

    /**
     * The product of a function's {@linkplain #hessian(UnaryOperator, Variable) Hessian} and a vector, H·v, by two
     * backward passes: the Hessian itself is not computed.
     *
     * @param vector v, of the operand's shape
     * @return of the operand's shape
     * @throws IllegalStateException if the function's result is not a single element
     */
    public static Variable hvp(UnaryOperator<Variable> function, Variable at, Variable vector) {
        return hvp(ofList(function), List.of(at), List.of(vector)).getFirst();
    }

    /** {@link #hvp(UnaryOperator, Variable, Variable)} of several operands, a vector for each: in place i, Σ Hᵢⱼ·vⱼ. */
    public static List<Variable> hvp(
            Function<List<Variable>, Variable> function, List<Variable> at, List<Variable> vectors) {
        checkVectors("hvp", at, vectors);
        return remembering(() -> {
            List<Variable> operands = operands(at);
            return gradients(gradientsOfNumber("hvp", function, operands), vectors, operands);
        });
    }

    // ------------------------------------------------------------------ means

    private static Function<List<Variable>, Variable> ofList(UnaryOperator<Variable> function) {
        return operands -> function.apply(operands.getFirst());
    }

    /** Functions have to remember, even where what comes of them is not to. */
    private static List<Variable> remembering(Supplier<List<Variable>> code) {
        Scope scope = Scope.current();
        List<Variable> results = scope.withForgets(false).run(code);
        return scope.forgets() ? results.stream().map(Variable::detach).toList() : results;
    }

    /** The operands of a function, told apart from whatever else the given variables are used for. */
    private static List<Variable> operands(List<Variable> at) {
        List<Variable> operands = new ArrayList<>();
        for (Variable each : at) {
            operands.add(each.needsGradient() ? each.apply(new Backward.Pass()) : Variable.of(each.value()));
        }
        return operands;
    }

    private static List<Variable> gradientsOfNumber(
            String method, Function<List<Variable>, Variable> function, List<Variable> operands) {
        Variable result = function.apply(operands);
        if (result.shape().count() != 1) {
            throw new IllegalStateException(
                    "%s: the function's result has shape %s, expected one element; reduce it (as with sum()), or use jacobian"
                            .formatted(method, result.shape()));
        }
        return grad(result, operands);
    }

    /** One backward pass for each element. */
    private static List<Variable> jacobian(Variable of, List<Variable> operands) {
        int count = of.shape().count();
        List<List<Variable>> rows = new ArrayList<>(); // of each operand, an element's gradient by it
        operands.forEach(operand -> rows.add(new ArrayList<>()));
        for (int element = 0; element < count; element++) {
            int one = element;
            Tensor seed = Tensor.fill(of.dtype(), of.shape(), i -> i == one ? 1 : 0);
            List<Variable> gradients = gradients(List.of(of), List.of(Variable.constantOf(seed)), operands);
            for (int i = 0; i < gradients.size(); i++) {
                rows.get(i).add(gradients.get(i));
            }
        }
        List<Variable> results = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            Variable operand = operands.get(i);
            Shape shape = joined(of.shape(), operand.shape());
            results.add(
                    count == 0
                            ? Variable.constantOf(Tensor.zeros(operand.dtype(), shape))
                            : TensorOps.stack(0, rows.get(i)).reshape(shape.toArray())); // (result's, operand's)
        }
        return results;
    }

    private static Shape joined(Shape first, Shape second) {
        int[] sizes = new int[first.rank() + second.rank()];
        System.arraycopy(first.toArray(), 0, sizes, 0, first.rank());
        System.arraycopy(second.toArray(), 0, sizes, first.rank(), second.rank());
        return Shape.of(sizes);
    }

    private static void checkVectors(String method, List<Variable> at, List<Variable> vectors) {
        if (at.size() != vectors.size()) {
            throw new IllegalArgumentException("%s: %d operands and %d vectors were given, expected one for each"
                    .formatted(method, at.size(), vectors.size()));
        }
        for (int i = 0; i < at.size(); i++) {
            checkLike(method, "vector " + i, vectors.get(i), "operand " + i, at.get(i));
        }
    }

    private static void checkLike(String method, String what, Variable given, String like, Variable of) {
        if (!given.shape().equals(of.shape())) {
            throw new IllegalArgumentException("%s: %s has shape %s, expected %s as %s has"
                    .formatted(method, what, given.shape(), of.shape(), like));
        }
        if (given.dtype() != of.dtype()) {
            throw new IllegalArgumentException("%s: %s is of type %s, expected %s as %s is"
                    .formatted(method, what, given.dtype(), of.dtype(), like));
        }
    }
}
