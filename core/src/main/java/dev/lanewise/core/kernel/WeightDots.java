package dev.lanewise.core.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * The gradient of a convolution's weights where there are few channels of results in a group, as in depthwise
 * convolutions: each weight's is a dot product of a channel of the results' gradient, as it lies in planes, and of the
 * stretch that the window's element sees of a plane of the image. The places' products go to 16 lanes in turn, through
 * all images, and the lanes are summed in the end.
 */
final class WeightDots {
    /** The image's channels that are read to planes at the same time. */
    private static final int CHANNELS = 16;

    private final ConvolutionKernel kernel;
    private final ConvolutionSizes sizes;
    private final Planes planes;
    private final List<Planes.Grid> grids;
    private final Planes.Grid gradients;
    private final int taps;

    /** Where a channel's planes of a place see the window's elements, for all channels that are read together. */
    private final int[] table;

    private final int most;

    WeightDots(ConvolutionKernel kernel, ConvolutionSizes sizes) {
        this.kernel = kernel;
        this.sizes = sizes;
        planes = kernel.imagePlanes();
        grids = kernel.imageGrids(planes);
        gradients = kernel.placesGrid(planes);
        taps = sizes.taps();
        most = Math.min(CHANNELS, sizes.in);
        table = new int[most * taps];
        Arrays.setAll(table, row -> {
            int plane = row / taps * kernel.phases() + kernel.phaseOfTap(row % taps);
            return plane * planes.size() + kernel.distance(planes, row % taps);
        });
    }

    void run(float[] x, int xAt, float[] g, int gAt, float[] weight) {
        int parts = Math.ceilDiv(sizes.in, CHANNELS);
        int last = sizes.in - (parts - 1) * CHANNELS;
        Tiles tiles = kernel.tiles(kernels -> {
            boolean ready = kernels.areReadyForGatheringDots(last * taps);
            ready &= parts == 1 || kernels.areReadyForGatheringDots(most * taps);
            return ready;
        });
        Parallel.forRange(sizes.groups * parts, grain(parts), (from, to) -> {
            for (int piece = from; piece < to; piece++) {
                int first = piece % parts * CHANNELS;
                gradient(tiles, piece / parts, first, Math.min(CHANNELS, sizes.in - first), x, xAt, g, gAt, weight);
            }
        });
    }

    /** How many pieces make a task. */
    private int grain(int parts) {
        long work = Math.max(1, sizes.work() / sizes.groups / parts);
        return Math.clamp(ConvolutionKernel.TASK / work, 1, Integer.MAX_VALUE);
    }

    /** Writes the gradient of all weights of a group that belong to some of the image's channels. */
    private void gradient(
            Tiles tiles, int group, int first, int channels, float[] x, int xAt, float[] g, int gAt, float[] weight) {
        int rows = channels * taps;
        int parts = tiles.partsOfGatheringDots(rows);
        // What is read beyond the last place, up to a multiple of 16, counts as 0 only if it is a number.
        int longest = roundedUp(planes.span(sizes.places, planes.images));
        float[] source = planes.zeros(channels * kernel.phases(), Finish.LANES);
        float[][] gradient = new float[sizes.out][]; // each a plane
        Arrays.setAll(gradient, column -> planes.zeros(1, Finish.LANES));
        float[] lanes = ScratchBuffers.take(sizes.out * rows * Finish.LANES);
        Arrays.fill(lanes, 0, sizes.out * rows * Finish.LANES, 0);
        for (int image = 0; image < sizes.batch; image += planes.images) {
            int count = Math.min(planes.images, sizes.batch - image);
            if (count < planes.images) {
                Arrays.fill(source, 0, source.length, 0);
                for (float[] plane : gradient) {
                    Arrays.fill(plane, 0, plane.length, 0);
                }
            }
            kernel.readImages(x, xAt, group, first, channels, image, count, planes, grids, source);
            for (int column = 0; column < sizes.out; column++) {
                kernel.readGradients(g, gAt, group, column, 1, image, count, planes, gradients, gradient[column]);
                for (int part = 0; part < parts; part++) {
                    int row = Parallel.begin(rows, part, parts);
                    tiles.gatheringDots(Parallel.begin(rows, part + 1, parts) - row)
                            .dot(
                                    longest,
                                    gradient[column],
                                    0,
                                    source,
                                    0,
                                    table,
                                    row,
                                    lanes,
                                    (column * rows + row) * Finish.LANES);
                }
            }
        }
        for (int column = 0; column < sizes.out; column++) {
            int to = ((group * sizes.out + column) * sizes.in + first) * taps;
            for (int row = 0; row < rows; row++) {
                weight[to + row] = Finish.sum(lanes, (column * rows + row) * Finish.LANES);
            }
        }
        ScratchBuffers.give(lanes);
        for (float[] plane : gradient) {
            ScratchBuffers.give(plane);
        }
        ScratchBuffers.give(source);
    }

    private static int roundedUp(int count) {
        return Math.ceilDiv(count, Finish.LANES) * Finish.LANES;
    }
}
