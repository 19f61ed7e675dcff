package dev.lanewise.core.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * Images as a convolution reads them, {@code rows} of so many elements, in which a window's element is always the same
 * distance from the place of the window: as far as the image reaches beyond its edges there are zeros. Several images
 * may lie one behind the other in a plane. The zeros behind a row may be those in front of the next one.
 *
 * <p>What lies between the places of a row's end and the next row's begin is computed too, and thrown away: so all
 * places are one stretch of consecutive elements.
 */
final class Planes {
    /** Images in a plane. */
    final int images;

    /** Along each axis, from one element to the next. */
    final int[] steps;

    /** Elements of one image, zeros included. */
    final int imageSize;

    /** Elements that may be read beyond the last plane: zeros. */
    final int beyond;

    private final int[] extents;

    /**
     * @param images how many lie one behind the other
     * @param extents the sizes of one, zeros included
     * @param shared of them, how many zeros behind are those in front of what follows
     */
    Planes(int images, int[] extents, int[] shared) {
        this.images = images;
        this.extents = new int[extents.length];
        steps = new int[extents.length];
        int step = 1;
        int more = 0;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            this.extents[axis] = extents[axis] - shared[axis];
            steps[axis] = step;
            more += shared[axis] * step;
            step = Math.multiplyExact(step, this.extents[axis]);
        }
        imageSize = step;
        beyond = more;
    }

    /** Elements of one plane. */
    int size() {
        return Math.multiplyExact(images, imageSize);
    }

    /** The elements from the first place to the last one, if each image has so many places along its axes. */
    int span(int[] places, int count) {
        int span = (count - 1) * imageSize + 1;
        for (int axis = 0; axis < places.length; axis++) {
            span += (places[axis] - 1) * steps[axis];
        }
        return span;
    }

    /** So many planes of zeros, and as many zeros more. */
    float[] zeros(int count, int more) {
        int used = Math.addExact(Math.multiplyExact(count, size()), beyond);
        float[] planes = ScratchBuffers.take(used + more);
        Arrays.fill(planes, 0, used + more, 0);
        return planes;
    }

    /**
     * Reads channels of images, each channel to as many planes as there are grids, from the first one on.
     *
     * @param at where the first image's first channel begins
     * @param channelSize from a channel to the next
     * @param imagePitch from an image to the next
     */
    void read(
            List<Grid> grids,
            float[] images,
            int at,
            int channels,
            int channelSize,
            int count,
            int imagePitch,
            float[] planes) {
        for (int channel = 0; channel < channels; channel++) {
            for (int image = 0; image < count; image++) {
                int to = channel * grids.size() * size() + image * imageSize;
                for (Grid grid : grids) {
                    grid.read(images, at + image * imagePitch + channel * channelSize, planes, to);
                    to += size();
                }
            }
        }
    }

    /**
     * Which element of an image lies where: along each axis element {@code stride · position + shift} at a position, if
     * there is one.
     */
    final class Grid {
        private final int[] sizes;
        private final int[] strides;
        private final int[] shifts;
        private final int[] imageSteps;
        private final int[] first;
        private final int[] end;

        Grid(int[] sizes, int[] strides, int[] shifts) {
            int axes = sizes.length;
            this.sizes = sizes;
            this.strides = strides;
            this.shifts = shifts;
            imageSteps = new int[axes];
            first = new int[axes];
            end = new int[axes];
            int step = 1;
            for (int axis = axes - 1; axis >= 0; axis--) {
                imageSteps[axis] = step;
                step *= sizes[axis];
                first[axis] = Math.ceilDiv(Math.max(0, -shifts[axis]), strides[axis]);
                end[axis] = Math.min(extents[axis], Math.floorDiv(sizes[axis] - 1 - shifts[axis], strides[axis]) + 1);
            }
        }

        /** Copies an image to its places; what lies around is left alone. */
        void read(float[] image, int at, float[] plane, int to) {
            read(0, image, at, plane, to);
        }

        private void read(int axis, float[] image, int at, float[] plane, int to) {
            int from = first[axis];
            int count = end[axis] - from;
            int source = at + (strides[axis] * from + shifts[axis]) * imageSteps[axis];
            int sourceStep = strides[axis] * imageSteps[axis];
            int target = to + from * steps[axis];
            if (axis < sizes.length - 1) {
                for (int i = 0; i < count; i++) {
                    read(axis + 1, image, source + i * sourceStep, plane, target + i * steps[axis]);
                }
            } else if (sourceStep == 1 && count > 0) {
                System.arraycopy(image, source, plane, target, count);
            } else if (sourceStep == 2) {
                for (int i = 0; i < count; i++) { // a constant step: the compiler checks indices before the loop
                    plane[target + i] = image[source + i * 2];
                }
            } else {
                for (int i = 0; i < count; i++) {
                    plane[target + i] = image[source + i * sourceStep];
                }
            }
        }

        /**
         * Writes what lies on a stretch of places to the images' elements.
         *
         * @param begin the stretch's first place in the plane
         * @param stretch holds it, from {@code at} on
         * @param images one behind the other, the first from {@code to} on, so many elements from one to the next
         */
        void write(float[] stretch, int at, int begin, int count, float added, float[] images, int to, int imagePitch) {
            int last = sizes.length - 1;
            int row = extents[last];
            int stop = begin + count;
            for (int line = begin / row; line * row < stop; line++) {
                int element = elementOf(line, to, imagePitch);
                int from = Math.max(first[last], begin - line * row);
                int until = Math.min(end[last], stop - line * row);
                if (element < 0 || from >= until) {
                    continue;
                }
                int source = at + line * row - begin;
                int target = element + shifts[last];
                if (strides[last] == 1) {
                    for (int i = from; i < until; i++) {
                        images[target + i] = stretch[source + i] + added;
                    }
                } else if (strides[last] == 2) {
                    for (int i = from; i < until; i++) {
                        images[target + i * 2] = stretch[source + i] + added;
                    }
                } else {
                    for (int i = from; i < until; i++) {
                        images[target + i * strides[last]] = stretch[source + i] + added;
                    }
                }
            }
        }

        /** Where the row begins that lies on a line of the plane, or −1. */
        private int elementOf(int line, int to, int imagePitch) {
            int rest = line;
            int element = to;
            for (int axis = sizes.length - 2; axis >= 0; axis--) {
                int position = rest % extents[axis];
                rest /= extents[axis];
                if (position < first[axis] || position >= end[axis]) {
                    return -1;
                }
                element += (position * strides[axis] + shifts[axis]) * imageSteps[axis];
            }
            return element + rest * imagePitch;
        }
    }

    /**
     * How many zeros behind an image are along each axis also those in front of what follows.
     *
     * @param extents with all zeros, in front and behind
     * @param places which must not overlap
     */
    static int[] shared(int[] extents, int[] before, int[] sizes, int[] places) {
        int[] shared = new int[extents.length];
        Arrays.setAll(shared, axis -> {
            int behind = extents[axis] - before[axis] - sizes[axis];
            return Math.max(0, Math.min(Math.min(behind, before[axis]), extents[axis] - places[axis]));
        });
        return shared;
    }
}
