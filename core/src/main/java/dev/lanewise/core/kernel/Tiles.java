package dev.lanewise.core.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of one vector width, and how rows and columns are divided among them.
 *
 * <p>Rows are divided into micro-panels of MR rows, and what is left into one of 8 and one of 4, as far as they go in,
 * and one of the rest, but for 6 + 2, which are 4 + 4; so there are few different kernels, each of which the compiler
 * has to compile. Columns are divided into micro-panels of NR, two vectors; for the last columns one vector is taken if
 * it holds them.
 */
final class Tiles {
    /** BLIS's MR, the rows of a full tile. */
    final int mr;

    /** BLIS's NR, the columns of a full tile. */
    final int nr;

    final int lanes;

    private static final int TRIAL_K = 25;
    private static final int TRANSPOSED_SQUARES = 8;

    private final boolean warm;
    private final int[] panelSteps;
    private final boolean hasTilesForPacked;
    private final List<Hot<TileKernel>> forPacked;
    private final List<Hot<TileKernel>> forRows;
    private final List<Hot<TileKernel>> forInPlace;
    private final List<Hot<GatherKernel>> gathering = new ArrayList<>();
    private final Hot<ThinKernel> thin;
    private final int mostTransposed;

    /** For each number of rows those for each step from a column of a panel to the next. */
    private final List<List<Hot<PanelTranspose>>> transposes = new ArrayList<>();

    private final Hot<PanelCopy> copy;
    private final List<Hot<DotKernel>> dots = new ArrayList<>();
    private final List<Hot<GatherDotKernel>> gatheringDots = new ArrayList<>();

    /** Kernels that are handed out when they are at speed. */
    Tiles(ProductKernels source) {
        this(source, true);
    }

    /**
     * The kernels.
     *
     * @param warm whether they are handed out only when they are at speed; otherwise at once, for tests
     */
    Tiles(ProductKernels source, boolean warm) {
        this.warm = warm;
        lanes = source.lanes();
        mr = source.mostRows();
        nr = 2 * lanes;
        hasTilesForPacked = source.hasTilesForPacked();
        panelSteps = IntStream.rangeClosed(0, mr).map(source::panelStep).toArray();
        forPacked = tiles(source, TileKernel.Left.PACKED);
        forRows = tiles(source, TileKernel.Left.ROWS);
        forInPlace = tiles(source, TileKernel.Left.IN_PLACE);
        for (int rows = 0; rows <= mr; rows++) {
            gathering.add(gathering(source, rows));
        }
        mostTransposed = source.mostTransposed();
        for (int rows = 0; rows <= mostTransposed; rows++) {
            List<Hot<PanelTranspose>> forSteps = new ArrayList<>();
            for (int step = 0; step <= Math.max(nr, panelStep(mr)); step++) {
                forSteps.add(transpose(source, rows, step));
            }
            transposes.add(forSteps);
        }
        thin = thin(source);
        copy = copy(source);
        for (int vectors = 1; vectors <= FewRows.MOST_ROWS; vectors++) {
            dots.add(dots(source, vectors));
        }
        for (int vectors = 1; vectors <= source.mostGatheringDots(); vectors++) {
            gatheringDots.add(gatheringDots(source, vectors));
        }
    }

    /** The rows of the next micro-panel if so many are left. */
    int rows(int left) {
        if (left == 8 && mr < 8) {
            return 4; // twice: two rows take as long as four, since there are too few sums to wait for one another
        }
        return left >= mr ? mr : left >= 8 ? 8 : left >= 4 ? 4 : left;
    }

    /** How many of so many rows are in micro-panels of MR rows. */
    int rowsOfWholePanels(int rows) {
        int whole = rows / mr * mr;
        return whole > 0 && rows(mr + rows - whole) < mr ? whole - mr : whole;
    }

    /** From a column of a packed micro-panel of A of so many rows to the next. */
    int panelStep(int rows) {
        return panelSteps[rows];
    }

    /**
     * The floats that the packed micro-panels of so many rows of A take at the most for each of their columns. If a
     * micro-panel begins after those rows, this is where.
     */
    int packedRows(int rows) {
        return rows / mr * panelSteps[mr] + panelSteps[rows % mr];
    }

    /** The columns of a tile if so many are left: those of one vector or of two. */
    int width(int left) {
        return left > lanes ? nr : lanes;
    }

