package dev.lanewise.core.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The kernels of products for one vector width, each made and warmed up when it is first asked for. */
final class HotKernels {
    final int lanes;

    /** The rows of the largest tile. */
    final int mostRows;

    /** The most rows of a transposition. */
    final int mostTransposed;

    private static final int TRIAL_K = 25;
    private static final int TRANSPOSED_SQUARES = 8;

    private final boolean warm;
    private final int[] panelSteps;
    private final boolean hasTilesForPacked;
    private final ProductKernels source;
    private final List<Hot<TileKernel>> forPacked;
    private final List<Hot<TileKernel>> forInPlace;
    private final List<Hot<GatherKernel>> gathering = new ArrayList<>();
    private final Hot<ThinKernel> thin;

    /** For each number of rows those for each step from a column of a panel to the next. */
    private final List<List<Hot<PanelTranspose>>> transposes = new ArrayList<>();

    private final Hot<PanelCopy> copy;
    private final List<Hot<DotKernel>> dots = new ArrayList<>();
    private final List<Hot<GatherDotKernel>> gatheringDots = new ArrayList<>();

    /**
     * The kernels.
     *
     * @param warm whether they are handed out only when they are at speed; otherwise at once, for tests
     */
    HotKernels(ProductKernels source, boolean warm) {
        this.source = source;
        this.warm = warm;
        lanes = source.lanes();
        mostRows = source.mostRows();
        hasTilesForPacked = source.hasTilesForPacked();
        panelSteps = IntStream.rangeClosed(0, mostRows).map(source::panelStep).toArray();
        forPacked = newTiles(TileKernel.Left.PACKED, 0);
        forInPlace = newTiles(TileKernel.Left.IN_PLACE, 0);
        for (int rows = 0; rows <= mostRows; rows++) {
            gathering.add(newGathering(rows));
        }
        mostTransposed = source.mostTransposed();
        int widestStep = Math.max(2 * lanes, panelStep(mostRows));
        for (int rows = 0; rows <= mostTransposed; rows++) {
            List<Hot<PanelTranspose>> forSteps = new ArrayList<>();
            for (int step = 0; step <= widestStep; step++) {
                forSteps.add(newTranspose(rows, step));
            }
            transposes.add(forSteps);
        }
        thin = newThin();
        copy = newCopy();
        for (int vectors = 1; vectors <= FewRows.MOST_ROWS; vectors++) {
            dots.add(newDots(vectors));
        }
        for (int vectors = 1; vectors <= source.mostGatheringDots(); vectors++) {
            gatheringDots.add(newGatheringDots(vectors));
        }
    }

    /** From a column of a packed micro-panel of A of so many rows to the next. */
    int panelStep(int rows) {
        return panelSteps[rows];
    }

    /** The tiles that read packed micro-panels of A. */
    List<Hot<TileKernel>> forPacked() {
        return hasTilesForPacked ? forPacked : forInPlace;
    }

    /** The tiles that read columns of A where they stand. */
    List<Hot<TileKernel>> forInPlace() {
        return forInPlace;
    }

    /** New ones that read rows of A at this distance. */
    List<Hot<TileKernel>> forRows(int pitch) {
        return newTiles(TileKernel.Left.ROWS, pitch);
    }

    /** One of several tiles. */
    Hot<TileKernel> tile(List<Hot<TileKernel>> tiles, int rows, int vectors, boolean rightPacked) {
        int packed = rightPacked && hasTilesForPacked ? 1 : 0;
        return tiles.get((rows * 2 + vectors - 1) * 2 + packed);
    }

    /** The kernel that reads B by a table. */
    Hot<GatherKernel> gathering(int rows) {
        return gathering.get(rows);
    }

    /**
     * The columns, in vectors, of a tile of so many rows that reads B by a table: two, and with few rows more, else
     * there were too few sums for none to wait for another. A multiple of two, so that tiles of all heights may begin
     * at the same columns.
     */
    static int vectorsToGather(int rows) {
        return rows == 1 ? 8 : rows == 2 ? 4 : 2;
    }

    Hot<ThinKernel> thin() {
        return thin;
    }

    Hot<PanelTranspose> transpose(int rows, int step) {
        return transposes.get(rows).get(step);
    }

    Hot<PanelCopy> copy() {
        return copy;
    }

    Hot<DotKernel> dots(int vectors) {
        return dots.get(vectors - 1);
    }

    Hot<GatherDotKernel> gatheringDots(int vectors) {
        return gatheringDots.get(vectors - 1);
    }

    /** The most dot products with one row that are done at the same time. */
    int mostGatheringDots() {
        return gatheringDots.size();
    }

