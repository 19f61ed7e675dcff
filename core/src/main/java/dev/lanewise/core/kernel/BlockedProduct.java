package dev.lanewise.core.kernel;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A matrix product by tiles, on packed operands. The scheme and its terms are those of the BLIS library:
 *
 * <pre>
 *                   n                                     NC               NR
 *              ┌─────────┐                          ┌─────────────┐        ┌─┐
 *      k     k │    B    │                       KC │ ║ ║ ║ ║ ║ ║ │     KC │ │  micro-panel of B
 *    ┌────┐    ├─────────┤      block of A          └─────────────┘        │ │
 *  m │ A  │  m │    C    │          KC                block of B           └─┘
 *    └────┘    └─────────┘        ┌────┐            ┌─────────────┐   KC   ┌─┐
 *                              MC │════│         MC │ tiles of C  │  ┌──┐MR│ │  tile of C,
 *                                 └────┘            └─────────────┘  └──┘  └─┘  in registers
 *                                                                 micro-panel of A,
 *                                                                 in the first-level cache
 * </pre>
 *
 * A <em>tile</em> of MR × NR elements of C stays in registers while a {@link TileKernel} adds the products of a
 * <em>micro-panel</em> of A, MR rows, and one of B, NR columns, both KC long. The micro-panel of A stays in the
 * first-level cache while all micro-panels of a block of B, NC columns, pass by, so that C is written along its rows;
 * then the next one of a block of A, MC rows, is multiplied by the same. Blocks are <em>packed</em>, so that the
 * kernels read memory from front to back, unless they are as well read where they stand.
 *
 * <p>How C is divided, into what sizes and among how many threads, does not show in its bits: whatever the order of
 * tiles, each element's sum goes on where its last block of k has left it.
 */
final class BlockedProduct {
    /*
     * The sizes were measured with tiles of 12 x 32 on a core of Intel's Granite Rapids (caches of 48 KB, 2 MB, and a
     * distant third one), beside others on the same data; around these values the differences are small. On a Zen 5 core
     * (48 KB, 1 MB, and a third one near by) blocks of up to 768 steps were as good.
     */

    /**
     * The most steps of k in a block whose micro-panels of B have 32 columns, and where A's rows are copied as rows: a
     * micro-panel of B is 32 KB. With 768 steps, products took 1.03 times as long.
     */
    static final int KC = 256;

    /**
     * The most steps of k with narrower micro-panels: of 16 columns they are 32 KB then. On a Zen 3 core, and with
     * {@link #MC_NARROW} and {@link #PACKED_RIGHT_NARROW}, products took 0.94 to 0.98 times as long as with 256 steps.
     */
    private static final int KC_NARROW = 512;

    /**
     * The most rows in a block of A. The rows of C that are written side by side are then few; with 96, products of
     * 2048 x 1536 x 384 took 1.1 to 1.3 times as long.
     */
    private static final int MC = 48;

    /** The same with narrower micro-panels. */
    private static final int MC_NARROW = 72;

    /**
     * The most rows in a block of a transposed A where there is more of it to read than of C to write: so many
     * consecutive elements are read at a time. With 48, products of 1536 x 384 x 2048 took 1.15 times as long; but
     * those of 768 x 3072 x 512, with more to write, 0.95 times.
     */
    private static final int MC_TRANSPOSED = 192;

    /** The most columns in a block of B. */
    private static final int NC = 768;

    /**
     * The floats of packed A that are made at a time, 512 KB, where its rows have consecutive elements: as many blocks
     * of k as that is, since long pieces of rows are read faster than short ones.
     */
    private static final int PACKED_LEFT = 1 << 17;

    /**
     * The floats of B that are packed at a time, a block or more: 1 MB, so that it stays in the second-level cache
     * while all rows of C pass by. With 4 MB, GPT-2's step took 1.05 to 1.1 times as long.
     */
    private static final int PACKED_RIGHT = 1 << 18;

    /** The same with narrower micro-panels: 2 MB. The processors that have those have smaller second-level caches. */
    private static final int PACKED_RIGHT_NARROW = 1 << 19;

    /**
     * Up to so many steps of k, a block of B has all of them, and as many columns as make it 1 MB: what C holds after
     * one block of k is still in the second-level cache when the next one goes on. With 768 columns and a part of the
     * steps, eleven products with 384 and 512 steps took 1.025 times as long, 2048 x 1536 x 384 1.1 times.
     */
    private static final int STEPS_AT_ONCE = 512;

