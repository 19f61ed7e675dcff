package dev.lanewise.benchmarks;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.optim.Sgd;

/** The small classifier of digits, 784-128-10 with ReLU, and its training on one batch of 64 made-up images. */
public final class Mlp extends Layer {
    /** The images in the batch. */
    public static final int BATCH = 64;

    /** The numbers of an image, 28 x 28. */
    public static final int INPUTS = 784;

    /** The hidden layer's size. */
    public static final int HIDDEN = 128;

    /** The digits. */
    public static final int CLASSES = 10;

    /** SGD's learning rate. */
    public static final double LEARNING_RATE = 0.01;

    private final Linear hidden = child("hidden", new Linear(INPUTS, HIDDEN));
    private final Linear output = child("output", new Linear(HIDDEN, CLASSES));
    private final Tensor images = Rng.of(2).uniform(BATCH, INPUTS);
    private final IntTensor digits = Rng.of(3).integers(Shape.of(BATCH), CLASSES);
    private final Sgd optimizer;

    /** A model with random weights. */
    public Mlp() {
        init(Rng.of(1));
        optimizer = new Sgd(parameters(), Sgd.Config.of(LEARNING_RATE));
    }

    /** The images, [batch, numbers]. */
    public Tensor images() {
        return images;
    }

    /** The digits that they show, [batch]. */
    public IntTensor digits() {
        return digits;
    }

    /** One step of SGD on the batch: forward, cross-entropy, backward, update. Returns the loss before it. */
    public double step() {
        Variable logits =
                output.forward(hidden.forward(Variable.constantOf(images)).relu()); // (batch, classes)
        Variable loss = Losses.crossEntropy(logits, digits);
        optimizer.step(loss.backward());
        return loss.item();
    }
}