    /**
     * Whether all kernels for a C of this size are at speed. Those that are not will be some time later.
     *
     * @param firstPacked the column from which on B is packed
     */
    boolean areReady(int m, int n, int firstPacked, TileKernel.Left left) {
        boolean ready = true;
        int last = n % nr;
        int full = last > lanes ? n : n - last; // the columns of tiles of two vectors
        if (firstPacked > 0 && full > 0) {
            ready &= areReady(m, 2, left, false);
        }
        if (firstPacked < full) {
            ready &= areReady(m, 2, left, true);
        }
        if (full < n) {
            boolean packed = firstPacked < n;
            ready &= isThin(last) ? areAllReady(left, packed) : areReady(m, 1, left, packed);
        }
        return ready;
    }

    /** Whether tiles of one vector and any height are at speed: single columns may leave any number of rows to them. */
    private boolean areAllReady(TileKernel.Left left, boolean packed) {
        boolean ready = true;
        for (int height = mr; height > 0; height = height > 8 ? 8 : height > 4 ? 4 : height - 1) {
            ready &= tile(height, 1, left, packed).orNull() != null;
        }
        return ready;
    }

    private boolean areReady(int m, int vectors, TileKernel.Left left, boolean packed) {
        return forHeights(m, height -> tile(height, vectors, left, packed).orNull() != null);
    }

    /** Whether the kernels for a C of this size are at speed that read packed panels of both A and B. */
    boolean areReadyForPanels(int m, int n) {
        int last = n % nr;
        boolean areFull = last == n || areReady(m, 2, TileKernel.Left.PACKED, true);
        boolean isLast = last == 0 || areReady(m, width(last) / lanes, TileKernel.Left.PACKED, true);
        return areFull && isLast;
    }

    /** Whether the kernels for a C of so many rows are at speed that read B by a table. */
    boolean areReadyToGather(int m) {
        return forHeights(m, height -> gathering.get(height).orNull() != null);
    }

    /**
     * Whether something is true for the heights of all tiles of so many rows, or of the last ones of them. It is asked
     * of all.
     */
    private boolean forHeights(int m, IntPredicate isReady) {
        boolean ready = m < mr || isReady.test(mr);
        for (int left = m % mr; left > 0; left -= rows(left)) {
            ready &= isReady.test(rows(left));
        }
        if (m > mr && m % mr + mr == 8) {
            ready &= isReady.test(rows(8));
        }
        return ready;
    }

    /** The columns of a tile of so many rows that reads B by a table. */
    int widthToGather(int rows) {
        return lanes * vectorsToGather(rows);
    }

    /**
     * Two, and with few rows more, else there were too few sums for none to wait for another. A multiple of two, so
     * that tiles of all heights may begin at the same columns.
     */
    private static int vectorsToGather(int rows) {
        return rows == 1 ? 8 : rows == 2 ? 4 : 2;
    }

    /** The kernel that reads B by a table, for which {@link #areReadyToGather} was true. */
    GatherKernel gathering(int rows) {
        return gathering.get(rows).get();
    }

    /** The kernel of a tile for which {@link #areReady} was true. */
    TileKernel kernel(int rows, int vectors, TileKernel.Left left, boolean rightPacked) {
        return tile(rows, vectors, left, rightPacked).get();
    }

    private Hot<TileKernel> tile(int rows, int vectors, TileKernel.Left left, boolean rightPacked) {
        var kernels = switch (left) {
            case PACKED -> hasTilesForPacked ? forPacked : forInPlace;
            case ROWS -> forRows;
            case IN_PLACE -> forInPlace;
        };
        int packed = rightPacked && hasTilesForPacked ? 1 : 0;
        return kernels.get((rows * 2 + vectors - 1) * 2 + packed);
    }

    /**
     * The kernel for single columns, null if tiles are to be taken: if so many columns are left that they are as fast,
     * if a vector holds less than a full tile's rows, or if the kernel is not at speed.
     */
    @Nullable
    ThinKernel thin(int columns) {
        return isThin(columns) ? thin.orNull() : null;
    }

    /**
     * Whether single columns are faster than a tile if so many columns are left. Five of sixteen took the same time.
     */
    boolean isThin(int columns) {
        return columns > 0 && columns <= lanes / 4 && lanes >= mr;
    }