    /** A of at most so many floats, 256 KB, is packed as a whole, and B's micro-panels pass by one after the other. */
    private static final int SMALL_LEFT = 1 << 16;

    /**
     * Up to so many rows of C, a B of consecutive columns is read where it stands, as packing takes as long as
     * computing.
     */
    private static final int ROWS_IN_PLACE = 32;

    /**
     * Up to so many columns of C, and so many steps of k, A's rows are copied as rows. To turn them into packed columns
     * takes 0.1 to 0.3 ns an element, which more columns make good, as tiles are a little faster on those: 48 products
     * of 256 x 256 x 64 took 0.8 times as long on rows, but 768 x 256 x 512 1.06 times.
     */
    private static final int COLUMNS_BY_ROWS = 256;

    private static final int STEPS_BY_ROWS = 384;

    /**
     * Up to so many steps of k, A's rows are read where they stand, by kernels for their distance, once those are worth
     * making: 64 x 64 x 64 took 1.15 times as long with rows copied, 768 x 384 x 128 packed 1.03 to 1.06 times. With
     * 256 steps it made no difference, and with 512 packed ones were faster, 0.9 to 1.0 times.
     */
    private static final int STEPS_OF_ROWS_IN_PLACE = 128;

    /**
     * A B of consecutive columns, or an A of consecutive rows, within so many floats, 64 KB, is read where it stands.
     * From larger ones a step takes a page of memory, and a set of the first-level cache, of its own.
     */
    private static final int SPAN_IN_PLACE = 1 << 14;

    /**
     * The same with narrower micro-panels, 16 KB: where registers are few, a tile of packed panels alone has 25
     * instructions a step and one of matrices in place 44. With 64 KB, 768 x 65 x 128 took 1.3 times as long, 128 x 784
     * x 64 with A transposed 1.25 times.
     */
    private static final int SPAN_IN_PLACE_NARROW = 1 << 12;

    /** Fewer multiply-adds are not shared among threads: 5 microseconds of one core, where sharing costs one or two. */
    private static final long WORTH_SHARING = 500_000;

    /**
     * Up to so many multiply-adds, each thread packs all of B itself: what another core has just packed is slow to come
     * from its caches. On two threads 128 x 128 x 128 takes 20 microseconds, where B packed together made it 38 if it
     * had to be transposed, and 22 if not; 256 x 256 x 256 took the same time either way.
     */
    private static final long WORTH_PACKING_TOGETHER = 4_000_000;

    /** The floats of B, 64 KB, that are packed and multiplied at a time where all of A is packed before. */
    private static final int RIGHT_AT_ONCE = 1 << 14;

    /** What part of a product's time is lost if an A is packed that need not be: one in so many. */
    private static final int LOST_BY_PACKING_LEFT = 8;

    /** Multiply-adds in the time that it takes to copy or pack an element. */
    private static final int LOST_BY_PACKING = 8;

    /** Columns that an epilogue is applied to at a time: a call for fewer takes longer than its work. */
    private static final int EPILOGUE_COLUMNS = 256;

    /** Floats that are worth a task of packing. */
    private static final int PACKING_TASK = 16_384;

    /** Tasks for each thread, so that one that is held up does not hold up all. */
    private static final int TASKS_PER_THREAD = 4;

    private final Tiles tiles;
    private final MatrixProduct product;
    private final int m;
    private final int n;
    private final int k;
    private final Matrix a;
    private final Matrix b;
    private final Matrix c;

    /** The steps of k in a block, the last one excepted. */
    private final int kc;

    private final int threads;
    private final TileKernel.Left leftKind;

    /** From this column on, B is packed. */
    private final int firstPacked;

    /** B's micro-panels, if they have been packed before, each with all steps of k. */
    private final float @Nullable [] packedBefore;

    private BlockedProduct(
            float @Nullable [] packedBefore,
            Tiles tiles,
            MatrixProduct product,
            TileKernel.Left leftKind,
            int kc,
            int firstPacked,
            int threads) {
        this.packedBefore = packedBefore;
        this.tiles = tiles;
        this.product = product;
        this.leftKind = leftKind;
        this.kc = kc;
        this.firstPacked = firstPacked;
        this.threads = threads;
        m = product.m();
        n = product.n();
        k = product.k();
        a = product.a();
        b = product.b();
        c = product.c();
    }

