package dev.lanewise.core;

import java.util.function.IntConsumer;

/**
 * The lines of a tensor along an axis, whose elements lie in row-major order; their numbers are in that order of the
 * other axes.
 *
 * @param count how many lines there are, none if they have no elements
 * @param length elements of a line
 * @param inner how far apart the elements of a line are
 * @param reversed whether lines begin at their last element
 */
record Lines(int count, int length, int inner, boolean reversed) {
    static Lines of(Shape shape, int axis, boolean reversed) {
        int length = shape.sizeAlong(axis);
        return new Lines(length == 0 ? 0 : shape.count() / length, length, shape.countFrom(axis + 1), reversed);
    }

    /** From an element to the next one. */
    int step() {
        return reversed ? -inner : inner;
    }

    /** The place of a line's first element. */
    int start(int line) {
        int lowest = line / inner * inner * length + line % inner;
        return reversed ? lowest + (length - 1) * inner : lowest;
    }

    /** Does something with the place of each line's first element. */
    void forEach(IntConsumer body) {
        for (int line = 0; line < count; line++) {
            body.accept(start(line));
        }
    }
}
