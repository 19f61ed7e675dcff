package dev.lanewise.core.kernel;

/** Packs a panel whose rows have consecutive elements: turns rows into columns, many elements at a time. */
public interface PanelTranspose {
    /**
     * Puts element {@code p} of row {@code r}, {@code from[at + r·rowStride + p]}, to {@code to[offset + p·step + r]}.
     * The number of rows and the step are the implementation's own. It writes {@link ProductKernels#mostTransposed}
     * elements of each column, of which those beyond the rows are undefined.
     *
     * @param k the elements of a row, of which the last ones may be left undone
     * @return how many elements of each row were done
     */
    int transpose(int k, float[] from, int at, int rowStride, float[] to, int offset);
}
