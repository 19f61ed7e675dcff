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
    /** Four convolutions, pooled twice, and two layers that weigh what these have found. */
    CNN {
        @Override
        Sequential create(int side) {
            Sliding same = Sliding.DENSE.withPadding(1); // pictures keep their size
            int pooled = side / 2 / 2;
            return new Sequential(
                    new Conv2d(1, 32, 3, same), // (count, 32, side, side)
                    new BatchNorm2d(32),
                    Activation.relu(),
                    new Conv2d(32, 32, 3, same),
                    new BatchNorm2d(32),
                    Activation.relu(),
                    new MaxPool2d(2), // (count, 32, side / 2, side / 2)
                    new ChannelDropout(0.1),
                    new Conv2d(32, 64, 3, same),
                    new BatchNorm2d(64),
                    Activation.relu(),
                    new Conv2d(64, 64, 3, same),
                    new BatchNorm2d(64),
                    Activation.relu(),
                    new MaxPool2d(2), // (count, 64, side / 4, side / 4)
                    new Flatten(), // (count, 64 * pooled²)
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
                    new Linear(side * side, 256),
                    Activation.relu(),
                    new Dropout(0.3),
                    new Linear(256, 128),
                    Activation.relu(),
                    new Dropout(0.3),
                    new Linear(128, DigitImages.CLASSES));
        }
    };

    /** Least pixels along an edge. */
    static final int LEAST_SIDE = 4;

    /** A model for pictures of the given size, without weights yet. */
    abstract Sequential create(int side);
}
