package dev.lanewise.core.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Convolution and its two gradients as products whose operands are read where they stand: images lie in {@link Planes},
 * in which each element of a window is at a distance of its own from the window's place, so a row of the matrix of
 * windows ("im2col") is a piece of a plane and need not be written out. With a stride s there is a plane for each
 * remainder by s of an element's index, and the places are consecutive in each of them.
 *
 * <p>The sums' order depends on sizes alone: results over input channels and the window's elements, gradients of images
 * over output channels and the window's elements, gradients of weights over images and places.
 */
public final class ConvolutionKernel {
    /** Multiply-adds that make a task: some 20 microseconds. */
    static final long TASK = 2_000_000;

    private static final int TASKS_PER_THREAD = 4;

    /** Places that a plane should have at least, else it has several images: tiles are then filled by all but a few. */
    private static final int PLACES = 512;

    /**
     * With fewer channels of images, a tile's rows in the weights' gradient are elements of windows. With fewer
     * channels of results, a tile had too few columns, and {@link WeightDots} take its place.
     */
    private static final int FEW_CHANNELS = 4;

    private static final Tiles SCALAR = new Tiles(new ScalarProductKernels(), false);

    private final ConvolutionSizes sizes;
    private final int taps;

    /** The numbers of the planes of a channel, for each of the window's elements that of its plane. */
    private final int[] phaseOfTap;

    private final List<int[]> phases = new ArrayList<>();

    private ConvolutionKernel(ConvolutionSizes sizes) {
        this.sizes = sizes;
        taps = sizes.taps();
        phaseOfTap = new int[taps];
        for (int tap = 0; tap < taps; tap++) {
            phaseOfTap[tap] = phaseOf(tap);
        }
    }

    /** Which of the planes of a channel the window's element is read from. */
    private int phaseOf(int tap) {
        int[] phase = new int[sizes.axes()];
        Arrays.setAll(phase, axis -> sizes.tap(tap, axis) * sizes.dilation[axis] % sizes.stride[axis]);
        for (int number = 0; number < phases.size(); number++) {
            if (Arrays.equals(phases.get(number), phase)) {
                return number;
            }
        }
        phases.add(phase);
        return phases.size() - 1;
    }

    /** How far from the place, along an axis of its plane, the window's element is. */
    private int shift(int tap, int axis) {
        return sizes.tap(tap, axis) * sizes.dilation[axis] / sizes.stride[axis];
    }

    private int mostShift(int axis) {
        return (sizes.window[axis] - 1) * sizes.dilation[axis] / sizes.stride[axis];
    }

    /**
     * The convolution of images by weights.
     *
     * @param bias [groups · out], or null for none
     */
    public static void forward(
            ConvolutionSizes sizes, float[] x, int xAt, float[] weight, int wAt, float @Nullable [] bias, float[] y) {
        new ConvolutionKernel(sizes).forward(x, xAt, weight, wAt, bias, y);
    }

    /**
     * The gradient of the images, which is the transposed convolution of {@code g}, [batch, groups · out, places..].
     *
     * @param bias [groups · in], what is added to it, or null for nothing
     */
    public static void transposed(
            ConvolutionSizes sizes, float[] g, int gAt, float[] weight, int wAt, float @Nullable [] bias, float[] x) {
        new ConvolutionKernel(sizes).transposed(g, gAt, weight, wAt, bias, x);
    }

    /** The gradient of the weights: g · x, summed over images and places. */
    public static void weightGradient(ConvolutionSizes sizes, float[] x, int xAt, float[] g, int gAt, float[] weight) {
        new ConvolutionKernel(sizes).weightGradient(x, xAt, g, gAt, weight);
        new WindowSums(sizes, x, xAt, g, gAt).replaceNaN(weight);
    }

    private int imagesAtOnce(int placesOfOne) {
        return Math.min(sizes.batch, Math.ceilDiv(PLACES, placesOfOne));
    }

    /** The planes that windows are read from. */
    Planes imagePlanes() {
        int axes = sizes.axes();
        int[] extents = new int[axes];
        Arrays.setAll(extents, axis -> sizes.places[axis] + mostShift(axis));
        int[] shared = Planes.shared(extents, sizes.before, sizes.image, sizes.places);
        for (int axis = 0; axis < axes; axis++) {
            shared[axis] = sizes.stride[axis] == 1 ? shared[axis] : 0;
        }
        return new Planes(imagesAtOnce(ConvolutionSizes.product(extents)), extents, shared);
    }

