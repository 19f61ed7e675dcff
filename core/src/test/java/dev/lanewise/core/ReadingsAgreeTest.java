package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.kernel.KernelCompiler;
import dev.lanewise.core.kernel.Kernels;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import dev.lanewise.core.kernel.ScalarCompiler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Interpreter, scalar loop, SIMD loops and loops in stages give the same bits. */
class ReadingsAgreeTest {

    private static final Map<String, KernelCompiler> COMPILERS = compilers();

    private static Map<String, KernelCompiler> compilers() {
        var compilers = new LinkedHashMap<>(Readings.compilers());
        compilers.put("stages of 10", inStages(10));
        compilers.put("stages of 25", inStages(25));
        return compilers;
    }

    /** Compiles in stages what is larger than a few instructions. */
    private static KernelCompiler inStages(int size) {
        var scalar = new ScalarCompiler();
        return new KernelCompiler() {
            @Override
            public RowKernel compile(String name, Program program, long rowConstants, List<Reduction> outputs) {
                return scalar.compile(name, program, rowConstants, outputs);
            }

            @Override
            public int largestProgram(List<Reduction> outputs) {
                return size;
            }
        };
    }

    private static Stream<Formula> formulas() {
        return Readings.formulas().stream();
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void onSpecialValues(Formula formula) {
        float[] special = Readings.SPECIAL;
        int n = special.length * special.length;
        var call = new Call(formula, 0, 1, n, new Random(1));
        for (int o = 0; o < formula.arity(); o++) {
            for (int i = 0; i < n; i++) {
                int which =
                        o == 0 ? i % special.length : o == 1 ? i / special.length : (i * 7 + i / 5) % special.length;
                call.in[o][call.inOffset[o] + i] = special[which];
            }
        }
        call.outputsAre(Reduction.STORE);
        call.check();
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void onRowsStridesConstantsAndReductions(Formula formula) {
        var random = new Random(7);
        for (int trial = 0; trial < 8; trial++) {
            int n = trial == 0 ? 1 + random.nextInt(1400) : 1 + random.nextInt(70);
            long constants = random.nextInt(1 << formula.arity());
            var call = new Call(formula, constants, 1 + random.nextInt(4), n, random);
            call.outputsAreAny(random);
            call.check();
        }
    }

    @Test
    void onAllSizesOfTails() {
        for (String name : List.of("exp", "gelu", "identity", "three")) {
            Formula formula =
                    formulas().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
            var random = new Random(3);
            for (int n = 1; n <= 70; n++) {
                for (Reduction reduction : Reduction.values()) {
                    var call = new Call(formula, 0, 2, n, random);
                    call.outputsAre(reduction);
                    call.check();
                }
            }
        }
    }

    @Test
    void onOutputsThatAreInputs() {
        Formula update =
                Formula.of("update", (x, y) -> Results.results(x.mul(0.9).add(y), x.sub(y), y.exp()));
        for (var compiler : COMPILERS.entrySet()) {
            float[] x = random(new Random(1));
            float[] y = random(new Random(2));
            float[][] apart = {new float[100], new float[100], new float[100]};
            RowKernel kernel = compile(compiler.getValue(), update, 0, store(3));
            int[] zeros = new int[3];
            kernel.run(new float[][] {x, y}, zeros, zeros, apart, zeros, zeros, 1, 100);
            float[] z = new float[100];
            kernel.run(new float[][] {x, y}, zeros, zeros, new float[][] {x, y, z}, zeros, zeros, 1, 100);
            assertThat(new float[][] {x, y, z}).as(compiler.getKey()).isDeepEqualTo(apart);
        }
    }

    private static float[] random(Random random) {
        float[] values = new float[100];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void onOutputsThatAreEachOthersInputs() {
        Formula swap = Formula.of("swap", (x, y) -> Results.results(y, x));
        var kernels = new LinkedHashMap<String, RowKernel>();
        COMPILERS.forEach((name, compiler) -> kernels.put(name, compile(compiler, swap, 0, store(2))));
        kernels.put("interpreter", swap.kernel(0, Reduction.STORE, Reduction.STORE));
        kernels.forEach((name, kernel) -> {
            float[] x = new float[40];
            float[] y = new float[40];
            Arrays.fill(x, 1);
            Arrays.fill(y, 2);
            int[] zeros = new int[2];
            kernel.run(new float[][] {x, y}, zeros, zeros, new float[][] {x, y}, zeros, zeros, 1, 40);
            assertThat(x).as(name).containsOnly(2f);
            assertThat(y).as(name).containsOnly(1f);
        });
    }

    @Test
    void whenHot() {
        // compiled by the JVM's optimising compiler, not only run by its interpreter
        var random = new Random(11);
        for (String name : List.of("gelu", "gelu'", "tanh", "log", "sin", "erfc", "POW", "MAX", "floor", "three")) {
            Formula formula =
                    formulas().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
            var call = new Call(formula, 0, 2, 333, random);
            call.outputsAre(Reduction.SUM);
            call.check();
            long start = System.nanoTime();
            while (System.nanoTime() - start < 300_000_000L) {
                call.check();
            }
        }
    }

    @Test
    void theSumIsInSixteenLanesAndAFixedTree() {
        Formula identity = Formula.of("identity", x -> x);
        var random = new Random(5);
        float[] x = new float[150];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * Math.exp(random.nextGaussian() * 5));
        }
        float[] lanes = new float[16];
        for (int i = 0; i < x.length; i++) {
            lanes[i % 16] += x[i];
        }
        for (int width = 8; width > 0; width /= 2) {
            for (int lane = 0; lane < width; lane++) {
                lanes[lane] += lanes[lane + width];
            }
        }
        int[] zero = {0};
        float[] sum = {0};
        identity.kernel(0, Reduction.SUM)
                .run(new float[][] {x}, zero, zero, new float[][] {sum}, zero, zero, 1, x.length);
        assertThat(sum[0]).isEqualTo(lanes[0]);
    }

    @Test
    void emptyRowsReduceToTheNeutralElement() {
        Formula three = Formula.of("three", x -> Results.results(x, x.exp(), x.neg()));
        float[][] out = {{5}, {5}, {5}};
        int[] zeros = new int[3];
        three.kernel(0, Reduction.SUM, Reduction.MAX, Reduction.MIN)
                .run(new float[][] {{}}, zeros, zeros, out, zeros, zeros, 1, 0);
        assertThat(out[0]).containsExactly(0);
        assertThat(out[1]).containsExactly(Float.NEGATIVE_INFINITY);
        assertThat(out[2]).containsExactly(Float.POSITIVE_INFINITY);
    }

    @Test
    void operandsThatDoNotOccurAreNotTouched() {
        Formula product = Formula.of("mul", (x, y) -> x.mul(y)).vectorJacobianProduct(0);
        for (KernelCompiler compiler : COMPILERS.values()) {
            float[] out = new float[3];
            int[] zeros = new int[3];
            compile(compiler, product, 1, store(1))
                    .run(
                            new float[][] {null, {2, 3, 4}, {5, 6, 7}},
                            zeros,
                            zeros,
                            new float[][] {out},
                            zeros,
                            zeros,
                            1,
                            3);
            assertThat(out).containsExactly(10, 18, 28);
        }
    }

    @Test
    void doublesAreReadInRowsAsOneByOne() {
        var random = new Random(23);
        for (Formula formula : Readings.formulas()) {
            for (Reduction reduction : Reduction.values()) {
                compareDoubles(formula, reduction, random);
            }
        }
    }

    private static void compareDoubles(Formula formula, Reduction reduction, Random random) {
        int rows = 3;
        int n = 1 + random.nextInt(random.nextInt(5) == 0 ? 1200 : 40);
        int arity = formula.arity();
        long constants = random.nextInt(1 << arity);
        double[][] in = new double[arity][rows * (n + 2) + 4];
        int[] inOffset = new int[arity];
        int[] inStride = new int[arity];
        for (int o = 0; o < arity; o++) {
            inOffset[o] = random.nextInt(4);
            inStride[o] = random.nextBoolean() ? n + 2 : 0;
            for (int i = 0; i < in[o].length; i++) {
                in[o][i] = random.nextGaussian();
            }
        }
        int results = formula.resultCount();
        double[][] out = new double[results][rows * n];
        int[] outStride = new int[results];
        Arrays.fill(outStride, n);
        var outputs = new Reduction[results];
        Arrays.fill(outputs, reduction);
        formula.doubleKernel(constants, outputs).run(in, inOffset, inStride, out, new int[results], outStride, rows, n);
        for (int row = 0; row < rows; row++) {
            double[] totals = new double[results];
            Arrays.fill(
                    totals,
                    reduction == Reduction.MAX
                            ? Double.NEGATIVE_INFINITY
                            : reduction == Reduction.MIN ? Double.POSITIVE_INFINITY : 0);
            for (int i = 0; i < n; i++) {
                double[] operands = new double[arity];
                for (int o = 0; o < arity; o++) {
                    int along = (constants >>> o & 1) == 1 ? 0 : i;
                    operands[o] = in[o][inOffset[o] + row * inStride[o] + along];
                }
                double[] values = formula.evaluate(operands);
                for (int r = 0; r < results; r++) {
                    switch (reduction) {
                        case STORE -> assertSame(out[r][row * n + i], values[r], formula);
                        case ADD -> assertSame(out[r][row * n + i], 0 + values[r], formula);
                        case SUM -> totals[r] += values[r];
                        case MAX -> totals[r] = Math.max(totals[r], values[r]);
                        case MIN -> totals[r] = Math.min(totals[r], values[r]);
                    }
                }
            }
            for (int r = 0; r < results && reduction.isReduction(); r++) {
                assertSame(out[r][row * n], totals[r], formula);
            }
        }
    }

    private static void assertSame(double actual, double expected, Formula formula) {
        assertThat(Double.doubleToLongBits(actual)).as(formula.toString()).isEqualTo(Double.doubleToLongBits(expected));
    }

    private static Reduction[] store(int results) {
        var outputs = new Reduction[results];
        Arrays.fill(outputs, Reduction.STORE);
        return outputs;
    }

    private static RowKernel compile(
            KernelCompiler compiler, Formula formula, long rowConstants, Reduction... outputs) {
        return Kernels.compile(compiler, formula.name(), formula.program(), rowConstants, List.of(outputs));
    }

    /** A call of a kernel on made-up data, to be made of each reading in turn. */
    private static final class Call {
        private final Formula formula;
        private final long constants;
        private final int rows;
        private final int n;
        private final float[][] in;
        private final int[] inOffset;
        private final int[] inStride;
        private Reduction[] outputs;
        private final int[] outOffset;
        private final int[] outStride;
        private final Map<String, RowKernel> kernels = new LinkedHashMap<>();

        Call(Formula formula, long constants, int rows, int n, Random random) {
            this.formula = formula;
            this.constants = constants;
            this.rows = rows;
            this.n = n;
            int arity = formula.arity();
            in = new float[arity][];
            inOffset = new int[arity];
            inStride = new int[arity];
            for (int o = 0; o < arity; o++) {
                boolean constant = (constants >>> o & 1) == 1;
                inOffset[o] = random.nextInt(5);
                inStride[o] = random.nextInt(4) == 0 ? 0 : constant ? 2 : n + 3;
                in[o] = new float[inOffset[o] + rows * (n + 3)];
                for (int i = 0; i < in[o].length; i++) {
                    in[o][i] = random.nextInt(6) == 0
                            ? Readings.SPECIAL[random.nextInt(Readings.SPECIAL.length)]
                            : (float) (random.nextGaussian() * 3);
                }
            }
            outputs = new Reduction[formula.resultCount()];
            outOffset = random.ints(outputs.length, 0, 4).toArray();
            outStride = new int[outputs.length];
        }

        void outputsAre(Reduction reduction) {
            Arrays.fill(outputs, reduction);
            Arrays.fill(outStride, n + 1);
        }

        void outputsAreAny(Random random) {
            for (int r = 0; r < outputs.length; r++) {
                outputs[r] = Reduction.values()[random.nextInt(5)];
                outStride[r] = outputs[r] == Reduction.ADD && random.nextBoolean() ? 0 : n + 1;
            }
        }

        void check() {
            if (kernels.isEmpty()) {
                COMPILERS.forEach(
                        (name, compiler) -> kernels.put(name, compile(compiler, formula, constants, outputs)));
            }
            List<int[]> expected = run(formula.kernel(constants, outputs));
            kernels.forEach((name, kernel) -> {
                List<int[]> actual = run(kernel);
                for (int r = 0; r < outputs.length; r++) {
                    assertThat(actual.get(r))
                            .as("%s on %s, %d rows of %d, %s", formula.name(), name, rows, n, outputs[r])
                            .isEqualTo(expected.get(r));
                }
            });
        }

        private List<int[]> run(RowKernel kernel) {
            float[][] out = new float[outputs.length][4 + rows * (n + 1)];
            for (float[] values : out) {
                Arrays.fill(values, 0.25f); // to see what is added to, and what is left alone
            }
            kernel.run(in, inOffset, inStride, out, outOffset, outStride, rows, n);
            var bits = new ArrayList<int[]>();
            for (float[] values : out) {
                bits.add(Readings.bits(values));
            }
            return bits;
        }
    }
}
