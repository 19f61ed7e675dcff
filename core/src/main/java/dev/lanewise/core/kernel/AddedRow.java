package dev.lanewise.core.kernel;

/** A row of numbers that is added to each row of a product once its sums are complete, as a bias is. */
record AddedRow(float[] values, int offset) {
    /** Adds it to a part of C. */
    void addTo(Matrix c, int fromRow, int toRow, int fromColumn, int toColumn) {
        for (int row = fromRow; row < toRow; row++) {
            int at = c.index(row, fromColumn);
            int from = offset + fromColumn;
            for (int i = 0; i < toColumn - fromColumn; i++) {
                c.values[at + i] += values[from + i];
            }
        }
    }
}
