package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lanewise.core.kernel.KernelCompiler;
import dev.lanewise.core.kernel.Kernels;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The two cliffs: methods too large to be compiled, and vectors that are boxed. */
class LargeFormulaTest {

    private static Formula sumOfExps(int count) {
        return Formula.of("exps", x -> {
            Expr sum = x;
            for (int i = 1; i <= count; i++) {
                sum = sum.add(x.mul(1.0 / i).exp());
            }
            return sum;
        });
    }

    /** A formula all of whose parts are needed to the end, so that a cut goes through many values. */
    private static Formula knot(int count) {
        return Formula.of("knot", (x, y) -> {
            Expr[] parts = new Expr[count];
            for (int i = 0; i < count; i++) {
                parts[i] = x.mul(i + 1).sin();
            }
            Expr sum = y;
            for (int i = count - 1; i >= 0; i--) {
                sum = sum.mul(0.5).add(parts[i]);
            }
            return sum;
        });
    }

    @Test
    void anyNumberOfInstructionsIsCompiledAndAgrees() {
        for (Formula formula : List.of(sumOfExps(1), sumOfExps(12), sumOfExps(40), sumOfExps(80), knot(30))) {
            int n = 1100;
            float[] x = new float[n];
            float[] y = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = i * 0.01f - 5;
                y[i] = i * 0.003f;
            }
            for (Reduction reduction : List.of(Reduction.STORE, Reduction.SUM)) {
                float[] expected = run(formula.kernel(0, reduction), x, y);
                for (Map.Entry<String, KernelCompiler> compiler :
                        Readings.compilers().entrySet()) {
                    // a method of more than 8,000 bytes of code would be refused
                    RowKernel kernel = Kernels.compile(
                            compiler.getValue(), formula.name(), formula.program(), 0, List.of(reduction));
                    assertThat(Readings.bits(run(kernel, x, y)))
                            .as("%s %s", compiler.getKey(), reduction)
                            .isEqualTo(Readings.bits(expected));
                }
            }
        }
    }

    private static float[] run(RowKernel kernel, float[] x, float[] y) {
        float[] out = new float[x.length];
        int[] zeros = new int[2];
        kernel.run(new float[][] {x, y}, zeros, zeros, new float[][] {out}, zeros, zeros, 1, x.length);
        return out;
    }

    @Test
    void nothingIsAllocatedPerElement() throws InterruptedException {
        for (Formula formula : List.of(
                Formula.of("gelu", Expr::gelu),
                Formula.of("softplus", Expr::softplus).vectorJacobianProduct(0),
                Formula.of("pow", (x, y) -> x.abs().pow(y)),
                sumOfExps(40))) {
            for (Reduction reduction : List.of(Reduction.STORE, Reduction.SUM)) {
                RowKernel kernel = formula.kernel(0, reduction);
                Kernels.warmNow(kernel);
                assertThat(allocatedPerCall(kernel, formula.arity(), 4096))
                        .as("bytes for 4096 elements of %s, %s", formula.name(), reduction)
                        .isLessThan(4096);
            }
        }
    }

    /** The least of several calls: a thread that is not in its machine code yet allocates once in a while. */
    private static long allocatedPerCall(RowKernel kernel, int arity, int n) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        float[][] in = new float[arity][n];
        float[][] out = new float[1][n];
        int[] zeros = new int[arity];
        long least = Long.MAX_VALUE;
        for (int call = 0; call < 20; call++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            kernel.run(in, zeros, zeros, out, zeros, zeros, 1, n);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
