package dev.lanewise.core.kernel;

/** Packs a panel whose columns have consecutive elements: copies them one after the other. */
public interface PanelCopy {
    /**
     * Puts element {@code r} of column {@code p}, {@code from[at + p·columnStride + r]}, to {@code to[offset + p·step +
     * r]}. What lies up to a vector beyond a column of the panel may be overwritten.
     *
     * @param width the elements of a column
     * @param k the columns, of which the last ones may be left undone
     * @return how many columns were done
     */
    int copy(int width, int k, float[] from, int at, int columnStride, float[] to, int offset, int step);
}
