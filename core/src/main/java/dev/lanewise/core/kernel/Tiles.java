package dev.lanewise.core.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
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

    /** What is lost without kernels that no others can take the place of. */
    private static final long AT_ONCE = Long.MAX_VALUE;

    /**
     * The most distances between rows for which there are kernels of their own. A program has a few, but for those that
     * go with the length of its data.
     */
    private static final int MOST_PITCHES = 32;

    /** The largest of them: kernels are warmed up on rows that are so far apart, of which twelve are 3 MB. */
    private static final int LARGEST_PITCH = 1 << 16;

    private final HotKernels kernels;
    private final boolean wholeOnly;

    /** What tiles read rows that are so far apart, and whether they do where the rows stand. */
    private final int rowPitch;

    private final boolean rowsInPlace;
    private final List<Hot<TileKernel>> forRows;
    private final @Nullable Tiles whole;

    /** Those of {@link #forRowsInPlace}. */
    private volatile Tiles[] pitched = {};

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
        kernels = new HotKernels(source, warm);
        lanes = kernels.lanes;
        mr = kernels.mostRows;
        nr = 2 * lanes;
        rowPitch = TileKernel.ROW_PITCH;
        rowsInPlace = false;
        forRows = kernels.forRows(rowPitch);
        wholeOnly = false;
        whole = new Tiles(this, true, forRows, rowPitch, false);
    }

    private Tiles(Tiles all, boolean wholeOnly, List<Hot<TileKernel>> forRows, int rowPitch, boolean rowsInPlace) {
        kernels = all.kernels;
        lanes = all.lanes;
        mr = all.mr;
        nr = all.nr;
        this.wholeOnly = wholeOnly;
        this.rowPitch = rowPitch;
        this.rowsInPlace = rowsInPlace;
        this.forRows = forRows;
        whole = null;
    }

    /**
     * The same kernels, but of those for tiles only the one for whole tiles and packed panels: it computes any product,
     * where C has fewer rows or columns than its tiles with whatever the panels hold there, so that no product has to
     * wait for kernels of its own.
     */
    Tiles wholeOnly() {
        return whole == null ? this : whole;
    }

    boolean areWholeOnly() {
        return wholeOnly;
    }

    /** Whether the kernel is at speed that {@link #wholeOnly} tiles need. */
    boolean isWholeReady() {
        return tile(mr, 2, TileKernel.Left.PACKED, true).orNull() != null;
    }

    /**
     * The same kernels, but tiles for rows are those that read them where they stand, so far apart; null if that is too
     * far, or if there have been too many such distances.
     */
    @Nullable
    Tiles forRowsInPlace(int pitch) {
        Tiles there = pitched(pitch);
        return there != null || wholeOnly || pitch > LARGEST_PITCH ? there : addPitch(pitch);
    }

    private @Nullable Tiles pitched(int pitch) {
        for (Tiles tiles : pitched) {
            if (tiles.rowPitch == pitch) {
                return tiles;
            }
        }
        return null;
    }

    private synchronized @Nullable Tiles addPitch(int pitch) {
        Tiles there = pitched(pitch); // since another thread came first
        if (there != null) {
            return there;
        }
        if (pitched.length == MOST_PITCHES) {
            pitched = Arrays.stream(pitched).filter(Tiles::hasKernelsForRows).toArray(Tiles[]::new);
        }
        if (pitched.length == MOST_PITCHES) {
            return null;
        }
        var added = new Tiles(this, false, kernels.forRows(pitch), pitch, true);
        Tiles[] more = Arrays.copyOf(pitched, pitched.length + 1);
        more[pitched.length] = added;
        pitched = more;
        return added;
    }

    /** Whether kernels for rows so far apart have been worth making. */
    private boolean hasKernelsForRows() {
        return forRows.stream().anyMatch(Hot::isRequested);
    }

    boolean areForRowsInPlace() {
        return rowsInPlace;
    }

    /** From a row to the next, for the tiles for rows. */
    int rowPitch() {
        return rowPitch;
    }

    /**
     * The rows of the next micro-panel if so many are left; more than those if {@linkplain #wholeOnly all are whole}.
     */
    int rows(int left) {
        if (wholeOnly) {
            return mr;
        }
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
        return kernels.panelStep(rows);
    }

    /**
     * The floats that the packed micro-panels of so many rows of A take at the most for each of their columns. If a
     * micro-panel begins after those rows, this is where.
     */
    int packedRows(int rows) {
        if (wholeOnly) {
            return Math.ceilDiv(rows, mr) * panelStep(mr);
        }
        return rows / mr * panelStep(mr) + panelStep(rows % mr);
    }

    /** The columns of a tile if so many are left: those of one vector or of two. */
    int width(int left) {
        return wholeOnly || left > lanes ? nr : lanes;
    }

    /**
     * Whether all kernels for a C of this size are at speed. Those that are not will be when they are worth it.
     *
     * @param firstPacked the column from which on B is packed
     * @param loss the multiply-adds that it costs to do without
     */
    boolean areReady(int m, int n, int firstPacked, TileKernel.Left left, long loss) {
        boolean ready = true;
        int last = n % nr;
        int full = last > lanes ? n : n - last; // the columns of tiles of two vectors
        if (firstPacked > 0 && full > 0) {
            ready &= areReady(m, 2, left, false, loss);
        }
        if (firstPacked < full) {
            ready &= areReady(m, 2, left, true, loss);
        }
        if (full < n) {
            boolean packed = firstPacked < n;
            ready &= isThin(last)
                    ? areAllReady(left, packed, loss)
                    : areReady(m, width(last) / lanes, left, packed, loss);
        }
        return ready;
    }

    /** Whether tiles of one vector and any height are at speed: single columns may leave any number of rows to them. */
    private boolean areAllReady(TileKernel.Left left, boolean packed, long loss) {
        boolean ready = true;
        for (int height = mr; height > 0; height = height > 8 ? 8 : height > 4 ? 4 : height - 1) {
            ready &= tile(height, 1, left, packed).orNull(loss) != null;
        }
        return ready;
    }

    private boolean areReady(int m, int vectors, TileKernel.Left left, boolean packed, long loss) {
        return forHeights(m, height -> tile(height, vectors, left, packed).orNull(loss) != null);
    }

    /** Whether the kernels for a C of this size are at speed that read packed panels of both A and B. */
    boolean areReadyForPanels(int m, int n) {
        int last = n % nr;
        boolean areFull = last == n || areReady(m, 2, TileKernel.Left.PACKED, true, AT_ONCE);
        boolean isLast = last == 0 || areReady(m, width(last) / lanes, TileKernel.Left.PACKED, true, AT_ONCE);
        return areFull && isLast;
    }

    /** Whether the kernels for a C of so many rows are at speed that read B by a table. */
    boolean areReadyToGather(int m) {
        return forHeights(m, height -> kernels.gathering(height).orNull() != null);
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
        return lanes * HotKernels.vectorsToGather(rows);
    }

    /** The kernel that reads B by a table, for which {@link #areReadyToGather} was true. */
    GatherKernel gathering(int rows) {
        return kernels.gathering(rows).get();
    }

    /** The kernel of a tile for which {@link #areReady} was true. */
    TileKernel kernel(int rows, int vectors, TileKernel.Left left, boolean rightPacked) {
        return tile(rows, vectors, left, rightPacked).get();
    }

    private Hot<TileKernel> tile(int rows, int vectors, TileKernel.Left left, boolean rightPacked) {
        var tiles = switch (left) {
            case PACKED -> kernels.forPacked();
            case ROWS -> forRows;
            case IN_PLACE -> kernels.forInPlace();
        };
        return kernels.tile(tiles, rows, vectors, rightPacked);
    }

    /**
     * The kernel for single columns, null if tiles are to be taken: if so many columns are left that they are as fast,
     * if a vector holds less than a full tile's rows, or if the kernel is not at speed.
     */
    @Nullable
    ThinKernel thin(int columns) {
        return isThin(columns) ? kernels.thin().orNull() : null;
    }

    /**
     * Whether single columns are faster than a tile if so many columns are left. Five of sixteen took the same time.
     */
    boolean isThin(int columns) {
        return !wholeOnly && columns > 0 && columns <= lanes / 4 && lanes >= mr;
    }

    /** The rows of the next transposition if so many are left, 0 if they are done one by one. */
    int transposed(int left) {
        int most = kernels.mostTransposed;
        if (left >= most) {
            return most;
        }
        return left == mr % most ? left : left >= 8 ? 8 : left >= 4 ? 4 : 0;
    }

    /** The elements that a transposition writes of each column of a panel. */
    int mostTransposed() {
        return kernels.mostTransposed;
    }

    /**
     * The transposition of as many rows as {@link #transposed} says to a panel with this step from a column to the
     * next, null if it is not at speed.
     */
    @Nullable
    PanelTranspose transpose(int rows, int step) {
        return kernels.transpose(rows, step).orNull();
    }

    /** The copier of panels, null if it is not at speed. */
    @Nullable
    PanelCopy copy() {
        return kernels.copy().orNull();
    }

    /** The dot products of a row with this many vectors, null if they are not at speed. */
    @Nullable
    DotKernel dots(int vectors) {
        return kernels.dots(vectors).orNull();
    }

    /** How many parts so many dot products with one row are done in, of equal sizes but for one. */
    int partsOfGatheringDots(int vectors) {
        return Math.ceilDiv(vectors, kernels.mostGatheringDots());
    }

    /** Whether the kernels for so many dot products with one row are at speed. It is asked of all. */
    boolean areReadyForGatheringDots(int vectors) {
        int parts = partsOfGatheringDots(vectors);
        boolean ready = true;
        for (int size = vectors / parts; size <= Math.ceilDiv(vectors, parts); size++) {
            ready &= kernels.gatheringDots(size).orNull() != null;
        }
        return ready;
    }

    /** The dot products of a row with vectors that begin where a table says. */
    GatherDotKernel gatheringDots(int vectors) {
        return kernels.gatheringDots(vectors).get();
    }
}
