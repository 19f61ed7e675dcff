package dev.lanewise.core.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.core.kernel.Exponentials;
import dev.lanewise.core.kernel.Kernels;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.ProgramBuilder;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ends of rows, masked and one by one, at every width. */
class VectorTailTest {

    @ParameterizedTest
    @CsvSource({"128, MASK", "128, SCALAR", "256, MASK", "256, SCALAR", "512, MASK", "512, SCALAR"})
    void giveTheSameBits(int bits, VectorCompiler.Tail tail) {
        int widest = VectorShape.preferredShape().vectorBitSize();
        assumeTrue(bits <= widest, "THE TEST OF " + bits + " BITS IS LEFT OUT: this machine has " + widest);
        var builder = new ProgramBuilder();
        int x = builder.operand(0);
        int y = builder.operand(1);
        Program program = builder.build(2, List.of(builder.fma(x, y, 1f), Exponentials.exp(builder, x)));
        var random = new Random(1);
        for (Reduction first : Reduction.values()) {
            for (Reduction second : Reduction.values()) {
                var outputs = List.of(first, second);
                RowKernel kernel = new VectorCompiler(bits, tail).compile("test", program, 0b10, outputs);
                RowKernel interpreter = Kernels.get("test", program, 0b10, outputs);
                for (int n = 1; n < 70; n += 1 + random.nextInt(3)) {
                    float[][] in = {new float[3 * n + 2], {5, 6, 7, 8, 9}};
                    for (int i = 0; i < in[0].length; i++) {
                        in[0][i] = random.nextInt(20) == 0 ? -Float.NaN : (float) (random.nextGaussian() * 10);
                    }
                    assertThat(run(kernel, in, n))
                            .as("%s, %d elements", outputs, n)
                            .isDeepEqualTo(run(interpreter, in, n));
                }
            }
        }
    }

    private static int[][] run(RowKernel kernel, float[][] in, int n) {
        float[][] out = new float[2][3 * n + 4];
        int[] strides = {n + 1, n};
        kernel.run(in, new int[] {2, 1}, new int[] {n, 1}, out, new int[] {1, 2}, strides, 3, n);
        int[][] bits = new int[2][out[0].length];
        for (int r = 0; r < 2; r++) {
            for (int i = 0; i < bits[r].length; i++) {
                bits[r][i] = Float.floatToIntBits(out[r][i]);
            }
        }
        return bits;
    }
}