    /** Which element of an image lies where in the planes of each phase. */
    List<Planes.Grid> imageGrids(Planes planes) {
        List<Planes.Grid> grids = new ArrayList<>();
        for (int[] phase : phases) {
            int[] shifts = new int[phase.length];
            Arrays.setAll(shifts, axis -> phase[axis] - sizes.before[axis]);
            grids.add(planes.new Grid(sizes.image, sizes.stride, shifts));
        }
        return grids;
    }

    /** How far from its place the window's element is in a plane. */
    int distance(Planes planes, int tap) {
        int distance = 0;
        for (int axis = 0; axis < sizes.axes(); axis++) {
            distance += shift(tap, axis) * planes.steps[axis];
        }
        return distance;
    }

    /** Which place lies where. */
    Planes.Grid placesGrid(Planes planes) {
        return planes.new Grid(sizes.places, ones(), new int[sizes.axes()]);
    }

    /** The number of planes of a channel. */
    int phases() {
        return phases.size();
    }

    /** The plane that the window's element is read from. */
    int phaseOfTap(int tap) {
        return phaseOfTap[tap];
    }

    /** Reads some images' channels of a group to their planes. */
    void readImages(
            float[] x,
            int xAt,
            int group,
            int firstChannel,
            int channels,
            int image,
            int count,
            Planes planes,
            List<Planes.Grid> grids,
            float[] source) {
        int size = sizes.imageSize();
        int at = xAt + ((image * sizes.groups + group) * sizes.in + firstChannel) * size;
        planes.read(grids, x, at, channels, size, count, sizes.groups * sizes.in * size, source);
    }

    /** Reads some channels of a group of the gradient of some images' results to their planes. */
    void readGradients(
            float[] g,
            int gAt,
            int group,
            int firstChannel,
            int channels,
            int image,
            int count,
            Planes planes,
            Planes.Grid grid,
            float[] source) {
        int size = sizes.placesSize();
        int at = gAt + ((image * sizes.groups + group) * sizes.out + firstChannel) * size;
        planes.read(List.of(grid), g, at, channels, size, count, sizes.groups * sizes.out * size, source);
    }

    /**
     * Writes rows of a product, which are channels of images from one on, and adds each channel's bias.
     *
     * @param first the channel of the first row
     * @param channels of an image
     * @param size the elements of a channel
     */
    private static GatheredProduct.Sink channels(
            Planes.Grid grid, int image, int first, int channels, int size, float @Nullable [] bias, float[] images) {
        return (row, begin, count, c, at) -> {
            int to = (image * channels + first + row) * size;
            float added = bias == null ? 0 : bias[first + row];
            grid.write(c, at, begin, count, added, images, to, channels * size);
        };
    }

    private void forward(float[] x, int xAt, float[] weight, int wAt, float @Nullable [] bias, float[] y) {
        int in = sizes.in;
        int out = sizes.out;
        Planes planes = imagePlanes();
        List<Planes.Grid> grids = imageGrids(planes);
        int[] table = new int[in * taps];
        for (int step = 0; step < table.length; step++) {
            int plane = step / taps * phases.size() + phaseOfTap[step % taps];
            table[step] = plane * planes.size() + distance(planes, step % taps);
        }
        Planes.Grid results = placesGrid(planes);
        Tiles tiles = tiles(kernels -> kernels.areReadyToGather(out));
        GatheredProduct[] products = new GatheredProduct[sizes.groups];
        Arrays.setAll(products, group -> {
            var a = new Matrix(weight, wAt + group * out * table.length, table.length, 1);
            return new GatheredProduct(tiles, out, a, table);
        });
        int channels = sizes.groups * out;
        new Work(planes, in * phases.size(), GatheredProduct.overrun(tiles, out), sizes.places)
                .run(
                        (source, group, image, count) ->
                                readImages(x, xAt, group, 0, in, image, count, planes, grids, source),
                        (source, group, image, from, to) -> products[group].multiply(
                                source,
                                from,
                                to,
                                channels(results, image, group * out, channels, sizes.placesSize(), bias, y)));
    }

