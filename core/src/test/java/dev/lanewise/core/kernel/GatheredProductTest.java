package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products whose B's rows begin where a table says, against one chain of fused multiply-adds for each element. */
class GatheredProductTest {
    @ParameterizedTest
    @EnumSource
    void everyNumberOfRows(Registers registers) {
        Tiles tiles = registers.tiles();
        for (int rows = 1; rows <= 300; rows++) { // several blocks of rows, and each remainder
            check(tiles, rows, 3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void severalBlocksOfSteps(Registers registers) {
        Tiles tiles = registers.tiles();
        for (int rows : new int[] {1, 2, 3, 6, 8, 13, 98, 194}) {
            check(tiles, rows, 600);
        }
    }

    @Test
    void plainLoops() {
        var tiles = new Tiles(new ScalarProductKernels(), false);
        for (int rows = 1; rows <= 200; rows++) {
            check(tiles, rows, 3);
        }
    }

    private static void check(Tiles tiles, int rows, int steps) {
        var random = new Random(rows);
        Matrix a = Products.matrix(random, rows, steps, false, 0, 0);
        int columns = 1 + random.nextInt(70);
        int farthest = 50;
        int[] table = random.ints(steps, 0, farthest).toArray();
        float[] b = new float[farthest + columns + GatheredProduct.overrun(tiles, rows)];
        for (int i = 0; i < b.length; i++) {
            b[i] = random.nextFloat() - 0.5f;
        }
        int from = random.nextInt(columns);
        float[][] result = new float[rows][columns];
        assertThat(tiles.areReadyToGather(rows)).isTrue();
        new GatheredProduct(tiles, rows, a, table)
                .multiply(
                        b,
                        from,
                        columns,
                        (row, begin, count, values, at) -> System.arraycopy(values, at, result[row], begin, count));
        float[][] expected = new float[rows][columns];
        for (int row = 0; row < rows; row++) {
            for (int column = from; column < columns; column++) {
                float sum = 0;
                for (int p = 0; p < steps; p++) {
                    sum = Math.fma(a.values[a.index(row, p)], b[table[p] + column], sum);
                }
                expected[row][column] = sum;
            }
        }
        assertThat(result)
                .as("%d rows, %d steps, columns %d to %d", rows, steps, from, columns)
                .isDeepEqualTo(expected);
    }
}
