package dev.lanewise.examples;

import dev.lanewise.core.Sliding;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.ChannelDropout;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Sequential;

/** Models that read digits: [count, 1, side, side] → logits [count, 10]. */
enum DigitModel {
    /**
     * Four convolutions, pooled twice, and two layers that weigh what these have found. Of large pictures the first
     * convolution takes every other pixel only, which is a quarter of the work.
     */
    CNN {
        @Override
        Sequential create(int side) {
            Sliding same = Sliding.DENSE.withPadding(1); // pictures keep their size
            boolean large = side >= LARGE;
            int convolved = large ? Math.ceilDiv(side, 2) : side;
            int pooled = convolved / 2 / 2;
            return new Sequential(
                    new Conv2d(1, 32, 3, large ? same.withStride(2) : same), // (count, 32, convolved, convolved)
                    new BatchNorm2d(32),
                    Activation.relu(),
                    new Conv2d(32, 32, 3, same),
                    new BatchNorm2d(32),
                    Activation.relu(),
                    new MaxPool2d(2), // (count, 32, convolved / 2, convolved / 2)
                    new ChannelDropout(0.1),
                    new Conv2d(32, 64, 3, same),
                    new BatchNorm2d(64),
                    Activation.relu(),
                    new Conv2d(64, 64, 3, same),
                    new BatchNorm2d(64),
                    Activation.relu(),
                    new MaxPool2d(2), // (count, 64, pooled, pooled)
                    new Flatten(), // (count, 64 * pooled * pooled)
                    new Dropout(0.3),
                    new Linear(64 * pooled * pooled, 128),
                    Activation.relu(),
                    new Dropout(0.3),
                    new Linear(128, DigitImages.CLASSES));
        }
    },
    /** Two hidden layers that know nothing of neighbourhood. */
    MLP {
        @Override
        Sequential create(int side) {
            return new Sequential(
                    new Flatten(), // (count, side²)
                    new Linear(side * side, 512),
                    Activation.relu(),
                    new Dropout(0.1),
                    new Linear(512, 256),
                    Activation.relu(),
                    new Dropout(0.1),
                    new Linear(256, DigitImages.CLASSES));
        }
    };

    /** Least pixels along an edge. */
    static final int LEAST_SIDE = 4;

    private static final int LARGE = 16; // pixels along an edge

    /** A model for pictures of the given size, without weights yet. */
    abstract Sequential create(int side);
}