    /** A product by the given tiles. */
    private static BlockedProduct by(Tiles tiles, MatrixProduct product) {
        TileKernel.Left leftKind = leftKind(tiles, product.n(), product.k(), product.a());
        return new BlockedProduct(
                null,
                tiles,
                product,
                leftKind,
                stepsOfBlock(tiles, product, leftKind),
                firstPacked(tiles, product),
                threads(product));
    }

    /** A product whose B has been packed, as one block, each micro-panel with all steps of k; A and C have few rows. */
    static BlockedProduct onPacked(float[] right, Tiles tiles, MatrixProduct product) {
        TileKernel.Left leftKind = TileKernel.Left.PACKED;
        int kc = stepsOfBlock(tiles, product, leftKind);
        return new BlockedProduct(right, tiles, product, leftKind, kc, 0, threads(product));
    }

    /** Some of its rows, by one thread, and by the same kernels. */
    private BlockedProduct ofRows(int from, int to) {
        return new BlockedProduct(packedBefore, tiles, product.rows(from, to), leftKind, kc, firstPacked, 1);
    }

    private static int stepsOfBlock(Tiles tiles, MatrixProduct product, TileKernel.Left leftKind) {
        boolean isShort = leftKind == TileKernel.Left.ROWS || !isNarrow(tiles);
        return evenly(product.k(), isShort ? KC : KC_NARROW, tiles.lanes);
    }

    private static int firstPacked(Tiles tiles, MatrixProduct product) {
        Matrix b = product.b();
        boolean isInPlace = !tiles.areWholeOnly()
                && b.columnStride == 1
                && (product.m() <= ROWS_IN_PLACE || (long) product.k() * b.rowStride <= spanInPlace(tiles));
        // A tile reads all of its columns: those that B does not have are in a packed one alone.
        int last = product.n() % tiles.nr;
        return !isInPlace ? 0 : last == tiles.lanes ? product.n() : product.n() - last;
    }

    private static int threads(MatrixProduct product) {
        return product.work() < WORTH_SHARING || Parallel.isInside() ? 1 : Parallel.threads();
    }

    /**
     * The product by the kernels that suit it best, or by those of {@link Tiles#wholeOnly} until the former are at
     * speed; null if neither are.
     */
    static @Nullable BlockedProduct ready(Tiles tiles, MatrixProduct product) {
        Tiles inPlace = tilesForShortRows(tiles, product);
        if (inPlace != null) {
            var byRows = by(inPlace, product);
            long packingLeft = (long) product.m() * product.k() * LOST_BY_PACKING;
            if (byRows.isReady(0) || byRows.isReady(packingLeft)) {
                return byRows;
            }
        }
        var best = by(tiles, product);
        if (best.isReady(0) || best.isReady(best.lostByWholeTiles())) {
            return best;
        }
        Tiles whole = tiles.wholeOnly();
        return whole.isWholeReady() ? by(whole, product) : null;
    }

    /**
     * Whether the kernels for the product are at speed. Those that are not will be when they are worth it.
     *
     * @param loss the multiply-adds that it costs to do without them
     */
    boolean isReady(long loss) {
        return tiles.areReady(m, n, firstPacked, leftKind, loss);
    }

    /** Whether it has to do without kernels of its own. */
    boolean isByWholeTilesOnly() {
        return tiles.areWholeOnly();
    }

    /** The multiply-adds that take as long as what whole tiles take longer. */
    private long lostByWholeTiles() {
        long filled = (long) roundedUp(m, tiles.mr) * roundedUp(n, tiles.nr) * k;
        long work = product.work();
        long byPackingLeft = leftKind == TileKernel.Left.PACKED ? 0 : work / LOST_BY_PACKING_LEFT;
        long byPackingRight = (long) Math.min(n, firstPacked) * k * LOST_BY_PACKING;
        return filled - work + byPackingLeft + byPackingRight;
    }

    private static boolean isNarrow(Tiles tiles) {
        return tiles.nr <= 16;
    }

    /** Tiles that read A's rows where they stand, if those are to be read so. */
    private static @Nullable Tiles tilesForShortRows(Tiles tiles, MatrixProduct product) {
        Matrix a = product.a();
        boolean areShort = a.columnStride == 1
                && a.rowStride > 0
                && product.k() <= STEPS_OF_ROWS_IN_PLACE
                && !tiles.isThin(product.n() % tiles.nr);
        return areShort ? tiles.forRowsInPlace(a.rowStride) : null;
    }

