package dev.lanewise.core;

import dev.lanewise.core.Node.Operand;
import dev.lanewise.core.kernel.DoubleRowKernel;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Mathematics for one element, written once. From it come the values of a whole tensor, by a loop compiled for it at
 * run time, and its gradient, derived symbolically: again a formula, with a loop of its own.
 *
 * <pre>{@code
 * Formula silu = Formula.of("silu", x -> x.mul(x.sigmoid()));
 * silu                            // silu(x) = x * sigmoid(x)
 * silu.vectorJacobianProduct(0)   // silu'(x, gradient) = gradient * (t1 + x * (t1 * (1 - t1)))
 *                                 //  where t1 = sigmoid(x)
 * silu.evaluate(2)                // [1.7615941559557649]
 * }</pre>
 *
 * <p>The operands are tensors, broadcast against each other, or numbers. A formula with several results computes them
 * in one pass over memory:
 *
 * <pre>{@code
 * Formula momentum = Formula.of("momentum", (parameter, gradient, velocity, rate, decay) -> {
 *     Expr next = velocity.mul(decay).add(gradient);
 *     return results(parameter.sub(next.mul(rate)), next);
 * });
 * }</pre>
 *
 * <p><b>Readings.</b> The same formula is read in three ways. In double precision it is interpreted, with
 * {@link StrictMath} for the elementary functions; this is what the others are tested against. In float precision it is
 * lowered to additions, multiplications and the like, which an interpreter, a scalar loop and a SIMD loop all carry out
 * to the same bits; so it does not matter, except for speed, that a formula starts in the interpreter and changes to
 * its SIMD loop once that has been used enough to be worth compiling.
 *
 * <p>Formulas are immutable and safe for use by many threads. Keep them in {@code static final} fields: kernels are
 * shared by all formulas of equal structure, but derivatives are kept by each formula.
 */
public final class Formula {

    private final String name;
    private final List<Operand> operands;
    private final List<Expr> results;
    private final long operandsRead;
    private final AtomicReferenceArray<@Nullable Formula> derivatives;
    private final KernelCache kernels = new KernelCache();
    private volatile @Nullable Formula ofSum; // made when it is first asked for
    private volatile @Nullable Formula withSum;
    private volatile @Nullable Formula allDerivatives;

    private Formula(String name, List<Operand> operands, List<Expr> results) {
        this.name = name;
        this.operands = operands;
        this.results = Graph.shareCommon(results);
        this.operandsRead = operandsRead(this.results);
        this.derivatives = new AtomicReferenceArray<>(operands.size());
    }

    /** How many operations it takes for one element; common subexpressions count once. */
    int operationCount() {
        return (int) Graph.order(results).stream()
                .filter(node -> !Graph.children(node).isEmpty())
                .count();
    }

    // ---------------------------------------------------------------- definition

    /** A rule of one operand. */
    @FunctionalInterface
    public interface Rule1 {
        /** The mathematics. */
        Outputs apply(Expr x);
    }

    /** A rule of two operands. */
    @FunctionalInterface
    public interface Rule2 {
        /** The mathematics. */
        Outputs apply(Expr x, Expr y);
    }

    /** A rule of three operands. */
    @FunctionalInterface
    public interface Rule3 {
        /** The mathematics. */
        Outputs apply(Expr x, Expr y, Expr z);
    }

    /** A rule of four operands. */
    @FunctionalInterface
    public interface Rule4 {
        /** The mathematics. */
        Outputs apply(Expr x, Expr y, Expr z, Expr u);
    }

    /** A rule of five operands. */
    @FunctionalInterface
    public interface Rule5 {
        /** The mathematics. */
        Outputs apply(Expr x, Expr y, Expr z, Expr u, Expr v);
    }

    /** A rule of six operands. */
    @FunctionalInterface
    public interface Rule6 {
        /** The mathematics. */
        Outputs apply(Expr x, Expr y, Expr z, Expr u, Expr v, Expr w);
    }

    /** A formula of one operand, printed as x. */
    public static Formula of(String name, Rule1 rule) {
        return define(name, o -> rule.apply(o.operand("x")));
    }

    /** A formula of two operands, printed as x and y. */
    public static Formula of(String name, Rule2 rule) {
        return define(name, o -> rule.apply(o.operand("x"), o.operand("y")));
    }

    /** A formula of three operands, printed as x, y, z. */
    public static Formula of(String name, Rule3 rule) {
        return define(name, o -> rule.apply(o.operand("x"), o.operand("y"), o.operand("z")));
    }

