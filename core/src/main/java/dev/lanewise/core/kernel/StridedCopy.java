package dev.lanewise.core.kernel;

/** Copies between arrays whose elements lie at any strides, and sums of them. */
public final class StridedCopy {
    /**
     * The side of the square blocks in which a transposing copy runs, down the rows first. Rows whose distance is a
     * power of two share one set of the first-level cache, which holds 8 to 12 lines: blocks of 8 took half the time of
     * blocks of 32 for 1024 x 1024 floats.
     */
    private static final int BLOCK = 8;

    private StridedCopy() {}

    /**
     * Copies the elements of one array (float[] or double[]) to another of the same type.
     *
     * @param sizes the sizes of the axes, outermost first; both strides have as many entries
     */
    public static void copy(
            Object from, int fromOffset, int[] fromStrides, Object to, int toOffset, int[] toStrides, int[] sizes) {
        for (int size : sizes) {
            if (size == 0) {
                return;
            }
        }
        var axes = Collapsed.of(sizes, toStrides, fromStrides);
        int rank = axes.rank();
        int rows = rank > 1 ? axes.size(rank - 2) : 1;
        int columns = rank > 0 ? axes.size(rank - 1) : 1;
        int fromRow = rank > 1 ? axes.stride(1, rank - 2) : 0;
        int fromColumn = rank > 0 ? axes.stride(1, rank - 1) : 1;
        int toRow = rank > 1 ? axes.stride(0, rank - 2) : 0;
        int toColumn = rank > 0 ? axes.stride(0, rank - 1) : 1;
        axes.forEachOuter(2, (offsets, matrices) -> {
            int source = fromOffset + offsets[1];
            int target = toOffset + offsets[0];
            if (fromColumn == 1 && toColumn == 1) {
                for (int row = 0; row < rows; row++) {
                    System.arraycopy(from, source + row * fromRow, to, target + row * toRow, columns);
                }
            } else {
                switch (from) {
                    case float[] floats ->
                        copyMatrix(
                                floats,
                                source,
                                fromRow,
                                fromColumn,
                                (float[]) to,
                                target,
                                toRow,
                                toColumn,
                                rows,
                                columns);
                    case double[] doubles ->
                        copyMatrix(
                                doubles,
                                source,
                                fromRow,
                                fromColumn,
                                (double[]) to,
                                target,
                                toRow,
                                toColumn,
                                rows,
                                columns);
                    default -> throw new IllegalArgumentException("not an array of float or double: " + from);
                }
            }
        });
    }

    /**
     * Adds the elements of one array (float[] or double[]) to those of another of the same type. No two of the latter
     * may be at the same place.
     *
     * @param sizes the sizes of the axes, outermost first; both strides have as many entries
     */
    public static void add(
            Object from, int fromOffset, int[] fromStrides, Object to, int toOffset, int[] toStrides, int[] sizes) {
        for (int size : sizes) {
            if (size == 0) {
                return;
            }
        }
        var axes = Collapsed.of(sizes, toStrides, fromStrides);
        int rank = axes.rank();
        int count = rank > 0 ? axes.size(rank - 1) : 1;
        int fromStep = rank > 0 ? axes.stride(1, rank - 1) : 1;
        int toStep = rank > 0 ? axes.stride(0, rank - 1) : 1;
        axes.forEachOuter(1, (offsets, lines) -> {
            int source = fromOffset + offsets[1];
            int target = toOffset + offsets[0];
            switch (from) {
                case float[] floats -> {
                    float[] sums = (float[]) to;
                    for (int i = 0; i < count; i++) {
                        sums[target + i * toStep] += floats[source + i * fromStep];
                    }
                }
                case double[] doubles -> {
                    double[] sums = (double[]) to;
                    for (int i = 0; i < count; i++) {
                        sums[target + i * toStep] += doubles[source + i * fromStep];
                    }
                }
                default -> throw new IllegalArgumentException("not an array of float or double: " + from);
            }
        });
    }

    private static void copyMatrix(
            float[] from,
            int source,
            int fromRow,
            int fromColumn,
            float[] to,
            int target,
            int toRow,
            int toColumn,
            int rows,
            int columns) {
        for (int columnBlock = 0; columnBlock < columns; columnBlock += BLOCK) {
            int columnEnd = Math.min(columnBlock + BLOCK, columns);
            for (int rowBlock = 0; rowBlock < rows; rowBlock += BLOCK) {
                int rowEnd = Math.min(rowBlock + BLOCK, rows);
                for (int row = rowBlock; row < rowEnd; row++) {
                    int read = source + row * fromRow;
                    int write = target + row * toRow;
                    for (int column = columnBlock; column < columnEnd; column++) {
                        to[write + column * toColumn] = from[read + column * fromColumn];
                    }
                }
            }
        }
    }

    private static void copyMatrix(
            double[] from,
            int source,
            int fromRow,
            int fromColumn,
            double[] to,
            int target,
            int toRow,
            int toColumn,
            int rows,
            int columns) {
        for (int row = 0; row < rows; row++) {
            int read = source + row * fromRow;
            int write = target + row * toRow;
            for (int column = 0; column < columns; column++) {
                to[write + column * toColumn] = from[read + column * fromColumn];
            }
        }
    }
}
