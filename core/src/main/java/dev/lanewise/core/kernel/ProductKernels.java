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
     * @param rowMajor whether it reads rows of A that are {@link TileKernel#ROW_PITCH} apart, otherwise columns
     * @param packed whether it reads packed panels alone, of B and of A, or copied rows of A
     */
    TileKernel tile(int rows, int vectors, boolean rowMajor, boolean packed);

    /** Whether tiles that read packed panels alone are faster than others. */
    boolean hasTilesForPacked();

    /** A new kernel of two vectors that reads B by a table, for a tile of so many rows. */
    GatherKernel gathering(int rows);

    /** A new kernel for single columns. */
    ThinKernel thin();

    /** A new transposition of this many rows, at most as many as a vector has lanes. */
    PanelTranspose transpose(int rows);

    /** A copier of panels. */
    PanelCopy copy();

    /** A new kernel for dot products of one row with this many vectors. */
    DotKernel dots(int vectors);
}
