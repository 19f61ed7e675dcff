package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packed panels, element by element, and what lies around them. */
class PackingTest {
    private static final float UNTOUCHED = -12345;

    @ParameterizedTest
    @EnumSource
    void panelsOfTheLeftMatrix(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            int rows = 1 + random.nextInt(5 * tiles.mr);
            int k = 1 + random.nextInt(40);
            Matrix a = matrix(random, rows, k);
            int row = random.nextInt(rows);
            int column = random.nextInt(k);
            int count = 1 + random.nextInt(rows - row);
            int steps = 1 + random.nextInt(k - column);
            int offset = random.nextInt(20);
            int end = offset + tiles.packedRows(count) * steps + Packing.SLACK;
            float[] packed = untouched(end + 10);
            Packing.left(tiles, a, row, count, column, steps, packed, offset);
            int height;
            for (int r = 0; r < count; r += height) {
                height = tiles.rows(count - r);
                int begin = offset + tiles.packedRows(r) * steps;
                for (int p = 0; p < steps; p++) {
                    for (int inPanel = 0; inPanel < height; inPanel++) {
                        float expected = a.values[a.index(row + r + inPanel, column + p)];
                        if (packed[begin + p * tiles.panelStep(height) + inPanel] != expected) {
                            fail("row %d of %d, step %d of %d".formatted(r + inPanel, count, p, steps));
                        }
                    }
                }
            }
            assertUntouched(packed, 0, offset);
            assertUntouched(packed, end, packed.length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void panelsOfTheRightMatrix(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(2);
        for (int i = 0; i < 3000; i++) {
            int k = 1 + random.nextInt(40);
            int n = 1 + random.nextInt(5 * tiles.nr);
            Matrix b = matrix(random, k, n);
            int row = random.nextInt(k);
            int column = random.nextInt(n);
            int steps = 1 + random.nextInt(k - row);
            int count = 1 + random.nextInt(n - column);
            int offset = random.nextInt(20);
            int lastWidth = count % tiles.nr == 0 ? tiles.nr : tiles.width(count % tiles.nr);
            int end = offset + ((count - 1) / tiles.nr * tiles.nr + lastWidth) * steps;
            float[] packed = untouched(end + 10);
            Packing.right(tiles, b, row, steps, column, count, packed, offset);
            for (int j = 0; j < count; j += tiles.nr) {
                int step = tiles.width(count - j);
                for (int p = 0; p < steps; p++) {
                    for (int inPanel = 0; inPanel < Math.min(tiles.nr, count - j); inPanel++) {
                        float expected = b.values[b.index(row + p, column + j + inPanel)];
                        if (packed[offset + j * steps + p * step + inPanel] != expected) {
                            fail("column %d of %d, step %d of %d".formatted(j + inPanel, count, p, steps));
                        }
                    }
                }
            }
            assertUntouched(packed, 0, offset);
            assertUntouched(packed, end, packed.length);
        }
    }

    /** Along rows, down columns, or with gaps between all elements. */
    private static Matrix matrix(Random random, int rows, int columns) {
        return Products.matrix(
                random, rows, columns, random.nextBoolean(), random.nextInt(3), Math.max(0, random.nextInt(4) - 2));
    }

    private static float[] untouched(int length) {
        float[] values = new float[length];
        Arrays.fill(values, UNTOUCHED);
        return values;
    }

    private static void assertUntouched(float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            if (values[i] != UNTOUCHED) {
                fail("beyond the panels, at %d".formatted(i));
            }
        }
    }
}
