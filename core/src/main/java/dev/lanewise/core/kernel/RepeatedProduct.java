package dev.lanewise.core.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Products of several matrices A of one size with the same B, [m, k] x [k, n], which is packed once for all of them.
 */
public final class RepeatedProduct {
    private final int m;
    private final int n;
    private final int k;
    private final Matrix b;
    private final @Nullable Tiles tiles;

    /** B's micro-panels, one after the other, each with all steps of k; empty if there are no tiles at speed. */
    private final float[] packed;

    /**
     * Packs B.
     *
     * @param times how many products there will be
     */
    public RepeatedProduct(int m, int n, int k, Matrix b, int times) {
        this(readyTiles(m, n, (long) m * n * k * times), m, n, k, b);
    }

    private static @Nullable Tiles readyTiles(int m, int n, long work) {
        Tiles tiles = Gemm.tiles(work);
        return tiles != null && tiles.areReadyForPanels(m, n) ? tiles : null;
    }

    /** With the given kernels, or without any if they are null. */
    RepeatedProduct(@Nullable Tiles tiles, int m, int n, int k, Matrix b) {
        this.tiles = tiles;
        this.m = m;
        this.n = n;
        this.k = k;
        this.b = b;
        if (tiles == null) {
            packed = new float[0];
        } else {
            int panels = Math.ceilDiv(n, tiles.nr);
            packed = new float[panels * tiles.nr * k];
            Parallel.forRange(panels, 1, (from, to) -> {
                int column = from * tiles.nr;
                int columns = Math.min(n, to * tiles.nr) - column;
                Packing.right(tiles, b, 0, k, column, columns, packed, column * k);
            });
        }
    }

    /** {@code C = A·B}, or {@code C += A·B}: the sums are those of {@link Gemm}'s products by tiles, whatever m is. */
    public void multiply(Matrix a, Matrix c, boolean accumulate) {
        var product = new MatrixProduct(m, n, k, a, b, c, accumulate, null);
        if (tiles == null) {
            ScalarProduct.multiply(product);
        } else {
            BlockedProduct.onPacked(packed, tiles, product).run();
        }
    }
}
