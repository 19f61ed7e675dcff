package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to compute a product against one chain of fused multiply-adds for each element, bit for bit. */
class GemmTest {
    private static void check(Tiles tiles, Products product) {
        float[] expected = product.expected();
        assertSame(product.run(tiles), expected, "tiles", product);
        assertSame(product.run(tiles.wholeOnly()), expected, "whole tiles", product);
        assertSame(product.runScalar(), expected, "scalar", product);
        float[] plusRow = product.expectedPlusRow();
        assertSame(product.runPlusRow(tiles), plusRow, "tiles, plus a row", product);
        assertSame(product.runPlusRow(tiles.wholeOnly()), plusRow, "whole tiles, plus a row", product);
        assertSame(product.runPlusRow(null), plusRow, "scalar, plus a row", product);
    }

    private static void assertSame(float[] result, float[] expected, String way, Products product) {
        if (!Arrays.equals(result, expected)) { // formatted only then: there are very many of them
            assertThat(result).as("%s: %s", way, product).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMatrixThatIsPackedOnceForSeveralProducts(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(7);
        for (int i = 0; i < 40; i++) {
            int n = 1 + random.nextInt(5 * tiles.nr);
            int k = 1 + random.nextInt(i % 2 == 0 ? 100 : 1500); // more than one block of steps too
            int m = 1 + random.nextInt(3 * tiles.mr);
            Matrix b = Products.matrix(random, k, n, random.nextBoolean(), 0, 0);
            assertThat(tiles.areReadyForPanels(m, n)).isTrue();
            var repeated = new RepeatedProduct(tiles, m, n, k, b);
            for (int time = 0; time < 2; time++) {
                Products one = Products.plain(random, m, n, k, "NN", random.nextBoolean());
                var product = new Products(m, n, k, one.a, b, one.c, one.accumulate);
                float[] expected = product.chains();
                repeated.multiply(product.a, product.c, product.accumulate);
                assertSame(product.c.values, expected, "packed once", product);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void allRemaindersOfRowsAndColumns(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(1);
        for (int m = 1; m <= 2 * tiles.mr + 1; m++) {
            for (int n = 1; n <= 2 * tiles.nr + 1; n++) {
                for (int k : new int[] {1, 2, 19}) {
                    check(tiles, Products.plain(random, m, n, k, (m + n) % 2 == 0 ? "NN" : "NT", n % 3 == 0));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void allLengthsOfTheSum(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(2);
        for (int k = 0; k <= 70; k++) {
            for (String layout : new String[] {"NN", "NT", "TN", "TT"}) {
                check(tiles, Products.plain(random, 29, 41, k, layout, k % 2 == 0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsAtAnyDistance(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(8);
        // from the same row again and again to rows for which no kernels are made
        for (int pitch : new int[] {0, 1, 7, 16, TileKernel.ROW_PITCH, 1 << 16, (1 << 16) + 1, 200_000}) {
            for (int m : new int[] {1, 5, tiles.mr, 2 * tiles.mr + 3}) {
                var a = new Matrix(new float[(m - 1) * pitch + 40], 0, pitch, 1);
                Products.fill(random, a.values);
                Matrix b = Products.matrix(random, 40, 50, false, 0, 0);
                check(tiles, new Products(m, 50, 40, a, b, Products.matrix(random, m, 50, false, 0, 0), false));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyStridesAndOffsets(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(3);
        for (int i = 0; i < 1500; i++) {
            int m = 1 + random.nextInt(i % 7 == 0 ? 150 : 40);
            int n = 1 + random.nextInt(i % 5 == 0 ? 200 : 70);
            check(tiles, Products.strided(random, m, n, 1 + random.nextInt(70)));
        }
    }

    /**
     * Beyond the blocks of k, of rows, of columns, and of what is packed at a time; with few columns left over, too.
     */
    @ParameterizedTest
    @CsvSource({
        "131, 130, 100, NN", // each thread for itself
        "131, 130, 100, NT",
        "131, 130, 100, TN",
        "25, 300, 300, NT",
        "1030, 90, 100, NN",
        "30, 40, 2500, NN",
        "19, 40, 865, TN",
        "23, 70, 865, TN",
        "30, 40, 2500, NT",
        "30, 40, 2500, TN",
        "500, 70, 130, NN",
        "500, 65, 130, NT",
        "500, 65, 130, TN",
        "500, 65, 130, NN",
        "310, 35, 900, NN",
        "20, 2500, 90, NN",
        "20, 2500, 90, NT",
        "110, 1100, 800, NN",
        "50, 1100, 800, NT",
        "50, 1100, 800, TN",
        "40, 1200, 2000, NN",
        "110, 1029, 1100, NT",
    })
    void manyBlocks(int m, int n, int k, String layout) {
        var random = new Random(4);
        check(Registers.present(), Products.plain(random, m, n, k, layout, false));
        check(Registers.present(), Products.plain(random, m, n, k, layout, true));
    }

    @ParameterizedTest
    @EnumSource
    void fewRowsAreDotProductsInSixteenLanes(Registers registers) {
        Tiles tiles = registers.tiles();
        var random = new Random(5);
        for (int k = 1; k < 100; k++) {
            for (int m = 1; m <= FewRows.MOST_ROWS + 1; m++) {
                int n = 1 + random.nextInt(20);
                check(tiles, Products.plain(random, m, n, k, "NT", k % 2 == 0));
                check(tiles, Products.plain(random, m, n, k, "TT", k % 3 == 0));
                check(tiles, Products.plain(random, 7 * m, 1, k, "NN", k % 2 == 0)); // one column
            }
        }
        check(tiles, Products.plain(random, 1, 3000, 300, "NT", false)); // by several threads
        check(tiles, Products.plain(random, 3000, 1, 300, "NN", true));
    }

    @Test
    void thePublicMethodGivesTheSameBeforeAndAfterItsKernelsAreCompiled() {
        var random = new Random(6);
        for (String layout : new String[] {"NN", "NT", "TN", "TT"}) {
            Products product = Products.plain(random, 150, 130, 140, layout, true);
            float[] expected = product.expected();
            for (int i = 0; i < 200; i++) {
                assertSame(product.runPublic(), expected, "public", product);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"131, 130, 100", "1030, 90, 100", "70, 1100, 90"})
    void aRowIsAddedOnce(int m, int n, int k) {
        var random = new Random(5);
        float[] a = random(random, m * k);
        float[] b = random(random, k * n);
        float[] row = random(random, n + 3);
        var left = new Matrix(a, 0, k, 1);
        var right = new Matrix(b, 0, n, 1);
        float[] expected = new float[m * n];
        var whole = new Matrix(expected, 0, n, 1);
        Gemm.multiply(null, new MatrixProduct(m, n, k, left, right, whole, false, null));
        for (int i = 0; i < expected.length; i++) {
            expected[i] += row[3 + i % n];
        }
        float[] sums = new float[m * n];
        var product = new Matrix(sums, 0, n, 1);
        Epilogue added = Products.addedRow(row, 3, product);
        Gemm.multiply(Registers.present(), new MatrixProduct(m, n, k, left, right, product, false, added));
        assertThat(sums).isEqualTo(expected);
    }

    private static float[] random(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    @Test
    void emptyProducts() {
        float[] c = {1, 2, 3, 4, 5, 6, 7};
        float[] none = {};
        Gemm.sgemm(0, 3, 4, new Matrix(none, 0, 4, 1), new Matrix(none, 0, 3, 1), new Matrix(c, 0, 3, 1), false);
        Gemm.sgemm(3, 0, 4, new Matrix(none, 0, 4, 1), new Matrix(none, 0, 3, 1), new Matrix(c, 0, 3, 1), false);
        Gemm.sgemm(2, 2, 0, new Matrix(none, 0, 0, 1), new Matrix(none, 0, 2, 1), new Matrix(c, 1, 3, 1), true);
        Gemm.sgemmBatch(0, 2, 2, 2, none, new int[0], 2, 1, none, new int[0], 2, 1, c, new int[0], 2, false);
        assertThat(c).containsExactly(1, 2, 3, 4, 5, 6, 7);
        Gemm.sgemm(2, 2, 0, new Matrix(none, 0, 0, 1), new Matrix(none, 0, 2, 1), new Matrix(c, 1, 3, 1), false);
        assertThat(c).containsExactly(1, 0, 0, 4, 0, 0, 7);
    }

    /** An axis of size 1 may have any stride, and none may be multiplied beyond the elements that there are. */
    @Test
    void strangeStridesOfSingleRowsAndColumns() {
        int huge = Integer.MAX_VALUE;
        float[] a = {2, 3, 4};
        float[] b = {5, 6, 7};
        float[] c = new float[9];
        Gemm.sgemm(1, 1, 3, new Matrix(a, 0, huge, 1), new Matrix(b, 0, 1, huge), new Matrix(c, 0, huge, 1), false);
        assertThat(c[0]).isEqualTo(2 * 5 + 3 * 6 + 4 * 7);
        Gemm.sgemm(3, 3, 1, new Matrix(a, 0, 1, huge), new Matrix(b, 0, huge, 1), new Matrix(c, 0, 3, 1), false);
        assertThat(c).containsExactly(10, 12, 14, 15, 18, 21, 20, 24, 28);
        float[] wide = new float[100];
        Products.fill(new Random(7), wide);
        var product = new Products(
                1,
                90,
                1,
                new Matrix(a, 0, huge, huge),
                new Matrix(wide, 3, huge, 1),
                new Matrix(wide.clone(), 2, huge, 1),
                true);
        check(Registers.present(), product);
    }

    @ParameterizedTest
    @CsvSource({"48, 64, 64, 32", "7, 13, 65, 40", "3, 300, 270, 260", "100, 3, 5, 2", "5, 1, 20, 30", "1, 50, 50, 50"})
    void batches(int batches, int m, int n, int k) {
        var random = new Random(8);
        float[] a = new float[batches * m * k];
        float[] b = new float[batches * k * n];
        float[] c = new float[batches * m * n];
        Products.fill(random, a);
        Products.fill(random, b);
        Products.fill(random, c);
        int[] aOffsets = new int[batches];
        int[] bOffsets = new int[batches];
        int[] cOffsets = new int[batches];
        for (int i = 0; i < batches; i++) {
            aOffsets[i] = (batches - 1 - i) * m * k;
            bOffsets[i] = i / 2 * k * n; // some share their B
            cOffsets[i] = i * m * n;
        }
        for (boolean accumulate : new boolean[] {false, true}) {
            float[] expected = c.clone();
            for (int i = 0; i < batches; i++) {
                var left = new Matrix(a, aOffsets[i], k, 1);
                var right = new Matrix(b, bOffsets[i], 1, k);
                var product = new Matrix(expected, cOffsets[i], n, 1);
                Gemm.multiply(null, new MatrixProduct(m, n, k, left, right, product, accumulate, null));
            }
            for (int i = 0; i < 20; i++) {
                float[] result = c.clone();
                Gemm.sgemmBatch(
                        batches, m, n, k, a, aOffsets, k, 1, b, bOffsets, 1, k, result, cOffsets, n, accumulate);
                assertThat(Arrays.equals(result, expected)).isTrue();
            }
        }
    }

    @Test
    void inFloat64ThePlainLoops() {
        var random = new Random(9);
        for (int i = 0; i < 300; i++) {
            int m = random.nextInt(i % 50 == 0 ? 200 : 20);
            int n = random.nextInt(i % 50 == 0 ? 200 : 20);
            int k = random.nextInt(i % 50 == 0 ? 200 : 20);
            boolean transposed = random.nextBoolean();
            boolean accumulate = random.nextBoolean();
            double[] a = random.doubles(2 + m * k).toArray();
            double[] b = random.doubles(2 + k * n).toArray();
            double[] c = random.doubles(1 + m * (n + 1)).toArray();
            int bRowStride = transposed ? 1 : n;
            int bColumnStride = transposed ? k : 1;
            double[] expected = c.clone();
            for (int row = 0; row < m; row++) {
                for (int column = 0; column < n; column++) {
                    int at = 1 + row * (n + 1) + column;
                    double sum = accumulate ? c[at] : 0;
                    for (int p = 0; p < k; p++) {
                        sum = Math.fma(a[2 + p * m + row], b[2 + p * bRowStride + column * bColumnStride], sum);
                    }
                    expected[at] = sum;
                }
            }
            double[] batched = c.clone();
            Gemm.dgemm(m, n, k, a, 2, 1, m, b, 2, bRowStride, bColumnStride, c, 1, n + 1, accumulate);
            assertThat(c).isEqualTo(expected);
            Gemm.dgemmBatch(
                    1,
                    m,
                    n,
                    k,
                    a,
                    new int[] {2},
                    1,
                    m,
                    b,
                    new int[] {2},
                    bRowStride,
                    bColumnStride,
                    batched,
                    new int[] {1},
                    n + 1,
                    accumulate);
            assertThat(batched).isEqualTo(expected);
        }
    }

    @Test
    void infinitiesAndNotANumber() {
        float[] a = {Float.POSITIVE_INFINITY, 1, Float.NaN, -0f, 0, Float.MIN_VALUE, 1e30f, -1e30f, 1};
        float[] b = {0, -0f, 1, Float.NEGATIVE_INFINITY, 1e30f, 1, 1e-30f, 1, Float.MAX_VALUE};
        for (int n : new int[] {3, 17, 33}) { // B's three columns again and again, so that all kinds of tiles see them
            float[] wide = new float[3 * n];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = b[i / n * 3 + i % n % 3];
            }
            var product = new Products(
                    3,
                    n,
                    3,
                    new Matrix(a, 0, 3, 1),
                    new Matrix(wide, 0, n, 1),
                    new Matrix(new float[3 * n], 0, n, 1),
                    false);
            check(Registers.present(), product);
        }
    }
}