    private void transposed(float[] g, int gAt, float[] weight, int wAt, float @Nullable [] bias, float[] x) {
        int in = sizes.in;
        int out = sizes.out;
        int axes = sizes.axes();
        // Element stride · j + phase of a padded image belongs to place j − shift of the window's elements of that
        // phase.
        int[] from = new int[axes]; // the first such j
        int[] span = new int[axes]; // how many there are
        int[] before = new int[axes]; // zeros in front of the results' gradient
        int[] extents = new int[axes];
        int[] zeros = new int[axes];
        for (int axis = 0; axis < axes; axis++) {
            from[axis] = sizes.before[axis] / sizes.stride[axis];
            span[axis] = Math.ceilDiv(sizes.before[axis] + sizes.image[axis], sizes.stride[axis]) - from[axis];
            before[axis] = Math.max(0, mostShift(axis) - from[axis]);
            extents[axis] = span[axis] + from[axis] + before[axis];
            zeros[axis] = -before[axis];
        }
        Planes planes = new Planes(
                imagesAtOnce(ConvolutionSizes.product(extents)),
                extents,
                Planes.shared(extents, before, sizes.places, span));
        Planes.Grid grid = planes.new Grid(sizes.places, ones(), zeros);
        Tiles tiles = tiles(kernels -> kernels.areReadyToGather(in));
        List<int[]> all = allPhases();
        List<Planes.Grid> results = new ArrayList<>();
        for (int[] phase : all) {
            int[] shifts = new int[axes];
            Arrays.setAll(shifts, axis -> sizes.stride[axis] * from[axis] + phase[axis] - sizes.before[axis]);
            results.add(planes.new Grid(sizes.image, sizes.stride, shifts));
        }
        GatheredProduct[][] products = new GatheredProduct[sizes.groups][all.size()];
        for (int number = 0; number < all.size(); number++) {
            int[] own = tapsOf(all.get(number));
            int[] table = new int[out * own.length];
            for (int step = 0; step < table.length; step++) {
                table[step] = step / own.length * planes.size();
                for (int axis = 0; axis < axes; axis++) {
                    int shift = shift(own[step % own.length], axis);
                    table[step] += (from[axis] + before[axis] - shift) * planes.steps[axis];
                }
            }
            for (int group = 0; group < sizes.groups; group++) {
                float[] rows = transposedWeight(weight, wAt, group, own);
                products[group][number] = new GatheredProduct(tiles, in, new Matrix(rows, 0, table.length, 1), table);
            }
        }
        int channels = sizes.groups * in;
        new Work(planes, out, GatheredProduct.overrun(tiles, in), span)
                .run(
                        (source, group, image, count) ->
                                readGradients(g, gAt, group, 0, out, image, count, planes, grid, source),
                        (source, group, image, begin, end) -> {
                            for (int i = 0; i < results.size(); i++) {
                                products[group][i].multiply(
                                        source,
                                        begin,
                                        end,
                                        channels(
                                                results.get(i),
                                                image,
                                                group * in,
                                                channels,
                                                sizes.imageSize(),
                                                bias,
                                                x));
                            }
                        });
    }

    /** A group's weights at some of the window's elements, [in, out · elements]. */
    private float[] transposedWeight(float[] weight, int wAt, int group, int[] elements) {
        float[] rows = new float[sizes.in * sizes.out * elements.length];
        int to = 0;
        for (int row = 0; row < sizes.in; row++) {
            for (int channel = 0; channel < sizes.out; channel++) {
                int at = wAt + ((group * sizes.out + channel) * sizes.in + row) * taps;
                for (int element : elements) {
                    rows[to++] = weight[at + element];
                }
            }
        }
        return rows;
    }

    /** All remainders by the strides, those too that no element of a window has: there, the gradient is 0. */
    private List<int[]> allPhases() {
        List<int[]> all = new ArrayList<>();
        int[] phase = new int[sizes.axes()];
        for (int count = ConvolutionSizes.product(sizes.stride); count > 0; count--) {
            all.add(phase.clone());
            for (int axis = phase.length - 1; axis >= 0 && ++phase[axis] == sizes.stride[axis]; axis--) {
                phase[axis] = 0;
            }
        }
        return all;
    }

    private int[] tapsOf(int[] phase) {
        int[] own = new int[taps];
        int count = 0;
        for (int tap = 0; tap < taps; tap++) {
            if (Arrays.equals(phases.get(phaseOfTap[tap]), phase)) {
                own[count++] = tap;
            }
        }
        return Arrays.copyOf(own, count);
    }

