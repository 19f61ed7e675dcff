package dev.lanewise.core.kernel;

/** Packs a panel whose rows have consecutive elements: turns rows into columns, many elements at a time. */
public interface PanelTranspose {
    /**
     * Puts element {@code p} of row {@code r}, {@code from[at + r·rowStride + p]}, to {@code to[offset + p·step + r]}.
     * The number of rows is the implementation's own. What lies up to a vector beyond a column of the panel may be
     * overwritten.
     *
     * @param k the elements of a row; only whole vectors of them are done
     * @return how many elements of each row were done
     */
    int transpose(int k, float[] from, int at, int rowStride, float[] to, int offset, int step);
}