    /** How A is read: rows are copied as rows unless single columns of C need its columns. */
    private static TileKernel.Left leftKind(Tiles tiles, int n, int k, Matrix a) {
        if (tiles.areWholeOnly()) {
            return TileKernel.Left.PACKED;
        }
        if (tiles.areForRowsInPlace()) {
            return TileKernel.Left.ROWS;
        }
        if (a.rowStride == 1 && (n <= tiles.nr || (long) k * a.columnStride <= spanInPlace(tiles))) {
            return TileKernel.Left.IN_PLACE;
        }
        boolean byRows =
                a.columnStride == 1 && n <= COLUMNS_BY_ROWS && k <= STEPS_BY_ROWS && !tiles.isThin(n % tiles.nr);
        return byRows ? TileKernel.Left.ROWS : TileKernel.Left.PACKED;
    }

    private static int spanInPlace(Tiles tiles) {
        return isNarrow(tiles) ? SPAN_IN_PLACE_NARROW : SPAN_IN_PLACE;
    }

    /** Parts of at most this size, as equal as multiples of the unit can be. */
    private static int evenly(int size, int most, int unit) {
        int parts = (size + most - 1) / most;
        return parts == 1 ? size : roundedUp((size + parts - 1) / parts, unit);
    }

    private static int roundedUp(int size, int unit) {
        return (size + unit - 1) / unit * unit;
    }

    /** Computes it; neither of m, n, k is 0. */
    void run() {
        if (packedBefore != null) {
            byColumns();
        } else if (threads > 1 && m >= 2 * tiles.mr && product.work() <= WORTH_PACKING_TOGETHER) {
            apart();
        } else if (n > m && (leftKind == TileKernel.Left.IN_PLACE || (long) m * k <= SMALL_LEFT)) {
            byColumns();
        } else {
            byRows();
        }
    }

    /** Each thread computes some rows by itself. */
    private void apart() {
        int parts = Math.min(threads, m / tiles.mr);
        Parallel.forEach(parts, part -> {
            int from = firstRow(part, parts);
            int to = firstRow(part + 1, parts);
            ofRows(from, to).run();
        });
    }

    /** B is packed by all threads, then each task packs some rows of A and multiplies them. */
    private void byRows() {
        int packed = isNarrow(tiles) ? PACKED_RIGHT_NARROW : PACKED_RIGHT;
        int nc = evenly(n, k <= STEPS_AT_ONCE ? Math.min(NC, packed / k) : NC, tiles.nr);
        int depth = Math.max(1, packed / roundedUp(nc, tiles.nr) / kc) * kc;
        int groups = rowGroups();
        for (int jc = 0; jc < n; jc += nc) {
            int columns = Math.min(nc, n - jc);
            int packedColumns = roundedUp(Math.max(0, jc + columns - Math.max(jc, firstPacked)), tiles.nr);
            int blockDepth = packedColumns == 0 ? k : depth;
            for (int pb = 0; pb < k; pb += blockDepth) {
                int steps = Math.min(blockDepth, k - pb);
                float[] right = ScratchBuffers.take(packedColumns * steps + Packing.SLACK);
                var block = new RightBlock(jc, columns, packedColumns, pb, steps, right);
                packRight(block);
                share(groups, group -> {
                    int row = firstRow(group, groups);
                    rows(row, firstRow(group + 1, groups) - row, block);
                });
                ScratchBuffers.give(right);
            }
        }
    }

    /** How many groups of rows, none larger than a block of A, C is divided into: as many for each thread. */
    private int rowGroups() {
        int block = isNarrow(tiles) ? MC_NARROW : MC;
        int fewest = Math.ceilDiv(m, a.columnStride == 1 || k < n ? block : MC_TRANSPOSED);
        if (threads == 1) {
            return fewest;
        }
        int most = Math.max(1, m / (2 * tiles.mr));
        int each = Math.min(Math.ceilDiv(most, threads), TASKS_PER_THREAD);
        return Math.min(rowTiles(), roundedUp(Math.max(fewest, Math.min(most, each * threads)), threads));
    }

    /** Where a group of rows begins: groups differ by the rows of one tile at the most. */
    private int firstRow(int group, int groups) {
        return Math.min(m, Parallel.begin(rowTiles(), group, groups) * tiles.mr);
    }