    private int[] ones() {
        int[] ones = new int[sizes.axes()];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** The kernels on vectors, if they are in use and at speed, else those on plain loops. */
    Tiles tiles(Predicate<Tiles> areReady) {
        Tiles vectors = Gemm.tiles(sizes.work());
        if (vectors != null && areReady.test(vectors)) {
            return vectors;
        }
        if (!areReady.test(SCALAR)) {
            throw new IllegalStateException("plain loops have to be made first");
        }
        return SCALAR;
    }

    /**
     * The division of a convolution into tasks: some images of a plane and groups of channels each, or if these are
     * few, some of the places.
     */
    private final class Work {
        private final Planes planes;
        private final int channels;
        private final int overrun;
        private final int[] places;

        Work(Planes planes, int channels, int overrun, int[] places) {
            this.planes = planes;
            this.channels = channels;
            this.overrun = overrun;
            this.places = places;
        }

        interface Reader {
            void read(float[] source, int group, int image, int count);
        }

        interface Multiplier {
            void multiply(float[] source, int group, int image, int from, int to);
        }

        void run(Reader reader, Multiplier multiplier) {
            int pieces = Math.ceilDiv(sizes.batch, planes.images) * sizes.groups;
            long most = Math.clamp(sizes.work() / TASK, 1, (long) TASKS_PER_THREAD * Parallel.threads());
            int tasks = Parallel.threads() == 1 ? 1 : (int) most;
            int parts = Math.ceilDiv(tasks, pieces);
            int tasksOfPieces = parts > 1 ? pieces : Math.min(tasks, pieces);
            Parallel.forEach(tasksOfPieces * parts, task -> {
                int range = task / parts;
                task(
                        Parallel.begin(pieces, range, tasksOfPieces),
                        Parallel.begin(pieces, range + 1, tasksOfPieces),
                        task % parts,
                        parts,
                        reader,
                        multiplier);
            });
        }

        private void task(int from, int to, int part, int parts, Reader reader, Multiplier multiplier) {
            float[] source = planes.zeros(channels, overrun);
            for (int piece = from; piece < to; piece++) {
                int image = piece / sizes.groups * planes.images;
                int group = piece % sizes.groups;
                int count = Math.min(planes.images, sizes.batch - image);
                reader.read(source, group, image, count);
                int span = planes.span(places, count);
                multiplier.multiply(
                        source, group, image, Parallel.begin(span, part, parts), Parallel.begin(span, part + 1, parts));
            }
            ScratchBuffers.give(source);
        }
    }

    private void weightGradient(float[] x, int xAt, float[] g, int gAt, float[] weight) {
        if (sizes.out < FEW_CHANNELS) {
            new WeightDots(this, sizes).run(x, xAt, g, gAt, weight);
            return;
        }
        boolean windowsAsRows = sizes.in < FEW_CHANNELS;
        int rows = windowsAsRows ? sizes.in * taps : sizes.in;
        Tiles tiles = tiles(kernels -> kernels.areReadyForPanels(rows, sizes.out));
        int threads = sizes.work() / sizes.groups < 2 * TASK ? 1 : Parallel.threads();
        int rowTiles = Math.ceilDiv(rows, tiles.mr);
        int columnTiles = Math.ceilDiv(sizes.out, tiles.nr);
        int rowParts = Math.min(threads, rowTiles);
        int columnParts = Math.min(Math.ceilDiv(threads, rowParts), columnTiles);
        Parallel.forEach(sizes.groups * rowParts * columnParts, task -> {
            int row = task / columnParts % rowParts;
            int column = task % columnParts;
            new WeightGradient(
                            this,
                            sizes,
                            tiles,
                            task / (rowParts * columnParts),
                            windowsAsRows,
                            Parallel.begin(rowTiles, row, rowParts) * tiles.mr,
                            Math.min(rows, Parallel.begin(rowTiles, row + 1, rowParts) * tiles.mr),
                            Parallel.begin(columnTiles, column, columnParts) * tiles.nr,
                            Math.min(sizes.out, Parallel.begin(columnTiles, column + 1, columnParts) * tiles.nr))
                    .run(x, xAt, g, gAt, weight);
        });
    }
}