    /** The rows of the next transposition if so many are left, 0 if they are done one by one. */
    int transposed(int left) {
        if (left >= mostTransposed) {
            return mostTransposed;
        }
        return left == mr % mostTransposed ? left : left >= 8 ? 8 : left >= 4 ? 4 : 0;
    }

    /** The elements that a transposition writes of each column of a panel. */
    int mostTransposed() {
        return mostTransposed;
    }

    /**
     * The transposition of as many rows as {@link #transposed} says to a panel with this step from a column to the
     * next, null if it is not at speed.
     */
    @Nullable
    PanelTranspose transpose(int rows, int step) {
        return transposes.get(rows).get(step).orNull();
    }

    /** The copier of panels, null if it is not at speed. */
    @Nullable
    PanelCopy copy() {
        return copy.orNull();
    }

    /** The dot products of a row with this many vectors, null if they are not at speed. */
    @Nullable
    DotKernel dots(int vectors) {
        return dots.get(vectors - 1).orNull();
    }

    /** How many parts so many dot products with one row are done in, of equal sizes but for one. */
    int partsOfGatheringDots(int vectors) {
        return Math.ceilDiv(vectors, gatheringDots.size());
    }

    /** Whether the kernels for so many dot products with one row are at speed. It is asked of all. */
    boolean areReadyForGatheringDots(int vectors) {
        int parts = partsOfGatheringDots(vectors);
        boolean ready = true;
        for (int size = vectors / parts; size <= Math.ceilDiv(vectors, parts); size++) {
            ready &= gatheringDots.get(size - 1).orNull() != null;
        }
        return ready;
    }

    /** The dot products of a row with vectors that begin where a table says. */
    GatherDotKernel gatheringDots(int vectors) {
        return gatheringDots.get(vectors - 1).get();
    }

    private List<Hot<TileKernel>> tiles(ProductKernels source, TileKernel.Left left) {
        List<Hot<TileKernel>> all = new ArrayList<>();
        for (int rows = 0; rows <= mr; rows++) {
            for (int vectors = 1; vectors <= 2; vectors++) {
                all.add(tile(source, rows, vectors, left, false));
                all.add(tile(source, rows, vectors, left, true));
            }
        }
        return all;
    }

    private Hot<TileKernel> tile(
            ProductKernels source, int rows, int vectors, TileKernel.Left left, boolean rightPacked) {
        int columns = vectors * source.lanes();
        boolean areRows = left == TileKernel.Left.ROWS;
        int leftStep = areRows ? 1 : panelStep(rows);
        return hot(
                () -> source.tile(rows, vectors, left, rightPacked),
                () -> {
                    float[] a = new float[areRows ? rows * TileKernel.ROW_PITCH : leftStep * TRIAL_K];
                    float[] b = new float[columns * TRIAL_K];
                    float[] c = new float[rows * columns];
                    return kernel -> {
                        kernel.multiply(1, 0, TRIAL_K, a, 0, leftStep, b, 0, columns, c, 0, columns, false);
                        kernel.multiply(1, 0, TRIAL_K, a, 0, leftStep, b, 0, columns, c, 0, columns, true);
                    };
                },
                2 * (100 + 2 * TRIAL_K * rows * vectors));
    }

    private Hot<GatherKernel> gathering(ProductKernels source, int rows) {
        int vectors = vectorsToGather(rows);
        int columns = vectors * source.lanes();
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

    private Hot<ThinKernel> thin(ProductKernels source) {
        int rows = ThinKernel.VECTORS * source.lanes();
        return hot(
                source::thin,
                () -> {
                    float[] a = new float[rows * TRIAL_K];
                    float[] b = new float[TRIAL_K];
                    float[] sums = new float[rows];
                    return kernel -> kernel.multiply(TRIAL_K, a, 0, source.lanes(), rows, b, 0, 1, sums);
                },
                100 + 2 * TRIAL_K * ThinKernel.VECTORS);
    }

    private Hot<PanelTranspose> transpose(ProductKernels source, int rows, int step) {
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

    private Hot<PanelCopy> copy(ProductKernels source) {
        int k = 32;
        int widest = 2 * source.lanes();
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

    private Hot<DotKernel> dots(ProductKernels source, int vectors) {
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

    private Hot<GatherDotKernel> gatheringDots(ProductKernels source, int vectors) {
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
