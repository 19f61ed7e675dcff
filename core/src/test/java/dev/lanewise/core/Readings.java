package dev.lanewise.core;

import dev.lanewise.core.kernel.KernelCompiler;
import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.ScalarCompiler;
import dev.lanewise.core.kernel.vector.VectorCompiler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.VectorShape;

/** The ways to read a formula in floats, and formulas to be read. */
final class Readings {

    /** Numbers at which something special happens in one function or another. */
    static final float[] SPECIAL = {
        0f,
        -0f,
        1f,
        -1f,
        0.5f,
        -0.5f,
        1.5f,
        2.5f,
        -2.5f,
        3f,
        -3f,
        10f,
        0.75f,
        Float.NaN,
        Float.intBitsToFloat(0xFFC00123), // a NaN with a sign and a payload
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        1e-40f,
        -1e-39f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        88.72284f,
        -87.4f,
        -103.9f,
        -104.5f,
        1e5f,
        7e6f,
        3e9f,
        4194304.5f,
        8388607.5f,
        -8388607.5f,
        8388609f,
        2147483648f
    };

    private Readings() {}

    /** The compilers for all widths that the hardware has, and for scalar loops. Wider ones are left out loudly. */
    static Map<String, KernelCompiler> compilers() {
        var compilers = new LinkedHashMap<String, KernelCompiler>();
        compilers.put("scalar", new ScalarCompiler());
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            System.err.println("TESTS OF SIMD LOOPS ARE LEFT OUT: the module jdk.incubator.vector is missing");
            return compilers;
        }
        int widest = VectorShape.preferredShape().vectorBitSize();
        for (int bits = 128; bits <= 512; bits *= 2) {
            if (bits <= widest) {
                compilers.put("vector" + bits, new VectorCompiler(bits));
            } else {
                System.err.println("TESTS OF " + bits + " BITS ARE LEFT OUT: this machine has " + widest);
            }
        }
        return compilers;
    }

    /** Whether loops over vectors are in use, and not switched off. */
    static boolean hasVectors() {
        return Lanes.bits() > 0;
    }

    /** Every function of an expression as a formula, some formulas of everyday use, and all their gradients. */
    static List<Formula> formulas() {
        var formulas = new ArrayList<Formula>();
        for (UnaryFunction function : UnaryFunction.values()) {
            formulas.add(Formula.of(function.symbol(), x -> Simplifier.unary(function, x)));
        }
        for (BinaryFunction function : BinaryFunction.values()) {
            formulas.add(Formula.of(function.name(), (x, y) -> Simplifier.binary(function, x, y)));
        }
        for (TernaryFunction function : TernaryFunction.values()) {
            formulas.add(Formula.of(function.name(), (x, y, z) -> Simplifier.ternary(function, x, y, z)));
        }
        formulas.add(Formula.of("gelu", Expr::gelu));
        formulas.add(Formula.of("identity", x -> x));
        formulas.add(Formula.of("constant", x -> Expr.constant(-0.0)));
        formulas.add(Formula.of("halved", x -> x.div(2).add(x.div(3))));
        formulas.add(Formula.of("swap", (x, y) -> Results.results(y, x)));
        formulas.add(
                Formula.of("three", (x, y) -> Results.results(x.mul(y), x.exp().add(y), y)));
        formulas.addAll(List.of(Formulas.LGAMMA, Formulas.ERFINV, Formulas.I1E));
        for (Formula formula : List.copyOf(formulas)) {
            for (int operand = 0; operand < formula.arity(); operand++) {
                if (formula.isDifferentiable(operand)) {
                    formulas.add(formula.vectorJacobianProduct(operand));
                }
            }
        }
        return formulas;
    }

    /** The first result for single floats. */
    static float floats(Formula formula, float... operands) {
        float[][] in = new float[operands.length][1];
        for (int o = 0; o < operands.length; o++) {
            in[o][0] = operands[o];
        }
        float[][] out = new float[formula.resultCount()][1];
        var outputs = new Reduction[out.length];
        java.util.Arrays.fill(outputs, Reduction.STORE);
        int[] zeros = new int[Math.max(in.length, out.length)];
        formula.kernel(0, outputs).run(in, zeros, zeros, out, zeros, zeros, 1, 1);
        return out[0][0];
    }

    /** Bits that are the same for all NaNs. */
    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }
}
