package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Dataset;

/**
 * Pictures of digits, and which digit each shows.
 *
 * @param source where they come from, for messages
 * @param images [count, 1, side, side], 0 for paper to 1 for ink
 * @param labels [count], 0 to 9
 */
record DigitImages(String source, Tensor images, IntTensor labels) {
    /** How many digits there are. */
    static final int CLASSES = 10;

    /** The pictures of some numbers, in their order. */
    DigitImages select(IntTensor numbers) {
        Batch chosen = dataset().batch(numbers);
        return new DigitImages(source, chosen.inputs().value(), chosen.labels());
    }

    /** Two parts of one set. */
    record Split(DigitImages first, DigitImages second) {}

    /** Parts the pictures at random; the first part gets the given share of them. */
    Split split(double share, Rng rng) {
        IntTensor order = rng.permutation(count());
        int cut = (int) Math.round(share * count());
        return new Split(select(order.slice(0, cut)), select(order.slice(cut, count())));
    }

    int count() {
        return labels.shape().count();
    }

    /** Pixels along an edge. */
    int side() {
        return images.shape().size(-1);
    }

    Dataset dataset() {
        return Dataset.of(images, labels);
    }

    /** The pixels of a picture, row by row. */
    float[] pixels(int number) {
        return images.select(0, number).toFloats();
    }
}