    private int rowTiles() {
        return Math.ceilDiv(m, tiles.mr);
    }

    /**
     * A block of B: some columns, of which the last ones may be packed, and all steps of k that are packed at a time.
     */
    private static final class RightBlock {
        final int column;
        final int columns;
        final int packedColumns;
        final int step;
        final int steps;
        final float[] packed;

        RightBlock(int column, int columns, int packedColumns, int step, int steps, float[] packed) {
            this.column = column;
            this.columns = columns;
            this.packedColumns = packedColumns;
            this.step = step;
            this.steps = steps;
            this.packed = packed;
        }
    }

    private void packRight(RightBlock block) {
        int panels = block.packedColumns / tiles.nr;
        int grain = threads == 1 ? panels : PACKING_TASK / (tiles.nr * block.steps) + 1;
        Parallel.forRange(panels, grain, (from, to) -> {
            int first = Math.max(block.column, firstPacked);
            for (int pc = block.step; pc < block.step + block.steps; pc += kc) {
                int steps = Math.min(kc, block.step + block.steps - pc);
                int j = first + from * tiles.nr;
                int columns = Math.min((to - from) * tiles.nr, n - j);
                int offset = (pc - block.step) * block.packedColumns + from * tiles.nr * steps;
                Packing.right(tiles, b, pc, steps, j, columns, block.packed, offset);
            }
        });
    }

    /** Some rows of C, as many as make a block of A, and the columns of a block of B. */
    private void rows(int row, int rows, RightBlock block) {
        int end = block.step + block.steps;
        int ahead = blocksAhead(rows, block.steps) * kc;
        float[] left = leftBuffer(rows, ahead / kc);
        float[] scratch = ScratchBuffers.take(MacroKernel.scratchSize(tiles));
        var kernel = new MacroKernel(tiles, c, scratch);
        int first = Math.max(block.column, firstPacked);
        int last = block.column + block.columns;
        for (int from = block.step; from < end; from += ahead) {
            Panels[] blocks = left(row, rows, from, Math.min(from + ahead, end), left);
            for (int pc = from; pc < Math.min(from + ahead, end); pc += kc) {
                int steps = Math.min(kc, end - pc);
                Panels panels = blocks[(pc - from) / kc];
                boolean continues = product.accumulate() || pc > 0;
                if (block.column < first) {
                    RightPanels right = RightPanels.inPlace(b, pc, block.column, Math.min(first, last), tiles.nr);
                    kernel.multiply(row, rows, panels, right, steps, continues);
                }
                if (first < last) {
                    int at = (pc - block.step) * block.packedColumns;
                    RightPanels right = RightPanels.packed(first, last, block.packed, at, tiles.nr * steps, 0);
                    kernel.multiply(row, rows, panels, right, steps, continues);
                }
            }
        }
        Epilogue epilogue = product.epilogue();
        if (epilogue != null && end == k) {
            epilogue.apply(row, row + rows, block.column, block.column + block.columns);
        }
        ScratchBuffers.give(scratch);
        ScratchBuffers.give(left);
    }

