package dev.lanewise.core.kernel;

/** Packs panels of the same width, one beside the other, whose columns have consecutive elements: copies those. */
public interface PanelCopy {
    /**
     * Puts element {@code r} of column {@code p} of panel {@code i}, {@code from[at + i·width + p·columnStride + r]},
     * to {@code to[offset + (i·k + p)·step + r]}. What lies beyond a column up to the next one may be overwritten, and
     * nothing beyond the panels.
     *
     * @param panels how many panels
     * @param width the elements of a column, at most as many as the step
     * @param k the columns of a panel, of which the last ones may be left undone
     * @param step from a column of a panel to the next, in {@code to}
     * @return how many columns of each panel were done
     */
    int copy(int panels, int width, int k, float[] from, int at, int columnStride, float[] to, int offset, int step);
}