    private List<Hot<TileKernel>> newTiles(TileKernel.Left left, int rowPitch) {
        List<Hot<TileKernel>> all = new ArrayList<>();
        for (int rows = 0; rows <= mostRows; rows++) {
            for (int vectors = 1; vectors <= 2; vectors++) {
                all.add(newTile(rows, vectors, left, rowPitch, false));
                all.add(newTile(rows, vectors, left, rowPitch, true));
            }
        }
        return all;
    }

    private Hot<TileKernel> newTile(int rows, int vectors, TileKernel.Left left, int rowPitch, boolean rightPacked) {
        int columns = vectors * lanes;
        boolean areRows = left == TileKernel.Left.ROWS;
        int leftStep = areRows ? 1 : panelStep(rows);
        return hot(
                () -> source.tile(rows, vectors, left, rowPitch, rightPacked),
                () -> {
                    float[] a = new float[areRows ? rows * rowPitch + TRIAL_K : leftStep * TRIAL_K];
                    float[] b = new float[columns * TRIAL_K];
                    float[] c = new float[rows * columns];
                    return kernel -> {
                        kernel.multiply(1, 0, TRIAL_K, a, 0, leftStep, b, 0, columns, c, 0, columns, false);
                        kernel.multiply(1, 0, TRIAL_K, a, 0, leftStep, b, 0, columns, c, 0, columns, true);
                    };
                },
                2 * (100 + 2 * TRIAL_K * rows * vectors));
    }

    private Hot<GatherKernel> newGathering(int rows) {
        int vectors = vectorsToGather(rows);
        int columns = vectors * lanes;
        return hot(
                () -> source.gathering(rows, vectors),
                () -> {
                    float[] a = new float[panelStep(rows) * TRIAL_K];
                    float[] b = new float[columns];
                    int[] table = new int[TRIAL_K];
                    float[] c = new float[rows * columns];
                    return kernel -> {
                        kernel.multiply(TRIAL_K, a, 0, 0, b, 0, table, c, 0, columns, false);
                        kernel.multiply(TRIAL_K, a, 0, 0, b, 0, table, c, 0, columns, true);
                    };
                },
                2 * (100 + 2 * TRIAL_K * rows * vectors));
    }

    private Hot<ThinKernel> newThin() {
        int rows = ThinKernel.VECTORS * lanes;
        return hot(
                source::thin,
                () -> {
                    float[] a = new float[rows * TRIAL_K];
                    float[] b = new float[TRIAL_K];
                    float[] sums = new float[rows];
                    return kernel -> kernel.multiply(TRIAL_K, a, 0, lanes, rows, b, 0, 1, sums);
                },
                100 + 2 * TRIAL_K * ThinKernel.VECTORS);
    }

    private Hot<PanelTranspose> newTranspose(int rows, int step) {
        int k = TRANSPOSED_SQUARES * mostTransposed;
        return hot(
                () -> source.transpose(rows, step),
                () -> {
                    float[] from = new float[rows * k];
                    float[] to = new float[step * k + mostTransposed];
                    return kernel -> kernel.transpose(k, from, 0, k, to, 0);
                },
                100 + 2 * rows * k);
    }

    private Hot<PanelCopy> newCopy() {
        int k = 32;
        int widest = 2 * lanes;
        return hot(
                source::copy,
                () -> {
                    float[] from = new float[k * widest];
                    float[] to = new float[k * widest];
                    return kernel -> {
                        kernel.copy(1, widest, k, from, 0, widest, to, 0, widest);
                        kernel.copy(2, widest / 2, k, from, 0, widest, to, 0, widest / 2);
                    };
                },
                200 + 4 * k * widest);
    }

    private Hot<DotKernel> newDots(int vectors) {
        int k = TRIAL_K * Finish.LANES;
        return hot(
                () -> source.dots(vectors),
                () -> {
                    float[] values = new float[vectors * k];
                    float[] lanes = new float[vectors * Finish.LANES];
                    return kernel -> kernel.dot(k, values, 0, values, 0, k, lanes);
                },
                200 + TRIAL_K * vectors * 20);
    }

    private Hot<GatherDotKernel> newGatheringDots(int vectors) {
        int k = TRIAL_K * Finish.LANES;
        return hot(
                () -> source.gatheringDots(vectors),
                () -> {
                    float[] values = new float[k];
                    int[] table = new int[vectors];
                    float[] lanes = new float[vectors * Finish.LANES];
                    return kernel -> kernel.dot(k, values, 0, values, 0, table, 0, lanes, 0);
                },
                200 + TRIAL_K * vectors * 20);
    }

    private <T> Hot<T> hot(Supplier<T> maker, Supplier<Consumer<T>> trials, double atSpeedNanos) {
        return new Hot<>(maker, warm ? trials : null, atSpeedNanos);
    }
}