    /**
     * A is packed as a whole, then each task packs some micro-panels of B after others, unless that has been done, and
     * multiplies them.
     */
    private void byColumns() {
        float @Nullable [] packed = packedBefore;
        float[] left = leftBuffer(m, Math.ceilDiv(k, kc));
        Panels[] panels = left(0, m, 0, k, left);
        int rightPanels = (n + tiles.nr - 1) / tiles.nr;
        int tasks = threads == 1 ? 1 : Math.min(rightPanels, threads * TASKS_PER_THREAD);
        Epilogue epilogue = product.epilogue();
        share(tasks, task -> {
            int atOnce = roundedUp(Math.max(1, RIGHT_AT_ONCE / kc), tiles.nr);
            float[] right = packed != null
                    ? packed
                    : ScratchBuffers.take(Math.min(atOnce, rightPanels * tiles.nr) * kc + Packing.SLACK);
            float[] scratch = ScratchBuffers.take(MacroKernel.scratchSize(tiles));
            var kernel = new MacroKernel(tiles, c, scratch);
            int end = Math.min(n, Parallel.begin(rightPanels, task + 1, tasks) * tiles.nr);
            int begin = Parallel.begin(rightPanels, task, tasks) * tiles.nr;
            int finished = begin;
            int done;
            for (int j = begin; j < end; j = done) {
                done = Math.min(j + atOnce, j < firstPacked ? Math.min(firstPacked, end) : end);
                for (int pc = 0; pc < k; pc += kc) {
                    int steps = Math.min(kc, k - pc);
                    RightPanels block;
                    if (j < firstPacked) {
                        block = RightPanels.inPlace(b, pc, j, done, tiles.nr);
                    } else if (packed != null) {
                        block = RightPanels.packed(j, done, packed, j * k, tiles.nr * k, pc);
                    } else {
                        Packing.right(tiles, b, pc, steps, j, done - j, right, 0);
                        block = RightPanels.packed(j, done, right, 0, tiles.nr * steps, 0);
                    }
                    kernel.multiply(0, m, panels[pc / kc], block, steps, product.accumulate() || pc > 0);
                }
                if (epilogue != null && (done == end || done - finished >= EPILOGUE_COLUMNS)) {
                    epilogue.apply(0, m, finished, done);
                    finished = done;
                }
            }
            ScratchBuffers.give(scratch);
            if (packed == null) {
                ScratchBuffers.give(right);
            }
        });
        ScratchBuffers.give(left);
    }

    private void share(int tasks, IntConsumer body) {
        if (threads == 1) {
            for (int task = 0; task < tasks; task++) {
                body.accept(task);
            }
        } else {
            Parallel.forEach(tasks, body);
        }
    }

    /** How many blocks of k of so many rows of A are packed at a time. */
    private int blocksAhead(int rows, int steps) {
        int all = Math.ceilDiv(steps, kc);
        return a.columnStride == 1 ? Math.clamp(PACKED_LEFT / ((long) leftRows(rows) * leftPitch()), 1, all) : 1;
    }

    /** Room for a number of blocks of so many rows of A, if it is not read where it stands. */
    private float[] leftBuffer(int rows, int blocks) {
        return isLeftInPlace() ? new float[0] : ScratchBuffers.take(blocks * leftBlock(rows));
    }

    private boolean isLeftInPlace() {
        return leftKind == TileKernel.Left.IN_PLACE || (leftKind == TileKernel.Left.ROWS && tiles.areForRowsInPlace());
    }

    /** From a packed block of A to the next: packing one panel may overwrite what follows it. */
    private int leftBlock(int rows) {
        return leftRows(rows) * leftPitch() + Packing.SLACK;
    }

    /** The rows that copies of so many take. */
    private int leftRows(int rows) {
        return leftKind == TileKernel.Left.ROWS ? rows : tiles.packedRows(rows);
    }

    private int leftPitch() {
        return leftKind == TileKernel.Left.ROWS ? TileKernel.ROW_PITCH : kc;
    }

    /** The blocks of some rows of A, one for each kc steps. */
    private Panels[] left(int row, int rows, int from, int to, float[] buffer) {
        Panels[] blocks = new Panels[Math.ceilDiv(to - from, kc)];
        for (int i = 0; i < blocks.length; i++) {
            int pc = from + i * kc;
            int at = i * leftBlock(rows);
            blocks[i] = switch (leftKind) {
                case IN_PLACE -> Panels.inPlace(tiles, a, row, pc);
                case ROWS ->
                    isLeftInPlace() ? Panels.rows(tiles, a.values, a.index(row, pc)) : Panels.rows(tiles, buffer, at);
                case PACKED -> Panels.packed(tiles, buffer, at, Math.min(kc, to - pc));
            };
        }
        if (isLeftInPlace()) {
            return blocks;
        }
        // Rows of consecutive elements are read as far as they go, then the next ones.
        int height;
        for (int r = 0; r < rows; r += height) {
            boolean byPanels = leftKind == TileKernel.Left.PACKED && a.columnStride == 1;
            height = byPanels ? Math.min(rows - r, tiles.rows(rows - r)) : rows;
            for (int i = 0; i < blocks.length; i++) {
                int pc = from + i * kc;
                int steps = Math.min(kc, to - pc);
                if (leftKind == TileKernel.Left.ROWS) {
                    Packing.rows(a, row + r, height, pc, steps, buffer, blocks[i].at(r));
                } else {
                    Packing.left(tiles, a, row + r, height, pc, steps, buffer, blocks[i].at(r));
                }
            }
        }
        return blocks;
    }
}
