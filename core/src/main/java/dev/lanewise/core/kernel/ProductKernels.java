package dev.lanewise.core.kernel;

/** Makes the innermost parts of the matrix product for one vector width. */
public interface ProductKernels {
    /** The floats in a vector. */
    int lanes();

    /** The rows of the largest tile: as many as leave room in the registers for two vectors of sums in each. */
    int mostRows();

    /**
     * A new kernel.
     *
     * @param rows the tile's rows
     * @param vectors its columns in vectors, 1 or 2
     * @param left what it reads of A
     * @param rowPitch from one row to the next in A's array, if it reads rows
     * @param rightPacked whether it reads a packed micro-panel of B, otherwise B where it stands
     */
    TileKernel tile(int rows, int vectors, TileKernel.Left left, int rowPitch, boolean rightPacked);

    /**
     * Whether tiles for packed panels are faster there than those that read matrices where they stand, which can read
     * panels too.
     */
    boolean hasTilesForPacked();

    /** From a column of a packed micro-panel of A of so many rows to the next: as many, or more. */
    int panelStep(int rows);

    /** A new kernel that reads a packed micro-panel of A, and B by a table, for a tile of so many rows and vectors. */
    GatherKernel gathering(int rows, int vectors);

    /** A new kernel for single columns. */
    ThinKernel thin();

    /** The most rows of a transposition. */
    int mostTransposed();

    /** A new transposition of this many rows to a panel with this step from a column to the next. */
    PanelTranspose transpose(int rows, int step);

    /** A copier of panels. */
    PanelCopy copy();

    /** A new kernel for dot products of one row with this many vectors. */
    DotKernel dots(int vectors);

    /** With how many vectors one row's dot products go on at the same time, each lane of each in a register. */
    int mostGatheringDots();

    /** A new kernel for dot products of one row with this many vectors that begin where a table says. */
    GatherDotKernel gatheringDots(int vectors);
}
