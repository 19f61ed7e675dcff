package dev.lanewise.core.kernel;

/**
 * What is made of the elements of a product, part by part, once their sums are complete and while they are in the
 * cache: a bias added, an activation.
 *
 * <p>It is a {@link RowKernel} with its arguments for all of the product's rows and columns; every operand and result
 * has as many columns as the product, or is the same for each row if its row stride is 0. An operand is commonly the
 * product itself, and a result may be.
 */
public final class Epilogue {
    private final RowKernel kernel;
    private final float[][] in;
    private final int[] inOffset;
    private final int[] inRowStride;
    private final float[][] out;
    private final int[] outOffset;
    private final int[] outRowStride;

    /** The kernel and what it is called with; see {@link RowKernel#run}. */
    public Epilogue(
            RowKernel kernel,
            float[][] in,
            int[] inOffset,
            int[] inRowStride,
            float[][] out,
            int[] outOffset,
            int[] outRowStride) {
        this.kernel = kernel;
        this.in = in;
        this.inOffset = inOffset;
        this.inRowStride = inRowStride;
        this.out = out;
        this.outOffset = outOffset;
        this.outRowStride = outRowStride;
    }

    /** The same for a product that is this one's rows from a row on. */
    Epilogue fromRow(int row) {
        return new Epilogue(
                kernel,
                in,
                part(inOffset, inRowStride, row, 0),
                inRowStride,
                out,
                part(outOffset, outRowStride, row, 0),
                outRowStride);
    }

    /** Applies it to a part of the product. */
    void apply(int fromRow, int toRow, int fromColumn, int toColumn) {
        kernel.run(
                in,
                part(inOffset, inRowStride, fromRow, fromColumn),
                inRowStride,
                out,
                part(outOffset, outRowStride, fromRow, fromColumn),
                outRowStride,
                toRow - fromRow,
                toColumn - fromColumn);
    }

    private static int[] part(int[] offsets, int[] rowStrides, int row, int column) {
        int[] parts = new int[offsets.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = offsets[i] + row * rowStrides[i] + column;
        }
        return parts;
    }
}
