package dev.lanewise.core.kernel;

/**
 * Where micro-panels of B are for some columns of C and some steps of k, in place or packed.
 *
 * @param column the first column
 * @param end the column after the last one
 * @param offset where the first micro-panel begins
 * @param pitch from a micro-panel to the next
 * @param skipped the micro-panels' steps before the first that is meant
 * @param rowStride from a step to the next, if they are in place
 */
record RightPanels(
        int column, int end, float[] values, int offset, int pitch, int skipped, boolean isPacked, int rowStride) {
    /** Those of a matrix where it stands, from this row on, with {@code nr} columns each. */
    static RightPanels inPlace(Matrix b, int row, int column, int end, int nr) {
        return new RightPanels(column, end, b.values, b.index(row, column), nr, 0, false, b.rowStride);
    }

    /** Packed ones, each with all of its columns for a step side by side. */
    static RightPanels packed(int column, int end, float[] values, int offset, int pitch, int skipped) {
        return new RightPanels(column, end, values, offset, pitch, skipped, true, 0);
    }

    /** From a step to the next in a micro-panel of this width. */
    int step(int width) {
        return isPacked ? width : rowStride;
    }

    /** Where the first step that is meant of a micro-panel of this width is. */
    int at(int panel, int width) {
        return offset + panel * pitch + skipped * step(width);
    }
}
