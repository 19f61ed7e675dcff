package dev.lanewise.core.kernel;

import java.util.List;

/**
 * The gradient of some of a convolution's weights, those of some input and some output channels of one group. For each
 * of the window's elements it is a product, [in, places] x [places, out], summed over images; all of them read the same
 * packed planes, each from a place of its own on, and the same packed gradient.
 *
 * <p>Between the places of two rows that gradient is 0, so what the planes have there does not count.
 */
final class WeightGradient {
    /** The steps of a block of places: a panel of the results' gradient is 16 or 32 KB. */
    private static final int STEPS = 256;

    private final ConvolutionKernel kernel;
    private final ConvolutionSizes sizes;
    private final Tiles tiles;
    private final int group;
    private final boolean windowsAsRows;
    private final int firstRow;
    private final int rows;
    private final int packedRows;
    private final int firstColumn;
    private final int columns;

    private final Planes planes;
    private final int phases;

    /** The channels whose planes are read. */
    private final int channels;

    private final int firstChannel;

    /** For each product, the element of the window; a single one if the elements are rows. */
    private final int products;

    private final int pitch;
    private final float[] sums; // (products, rows, pitch)

    /**
     * @param windowsAsRows whether a product's rows are the elements of windows, channel by channel, all in one product
     */
    WeightGradient(
            ConvolutionKernel kernel,
            ConvolutionSizes sizes,
            Tiles tiles,
            int group,
            boolean windowsAsRows,
            int firstRow,
            int endRow,
            int firstColumn,
            int endColumn) {
        this.kernel = kernel;
        this.sizes = sizes;
        this.tiles = tiles;
        this.group = group;
        this.windowsAsRows = windowsAsRows;
        this.firstRow = firstRow;
        this.firstColumn = firstColumn;
        rows = endRow - firstRow;
        packedRows = tiles.packedRows(rows);
        columns = endColumn - firstColumn;
        planes = kernel.imagePlanes();
        phases = kernel.phases();
        channels = windowsAsRows ? sizes.in : rows;
        firstChannel = windowsAsRows ? 0 : firstRow;
        products = windowsAsRows ? 1 : sizes.taps();
        pitch = (columns + tiles.nr - 1) / tiles.nr * tiles.nr;
        sums = new float[products * rows * pitch];
    }

    /** Writes the gradient of these weights. */
    void run(float[] x, int xAt, float[] g, int gAt, float[] weight) {
        List<Planes.Grid> grids = kernel.imageGrids(planes);
        Planes.Grid gradients = kernel.placesGrid(planes);
        int farthest = kernel.distance(planes, sizes.taps() - 1);
        int longest = planes.span(sizes.places, planes.images);
        float[] source = planes.zeros(channels * phases, 0);
        float[] gradient = planes.zeros(columns, 0);
        int panelSteps = windowsAsRows ? longest : longest + farthest;
        float[] dense = windowsAsRows ? ScratchBuffers.take(rows * longest) : source;
        float[] left = ScratchBuffers.take((windowsAsRows ? 1 : phases) * packedRows * panelSteps + Packing.SLACK);
        float[] right = ScratchBuffers.take(pitch * longest);
        for (int image = 0; image < sizes.batch; image += planes.images) {
            int count = Math.min(planes.images, sizes.batch - image);
            kernel.readImages(x, xAt, group, firstChannel, channels, image, count, planes, grids, source);
            kernel.readGradients(g, gAt, group, firstColumn, columns, image, count, planes, gradients, gradient);
            int steps = planes.span(sizes.places, count);
            Packing.right(tiles, new Matrix(gradient, 0, 1, planes.size()), 0, steps, 0, columns, right, 0);
            if (windowsAsRows) {
                windows(source, dense, steps);
                Packing.left(tiles, new Matrix(dense, 0, steps, 1), 0, rows, 0, steps, left, 0);
                multiply(left, steps, right, steps);
            } else {
                int length = steps + farthest;
                for (int phase = 0; phase < phases; phase++) {
                    var a = new Matrix(source, phase * planes.size(), phases * planes.size(), 1);
                    Packing.left(tiles, a, 0, rows, 0, length, left, phase * packedRows * length);
                }
                multiply(left, length, right, steps);
            }
        }
        ScratchBuffers.give(right);
        ScratchBuffers.give(left);
        if (windowsAsRows) {
            ScratchBuffers.give(dense);
        }
        ScratchBuffers.give(gradient);
        ScratchBuffers.give(source);
        write(weight);
    }

    /** Copies the elements of windows, row by row. */
    private void windows(float[] source, float[] dense, int steps) {
        for (int row = 0; row < rows; row++) {
            int tap = (firstRow + row) % sizes.taps();
            int plane = (firstRow + row) / sizes.taps() * phases + kernel.phaseOfTap(tap);
            int at = plane * planes.size() + kernel.distance(planes, tap);
            System.arraycopy(source, at, dense, row * steps, steps);
        }
    }

    /** Adds the products of panels of so many places; those of A have {@code length} columns. */
    private void multiply(float[] left, int length, float[] right, int steps) {
        for (int p = 0; p < steps; p += STEPS) {
            int k = Math.min(STEPS, steps - p);
            for (int j = 0; j < columns; j += tiles.nr) {
                int width = tiles.width(Math.min(tiles.nr, columns - j));
                int height;
                for (int i = 0; i < rows; i += height) {
                    height = tiles.rows(rows - i);
                    int step = tiles.panelStep(height);
                    int panel = tiles.packedRows(i);
                    TileKernel tile = tiles.kernel(height, width / tiles.lanes, TileKernel.Left.PACKED, true);
                    for (int product = 0; product < products; product++) {
                        int phase = windowsAsRows ? 0 : kernel.phaseOfTap(product);
                        int begin = p + (windowsAsRows ? 0 : kernel.distance(planes, product));
                        tile.multiply(
                                1,
                                0,
                                k,
                                left,
                                (phase * packedRows + panel) * length + begin * step,
                                step,
                                right,
                                j * steps + p * width,
                                width,
                                sums,
                                (product * rows + i) * pitch + j,
                                pitch,
                                true);
                    }
                }
            }
        }
    }

    private void write(float[] weight) {
        int taps = sizes.taps();
        for (int column = 0; column < columns; column++) {
            int to = (group * sizes.out + firstColumn + column) * sizes.in * taps;
            for (int row = 0; row < rows; row++) {
                for (int product = 0; product < products; product++) {
                    int element = windowsAsRows ? firstRow + row : (firstRow + row) * taps + product;
                    weight[to + element] = sums[(product * rows + row) * pitch + column];
                }
            }
        }
    }
}
