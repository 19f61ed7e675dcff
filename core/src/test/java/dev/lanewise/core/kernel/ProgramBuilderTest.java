package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramBuilderTest {

    private final ProgramBuilder builder = new ProgramBuilder();

    @Test
    void computesNothingTwice() {
        int x = builder.operand(0);
        int y = builder.operand(1);
        assertThat(builder.add(x, y)).isEqualTo(builder.add(y, x));
        assertThat(builder.sub(x, y)).isNotEqualTo(builder.sub(y, x));
        assertThat(builder.fma(x, y, 1f)).isEqualTo(builder.fma(x, y, 1f));
    }

    @Test
    void tellsTheZerosApart() {
        assertThat(builder.constant(0f)).isNotEqualTo(builder.constant(-0f));
    }

    @Test
    void foldsConstantsAsTheKernelWouldComputeThem() {
        int folded = builder.fma(builder.constant(0.1f), builder.constant(0.2f), builder.constant(0.3f));
        assertThat(folded).isEqualTo(builder.constant(Math.fma(0.1f, 0.2f, 0.3f)));
        assertThat(builder.selectLess(
                        builder.constant(1), builder.constant(2), builder.constant(5), builder.constant(6)))
                .isEqualTo(builder.constant(5));
        assertThat(builder.shiftRight(builder.bits(builder.constant(-0f)), 31)).isEqualTo(builder.intConstant(-1));
    }

    @Test
    void dividesByPowersOfTwoByMultiplication() {
        int x = builder.operand(0);
        assertThat(builder.div(x, builder.constant(-4))).isEqualTo(builder.mul(x, -0.25f));
        Program third = builder.build(1, List.of(builder.div(x, builder.constant(3))));
        assertThat(third.instructions()).anyMatch(i -> i.operation() == Operation.DIV);
        // 1 over the smallest normal number's half would be out of range
        Program tiny = builder.build(1, List.of(builder.div(x, builder.constant(0x1p-127f))));
        assertThat(tiny.instructions()).anyMatch(i -> i.operation() == Operation.DIV);
    }

    @Test
    void leavesOutWhatNoResultNeeds() {
        int x = builder.operand(0);
        builder.sqrt(builder.operand(1));
        Program program = builder.build(2, List.of(builder.neg(x)));
        assertThat(program.instructions()).hasSize(2);
        assertThat(program.operandsRead()).isEqualTo(1);
    }

    @Test
    void knowsWhatDoesNotVaryAlongARow() {
        int x = builder.operand(0);
        int rate = builder.operand(1);
        int result = builder.fma(x, builder.sqrt(rate), rate);
        Program program = builder.build(2, List.of(result));
        boolean[] invariant = program.rowInvariant(0b10);
        for (int i = 0; i < invariant.length; i++) {
            Operation operation = program.instructions().get(i).operation();
            boolean isX = operation == Operation.OPERAND
                    && program.instructions().get(i).immediate() == 0;
            assertThat(invariant[i]).isEqualTo(!isX && operation != Operation.FMA);
        }
    }
}