    /** A formula of four operands, printed as x, y, z, u. */
    public static Formula of(String name, Rule4 rule) {
        return define(name, o -> rule.apply(o.operand("x"), o.operand("y"), o.operand("z"), o.operand("u")));
    }

    /** A formula of five operands, printed as x, y, z, u, v. */
    public static Formula of(String name, Rule5 rule) {
        return define(
                name, o -> rule.apply(o.operand("x"), o.operand("y"), o.operand("z"), o.operand("u"), o.operand("v")));
    }

    /** A formula of six operands, printed as x, y, z, u, v, w. */
    public static Formula of(String name, Rule6 rule) {
        return define(
                name,
                o -> rule.apply(
                        o.operand("x"),
                        o.operand("y"),
                        o.operand("z"),
                        o.operand("u"),
                        o.operand("v"),
                        o.operand("w")));
    }

    /**
     * A formula whose operands have names: the way to write one with many operands.
     *
     * <pre>{@code
     * Formula decay = Formula.define("decay", o -> {
     *     Expr parameter = o.operand("parameter");
     *     Expr learningRate = o.operand("learningRate");
     *     Expr weightDecay = o.operand("weightDecay");
     *     return parameter.sub(parameter.mul(learningRate.mul(weightDecay)));
     * });
     * }</pre>
     *
     * @throws IllegalArgumentException if the rule divides by the constant 0, computes with an infinite constant, or
     *     uses an operand of another formula
     */
    public static Formula define(String name, Function<Operands, ? extends Outputs> rule) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a formula needs a name; errors and printing show it");
        }
        var operands = new Operands(name);
        Outputs outputs;
        try {
            outputs = rule.apply(operands);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("formula " + name + ": " + e.getMessage(), e);
        } finally {
            operands.close();
        }
        if (outputs == null) {
            throw new IllegalArgumentException("formula " + name + ": its rule returned null");
        }
        List<Expr> results = switch (outputs) {
            case Expr expression -> List.of(expression);
            case Results(List<Expr> expressions) -> expressions;
        };
        for (Expr node : Graph.order(results)) {
            if (node instanceof Operand operand && operand.owner() != operands) {
                throw new IllegalArgumentException("formula " + name + ": uses the operand " + operand.name()
                        + " of another formula; apply that formula to this one's operands instead");
            }
        }
        return new Formula(name, operands.operands(), results);
    }

    // ---------------------------------------------------------------- what it is

    /** The name it was given, or that of the formula it is the derivative of with a mark: {@code silu'}. */
    public String name() {
        return name;
    }

    /** The number of operands. */
    public int arity() {
        return operands.size();
    }

    /** The number of results. */
    public int resultCount() {
        return results.size();
    }

    /** The names of the operands, in order. */
    public List<String> operandNames() {
        return operands.stream().map(Operand::name).toList();
    }

    /** The formula as mathematics: {@code silu(x) = x * sigmoid(x)}. */
    @Override
    public String toString() {
        return FormulaPrinter.print(name + "(" + String.join(", ", operandNames()) + ") = ", results);
    }

    /**
     * This formula as a part of another: its mathematics with the operands replaced.
     *
     * <pre>{@code
     * Formula biasedGelu = Formula.of("biasedGelu", (x, bias) -> GELU.apply(x.add(bias)).getFirst());
     * }</pre>
     *
     * @return the results, in order
     */
    public List<Expr> apply(Expr... arguments) {
        requireArity(arguments.length);
        return Graph.substitute(results, List.of(arguments));
    }

    /** f(x + y), of a formula of one operand. */
    Formula ofSum() {
        Formula known = ofSum;
        if (known == null) {
            known = of(name + "OfSum", (x, y) -> apply(x.add(y)).getFirst());
            ofSum = known;
        }
        return known;
    }

    /** x + y and f(x + y), of a formula of one operand. */
    Formula withSum() {
        Formula known = withSum;
        if (known == null) {
            known = of(name + "WithSum", (x, y) -> {
                Expr sum = x.add(y);
                return Results.results(sum, apply(sum).getFirst());
            });
            withSum = known;
        }
        return known;
    }

    // ---------------------------------------------------------------- derivatives

    /**
     * The gradient by one operand, as a formula: Σᵣ gradientᵣ · ∂resultᵣ/∂operand, of this formula's operands followed
     * by one gradient per result.
     *
     * @param operand the operand's index
     * @throws IndexOutOfBoundsException if there is no such operand
     */
    public Formula vectorJacobianProduct(int operand) {
        Formula known = derivatives.get(operand);
        if (known != null) {
            return known;
        }
        derivatives.compareAndSet(operand, null, differentiate(operand));
        return derivatives.get(operand);
    }

    private Formula differentiate(int operand) {
        Operand variable = operands.get(operand);
        var all = new ArrayList<>(operands);
        List<Operand> gradients = addGradients(all);
        Expr product = Derivative.vectorJacobianProduct(results, variable, gradients);
        String mark = arity() == 1 ? "'" : "'" + variable.name();
        return new Formula(name + mark, List.copyOf(all), List.of(product));
    }

    /** The gradients by all operands, in one formula of the same operands as {@link #vectorJacobianProduct}. */
    Formula vectorJacobianProducts() {
        Formula known = allDerivatives;
        if (known == null) {
            var all = new ArrayList<>(operands);
            List<Operand> gradients = addGradients(all);
            var products = new ArrayList<Expr>();
            for (Operand variable : operands) {
                products.add(Derivative.vectorJacobianProduct(results, variable, gradients));
            }
            known = new Formula(name + "'", List.copyOf(all), List.copyOf(products));
            allDerivatives = known;
        }
        return known;
    }

    /** One operand more for the gradient of each result. */
    private List<Operand> addGradients(List<Operand> all) {
        if (arity() + resultCount() > Operands.LARGEST_ARITY) {
            throw new IllegalStateException(name + ": its gradient would have " + (arity() + resultCount())
                    + " operands, at most " + Operands.LARGEST_ARITY + " are possible; split the formula in two");
        }
        var taken = new ArrayList<>(operandNames());
        var gradients = new ArrayList<Operand>();
        for (int r = 0; r < results.size(); r++) {
            String gradientName = results.size() == 1 ? "gradient" : "gradient" + (r + 1);
            while (taken.contains(gradientName)) {
                gradientName += "'";
            }
            taken.add(gradientName);
            var gradient = new Operand(operands.getFirst().owner(), all.size(), gradientName);
            all.add(gradient);
            gradients.add(gradient);
        }
        return gradients;
    }

    /**
     * Whether the gradient by one operand needs the value of another (or the same): if not, that value need not be
     * kept.
     *
     * @param operand whose value is in question
     * @param differentiated by which operand the gradient is taken
     */
    public boolean gradientNeedsOperand(int operand, int differentiated) {
        return (vectorJacobianProduct(differentiated).operandsRead >> operand & 1) != 0;
    }

    /** Whether the results depend on the operand in a way that has a gradient: not by comparison or rounding alone. */
    public boolean isDifferentiable(int operand) {
        Expr product = vectorJacobianProduct(operand).results.getFirst();
        return !(product instanceof Node.Constant(double value) && value == 0);
    }

    /** Bit o is set if operand o occurs: asked for at every use of a formula, so it is found once. */
    private static long operandsRead(List<Expr> results) {
        long read = 0;
        for (Expr node : Graph.order(results)) {
            if (node instanceof Operand operand) {
                read |= 1L << operand.index();
            }
        }
        return read;
    }

    /** The operand that is this formula's only result, unchanged; -1 if there is something to compute. */
    int passesOn() {
        return results.size() == 1 && results.getFirst() instanceof Operand operand ? operand.index() : -1;
    }

    // ---------------------------------------------------------------- readings

    /**
     * The results for the given numbers, in double precision: the reference for every kernel.
     *
     * @throws IllegalArgumentException if the number of operands is not {@link #arity}
     */
    public double[] evaluate(double... operands) {
        requireArity(operands.length);
        return kernels.reference(results).evaluate(operands);
    }

    /**
     * The loop over rows of floats; kernels of equal structure are one.
     *
     * @param rowConstants bit o is set if operand o has one value per row
     * @param outputs what becomes of each result
     */
    RowKernel kernel(long rowConstants, Reduction... outputs) {
        requireOutputs(outputs);
        return kernels.floats(name, this::program, rowConstants, outputs);
    }

    /** The loop over rows of doubles. */
    DoubleRowKernel doubleKernel(long rowConstants, Reduction... outputs) {
        requireOutputs(outputs);
        return kernels.doubles(results, rowConstants, outputs);
    }

    /** The formula lowered to float instructions. */
    Program program() {
        return Lowering.lower(arity(), results);
    }

    private void requireArity(int given) {
        if (given != arity()) {
            throw new IllegalArgumentException(
                    name + ": takes " + arity() + " operands, " + operandNames() + ", given were " + given);
        }
    }

    private void requireOutputs(Reduction[] outputs) {
        if (outputs.length != resultCount()) {
            throw new IllegalArgumentException(
                    name + ": has " + resultCount() + " results, given were " + outputs.length + " destinations");
        }
    }
}
